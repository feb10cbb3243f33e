import type { UsageError } from '../../errors.js';
import { type Encoding, invalidGenotype } from '../space.js';
import { BLOCK_SECTIONS, BLOCKS, NUMBERS, ROOM } from './layout.js';

const EXAMPLE = '222221350035003500350035007360036003600360036006';

function invalid(text: string, problem: string): UsageError {
  return invalidGenotype('ProxylessNAS', text, problem, [
    'Write the depths of the six stages, the kernel sizes of their 21 blocks and the expansions of these, ' +
      `0 for a missing block, as in ${EXAMPLE}`,
  ]);
}

/** Writes the genotype as XNAS does: the 48 numbers, one digit each, without separators. */
export function printNetwork(encoding: Encoding): string {
  return NUMBERS.map((numbers, slot) => numbers[encoding[slot] ?? 0]).join('');
}

/**
 * The inverse of {@link printNetwork}.
 * @throws UsageError that names the wrong depth or block
 */
export function parseNetwork(text: string): Encoding {
  if (text.length !== NUMBERS.length || !/^\d+$/.test(text)) {
    throw invalid(text, `it must be ${NUMBERS.length} digits`);
  }
  const encoding = NUMBERS.map((numbers, slot) => numbers.indexOf(Number(text[slot])));
  for (const [stage, room] of ROOM.entries()) {
    if ((encoding[stage] ?? -1) >= 0) continue;
    const depths = room === 1 ? '1' : `1 to ${room}`;
    throw invalid(text, `the depth of stage ${stage + 1} is ${text[stage]}, not ${depths}`);
  }
  checkBlocks(text, encoding);
  return encoding;
}

function checkBlocks(text: string, encoding: Encoding): void {
  for (const { name, first, numbers } of BLOCK_SECTIONS) {
    for (const { stage, place, index } of BLOCKS) {
      const active = place < Number(text[stage]);
      const allowed = active ? numbers.slice(1) : numbers.slice(0, 1);
      if (allowed.includes(numbers[encoding[first + index] ?? -1] ?? Number.NaN)) continue;
      const where = `the ${name} of block ${place + 1} of stage ${stage + 1}, whose depth is ${text[stage]},`;
      throw invalid(text, `${where} is ${text[first + index]}, not ${allowed.join(' or ')}`);
    }
  }
}
