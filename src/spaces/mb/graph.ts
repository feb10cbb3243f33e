import type { BlockRows, DrawnOperation } from '../../definitions/graph.js';
import { drawnBottleneck } from '../operations.js';

const BLOCKS_OF_STAGE = 4;

/** The blocks of the five stages. @param genotype the list of the 20 operations' names */
export function mbGraphs(genotype: string): readonly BlockRows[] {
  const blocks = Array.from(genotype.matchAll(/'(\w+)'/g), ([, name = '']) => drawnBlock(name));
  const rows = Array.from({ length: blocks.length / BLOCKS_OF_STAGE }, (_, stage) => ({
    label: `stage ${stage + 1}`,
    blocks: blocks.slice(BLOCKS_OF_STAGE * stage, BLOCKS_OF_STAGE * (stage + 1)),
  }));
  return [{ form: 'rows', title: 'Blocks', connected: true, rows }];
}

/** `Zero` leaves a block out. */
function drawnBlock(name: string): DrawnOperation {
  const [, kernel, expansion] = /^(\d)x\1_MBConv(\d)$/.exec(name) ?? [];
  if (kernel === undefined) return { name, label: 'left out', family: 'none' };
  return drawnBottleneck(name, Number(kernel), Number(expansion));
}
