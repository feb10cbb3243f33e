import type { DrawnOperation, OperationFamily } from '../definitions/graph.js';

const FAMILIES: readonly (readonly [pattern: RegExp, family: OperationFamily, word: string])[] = [
  [/^(?:nor_)?conv_(\d)x\1$/, 'conv', 'conv'],
  [/^sep_conv_(\d)x\1$/, 'separable', 'sep'],
  [/^dil_conv_(\d)x\1$/, 'dilated', 'dil'],
  [/^avg_pool_(\d)x\1$/, 'average', 'avg'],
  [/^max_pool_(\d)x\1$/, 'maximum', 'max'],
];

/** How a picture shows an operation of a cell. An unknown operation keeps its name. */
export function drawnOperation(name: string): DrawnOperation {
  if (name === 'none') return { name, label: 'none', family: 'none' };
  if (name === 'skip_connect') return { name, label: 'skip', family: 'skip' };
  if (name === 'conv_7x1_1x7') return { name, label: '1×7·7×1', family: 'factorised' };
  for (const [pattern, family, word] of FAMILIES) {
    const size = pattern.exec(name)?.[1];
    if (size !== undefined) return { name, label: `${word} ${size}×${size}`, family };
  }
  return { name, label: name, family: 'choice' };
}

/** An inverted bottleneck. @param expansion factor by which it multiplies its channels */
export function drawnBottleneck(name: string, kernel: number, expansion: number): DrawnOperation {
  const family = expansion > 3 ? 'wide' : 'narrow';
  return { name, label: `${kernel}×${kernel} e${expansion}`, family };
}
