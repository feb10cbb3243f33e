import { closest } from 'fastest-levenshtein';
import { identityLast } from '../canonical.js';
import { oneHot } from '../features.js';
import { freeSlots } from '../free-slots.js';
import { type Encoding, invalidGenotype, type Space } from '../space.js';
import { vote } from '../vote.js';

const STAGES = 5;
const DEPTH = 4;
const CONVOLUTIONS = [
  '3x3_MBConv3',
  '3x3_MBConv6',
  '5x5_MBConv3',
  '5x5_MBConv6',
  '7x7_MBConv3',
  '7x7_MBConv6',
] as const;
/** Operations of the first block of a stage, which changes the shape, and of the others, which may be left out. */
const CHANGING = [...CONVOLUTIONS, '3x3_MBConv1'] as const;
const KEEPING = [...CONVOLUTIONS, 'Zero'] as const;
const ZERO = KEEPING.indexOf('Zero');

const BLOCK_OPERATIONS: readonly (readonly string[])[] = Array.from({ length: STAGES * DEPTH }, (_, slot) =>
  slot % DEPTH === 0 ? CHANGING : KEEPING,
);
const SHAPE_KEEPING = Array.from({ length: STAGES }, (_, stage) => [1, 2, 3].map((block) => DEPTH * stage + block));

const slots = BLOCK_OPERATIONS.map(({ length }) => length);
const ballot = { name: 'mb', slots, voteMethods: ['sum'] } as const;

function printBlocks(encoding: Encoding): string {
  return `[${BLOCK_OPERATIONS.map((names, slot) => `'${names[encoding[slot] ?? ZERO]}'`).join(', ')}]`;
}

function parseBlocks(text: string): Encoding {
  const invalid = (problem: string) =>
    invalidGenotype('MobileNetV3 (mb)', text, problem, [
      `Write the ${slots.length} blocks as in ${printBlocks(slots.map(() => 0))}`,
      `The operations are ${CONVOLUTIONS.join(', ')}, 3x3_MBConv1 in the first block of each four, Zero in the others.`,
    ]);
  if (!/^\['\w+'(?:, '\w+')*\]$/.test(text)) throw invalid("it must be a list of operations, ['…', '…', …]");
  const names = text.slice(2, -2).split("', '");
  if (names.length !== slots.length) throw invalid(`it has ${names.length} blocks, not ${slots.length}`);
  return names.map((name, slot) => {
    const known = BLOCK_OPERATIONS[slot] ?? [];
    const category = known.indexOf(name);
    if (category >= 0) return category;
    throw invalid(`block ${slot + 1} has no operation "${name}"; the nearest that it has is "${closest(name, known)}"`);
  });
}

/**
 * The archive's MobileNetV3-like space: one of seven operations in each of 20 blocks, in five stages of four blocks.
 * `Zero` leaves a block out; the first block of a stage cannot be left out. The text is that of the archive's
 * `MobileNetV3.genotype`. Draws, trees, the forest's columns and votes are those of its `RF_suggest`.
 */
export const mb: Space = {
  ...ballot,
  ...freeSlots(slots),
  features: slots.map(oneHot),
  size: slots.reduce((product, categories) => product * categories),
  trees: 140,
  print: printBlocks,
  parse: parseBlocks,
  canonical: (encoding) => identityLast(encoding, SHAPE_KEEPING, ZERO),
  vote: (voters, { method }) => vote(ballot, voters, method),
};
