/** How XNAS lays out a network of the space in 48 numbers, and what each of them can be. */

/** Blocks that each stage has room for; the last has one block always. */
export const ROOM = [4, 4, 4, 4, 4, 1] as const;

/** A block by its stage, by its place in it, from 0, and by its place among all. */
export interface BlockPlace {
  readonly stage: number;
  readonly place: number;
  readonly index: number;
}

/** All 21, stage by stage. */
export const BLOCKS: readonly BlockPlace[] = ROOM.flatMap((room, stage) =>
  Array.from({ length: room }, (_, place) => ({ stage, place, index: ROOM[0] * stage + place })),
);

const KERNELS = [3, 5, 7] as const;
const EXPANSIONS = [3, 6] as const;
/** What stands for the kernel size and the expansion of a block that the stage's depth leaves out: category 0. */
const INACTIVE = 0;

/** A part of the layout that has a number for each block, and where it begins. */
export interface BlockPart {
  readonly name: string;
  readonly first: number;
  readonly numbers: readonly number[];
}

/** The sizes of the depthwise convolutions, in pixels, and by how much a block multiplies its channels. */
export const BLOCK_PARTS: readonly BlockPart[] = [
  { name: 'kernel size', first: ROOM.length, numbers: [INACTIVE, ...KERNELS] },
  { name: 'expansion', first: ROOM.length + BLOCKS.length, numbers: [INACTIVE, ...EXPANSIONS] },
];

/** The number that each category of each slot stands for: depths of the stages, kernel sizes, expansions. */
export const NUMBERS: readonly (readonly number[])[] = [
  ...ROOM.map((room) => Array.from({ length: room }, (_, category) => category + 1)),
  ...BLOCK_PARTS.flatMap(({ numbers }) => BLOCKS.map(() => numbers)),
];

/** Networks that a stage can be, over all depths. */
export function stageSize(room: number): number {
  const block = KERNELS.length * EXPANSIONS.length;
  return Array.from({ length: room }, (_, place) => block ** (place + 1)).reduce((sum, count) => sum + count);
}

/** Whether a stage of that category of depth, which is one less than the depth, has a block in that place. */
export function reaches(depth: number | undefined, place: number): boolean {
  return place <= (depth ?? 0);
}
