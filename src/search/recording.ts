import { UsageError } from '../errors.js';
import { derivedSeed } from '../random/random.js';
import type { Encoding, Space } from '../spaces/space.js';
import type { Evaluated, FinalistScored, Finished, JournalledEvent, Proposed } from './events.js';

/** The journalled events of a search, checked and sorted. */
export interface Recording {
  /** By turn. */
  readonly proposals: readonly Proposed[];
  /** By canonical genotype. */
  readonly evaluations: ReadonlyMap<string, Evaluated>;
  /** By canonical genotype. */
  readonly finalists: ReadonlyMap<string, FinalistScored>;
  readonly finished: Finished | null;
}

/** The seed of an evaluation. It depends on the trained architecture and not on the history. */
export function evaluationSeed(seed: number, canonical: string): number {
  return derivedSeed(seed, 'evaluation', canonical);
}

function corrupt(problem: string, cause?: unknown): UsageError {
  return new UsageError(`The journal does not belong to this search: ${problem}.`, {
    code: 'corrupt-journal',
    nextSteps: ['Resume with the configuration and the seed of the original run.', 'Or start a new run.'],
    cause,
  });
}

function parseProposed(space: Space, genotype: string, turn: number): Encoding {
  try {
    return space.parse(genotype);
  } catch (error) {
    throw corrupt(`turn ${turn} proposes "${genotype}", which is not in ${space.name}`, error);
  }
}

/**
 * Sorts the journalled events and checks that this search can begin with them.
 * @throws UsageError `corrupt-journal` when it cannot
 */
export function readRecording(
  events: readonly JournalledEvent[],
  { space, seed }: { space: Space; seed: number },
): Recording {
  const proposals: Proposed[] = [];
  const evaluations = new Map<string, Evaluated>();
  const finalists = new Map<string, FinalistScored>();
  const proposed = new Set<string>();
  let finished: Finished | null = null;
  for (const event of events) {
    if (finished !== null) throw corrupt('it continues after the end of the search');
    if (event.type === 'finished') finished = event;
    else if (event.type === 'proposed') {
      if (event.turn !== proposals.length) throw corrupt(`turn ${event.turn} follows ${proposals.length} turn(s)`);
      if (event.genotypes.length === 0) throw corrupt(`turn ${event.turn} proposes nothing`);
      for (const genotype of event.genotypes) {
        proposed.add(space.print(space.canonical(parseProposed(space, genotype, event.turn))));
      }
      proposals.push(event);
    } else if (event.type === 'finalist') finalists.set(event.genotype, event);
    else {
      if (!proposed.has(event.genotype)) throw corrupt(`"${event.genotype}" was evaluated but not proposed`);
      if (event.seed !== evaluationSeed(seed, event.genotype)) {
        throw corrupt(`"${event.genotype}" was evaluated with the seed ${event.seed}, which belongs to another run`);
      }
      evaluations.set(event.genotype, event);
    }
  }
  return { proposals, evaluations, finalists, finished };
}

/**
 * Checks that a recorded answer is the one that the strategy gives to the recorded history.
 * @throws UsageError `corrupt-journal` when it is another one
 */
export function checkAnswer(recorded: Finished, recomputed: Finished): void {
  const { genotype, voters } = recorded;
  if (genotype !== recomputed.genotype) {
    throw corrupt(`its answer is "${genotype}", and its history gives "${recomputed.genotype}"`);
  }
  const listed = (list: Finished['voters']) => JSON.stringify(list.map((voter) => [voter.genotype, voter.loss]));
  if (listed(voters) !== listed(recomputed.voters)) throw corrupt('its voters are not those that its history gives');
}
