import { fileURLToPath } from 'node:url';

const configs = fileURLToPath(new URL('../../../configs/', import.meta.url));

/**
 * The paper's channels and batch, with fewer cells, steps and architectures, so that a seed takes about ten minutes. As
 * in the paper, the search wants as many good architectures as the warm-up has. The threshold is the 10% quantile, since
 * 5% of 50 losses would be only two.
 */
const QUICK = [
  ...['RMINAS.CHANNELS', '16', 'RMINAS.CELLS', '2', 'OPTIM.MAX_EPOCH', '24'],
  ...['RMINAS.RF_WARMUP', '50', 'RMINAS.RF_SUCC', '50', 'RMINAS.RF_THRESRATE', '0.1', 'RMINAS.MAX_EVALUATIONS', '200'],
];

/** @param data folder with CIFAR-10 and the teacher; without it, the search uses the embedded digits */
export function sizeOf({ full, data, overrides }) {
  const file = `${configs}${data ? 'nas-bench-201-cifar10.yaml' : 'quickstart.yaml'}`;
  const paper = ['RMINAS.CHANNELS', '16', 'RMINAS.CELLS', '5'];
  return { file, paper, overrides: [...(full ? [] : QUICK), ...overrides], seeds: full ? '1' : '1,2' };
}
