/** Whether a space has an architecture within limits at all, and the least that it has. */
import { UsageError } from '../../errors.js';
import { createRandom } from '../../random/random.js';
import type { Encoding, Space } from '../../spaces/space.js';
import { drawDistinct, encodingKey, take } from '../draw.js';
import { Constraint, limitedCosts, usageOf } from './constraint.js';
import { COUNTED_COSTS, type NetworkCost, type NetworkCosts } from './costs.js';
import { cheapestFirst, descend } from './nearest.js';
import { describeCost, describeLimits } from './words.js';

/** Random architectures that are looked at first. */
const DRAWS = 64;
/** Of these, the ones that a way within the limits is sought from. */
const STARTS = 4;
/** Spaces up to this size are listed completely. */
const MOST_LISTED = 20_000;
/** Architectures that a search for the least goes on from in each step, and steps without progress that end it. */
const BEAM = 16;
const PATIENCE = 3;
const MOST_STEPS = 200;
/** Architectures with the fewest FLOPs whose latency is measured, to find a low one. */
const MEASURED = 8;

/** The lowest value of a cost that was found in a space. */
export interface Least {
  readonly cost: NetworkCost;
  readonly value: number;
  readonly encoding: Encoding;
  /** Whether no architecture of the space has less. */
  readonly exact: boolean;
}

/**
 * Checks that a search within the limits can begin.
 * @param seed of the architectures that are looked at first
 * @throws UsageError `infeasible-limits` that tells the least that the space has
 */
export async function checkFeasible(constraint: Constraint, seed: number): Promise<void> {
  const { space } = constraint;
  const drawn = take(drawDistinct(space, createRandom(seed, 'feasible', 0)), DRAWS);
  const usages = await constraint.countedUsage(drawn);
  const promising = drawn
    .map((encoding, index) => ({ encoding, usage: usages[index] ?? 0 }))
    .sort((a, b) => a.usage - b.usage)
    .slice(0, STARTS);
  for (const { encoding } of promising) if (await constraint.admits(encoding)) return;
  for (const { encoding } of promising) if ((await descend(encoding, constraint)).usage <= 1) return;
  const least: Least[] = [];
  for (const cost of limitedCosts(constraint.limits)) {
    const one = await leastOf(cost, constraint);
    if (await constraint.admits(one.encoding)) return;
    least.push(one);
  }
  if (space.size <= MOST_LISTED && (await someListed(constraint))) return;
  throw await infeasible(constraint, least);
}

/** The least value of a cost: exact for counted costs in small spaces, otherwise the lowest that a search finds. */
export async function leastOf(
  cost: NetworkCost,
  { space, table }: Pick<Constraint, 'space' | 'table'>,
): Promise<Least> {
  if (cost === 'latency') return leastLatency(new Constraint({}, table));
  const isListed = space.size <= MOST_LISTED;
  const among = isListed ? listed(space) : await lowestByBeam(cost, new Constraint({}, table));
  const values = await table.costsOf(among, COUNTED_COSTS);
  const { encoding, value } = lowest(among, values, cost);
  return { cost, value, encoding, exact: isListed };
}

async function leastLatency(free: Constraint): Promise<Least> {
  const { space, table } = free;
  const few = space.size <= MOST_LISTED ? listed(space) : await lowestByBeam('flops', free);
  const among = (await cheapestFirst(few, free)).slice(0, MEASURED);
  const { encoding, value } = lowest(among, await table.costsOf(among, ['latency']), 'latency');
  return { cost: 'latency', value, encoding, exact: false };
}

function lowest(encodings: readonly Encoding[], costs: readonly NetworkCosts[], cost: NetworkCost) {
  const all = encodings.map((encoding, index) => ({
    encoding,
    value: costs[index]?.[cost] ?? Number.POSITIVE_INFINITY,
  }));
  return all.reduce((a, b) => (b.value < a.value ? b : a));
}

/** All genotypes of a space, in lexicographic order. */
export function listed(space: Space): Encoding[] {
  return space.slots.reduce<Encoding[]>(
    (begun) =>
      begun.flatMap((before) =>
        space.conditionalWeights(before).flatMap((weight, category) => (weight > 0 ? [[...before, category]] : [])),
      ),
    [[]],
  );
}

/** Whether one of all architectures is within the limits. Latencies are not measured for a whole space. */
async function someListed(constraint: Constraint): Promise<boolean> {
  if (constraint.measures) return false;
  const usages = await constraint.countedUsage(listed(constraint.space));
  return usages.some((usage) => usage <= 1);
}

/** The end of a beam search: the neighbours of the best architectures are looked at, until nothing gets lower. */
async function lowestByBeam(cost: (typeof COUNTED_COSTS)[number], { space, table }: Constraint): Promise<Encoding[]> {
  let beam = take(drawDistinct(space, createRandom(0, 'least', 0)), BEAM);
  let best = Number.POSITIVE_INFINITY;
  for (let step = 0, idle = 0; step < MOST_STEPS && idle < PATIENCE; step += 1) {
    const wider = new Map(
      [...beam, ...beam.flatMap((one) => space.neighbours(one))].map((one) => [encodingKey(one), one]),
    );
    const all = [...wider.values()];
    const costs = await table.costsOf(all, COUNTED_COSTS);
    const ranked = all
      .map((encoding, index) => ({ encoding, value: costs[index]?.[cost] ?? Number.POSITIVE_INFINITY }))
      .sort((a, b) => (a.value < b.value ? -1 : Number(a.value > b.value)));
    // Different architectures at one value keep ways open that lead through equal costs.
    beam = ranked.slice(0, BEAM).map(({ encoding }) => encoding);
    const value = ranked[0]?.value ?? best;
    idle = value < best ? 0 : idle + 1;
    best = Math.min(best, value);
  }
  return beam;
}

async function infeasible({ limits, table, space }: Constraint, least: readonly Least[]): Promise<UsageError> {
  const over = least.filter(({ cost, value }) => value > (limits[cost] ?? value));
  const told = least.map(
    ({ cost, value, exact }) => `${describeCost(cost, value)}${exact ? '' : ' (found by search)'}`,
  );
  const together = over.length === 0 ? 'The limits can be met one by one, but not together. ' : '';
  const nearest = await nearestOf(least, limits, table);
  return new UsageError(
    `No architecture of ${space.name} is within the limits: ${describeLimits(limits)}. ${together}` +
      `The least that the space has: ${told.join('; ')}.${over.length === 0 ? ` The nearest has ${nearest}.` : ''}`,
    {
      code: 'infeasible-limits',
      nextSteps: ['Raise the limits (--max-params, --max-flops, --max-latency), or choose a smaller network or space.'],
    },
  );
}

/** The costs of the architecture that is least over the limits, of those with the least of one cost. */
async function nearestOf(least: readonly Least[], limits: Constraint['limits'], table: Constraint['table']) {
  const encodings = least.map(({ encoding }) => encoding);
  const costs = await table.costsOf(encodings, limitedCosts(limits));
  const nearest = costs.reduce((a, b) => (usageOf(b, limits) < usageOf(a, limits) ? b : a));
  return limitedCosts(limits)
    .map((cost) => describeCost(cost, nearest[cost] ?? Number.POSITIVE_INFINITY))
    .join(', ');
}
