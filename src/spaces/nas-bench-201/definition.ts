import { defineSpace } from '../definition.js';
import { nasBench201Benchmark } from './benchmark.js';
import { nb201Graphs } from './graph.js';
import { nasBench201 } from './space.js';

/** Of CIFAR's size up to 32 pixels; fewer cells for larger images, since each costs more; the quickstart's for tiny ones. */
function sizeForOwnImages(resolution: number): { channels: number; cells: number } {
  if (resolution <= 16) return { channels: 8, cells: 1 };
  return { channels: 16, cells: resolution <= 32 ? 5 : 3 };
}

export const nasBench201Definition = defineSpace({
  name: 'nas-bench-201',
  aliases: ['infer_nb201'],
  doc: 'The cells of NAS-Bench-201 (Dong and Yang, 2020).',
  space: nasBench201,
  graphs: nb201Graphs,
  beginning: /^\|/,
  // XNAS's script has `C: 16, N: 5`, regardless of channels and layers in SPACE and TRAIN.
  network: { channels: 16, cells: 5 },
  sizeFor: sizeForOwnImages,
  observedStep: 150,
  archivePrefix: 'nb201',
  xnas: true,
  benchmark: nasBench201Benchmark,
});
