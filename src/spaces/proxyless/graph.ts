import type { BlockRows } from '../../definitions/graph.js';
import { drawnBottleneck } from '../operations.js';
import { BLOCK_SECTIONS, BLOCKS, NUMBERS, ROOM, reaches } from './layout.js';
import { parseNetwork } from './text.js';

/** The blocks of the six stages, with kernel size and expansion. */
export function proxylessGraphs(genotype: string): readonly BlockRows[] {
  const encoding = parseNetwork(genotype);
  const [kernel, expansion] = BLOCK_SECTIONS.map(({ first }) => (index: number): number => {
    return NUMBERS[first + index]?.[encoding[first + index] ?? 0] ?? 0;
  });
  const rows = ROOM.map((_, stage) => ({
    label: `stage ${stage + 1}`,
    blocks: BLOCKS.filter((block) => block.stage === stage && reaches(encoding[stage], block.place)).map(
      ({ index }) => {
        const [size, factor] = [kernel?.(index) ?? 0, expansion?.(index) ?? 0];
        return drawnBottleneck(`kernel ${size}, expansion ${factor}`, size, factor);
      },
    ),
  }));
  return [{ form: 'rows', title: 'Blocks', connected: true, rows }];
}
