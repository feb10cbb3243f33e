import type { Random } from '../../random/random.js';
import { magnitudes } from '../features.js';
import type { Encoding, Space } from '../space.js';
import { checkBallot, countVotes, firstHighest } from '../vote.js';
import { networkNeighbours, networkWeights } from './choices.js';
import { BLOCK_PARTS, BLOCKS, NUMBERS, ROOM, reaches, stageSize } from './layout.js';
import { parseNetwork, printNetwork } from './text.js';

const counted = { name: 'proxyless', voteMethods: ['sum'] } as const;

/** An encoding of the depths, whose blocks are filled in where a stage has them. */
function withBlocks(depths: readonly number[], categoryOf: (slot: number, categories: number) => number): Encoding {
  const blocks = BLOCK_PARTS.flatMap(({ first, numbers }) =>
    BLOCKS.map(({ stage, place, index }) =>
      reaches(depths[stage], place) ? categoryOf(first + index, numbers.length) : 0,
    ),
  );
  return [...depths, ...blocks];
}

/** Depths first, each equally likely, then what the blocks are: shallow networks come up more often than there are. */
function sampleNetwork(random: Random): Encoding {
  const depths = ROOM.map((room) => random.below(room));
  return withBlocks(depths, (_, categories) => 1 + random.below(categories - 1));
}

/**
 * The commonest depth of each stage, and for each block that these have, the commonest kernel size and expansion of the
 * voters that have it. One voter at least has it: one of those with the depth that was chosen.
 */
function voteNetwork(voters: readonly Encoding[]): Encoding {
  const depths = ROOM.map((room, stage) => firstHighest(countVotes(voters, stage, room)));
  return withBlocks(depths, (slot, categories) => {
    const votes = countVotes(voters, slot, categories);
    const active = Array.from({ length: categories - 1 }, (_, category) => category + 1);
    return firstHighest(votes, active);
  });
}

/**
 * ProxylessNAS's space (Cai et al., 2019) as XNAS encodes it: depths of six stages, then kernel sizes and expansions
 * of 21 blocks. Draws, trees and what the forest is given, the numbers themselves, are those of XNAS's `RF_suggest`,
 * whose vote for this space does not run.
 */
export const proxyless: Space = {
  ...counted,
  slots: NUMBERS.map(({ length }) => length),
  features: NUMBERS.map(magnitudes),
  size: ROOM.reduce<number>((product, room) => product * stageSize(room), 1),
  trees: 100,
  sample: sampleNetwork,
  conditionalWeights: networkWeights,
  neighbours: networkNeighbours,
  print: printNetwork,
  parse: parseNetwork,
  // A block that is left out has no numbers, and blocks of one stage in another order compute something else.
  canonical: (encoding) => encoding,
  vote: (voters, { method }) => {
    checkBallot(counted, voters, method);
    return voteNetwork(voters);
  },
};
