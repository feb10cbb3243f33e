import { quantile } from '../../statistics/quantile.js';

/** A value that holds from a cost upwards. */
export interface Change {
  readonly cost: number;
  readonly value: number;
}

/** The values of a search over its cost: a step function, by rising cost. */
export interface Stairs {
  readonly changes: readonly Change[];
  /** Cost at the end of the search. */
  readonly end: number;
}

export interface CurvePoint {
  readonly cost: number;
  readonly median: number;
  /** First and third quartile. */
  readonly low: number;
  readonly high: number;
}

/** Removes repeated values. The last of several values at one cost holds. */
export function stairsOf(values: readonly Change[], end: number): Stairs {
  const changes: Change[] = [];
  for (const change of values) {
    if (changes.at(-1)?.cost === change.cost) changes.pop();
    if (changes.at(-1)?.value !== change.value) changes.push(change);
  }
  return { changes, end };
}

/**
 * Median and quartiles over several searches, at each cost at which one of them changes. The curve begins where all have
 * a value. A search that has ended keeps its last value.
 * @returns an empty curve if a search never has a value, or there are no searches
 */
export function curveOf(searches: readonly Stairs[]): CurvePoint[] {
  const first = searches.map(({ changes }) => changes[0]?.cost ?? Number.POSITIVE_INFINITY);
  const start = first.reduce((a, b) => Math.max(a, b), 0);
  if (searches.length === 0 || !Number.isFinite(start)) return [];
  const costs = new Set([start]);
  for (const { changes, end } of searches) {
    for (const { cost } of changes) costs.add(cost);
    costs.add(end);
  }
  const places = searches.map(() => 0);
  return [...costs]
    .filter((cost) => cost >= start)
    .sort((a, b) => a - b)
    .map((cost) => {
      const values = searches.map(({ changes }, search) => {
        let place = places[search] ?? 0;
        while ((changes[place + 1]?.cost ?? Number.POSITIVE_INFINITY) <= cost) place += 1;
        places[search] = place;
        return changes[place]?.value ?? Number.NaN;
      });
      return { cost, median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
    });
}

/** The curve with corners, for drawing: it is level up to each change. */
export function cornersOf(curve: readonly CurvePoint[]): CurvePoint[] {
  return curve.flatMap((point, index) => {
    const before = curve[index - 1];
    return before === undefined ? [point] : [{ ...before, cost: point.cost }, point];
  });
}
