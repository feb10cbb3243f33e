/** One simulated search: the controller and the strategy of a real one, with evaluations from a table. */
import { withProxies } from '../../evaluators/proxies.js';
import { ProxyMeasurements } from '../../evaluators/proxy-measurements.js';
import { createScreener } from '../../evaluators/screener.js';
import { createObjective } from '../../objectives/index.js';
import { createRandom } from '../../random/random.js';
import { searchSpace } from '../../search/controller.js';
import type { Space } from '../../spaces/space.js';
import { drawDistinct } from '../../strategies/draw.js';
import { createStrategy } from '../../strategies/index.js';
import type { Strategy, Surrogate } from '../../strategies/strategy.js';
import { CostMeter, type SearchCost } from '../compare/cost.js';
import type { PlannedVariant } from './plan.js';
import { restrictSpace } from './restricted-space.js';
import { type Half, isInHalf } from './split.js';
import { createTableEvaluator, createTableMeasure, knownGenotypes, type TableSource } from './table-evaluator.js';

/** Spaces of this size are listed, to know how many genotypes the table has. */
const MOST_LISTED = 100_000;

/** A batch of a table as searches of one variant see it. */
export interface Arena {
  readonly source: TableSource;
  /** The whole space. */
  readonly space: Space;
  /** Canonical genotypes that searches may propose. */
  readonly known: ReadonlySet<string>;
  /** Those that a warm-up may propose: the random sample, since named genotypes would bend it. All of a table without one. */
  readonly sample: ReadonlySet<string>;
  /** Genotypes of the space whose canonical form is known. */
  readonly size: number;
}

export function openArena(source: TableSource, space: Space, half: Half): Arena {
  const all = knownGenotypes(source);
  const known = new Set([...all].filter((genotype) => isInHalf(genotype, half)));
  const drawn = source.table.architectures.get('sample');
  const sample = drawn === undefined ? known : new Set([...known].filter((genotype) => drawn.has(genotype)));
  return { source, space, known, sample, size: sizeOf(space, known) };
}

function sizeOf(space: Space, known: ReadonlySet<string>): number {
  if (space.size > MOST_LISTED) return known.size;
  let size = 0;
  for (const encoding of drawDistinct(space, createRandom(0, 'list', 0))) {
    if (known.has(space.print(space.canonical(encoding)))) size += 1;
  }
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
    if (event.type === 'proposed') proposals.push(...event.genotypes);
    if (event.type !== 'finished') continue;
    const { genotype, reason, confidence } = event;
    return {
      ...{ genotype, reason, proposals },
      architectures: proposals.length,
      cost: meter.total,
      refused: refused(),
      confidence: confidence?.answer ?? null,
    };
  }
  throw new Error(`The search with the seed ${seed} on ${arena.source.table.folder} ended without an answer.`);
}

function begin({ arena, variant, seed, surrogate, signal }: ReplayOptions) {
  const { config, plan } = variant;
  const settings = { ...plan.settings, seed };
  const { warmup, workers, proposals, screen } = settings;
  let inWarmUp = true;
  const has = (canonical: string) => (inWarmUp ? arena.sample : arena.known).has(canonical);
  const { space, refused } = restrictSpace(arena.space, has, arena.size);
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
  const strategy = createStrategy(plan.definitions.strategy, { space, settings, screener, surrogate });
  const asked: Strategy = {
    ...strategy,
    ask(history, capacity) {
      inWarmUp = history.length < warmup;
      return strategy.ask(history, capacity);
    },
  };
  return { events: searchSpace({ space, strategy: asked, objective, evaluator, seed, proposals, signal }), refused };
}
