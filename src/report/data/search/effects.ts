/** What the evaluated architectures say about slots: a linear model of their ranks, with a term for each choice. */
import type { PlaneChart } from '../../../charts/chart.js';
import type { Encoding, SlotNames, Space } from '../../../spaces/space.js';
import { type LinearModel, ModelData } from '../../../strategies/answers/linear-model.js';
import type { Block, ReportTable } from '../schema.js';
import type { HistoryEntry } from './history.js';

const RIDGE = 1;
const FEWEST = 10;
const MOST_NEIGHBOURS = 40;

export interface EffectOptions {
  readonly space: Space;
  readonly names: SlotNames;
  readonly answer: Encoding;
  readonly entries: readonly HistoryEntry[];
}

/** How much each slot matters, and what changing one would do. Nothing for fewer than ten architectures. */
export function effectBlocks(options: EffectOptions): Block[] {
  const { space, entries, names } = options;
  const evaluated = entries.flatMap(({ encoding, loss, duplicateOf }) =>
    encoding === null || duplicateOf !== null ? [] : [observationOf(encoding, loss)],
  );
  if (evaluated.length < FEWEST) return [];
  const data = new ModelData(space, evaluated, { kind: 'additive', ridge: RIDGE, parts: [] });
  const model = data.fit();
  return [
    {
      type: 'chart',
      id: 'slots',
      chart: importanceChart(model, names, evaluated.length),
      text:
        'A linear model of the rank of all evaluated architectures: so much of all places lies between the best and ' +
        `the worst choice of a slot. The model explains ${(100 * explained(data, model)).toFixed(0)} % of the variance of the ranks.`,
    },
    {
      type: 'table',
      title: 'What changing one choice would do',
      table: neighbourTable(options, data, model),
    },
  ];
}

function observationOf(encoding: Encoding, loss: number) {
  return { phase: 'guided' as const, encoding, loss, curve: [], stopped: false, proxyValues: {} };
}

/** Share of the variance of the ranks that the model explains. */
function explained({ observations, targets }: ModelData, model: LinearModel): number {
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  const total = targets.reduce((sum, target) => sum + (target - mean) ** 2, 0);
  const left = observations.reduce(
    (sum, { encoding }, index) => sum + ((targets[index] ?? 0) - model.value(encoding)) ** 2,
    0,
  );
  return total > 0 ? Math.max(0, 1 - left / total) : 0;
}

function importanceChart({ terms }: LinearModel, { slots }: SlotNames, count: number): PlaneChart {
  const points = (terms ?? []).map((own, x) => {
    const range = Math.max(...own) - Math.min(...own);
    return { x, y: Number(((100 * range) / count).toFixed(2)) };
  });
  return {
    kind: 'plane',
    title: 'How much each slot matters',
    x: { label: 'slot', categories: [...slots] },
    y: { label: 'places between best and worst choice, %' },
    series: [{ name: 'importance', as: 'bars', points }],
  };
}

function neighbourTable(
  { space, names, answer, entries }: EffectOptions,
  data: ModelData,
  model: LinearModel,
): ReportTable {
  const count = data.targets.length;
  const known = new Map<string, number>();
  for (const [item, { canonical }] of entries.entries()) if (!known.has(canonical)) known.set(canonical, item);
  const ranks = new Map(data.observations.map(({ encoding }, index) => [encoding.join(), data.targets[index] ?? 0]));
  const rows = space.neighbours(answer).map((neighbour) => {
    const item = known.get(space.print(space.canonical(neighbour)));
    const entry = item === undefined ? undefined : entries[item];
    const measured = entry?.encoding ? ranks.get(entry.encoding.join()) : undefined;
    const rank = measured ?? Math.min(count, Math.max(1, model.value(neighbour)));
    return { neighbour, item, loss: entry?.loss ?? Number.NaN, rank, isMeasured: measured !== undefined };
  });
  rows.sort((a, b) => a.rank - b.rank);
  return {
    columns: ['change', `rank among ${count}`, 'by', 'loss'].map((label, index) => ({
      label,
      numeric: index === 1 || index === 3,
    })),
    rows: rows.slice(0, MOST_NEIGHBOURS).map(({ neighbour, item, loss, rank, isMeasured }) => ({
      cells: [
        changeOf(answer, neighbour, names),
        Math.round(rank),
        isMeasured ? 'evaluated' : 'predicted',
        Number.isFinite(loss) ? Number(loss.toPrecision(4)) : null,
      ],
      ...(item !== undefined && { item }),
    })),
  };
}

function changeOf(answer: Encoding, neighbour: Encoding, { slots, categories }: SlotNames): string {
  return slots
    .flatMap((name, slot) => {
      const [before, after] = [answer[slot], neighbour[slot]];
      if (before === after) return [];
      return [`${name}: ${categories[slot]?.[before ?? 0] ?? ''} → ${categories[slot]?.[after ?? 0] ?? ''}`];
    })
    .join('; ');
}
