import { SidecarError } from '../errors.js';
import type { Fit } from '../protocol/messages.js';
import { createRandom } from '../random/random.js';
import type { Encoding, Space } from '../spaces/space.js';
import { drawDistinct, drawUnknown, encodingKey, keysOf, take } from './draw.js';
import type { ForestSettings } from './forest-settings.js';
import type { Observation, Screened, Screener, Surrogate } from './strategy.js';

/** The next `count` architectures of the warm-up, after the `have` that are in the history; fewer at the space's end. */
export function warmUpProposals(space: Space, seed: number, have: number, count: number): Encoding[] {
  return take(drawDistinct(space, createRandom(seed, 'warm-up', 0)), have + count).slice(have);
}

/** Positions by falling probability; of equal ones the first stays first. */
function mostProbableFirst(probabilities: readonly number[]): number[] {
  return probabilities
    .map((probability, position) => ({ probability, position }))
    .sort((a, b) => b.probability - a.probability)
    .map(({ position }) => position);
}

function fitRequest(
  history: readonly Observation[],
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
  readonly surrogate: Surrogate;
  /** Left out: the forest ranks all candidates. */
  readonly screener?: Screener | undefined;
  readonly settings: ForestSettings;
  readonly history: readonly Observation[];
  readonly threshold: number;
  /** Trainings that run side by side. */
  readonly wanted: number;
  /** Proposals that may still be made, at least as many. */
  readonly room: number;
}

export interface Proposals {
  readonly encodings: readonly Encoding[];
  readonly screened?: Screened | undefined;
}

/**
 * The candidates that the forest finds most probably good, best first, one for each of the trainings that run side by
 * side, and see {@link fillTurn}. They are drawn anew each turn, from a stream numbered by the history's length.
 * Source: `RF_suggest.fitting_samples`, which proposes one.
 * @returns fewer than wanted, or none, when the space has no more.
 */
export async function guidedProposals(turn: GuidedTurn): Promise<Proposals> {
  const { space, settings, history, wanted } = turn;
  const stream = drawDistinct(space, createRandom(settings.seed, 'candidates', history.length));
  const known = keysOf(history);
  const drawn = drawUnknown(stream, { count: settings.candidates, wanted, known });
  if (drawn.length === 0) return { encodings: [] };
  if (turn.screener === undefined) return { encodings: await mostProbable(turn, drawn) };
  const { kept, screened } = await turn.screener(drawn, history, wanted);
  return { encodings: await mostProbable(turn, kept), screened };
}

async function mostProbable(turn: GuidedTurn, candidates: readonly Encoding[]): Promise<Encoding[]> {
  const { space, settings, history, threshold } = turn;
  const request = fitRequest(history, candidates, { space, threshold, seed: settings.seed });
  const probabilities = await turn.surrogate(request);
  if (probabilities.length !== candidates.length) {
    const message = `The forest gave ${probabilities.length} probabilities for ${candidates.length} candidates.`;
    throw new SidecarError(message, { code: 'surrogate-mismatch' });
  }
  const ordered = mostProbableFirst(probabilities).flatMap((position) => candidates.slice(position, position + 1));
  return fillTurn(ordered, turn);
}

/**
 * The first of the candidates, as many as run side by side. A twin of what has a score needs no training, so the next
 * ones are taken too, until no worker waits for the others. A turn without any training is left as it is: the forest
 * is asked again at once, and knows more.
 */
function fillTurn(ordered: readonly Encoding[], { space, history, wanted, room }: GuidedTurn): Encoding[] {
  const classOf = (encoding: Encoding) => encodingKey(space.canonical(encoding));
  const scored = new Set(history.map(({ encoding }) => classOf(encoding)));
  const known = scored.size;
  const proposals: Encoding[] = [];
  for (const encoding of ordered.slice(0, room)) {
    const trainings = scored.size - known;
    if (proposals.length >= wanted && (trainings === 0 || trainings >= wanted)) break;
    proposals.push(encoding);
    scored.add(classOf(encoding));
  }
  return proposals;
}
