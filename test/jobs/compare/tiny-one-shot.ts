import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/run-cli.js';

/** Writes the configuration of a one-shot search on digits that takes a fraction of a second. */
export function writeTinyOneShot(epochs: number): string {
  const file = join(temporaryFolder(), 'one-shot.yaml');
  writeFileSync(
    file,
    `SPACE:
  NAME: "nasbench201"
LOADER:
  DATASET: "digits"
  BATCH_SIZE: 32
OPTIM:
  MAX_EPOCH: ${epochs}
ONESHOT:
  METHOD: "gdas"
  IMAGES: 64
RMINAS:
  CHANNELS: 2
  CELLS: 1
SEARCH:
  IM_SIZE: 8
`,
  );
  return file;
}
