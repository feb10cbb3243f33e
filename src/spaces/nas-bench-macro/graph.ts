import type { BlockRows, DrawnOperation } from '../../definitions/graph.js';
import { drawnBottleneck } from '../operations.js';

const LAYERS_OF_STAGES = [2, 3, 3] as const;
const BLOCKS: Readonly<Record<string, DrawnOperation>> = {
  0: { name: 'identity', label: 'identity', family: 'skip' },
  1: drawnBottleneck('kernel 3, expansion 3', 3, 3),
  2: drawnBottleneck('kernel 5, expansion 6', 5, 6),
};

/** The eight layers in their three stages. @param genotype eight digits from 0 to 2 */
export function macroGraphs(genotype: string): readonly BlockRows[] {
  const blocks = Array.from(
    genotype,
    (digit) => BLOCKS[digit] ?? { name: digit, label: digit, family: 'choice' as const },
  );
  let first = 0;
  const rows = LAYERS_OF_STAGES.map((layers, stage) => {
    first += layers;
    return { label: `stage ${stage + 1}`, blocks: blocks.slice(first - layers, first) };
  });
  return [{ form: 'rows', title: 'Layers', connected: true, rows }];
}
