/** What the evaluated architectures say about slots: an additive model of the rank of the loss. */
import type { PlaneChart } from '../../../charts/chart.js';
import type { Encoding, Space } from '../../../spaces/space.js';
import type { Block, ReportTable } from '../schema.js';
import type { HistoryEntry } from './history.js';
import type { SlotNames } from './slots.js';

/** Pulls effects of rare operations towards 0: so many observations count as if they had none. */
const SHRINKAGE = 2;
const ROUNDS = 30;
const FEWEST = 10;
const MOST_NEIGHBOURS = 40;

export interface AdditiveModel {
  readonly mean: number;
  /** Effect of each category of each slot on the place, from 0 for the best to 1 for the worst. */
  readonly effects: readonly (readonly number[])[];
  /** Share of the variance of places that the model explains. */
  readonly explained: number;
}

/** An evaluated architecture and its place among all: 0 for the lowest loss, 1 for the highest. */
interface Placed {
  readonly encoding: Encoding;
  readonly place: number;
}

/** Architectures that were evaluated. Those without a loss have the last place. */
function placedOf(entries: readonly HistoryEntry[]): Placed[] {
  const own = entries.filter(({ duplicateOf, encoding }) => duplicateOf === null && encoding !== null);
  const order = [...own].sort((a, b) => (a.loss === b.loss ? 0 : a.loss - b.loss));
  return order.flatMap(({ encoding }, index) =>
    encoding === null ? [] : [{ encoding, place: order.length === 1 ? 0 : index / (order.length - 1) }],
  );
}

/** Fits by backfitting: each slot in turn explains what the others leave. Null for too few architectures. */
export function fitAdditive(space: Space, entries: readonly HistoryEntry[]): AdditiveModel | null {
  const placed = placedOf(entries);
  if (placed.length < FEWEST) return null;
  const mean = placed.reduce((sum, { place }) => sum + place, 0) / placed.length;
  const effects = space.slots.map((categories) => new Array<number>(categories).fill(0));
  const rest = placed.map(({ place }) => place - mean);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [slot, own] of effects.entries()) fitSlot(slot, own, placed, rest);
  }
  const total = placed.reduce((sum, { place }) => sum + (place - mean) ** 2, 0);
  const left = rest.reduce((sum, value) => sum + value ** 2, 0);
  return { mean, effects, explained: total > 0 ? Math.max(0, 1 - left / total) : 0 };
}

/** Moves the effects of one slot to the shrunken means of what is left, and updates what is left. */
function fitSlot(slot: number, own: number[], placed: readonly Placed[], rest: number[]): void {
  const sums = own.map(() => 0);
  const counts = own.map(() => SHRINKAGE);
  for (const [index, { encoding }] of placed.entries()) {
    const category = encoding[slot] ?? 0;
    sums[category] = (sums[category] ?? 0) + (rest[index] ?? 0) + (own[category] ?? 0);
    counts[category] = (counts[category] ?? 0) + 1;
  }
  const before = [...own];
  for (const category of own.keys()) own[category] = (sums[category] ?? 0) / (counts[category] ?? 1);
  for (const [index, { encoding }] of placed.entries()) {
    const category = encoding[slot] ?? 0;
    rest[index] = (rest[index] ?? 0) + (before[category] ?? 0) - (own[category] ?? 0);
  }
}

export function predictedPlace({ mean, effects }: AdditiveModel, encoding: Encoding): number {
  const place = effects.reduce((sum, own, slot) => sum + (own[encoding[slot] ?? 0] ?? 0), mean);
  return Math.min(1, Math.max(0, place));
}

/** How much each slot matters, and what changing one would do. */
export function effectBlocks({
  space,
  names,
  answer,
  entries,
}: {
  space: Space;
  names: SlotNames;
  answer: Encoding;
  entries: readonly HistoryEntry[];
}): Block[] {
  const model = fitAdditive(space, entries);
  if (model === null) return [];
  const explained = `It explains ${(100 * model.explained).toFixed(0)} % of the variance of the places.`;
  return [
    {
      type: 'chart',
      id: 'slots',
      chart: importanceChart(model, names),
      text: `An additive model of the place of all evaluated architectures: between the best and the worst operation of a slot lie so many per cent of the places. ${explained}`,
    },
    {
      type: 'table',
      title: 'What changing one choice would do',
      table: neighbourTable({ space, names, answer, entries, model }),
    },
  ];
}

function importanceChart({ effects }: AdditiveModel, { slots }: SlotNames): PlaneChart {
  const points = effects.map((own, x) => ({ x, y: Number((100 * (Math.max(...own) - Math.min(...own))).toFixed(2)) }));
  return {
    kind: 'plane',
    title: 'How much each slot matters',
    x: { label: 'slot', categories: [...slots] },
    y: { label: 'places between best and worst operation, %' },
    series: [{ name: 'importance', as: 'bars', points }],
  };
}

interface NeighbourOptions {
  readonly space: Space;
  readonly names: SlotNames;
  readonly answer: Encoding;
  readonly entries: readonly HistoryEntry[];
  readonly model: AdditiveModel;
}

function neighbourTable({ space, names, answer, entries, model }: NeighbourOptions): ReportTable {
  const known = new Map(entries.map((entry, item) => [entry.canonical, { entry, item }]));
  const places = new Map(placedOf(entries).map(({ encoding, place }) => [encoding.join(), place]));
  const rows = space.neighbours(answer).map((neighbour) => {
    const found = known.get(space.print(space.canonical(neighbour)));
    const loss = found === undefined || !Number.isFinite(found.entry.loss) ? null : found.entry.loss;
    const first = found && entries.find(({ canonical }) => canonical === found.entry.canonical);
    const place = (first?.encoding && places.get(first.encoding.join())) ?? null;
    return {
      neighbour,
      item: found?.item,
      loss,
      place: place ?? predictedPlace(model, neighbour),
      measured: place !== null,
    };
  });
  rows.sort((a, b) => a.place - b.place);
  return {
    columns: ['change', 'place, % from the best', 'by', 'loss'].map((label, index) => ({
      label,
      numeric: index === 1 || index === 3,
    })),
    rows: rows.slice(0, MOST_NEIGHBOURS).map(({ neighbour, item, loss, place, measured }) => ({
      cells: [
        changeOf(answer, neighbour, names),
        Number((100 * place).toFixed(1)),
        measured ? 'evaluated' : 'predicted',
        loss === null ? null : Number(loss.toPrecision(5)),
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
