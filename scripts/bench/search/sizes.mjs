import { fileURLToPath } from 'node:url';

const configs = fileURLToPath(new URL('../../../configs/', import.meta.url));

/**
 * The paper's channels and batch, and as many good architectures as in the warm-up; with fewer of both, fewer cells and
 * fewer steps, a seed takes some ten minutes. Of 50 losses a twentieth would be two.
 */
const QUICK = [
  ...['RMINAS.CHANNELS', '16', 'RMINAS.CELLS', '2', 'OPTIM.MAX_EPOCH', '24'],
  ...['RMINAS.RF_WARMUP', '50', 'RMINAS.RF_SUCC', '50', 'RMINAS.RF_THRESRATE', '0.1', 'RMINAS.MAX_EVALUATIONS', '200'],
];

/** @param data folder with CIFAR-10 and the teacher; without one, the digits that need none are searched. */
export function sizeOf({ full, data, overrides }) {
  const file = `${configs}${data ? 'nas-bench-201-cifar10.yaml' : 'quickstart.yaml'}`;
  const paper = ['RMINAS.CHANNELS', '16', 'RMINAS.CELLS', '5'];
  return { file, paper, overrides: [...(full ? [] : QUICK), ...overrides], seeds: full ? '1' : '1,2' };
}
