import type { Encoding, Space } from '../spaces/space.js';
import { bestAnswer } from './answer.js';
import { enumerated } from './answers/optimum.js';
import { defineStrategy } from './definition.js';
import { encodingKey } from './draw.js';
import type { Constraint } from './limits/constraint.js';
import type { CostTable } from './limits/costs.js';
import { drawsFrom } from './limits/draws.js';
import type { Observation, Strategy } from './strategy.js';

/** Random architectures that ascents start from in a large space, and the most moves of each. */
const ASCENT = { starts: 8, moves: 400 };

export interface LargestOptions {
  readonly space: Space;
  readonly seed: number;
  /** Counts FLOPs. Only proposing needs it. */
  readonly costs?: CostTable | undefined;
  readonly constraint?: Constraint | undefined;
}

/**
 * Answers with the architecture that has the most FLOPs within the limits, and evaluates no other: the baseline that a
 * search has to beat. It is exact in spaces that can be enumerated. In larger ones ascents change one choice at a time.
 */
export function createLargest({ space, seed, costs, constraint }: LargestOptions): Strategy {
  return {
    name: 'largest',
    async ask(history) {
      if (history.length > 0) return { kind: 'stop', reason: 'evaluation-cap' };
      if (costs === undefined) throw new Error('The largest architecture is sought without a table of costs.');
      const all = enumerated(space);
      const encoding =
        all === undefined ? await climb({ space, seed, costs, constraint }) : await largestOf(all, costs, constraint);
      return { kind: 'evaluate', phase: 'guided', encodings: [encoding] };
    },
    status: () => ({ threshold: null, thresholdNote: null, successes: 0, successesWanted: null, warmup: 0, cap: 1 }),
    bounds: () => [],
    answer: (history: readonly Observation[]) => ({
      ...bestAnswer(history),
      note: 'The architecture with the most FLOPs.',
    }),
  };
}

/** The first of the architectures with the most FLOPs within the limits; the first of all when none is within them. */
async function largestOf(
  encodings: readonly Encoding[],
  costs: CostTable,
  constraint: Constraint | undefined,
): Promise<Encoding> {
  const all = await costs.costsOf(encodings, ['flops']);
  const ordered = encodings
    .map((encoding, index) => ({ encoding, flops: all[index]?.flops ?? Number.NEGATIVE_INFINITY }))
    .sort((a, b) => b.flops - a.flops);
  for (const { encoding } of ordered) {
    if (constraint === undefined || (await constraint.admits(encoding))) return encoding;
  }
  return encodings[0] as Encoding;
}

async function climb({ space, seed, costs, constraint }: LargestOptions & { costs: CostTable }): Promise<Encoding> {
  const draws = drawsFrom(space, constraint);
  const reached: Encoding[] = [];
  for (const start of await draws.warmUp(seed, 0, ASCENT.starts)) {
    let current = start;
    for (let move = 0; move < ASCENT.moves; move += 1) {
      const next = await largestOf([current, ...(await draws.neighbours(current))], costs, constraint);
      if (encodingKey(next) === encodingKey(current)) break;
      current = next;
    }
    reached.push(current);
  }
  return largestOf(reached, costs, constraint);
}

export const largest = defineStrategy({
  name: 'largest',
  aliases: [],
  doc: 'The architecture with the most FLOPs within the limits, without a search: the baseline of every comparison.',
  keys: {},
  costs: ['flops'],
  create: ({ space, costs, constraint, seed }) => createLargest({ space, seed, costs, constraint }),
});
