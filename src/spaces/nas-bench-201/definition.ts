import { defineSpace } from '../definition.js';
import { nasBench201Benchmark } from './benchmark.js';
import { nasBench201 } from './space.js';

export const nasBench201Definition = defineSpace({
  name: 'nas-bench-201',
  aliases: ['infer_nb201'],
  doc: 'The cells of NAS-Bench-201 (Dong and Yang, 2020).',
  space: nasBench201,
  beginning: /^\|/,
  // XNAS's script has `C: 16, N: 5`, regardless of channels and layers in SPACE and TRAIN.
  network: { channels: 16, cells: 5 },
  observedStep: 150,
  archivePrefix: 'nb201',
  xnas: true,
  benchmark: nasBench201Benchmark,
});
