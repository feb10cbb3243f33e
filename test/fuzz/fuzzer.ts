/** A coverage-guided fuzzer: fast-check draws and shrinks edits of the inputs, V8's counters decide which to keep. */
import fc from 'fast-check';
import { Coverage } from './coverage.js';
import { applyEdits, edits } from './edits.js';
import type { Reader } from './readers.js';

/** The code of this program, and of the libraries that parse for it. */
const COUNTED = /\/(?:src|node_modules\/(?:yaml|zod))\//;
/** Inputs that are drawn from the same corpus, before it grows. */
const ROUND = 50;

export interface FuzzLimits {
  readonly seed: number;
  /** Time for new inputs. */
  readonly seconds: number;
  readonly runs: number;
}

export interface FuzzReport {
  readonly runs: number;
  /** Inputs that the reader accepted. */
  readonly accepted: number;
  readonly blocks: number;
  /** Inputs that reached code which no earlier one had reached. */
  readonly found: readonly Buffer[];
  /** The smallest input that fast-check found for a fault, and the exception. */
  readonly fault: { readonly input: Buffer; readonly error: unknown } | null;
}

/** Feeds a reader with edited inputs until a limit is reached or a fault is found. */
export async function fuzz(reader: Reader, corpus: readonly Buffer[], limits: FuzzLimits): Promise<FuzzReport> {
  const coverage = new Coverage(COUNTED);
  const inputs = [...corpus];
  let runs = 0;
  let accepted = 0;
  let fault: FuzzReport['fault'] = null;
  try {
    for (const input of corpus) await reader.read(input);
    coverage.look();
    // The kept inputs are read however long they take.
    const until = performance.now() + limits.seconds * 1000;
    for (let round = 0; fault === null && runs < limits.runs && performance.now() < until; round += 1) {
      const drawn = inputs.length;
      const pick = (number: number) => inputs[number % drawn] ?? Buffer.alloc(0);
      const property = fc.asyncProperty(fc.nat(), fc.nat(), edits, async (one, two, changes) => {
        const input = applyEdits(changes, pick(one), pick(two), reader.words);
        runs += 1;
        try {
          if (await reader.read(input)) accepted += 1;
        } catch (error) {
          // The last failure of a round is the smallest.
          fault = { input, error };
          throw error;
        }
        if (coverage.look()) inputs.push(input);
      });
      const numRuns = Math.min(ROUND, limits.runs - runs);
      await fc.check(property, { seed: (limits.seed * 1_000_003 + round) | 0, numRuns });
    }
  } finally {
    coverage.stop();
  }
  return { runs, accepted, blocks: coverage.size, found: inputs.slice(corpus.length), fault };
}
