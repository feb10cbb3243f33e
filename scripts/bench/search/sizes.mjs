import { fileURLToPath } from 'node:url';

const configs = fileURLToPath(new URL('../../../configs/', import.meta.url));

/** A search that takes minutes: the paper's channels and batch, with fewer cells, steps and architectures. */
const QUICK = [
  ...['RMINAS.CHANNELS', '16', 'RMINAS.CELLS', '2', 'OPTIM.MAX_EPOCH', '40'],
  ...['RMINAS.RF_WARMUP', '20', 'RMINAS.RF_SUCC', '10', 'RMINAS.RF_THRESRATE', '0.2'],
];

/** @param data folder with CIFAR-10 and the teacher; without one, the digits that need none are searched. */
export function sizeOf({ full, data, overrides }) {
  const file = `${configs}${data ? 'nas-bench-201-cifar10.yaml' : 'quickstart.yaml'}`;
  const paper = ['RMINAS.CHANNELS', '16', 'RMINAS.CELLS', '5'];
  return { file, paper, overrides: [...(full ? [] : QUICK), ...overrides], seeds: full ? '1' : '1,2,3' };
}
