import { identityLast } from '../canonical.js';
import { magnitudes } from '../features.js';
import { freeSlots } from '../free-slots.js';
import { type Encoding, invalidGenotype, type Space } from '../space.js';
import { vote } from '../vote.js';

const CATEGORIES = 3;
const LAYERS = 8;
const IDENTITY = 0;
/** Layers of each stage, without the first one, which always changes the shape. */
const SHAPE_KEEPING = [[1], [3, 4], [6, 7]] as const;

const slots = new Array<number>(LAYERS).fill(CATEGORIES);
const ballot = { name: 'nas-bench-macro', slots, voteMethods: ['sum'] } as const;

function parseBlocks(text: string): Encoding {
  if (/^[012]{8}$/.test(text)) return Array.from(text, Number);
  const problem =
    text.length === LAYERS ? 'its blocks must be 0, 1 or 2' : `it has ${text.length} characters, not ${LAYERS}`;
  throw invalidGenotype('NAS-Bench-Macro', text, problem, [
    'Write the blocks of the eight layers as in 01201201: 0 for identity, 1 for kernel 3 and expansion 3, ' +
      '2 for kernel 5 and expansion 6.',
  ]);
}

/**
 * NAS-Bench-Macro (Su et al., 2021): one of three blocks in each of eight layers, in stages of two, three and three
 * layers. An identity after the first layer of a stage has no effect, so 3,969 of the 6,561 genotypes differ. Draws,
 * trees, features (the numbers of the blocks) and votes are those of XNAS's `RF_suggest`.
 */
export const nasBenchMacro: Space = {
  ...ballot,
  ...freeSlots(slots),
  features: slots.map(() => magnitudes([0, 1, 2])),
  size: CATEGORIES ** LAYERS,
  trees: 30,
  print: (encoding) => encoding.join(''),
  parse: parseBlocks,
  canonical: (encoding) => identityLast(encoding, SHAPE_KEEPING, IDENTITY),
  vote: (voters, { method }) => vote(ballot, voters, method),
};
