/** The way from an architecture that is over the limits to one within them. */
import type { Encoding } from '../../spaces/space.js';
import type { Constraint } from './constraint.js';

/** Longer than the way through any built-in space. */
const MOST_STEPS = 400;
/** Neighbours whose latency is measured in a step; those with the fewest FLOPs. */
const MEASURED_NEIGHBOURS = 8;

export interface Reached {
  readonly encoding: Encoding;
  /** At most 1 when it is within the limits; see `usageOf`. */
  readonly usage: number;
}

/**
 * Changes one choice at a time, so that the limits are used less with each change, until the architecture is within them
 * or no change helps. A pure function of the start and of the costs.
 */
export async function descend(start: Encoding, constraint: Constraint): Promise<Reached> {
  let current: Reached = { encoding: start, usage: await constraint.usage(start) };
  for (let step = 0; step < MOST_STEPS && current.usage > 1; step += 1) {
    const next = await lowerNeighbour(current, constraint);
    if (next === undefined) break;
    current = next;
  }
  return current;
}

/** The nearest architecture within the limits that {@link descend} reaches; undefined when it reaches none. */
export async function nearestWithin(start: Encoding, constraint: Constraint): Promise<Encoding | undefined> {
  const { encoding, usage } = await descend(start, constraint);
  return usage <= 1 ? encoding : undefined;
}

async function lowerNeighbour(current: Reached, constraint: Constraint): Promise<Reached | undefined> {
  const neighbours = constraint.space.neighbours(current.encoding);
  const usages = await constraint.countedUsage(neighbours);
  const all = neighbours.map((encoding, index) => ({ encoding, usage: usages[index] ?? Number.POSITIVE_INFINITY }));
  if (!constraint.measures || (await isOverCounted(current, constraint))) {
    const next = nextOf(all);
    return next !== undefined && next.usage < current.usage ? next : undefined;
  }
  const allowed = all.filter(({ usage }) => usage <= 1).map(({ encoding }) => encoding);
  for (const encoding of (await cheapestFirst(allowed, constraint)).slice(0, MEASURED_NEIGHBOURS)) {
    const usage = await constraint.usage(encoding);
    if (usage < current.usage) return { encoding, usage };
  }
  return undefined;
}

async function isOverCounted({ encoding }: Reached, constraint: Constraint): Promise<boolean> {
  const [usage = 0] = await constraint.countedUsage([encoding]);
  return usage > 1;
}

/** Of those within the limits the one that uses them most, since it differs least. Without any, the one least over them. */
function nextOf(all: readonly Reached[]): Reached | undefined {
  const within = all.filter(({ usage }) => usage <= 1);
  const [first, ...others] = within.length > 0 ? within : all;
  const sign = within.length > 0 ? -1 : 1;
  return first && others.reduce((best, other) => (sign * other.usage < sign * best.usage ? other : best), first);
}

/** The architectures by rising FLOPs; equal ones keep their order. */
export async function cheapestFirst(encodings: readonly Encoding[], constraint: Constraint): Promise<Encoding[]> {
  const flops = await constraint.flopsOf(encodings);
  return encodings
    .map((encoding, index) => ({ encoding, flops: flops[index] ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.flops < b.flops ? -1 : Number(a.flops > b.flops)))
    .map(({ encoding }) => encoding);
}
