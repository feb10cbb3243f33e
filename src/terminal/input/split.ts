import { UsageError } from '../../errors.js';
import { HALVES, type Part } from '../../jobs/simulate/split.js';
import { parseSeedList } from './seeds.js';

/**
 * Parses a part of tables: `batches=901,902 seeds=1-100 architectures=even`, in any order. Only the seeds are needed.
 * @throws UsageError `invalid-part`, `invalid-seed`
 */
export function parsePart(flag: string, text: string): Part {
  const words = new Map<string, string>();
  for (const word of text.trim().split(/\s+/)) {
    const [, name, value] = /^(batches|seeds|architectures)=(.+)$/.exec(word) ?? [];
    if (name === undefined || value === undefined || words.has(name)) throw invalidPart(flag, word);
    words.set(name, value);
  }
  const batches = words.get('batches');
  const seeds = words.get('seeds');
  const half = HALVES.find((one) => one === (words.get('architectures') ?? 'all'));
  if (seeds === undefined || half === undefined) throw invalidPart(flag, text);
  return {
    batches: batches === undefined ? null : parseSeedList(flag, batches),
    seeds: parseSeedList(flag, seeds),
    architectures: half,
  };
}

function invalidPart(flag: string, text: string): UsageError {
  return new UsageError(`${flag} expects batches, seeds and architectures, got '${text}'.`, {
    code: 'invalid-part',
    nextSteps: [`Write ${flag} "batches=901,902 seeds=1-100", perhaps with architectures=even or architectures=odd.`],
  });
}
