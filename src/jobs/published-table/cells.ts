/** The cells of the tables as text, for terminal and documentation. */
import { convertSpread, type Spread, spreadText } from '../../statistics/moments.js';
import type { DartsRow, DartsTable, MeasuredRuns, NasBench201Row, NasBench201Table, PublishedTable } from './result.js';

export interface TableCells {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences about the table. */
  readonly notes: readonly string[];
}

const DATASETS = ['cifar10', 'cifar100', 'ImageNet16-120'];
const TERA = 1e12;

export function cellsOf(table: PublishedTable): TableCells {
  return table.table === 'darts' ? dartsCells(table) : nasBench201Cells(table);
}

/** A line for each group of runs of a row, and one for a row without runs. */
function nasBench201Cells(table: NasBench201Table): TableCells {
  const head = [
    'method',
    'published, %',
    'here',
    'seeds',
    ...DATASETS.map((dataset) => `${dataset}, %`),
    'rank',
    '10¹² multiply-adds',
    'seconds',
  ];
  return { head, rows: table.rows.flatMap(nasBench201Lines), notes: deviceNotes(table) };
}

function nasBench201Lines({ method, published, measured, notRun }: NasBench201Row): string[][] {
  const accuracies = published === null ? [] : DATASETS.flatMap((name) => published.accuracies[name] ?? []);
  const first = [method, accuracies.map((one) => spreadText(one, 2)).join(' / ')];
  if (measured.length === 0)
    return [[...first, `not run: ${notRun}`, ...new Array<string>(DATASETS.length + 4).fill('')]];
  return measured.map((one) => [
    ...first,
    describeRuns(one),
    String(one.seeds.length),
    ...DATASETS.map((name) => cellOf(one.accuracies[name] ?? null, 2)),
    cellOf(one.rank, 0),
    teraText(one.multiplyAdds),
    spreadText(one.seconds, 0),
  ]);
}

/** What was run, e.g. `C = 8, N = 1, 16 pixels, 12 epochs, 2,000 images`. */
function describeRuns({ size, epochs, images, architectures, asPublished }: MeasuredRuns): string {
  const parts = [
    ...(asPublished ? ['as published'] : []),
    ...(size === null ? [] : [size]),
    ...(epochs === null ? [] : [`${epochs} epochs`]),
    ...(images === null ? [] : [`${images.toLocaleString('en')} images`]),
    ...(architectures.mean > 0
      ? [`${spreadText(architectures, 0)} ${epochs === null ? 'architectures' : 'paths'}`]
      : []),
  ];
  return parts.join(', ');
}

/** Errors and parameters of each row: published, and retrained here by one recipe. */
function dartsCells(table: DartsTable): TableCells {
  const head = [
    'method',
    'genotype',
    'published error, %',
    'retrained by the paper, %',
    'GPU days',
    'parameters, M',
    'retrained here, %',
    'seeds',
    '10¹² multiply-adds',
    'seconds',
    'searched here',
  ];
  const { rows, recipe } = table;
  return {
    head,
    rows: rows.map(dartsLine),
    notes: [...(recipe === null ? [] : [recipeNote(recipe)]), ...deviceNotes(table)],
  };
}

function dartsLine({ method, genotype, published, retrained, notRun, measured }: DartsRow): string[] {
  const { parameters } = published;
  return [
    method,
    genotype ?? '',
    cellOf(published.error, 2),
    cellOf(published.retrained, 2),
    String(published.gpuDays),
    parameters === null ? '' : (parameters / 1e6).toFixed(2),
    ...retrainedCells(retrained, notRun),
    measured.map(describeSearches).join('; '),
  ];
}

function retrainedCells(retrained: DartsRow['retrained'], notRun: string | null): string[] {
  if (retrained === null) return [`not run: ${notRun}`, '', '', ''];
  const { error, seeds, multiplyAdds, seconds } = retrained;
  return [spreadText(error, 2), String(seeds.length), teraText(multiplyAdds), spreadText(seconds, 0)];
}

/** Searches with their cost, e.g. `C = 8, N = 3, …, 1 seed, 0.010 · 10¹² multiply-adds, 21 s`. */
function describeSearches(one: MeasuredRuns): string {
  const seeds = one.seeds.length === 1 ? '1 seed' : `${one.seeds.length} seeds`;
  return `${describeRuns(one)}, ${seeds}, ${teraText(one.multiplyAdds)} · 10¹² multiply-adds, ${spreadText(one.seconds, 0)} s`;
}

/** The recipe of all retrainings, in a sentence. */
function recipeNote(recipe: NonNullable<DartsTable['recipe']>): string {
  const { dataset, channels, cells, epochs, batchSize, trainImages } = recipe;
  return (
    `Retrained here on ${dataset}: C = ${channels}, ${cells} cells, ${epochs} epochs, batches of ${batchSize}, ` +
    `${trainImages.toLocaleString('en')} images.`
  );
}

/** A sentence on the GPU, on which the published runs were made; none if any run here was on one. */
function deviceNotes({ onGpu }: PublishedTable): string[] {
  return onGpu ? [] : ['No run here was on a GPU, so no epoch of the published size was timed.'];
}

function teraText(spread: Spread): string {
  const inTera = convertSpread(spread, (value) => value / TERA);
  return spreadText(inTera, 3);
}

/** Nothing for null. */
function cellOf(spread: Spread | null, digits: number): string {
  return spread === null ? '' : spreadText(spread, digits);
}
