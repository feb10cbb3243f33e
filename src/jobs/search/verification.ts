import type { Verification } from '../../protocol/messages.js';
import { createRandom, derivedSeed, type Random } from '../../random/random.js';
import type { Sidecar } from '../../sidecar/client.js';
import type { Encoding, Space } from '../../spaces/space.js';
import { drawWithin } from '../../strategies/limits/draws.js';
import type { SearchCosts } from './costs.js';
import type { SearchStore } from './journal.js';
import type { ResolvedSearch } from './plan.js';
import type { VerificationReport } from './result.js';

/** Images in a step of a proper training. */
const BATCH_SIZE = 64;

export interface VerificationOptions {
  readonly run: ResolvedSearch;
  /** With workers that hold the images. */
  readonly sidecar: Pick<Sidecar, 'request'>;
  readonly store: SearchStore;
  readonly space: Space;
  readonly costs: SearchCosts | undefined;
  readonly genotype: string;
  readonly signal: AbortSignal;
}

/**
 * Trains the found architecture and random ones properly, with the same schedule, and compares their accuracies on
 * held-out images. This checks a search without a benchmark. Trainings in the journal are not repeated.
 */
export async function verifyAnswer(options: VerificationOptions): Promise<VerificationReport> {
  const random = await drawOthers(options, options.run.verify.architectures);
  const genotypes = [options.genotype, ...random];
  const answers: Verification[] = [];
  for (const [index, genotype] of genotypes.entries()) {
    answers.push(await trainProperly(options, genotype, index, genotypes.length));
  }
  const [found, ...others] = answers as [Verification, ...Verification[]];
  return {
    found,
    random: random.map((genotype, index) => ({ genotype, verification: others[index] as Verification })),
  };
}

/** Random architectures within the limits that are isomorphic neither to the found one nor to each other. */
async function drawOthers(options: VerificationOptions, count: number): Promise<string[]> {
  const { space, genotype, run, costs } = options;
  const random = createRandom(run.plan.settings.seed, 'verification', 0);
  const stream = costs?.constraint === undefined ? drawAll(space, random) : drawWithin(costs.constraint, random);
  const taken = new Set([space.print(space.canonical(space.parse(genotype)))]);
  const drawn: string[] = [];
  let tries = 0;
  for await (const encoding of stream) {
    // A space may have fewer such architectures.
    tries += 1;
    if (drawn.length >= count || tries > 1000 * count) break;
    const canonical = space.print(space.canonical(encoding));
    if (taken.has(canonical)) continue;
    taken.add(canonical);
    drawn.push(space.print(encoding));
  }
  return drawn;
}

function* drawAll(space: Space, random: Random): Generator<Encoding, never> {
  for (;;) yield space.sample(random);
}

async function trainProperly(
  options: VerificationOptions,
  genotype: string,
  index: number,
  count: number,
): Promise<Verification> {
  const { run, sidecar, store, signal } = options;
  for (const { entry } of store.lines) {
    if (entry.type === 'verified' && entry.genotype === genotype) return entry.verification;
  }
  const verification = await sidecar.request(
    'verify',
    {
      digest: run.digest,
      genotype,
      seed: derivedSeed(run.plan.settings.seed, 'verification', genotype),
      epochs: run.verify.epochs,
      batchSize: BATCH_SIZE,
      learningRate: run.plan.specification.optimizer.learningRate,
    },
    { signal, onProgress: ({ done, total }) => store.emit({ type: 'verifying', genotype, index, count, done, total }) },
  );
  store.write({ type: 'verified', genotype, verification });
  store.emit({ type: 'verified', genotype, index, count, verification });
  return verification;
}
