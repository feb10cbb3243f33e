import { UsageError } from '../errors.js';
import { derivedSeed } from '../random/random.js';
import type { Encoding, Space } from '../spaces/space.js';
import type { Evaluated, Finished, JournalledEvent, Proposed } from './events.js';

/** What a journal holds of a search, checked and sorted. */
export interface Recording {
  /** Position is the turn. */
  readonly proposals: readonly Proposed[];
  /** By canonical genotype. */
  readonly evaluations: ReadonlyMap<string, Evaluated>;
  readonly finished: Finished | null;
}

/** The seed of an evaluation: it depends on what is trained and on nothing that happened before. */
export function evaluationSeed(seed: number, canonical: string): number {
  return derivedSeed(seed, 'evaluation', canonical);
}

function corrupt(problem: string, cause?: unknown): UsageError {
  return new UsageError(`The journal cannot be of this search: ${problem}.`, {
    code: 'corrupt-journal',
    nextSteps: ['Resume with the configuration and the seed that the run was started with.', 'Or start a new run.'],
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
 * Sorts what was journalled and checks that it can be the beginning of this search.
 * @throws UsageError when it cannot.
 */
export function readRecording(
  events: readonly JournalledEvent[],
  { space, seed }: { space: Space; seed: number },
): Recording {
  const proposals: Proposed[] = [];
  const evaluations = new Map<string, Evaluated>();
  const proposed = new Set<string>();
  let finished: Finished | null = null;
  for (const event of events) {
    if (finished !== null) throw corrupt('it goes on after its end');
    if (event.type === 'finished') finished = event;
    else if (event.type === 'proposed') {
      if (event.turn !== proposals.length) throw corrupt(`turn ${event.turn} follows ${proposals.length} turn(s)`);
      if (event.genotypes.length === 0) throw corrupt(`turn ${event.turn} proposes nothing`);
      for (const genotype of event.genotypes) {
        proposed.add(space.print(space.canonical(parseProposed(space, genotype, event.turn))));
      }
      proposals.push(event);
    } else {
      if (!proposed.has(event.genotype)) throw corrupt(`"${event.genotype}" was evaluated but not proposed`);
      if (event.seed !== evaluationSeed(seed, event.genotype)) {
        throw corrupt(`"${event.genotype}" was evaluated with the seed ${event.seed}, which is of another run`);
      }
      evaluations.set(event.genotype, event);
    }
  }
  return { proposals, evaluations, finished };
}
