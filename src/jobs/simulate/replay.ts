/** One simulated search: the controller and the strategy of a real one, with evaluations from a table. */
import { withProxies } from '../../evaluators/proxies.js';
import { ProxyMeasurements } from '../../evaluators/proxy-measurements.js';
import { createScreener } from '../../evaluators/screener.js';
import { createObjective } from '../../objectives/index.js';
import { createRandom } from '../../random/random.js';
import { searchSpace } from '../../search/controller.js';
import type { SearchEvent } from '../../search/events.js';
import type { Encoding, Space } from '../../spaces/space.js';
import { drawDistinct, encodingKey } from '../../strategies/draw.js';
import { createStrategy } from '../../strategies/index.js';
import { Constraint, limitedCosts } from '../../strategies/limits/constraint.js';
import { CostTable, type FindCosts } from '../../strategies/limits/costs.js';
import type { Strategy, Surrogate } from '../../strategies/strategy.js';
import { CostMeter, type SearchCost } from '../compare/cost.js';
import type { PlannedVariant } from './plan.js';
import { restrictSpace, type SpacePart } from './restricted-space.js';
import { type Forms, type Half, isInHalf } from './split.js';
import { createTableEvaluator, createTableMeasure, knownGenotypes, type TableSource } from './table-evaluator.js';

/** Spaces up to this size are listed, to know how many genotypes can be proposed. */
const MOST_LISTED = 100_000;

/** A batch of a table as searches of one variant see it. */
export interface Arena {
  readonly source: TableSource;
  /** The whole space. */
  readonly space: Space;
  /** The architectures that searches may propose. */
  readonly known: SpacePart;
  /** The architectures that a warm-up may propose: the random sample, since named genotypes would bias it. All, without a sample. */
  readonly sample: SpacePart;
  /** Genotypes that searches may propose. */
  readonly size: number;
}

export function openArena(source: TableSource, space: Space, { half, forms }: { half: Half; forms: Forms }): Arena {
  if (source.complete !== undefined) return openWhole(source, space, { half, forms });
  const known = [...knownGenotypes(source)].filter((genotype) => isInHalf(genotype, half));
  const drawn = source.table.architectures.get('sample');
  const sample = drawn === undefined ? known : known.filter((genotype) => drawn.has(genotype));
  const partOf = (genotypes: readonly string[]) => (forms === 'all' ? allForms : canonicalForms)(space, genotypes);
  const proposable = partOf(known);
  const size = forms === 'all' ? sizeOf(space, proposable.has, known.length) : known.length;
  return { source, space, known: proposable, sample: partOf(sample), size };
}

/** Searches of a table that is completed on the way propose from the whole space, as real ones do. */
function openWhole(source: TableSource, space: Space, { half, forms }: { half: Half; forms: Forms }): Arena {
  const has = (encoding: Encoding) => {
    const canonical = space.canonical(encoding);
    if (forms === 'canonical' && encodingKey(canonical) !== encodingKey(encoding)) return false;
    return half === 'all' || isInHalf(space.print(canonical), half);
  };
  const whole = { list: undefined, has };
  return { source, space, known: whole, sample: whole, size: sizeOf(space, has, space.size) };
}

function canonicalForms(space: Space, genotypes: readonly string[]): SpacePart {
  const list = genotypes.map((genotype) => space.parse(genotype));
  const keys = new Set(list.map(encodingKey));
  return { list, has: (encoding) => keys.has(encodingKey(encoding)) };
}

function allForms(space: Space, genotypes: readonly string[]): SpacePart {
  const known = new Set(genotypes);
  return { list: undefined, has: (encoding) => known.has(space.print(space.canonical(encoding))) };
}

/** The number of genotypes in a part of the space. @param otherwise the number for a space that is too large to list */
function sizeOf(space: Space, has: SpacePart['has'], otherwise: number): number {
  if (space.size > MOST_LISTED) return otherwise;
  let size = 0;
  for (const encoding of drawDistinct(space, createRandom(0, 'list', 0))) if (has(encoding)) size += 1;
  return size;
}

/** The end of a simulated search. */
export interface Replayed {
  readonly genotype: string;
  readonly reason: string;
  /** Architectures in the history. */
  readonly architectures: number;
  readonly cost: SearchCost;
  /** Draws and neighbours that the table does not have. */
  readonly refused: number;
  /** The probability that the search states for its answer; null if its rule states none. */
  readonly confidence: number | null;
  /** The proposed genotypes, in order. */
  readonly proposals: readonly string[];
}

export interface ReplayOptions {
  readonly arena: Arena;
  readonly variant: PlannedVariant;
  readonly seed: number;
  readonly surrogate: Surrogate;
  /** Costs of networks, for limits. */
  readonly costs: FindCosts;
  /** Whether to estimate how sure the answer is, which takes longer than the search. */
  readonly confident: boolean;
  /** Called with each event of the search. */
  readonly onEvent?: ((event: SearchEvent) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Replays one search. Equal arguments give equal results. */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { arena, variant, seed, signal } = options;
  const { batch } = variant.plan.specification;
  const meter = new CostMeter(batch.size);
  const proposals: string[] = [];
  const { events, refused } = begin(options);
  for await (const event of events) {
    signal.throwIfAborted();
    meter.add(event);
    options.onEvent?.(event);
    if (event.type === 'proposed') proposals.push(...event.genotypes);
    if (event.type !== 'finished') continue;
    const { genotype, reason, confidence: stated } = event;
    return {
      ...{ genotype, reason, proposals },
      architectures: proposals.length,
      cost: meter.total,
      refused: refused(),
      confidence: stated?.answer ?? null,
    };
  }
  throw new Error(`The search with the seed ${seed} on ${arena.source.table.folder} ended without an answer.`);
}

function begin({ arena, variant, seed, surrogate, costs: find, confident, signal }: ReplayOptions) {
  const { config, plan } = variant;
  const settings = { ...plan.settings, seed };
  const { warmup, workers, proposals, screen, limits } = settings;
  let inWarmUp = true;
  const part = () => (inWarmUp ? arena.sample : arena.known);
  const restricted = restrictSpace(arena.space, part, arena.size);
  const { space } = restricted;
  // A table that is completed on the way lacks nothing.
  const refused = arena.source.complete === undefined ? restricted.refused : () => 0;
  const objective = createObjective(settings.objective, { reference: warmup });
  const known = new ProxyMeasurements([]);
  const measure = createTableMeasure(arena.source);
  const definitions = config.catalogue.proxies;
  const evaluator = withProxies(createTableEvaluator(arena.source, workers), {
    ...{ objective, measure, known, definitions },
    steps: plan.specification.steps,
  });
  const { screening } = objective;
  const screener =
    screen === 0 || screening === null
      ? undefined
      : createScreener({
          ...{ space, screening, measure, known, seed, signal },
          keep: screen,
          capacity: workers,
          record: () => {},
        });
  const costs = new CostTable({ space, find });
  const constraint = limitedCosts(limits).length === 0 ? undefined : new Constraint(limits, costs);
  const context = { space, settings, screener, surrogate, costs, constraint };
  const strategy = createStrategy(plan.definitions.strategy, context);
  const { confidence, ...others } = strategy;
  const asked: Strategy = {
    ...others,
    ...(confident && confidence && { confidence }),
    ask(history, capacity) {
      inWarmUp = history.length < warmup;
      return strategy.ask(history, capacity);
    },
  };
  const search = { space, strategy: asked, objective, evaluator, seed, proposals, constraint, signal };
  return { events: searchSpace(search), refused };
}
