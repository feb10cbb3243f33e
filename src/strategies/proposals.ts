import { SidecarError } from '../errors.js';
import type { Fit } from '../protocol/forest.js';
import { createRandom } from '../random/random.js';
import type { Encoding, Space } from '../spaces/space.js';
import { encodingKey, keysOf } from './draw.js';
import type { Draws } from './draws.js';
import type { FitObservation, Observation, Screened, Screener, Surrogate } from './strategy.js';

/** Positions by falling probability; equal ones keep their order. */
function mostProbableFirst(probabilities: readonly number[]): number[] {
  return probabilities
    .map((probability, position) => ({ probability, position }))
    .sort((a, b) => b.probability - a.probability)
    .map(({ position }) => position);
}

/** The body of the protocol's `fit`, which labels as good what lies below the threshold. */
export function fitRequest(
  history: readonly FitObservation[],
  candidates: readonly Encoding[],
  options: { space: Space; threshold: number; seed: number },
): Fit {
  return {
    features: options.space.features.map((rows) => rows.map((row) => [...row])),
    known: history.map(({ encoding }) => [...encoding]),
    good: history.map(({ loss }) => loss < options.threshold),
    candidates: candidates.map((candidate) => [...candidate]),
    trees: options.space.trees,
    // scikit-learn's seeds have 32 bits.
    seed: options.seed % 2 ** 32,
  };
}

export interface GuidedTurn {
  readonly space: Space;
  readonly draws: Draws;
  readonly surrogate: Surrogate;
  /** Left out when the forest ranks all candidates. */
  readonly screener?: Screener | undefined;
  readonly seed: number;
  /** Distinct random architectures to choose from. */
  readonly candidates: number;
  readonly history: readonly Observation[];
  readonly threshold: number;
  /** Trainings that run in parallel. */
  readonly wanted: number;
  /** Evaluations left; at least `wanted`. */
  readonly room: number;
}

export interface Proposals {
  readonly encodings: readonly Encoding[];
  readonly screened?: Screened | undefined;
}

/**
 * Proposes the candidates with the highest probability of being good, best first: one for each training that runs in
 * parallel, and those that {@link fillTurn} adds. Each turn draws new candidates from a stream that is numbered by
 * the length of the history. Source: `RF_suggest.fitting_samples`, which proposes one.
 * @returns fewer than wanted, or none, when the space has no more
 */
export async function guidedProposals(turn: GuidedTurn): Promise<Proposals> {
  const { draws, seed, candidates, history, wanted } = turn;
  const random = createRandom(seed, 'candidates', history.length);
  const drawn = await draws.candidates(random, { count: candidates, wanted, known: keysOf(history) });
  if (drawn.length === 0) return { encodings: [] };
  if (turn.screener === undefined) return { encodings: await mostProbable(turn, drawn) };
  const { kept, screened } = await turn.screener(drawn, history, wanted);
  return { encodings: await mostProbable(turn, kept), screened };
}

async function mostProbable(turn: GuidedTurn, candidates: readonly Encoding[]): Promise<Encoding[]> {
  const { space, seed, history, threshold } = turn;
  const probabilities = await turn.surrogate(fitRequest(history, candidates, { space, threshold, seed }));
  if (probabilities.length !== candidates.length) {
    const message = `The forest returned ${probabilities.length} probabilities for ${candidates.length} candidates.`;
    throw new SidecarError(message, { code: 'surrogate-mismatch' });
  }
  const ordered = mostProbableFirst(probabilities).flatMap((position) => candidates.slice(position, position + 1));
  return fillTurn(ordered, turn);
}

/**
 * Takes the first candidates until as many trainings are needed as run in parallel. A candidate that is isomorphic
 * to a scored architecture needs no training, so the next ones are taken too and no worker is idle. If none of the
 * first `wanted` candidates needs a training, the turn stays as it is: the forest is asked again immediately, with a
 * longer history.
 */
async function fillTurn(ordered: readonly Encoding[], turn: GuidedTurn): Promise<Encoding[]> {
  const { space, draws, history, wanted, room } = turn;
  const classOf = (encoding: Encoding) => encodingKey(space.canonical(encoding));
  const scored = new Set(history.map(({ encoding }) => classOf(encoding)));
  const known = scored.size;
  const proposals: Encoding[] = [];
  for await (const encoding of draws.within(ordered, keysOf(history))) {
    proposals.push(encoding);
    scored.add(classOf(encoding));
    const trainings = scored.size - known;
    if (proposals.length >= wanted && (trainings === 0 || trainings >= wanted)) break;
    if (proposals.length >= room) break;
  }
  return proposals;
}
