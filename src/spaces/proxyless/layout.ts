/** The layout of XNAS: 48 numbers describe a network of the space. */

/** Most blocks of each stage; the last stage always has one block. */
export const ROOM = [4, 4, 4, 4, 4, 1] as const;

/** A block: its stage, its place in the stage, and its index among all blocks; all from 0. */
export interface BlockPlace {
  readonly stage: number;
  readonly place: number;
  readonly index: number;
}

/** All 21 blocks, stage by stage. */
export const BLOCKS: readonly BlockPlace[] = ROOM.flatMap((room, stage) =>
  Array.from({ length: room }, (_, place) => ({ stage, place, index: ROOM[0] * stage + place })),
);

const KERNELS = [3, 5, 7] as const;
const EXPANSIONS = [3, 6] as const;
/** The kernel size and the expansion of a block beyond the depth of its stage; category 0. */
const INACTIVE = 0;

/** A section of the layout with a number for each block. `first` is its first slot. */
export interface BlockSection {
  readonly name: string;
  readonly first: number;
  readonly numbers: readonly number[];
}

/** Kernel sizes of the depthwise convolutions, in pixels, and factors by which blocks multiply their channels. */
export const BLOCK_SECTIONS: readonly BlockSection[] = [
  { name: 'kernel size', first: ROOM.length, numbers: [INACTIVE, ...KERNELS] },
  { name: 'expansion', first: ROOM.length + BLOCKS.length, numbers: [INACTIVE, ...EXPANSIONS] },
];

/** The number for each category of each slot: depths of the stages, kernel sizes, expansions. */
export const NUMBERS: readonly (readonly number[])[] = [
  ...ROOM.map((room) => Array.from({ length: room }, (_, category) => category + 1)),
  ...BLOCK_SECTIONS.flatMap(({ numbers }) => BLOCKS.map(() => numbers)),
];

/** Number of different stages, over all depths. */
export function stageSize(room: number): number {
  const block = KERNELS.length * EXPANSIONS.length;
  return Array.from({ length: room }, (_, place) => block ** (place + 1)).reduce((sum, count) => sum + count);
}

/** Whether a stage has a block at a place. @param depth the category of the depth, one less than the depth */
export function reaches(depth: number | undefined, place: number): boolean {
  return place <= (depth ?? 0);
}
