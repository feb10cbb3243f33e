import type { Random } from '../../random/random.js';
import { magnitudes } from '../features.js';
import type { Encoding, Space } from '../space.js';
import { checkBallot, countVotes, firstHighest } from '../vote.js';
import { networkNeighbours, networkWeights } from './choices.js';
import { BLOCK_SECTIONS, BLOCKS, NUMBERS, ROOM, reaches, stageSize } from './layout.js';
import { parseNetwork, printNetwork } from './text.js';

const ballot = { name: 'proxyless', voteMethods: ['sum'] } as const;

/** An encoding with these depths; `categoryOf` fills the slots of blocks within the depth of their stage. */
function withBlocks(depths: readonly number[], categoryOf: (slot: number, categories: number) => number): Encoding {
  const blocks = BLOCK_SECTIONS.flatMap(({ first, numbers }) =>
    BLOCKS.map(({ stage, place, index }) =>
      reaches(depths[stage], place) ? categoryOf(first + index, numbers.length) : 0,
    ),
  );
  return [...depths, ...blocks];
}

/** Draws depths first, all equally likely, then the blocks. Shallow networks are therefore overrepresented. */
function sampleNetwork(random: Random): Encoding {
  const depths = ROOM.map((room) => random.below(room));
  return withBlocks(depths, (_, categories) => 1 + random.below(categories - 1));
}

/**
 * The most common depth of each stage, and for each of its blocks the most common kernel size and expansion of the
 * voters with that block. At least one voter has it: one with the elected depth.
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
 * The space of ProxylessNAS (Cai et al., 2019) as XNAS encodes it: depths of six stages, then kernel sizes and
 * expansions of 21 blocks. Draws, trees and features (the numbers themselves) are those of XNAS's `RF_suggest`. Its
 * vote for this space does not run.
 */
export const proxyless: Space = {
  ...ballot,
  slots: NUMBERS.map(({ length }) => length),
  features: NUMBERS.map(magnitudes),
  size: ROOM.reduce<number>((product, room) => product * stageSize(room), 1),
  trees: 100,
  sample: sampleNetwork,
  conditionalWeights: networkWeights,
  neighbours: networkNeighbours,
  print: printNetwork,
  parse: parseNetwork,
  // A missing block has no numbers, and the order of blocks changes the function, so no genotypes are isomorphic.
  canonical: (encoding) => encoding,
  vote: (voters, { method }) => {
    checkBallot(ballot, voters, method);
    return voteNetwork(voters);
  },
};
