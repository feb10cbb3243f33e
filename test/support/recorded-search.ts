/** Makes the folder of a search without training anything: its journal is as a search of the paper's size would write it. */
import { mkdirSync } from 'node:fs';
import { dumpConfig } from '../../src/config/index.js';
import { resolvePlan } from '../../src/evaluators/prepared-sidecar.js';
import { SEARCH_JOURNAL, type SearchEntry, type SearchHeader } from '../../src/jobs/search/journal.js';
import { planNewSearch, searchHeaderOf } from '../../src/jobs/search/plan.js';
import { createObjective } from '../../src/objectives/index.js';
import { createRandom } from '../../src/random/random.js';
import { searchSpace } from '../../src/search/controller.js';
import type { EvaluationOutcome } from '../../src/search/evaluator.js';
import type { Encoding } from '../../src/spaces/space.js';
import { ensureJobFolder } from '../../src/store/folder.js';
import { openJob } from '../../src/store/job-store.js';
import { createStrategy } from '../../src/strategies/index.js';

export interface RecordedSearchOptions {
  readonly cfg: string;
  readonly overrides?: readonly string[];
  /** The failure of an architecture; undefined for none. Its text reaches the report. */
  readonly failureOf?: (index: number) => string | undefined;
}

/** @param folder which is made */
export async function recordSearch(
  folder: string,
  { cfg, overrides, failureOf }: RecordedSearchOptions,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const planned = await planNewSearch({ cfg, overrides: overrides ?? [] });
  const run = { ...planned, ...resolvePlan(planned.config, null) };
  const { settings, definitions, specification } = run.plan;
  const { space } = definitions.space;
  const store = openJob<SearchEntry, SearchHeader, never>({
    place: { kind: 'fresh' },
    format: SEARCH_JOURNAL,
    describe: () => null,
    listener: { emit: () => {}, opened: () => {}, fail: () => {} },
  });
  const versions = { python: '3.11.7', torch: '2.13.0+cpu' };
  const session = { type: 'session' as const, pid: 1, versions, device: 'cpu', batch: null };
  const begin = {
    folder: () => ensureJobFolder(folder),
    config: dumpConfig(run.config.settings),
    header: searchHeaderOf(run),
  };
  store.begin({ ...begin, session });
  const surrogate = async ({ candidates }: { readonly candidates: readonly Encoding[] }) =>
    candidates.map((encoding) => 1 / (1 + lossOf(encoding)));
  let count = 0;
  const evaluator = {
    capacity: 4,
    evaluate: async ({ genotype }: { readonly genotype: string }): Promise<EvaluationOutcome> => {
      count += 1;
      const failure = failureOf?.(count - 1);
      return failure === undefined ? outcomeOf(space.parse(genotype), count, specification.steps) : { failure };
    },
  };
  const strategy = createStrategy(definitions.strategy, { space, settings, surrogate });
  const objective = createObjective(settings.objective, { reference: settings.warmup });
  const events = searchSpace({ space, strategy, objective, evaluator, seed: settings.seed });
  for await (const { replayed: _, ...event } of events) {
    if (event.type === 'proposed' || event.type === 'evaluated' || event.type === 'finished') {
      store.write(event as SearchEntry);
    }
  }
  store.close();
}

/** A loss that depends on each slot, so that there is something to learn. */
function lossOf(encoding: Encoding): number {
  return encoding.reduce((sum, category, slot) => sum + ((category * 7 + slot * 3) % 5) / (2 + slot), 0.05);
}

function outcomeOf(encoding: Encoding, index: number, steps: number): EvaluationOutcome {
  const random = createRandom(1, 'recorded search', index);
  const loss = lossOf(encoding) * (0.9 + 0.2 * (random.below(1000) / 1000));
  const curve = Array.from({ length: steps }, (_, step) => loss + 2 * Math.exp(-step / 20));
  const cka = [0.95, 0.9, 0.8].map((value) => value - loss / 20);
  const last = curve.at(-1) ?? loss;
  const every = Math.ceil(steps / 20);
  const course = Array.from({ length: Math.ceil(steps / every) }, (_, point) => 1 - Math.exp(-point / 5));
  const ckaCurve = { every, stages: cka.map((final) => course.map((value) => Number((final * value).toFixed(4)))) };
  return {
    evaluation: {
      ...{ loss: last, curve, cka, ckaCurve, crossEntropy: last / 2 },
      ...{ steps, stopped: null, flops: 30, seconds: 4.2 },
    },
  };
}
