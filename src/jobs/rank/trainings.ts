/** Accuracies of proper trainings, for spaces without a benchmark. */
import { failureOfOne } from '../../evaluators/failures.js';
import type { Verification } from '../../protocol/messages.js';
import { derivedSeed } from '../../random/random.js';
import { runPool } from '../../search/pool.js';
import type { Accuracies, AccuracySeries } from './accuracies.js';
import type { TrainedEntry } from './journal.js';
import type { MeasuringContext } from './measure.js';
import type { RankingPlan } from './plan.js';
import type { Candidate } from './sample.js';

/** Images in an update, as in the verification of a search. */
const BATCH_SIZE = 64;

/**
 * Trains each architecture of the sample with the same schedule, and measures it on held-out images. Trainings in the
 * journal are not repeated. An architecture that cannot be trained is left out.
 */
export async function trainForAccuracies(
  context: MeasuringContext,
  { plan }: RankingPlan,
  options: { readonly digest: string; readonly epochs: number; readonly sample: readonly Candidate[] },
): Promise<Accuracies> {
  const { digest, epochs, sample } = options;
  const { dataset, optimizer } = plan.specification;
  const trained = await trainMissing(context, { ...options, learningRate: optimizer.learningRate });
  const name = `${dataset} held-out`;
  const series: AccuracySeries = { name, dataset, split: 'held-out', epochs, aggregation: 'one training' };
  const known = sample.flatMap((candidate) => {
    const verification = trained.get(candidate.canonical);
    return verification === undefined
      ? []
      : [{ ...candidate, accuracies: new Map([[name, 100 * verification.accuracy]]) }];
  });
  return { source: `${epochs} epochs on ${dataset}, specification ${digest.slice(0, 12)}`, series: [series], known };
}

/** The trainings of all architectures that can be trained, by canonical genotype. */
async function trainMissing(
  { sidecar, store, workers, seed, signal }: MeasuringContext,
  options: {
    readonly digest: string;
    readonly epochs: number;
    readonly sample: readonly Candidate[];
    readonly learningRate: number;
  },
): Promise<Map<string, Verification>> {
  const { digest, epochs, sample, learningRate } = options;
  const trained = new Map<string, Verification>();
  for (const { entry } of store.job.lines) {
    if (entry.type !== 'trained' || entry.digest !== digest || entry.epochs !== epochs) continue;
    trained.set(entry.genotype, entry.verification);
  }
  const missing = [...new Set(sample.map(({ canonical }) => canonical))].filter((genotype) => !trained.has(genotype));
  const trainings = runPool({
    items: missing,
    capacity: () => workers,
    run: async (genotype): Promise<TrainedEntry | { genotype: string; failure: string }> => {
      const of = { digest, genotype, epochs };
      const body = { ...of, seed: derivedSeed(seed, 'verification', genotype), batchSize: BATCH_SIZE, learningRate };
      try {
        return { type: 'trained', ...of, verification: await sidecar.request('verify', body, { signal }) };
      } catch (error) {
        return { genotype, failure: failureOfOne(error) };
      }
    },
    signal,
  });
  let done = 0;
  for await (const one of trainings) {
    done += 1;
    if ('failure' in one) {
      store.job.notify(`${one.genotype} was not trained: ${one.failure}`);
      continue;
    }
    store.write(one);
    trained.set(one.genotype, one.verification);
    store.job.emit({
      type: 'trained',
      done,
      total: missing.length,
      genotype: one.genotype,
      verification: one.verification,
    });
  }
  return trained;
}
