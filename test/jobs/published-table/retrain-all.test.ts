/** The retraining of all rows by one recipe. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PUBLISHED_DARTS } from '../../../src/jobs/compare/published.js';
import { retrainAll } from '../../../src/jobs/published-table/retrain-all.js';
import { temporaryFolder } from '../../support/run-cli.js';
import { retrainingResult, writeResult } from './results.js';

const names = PUBLISHED_DARTS.rows.flatMap(({ genotype }) => genotype ?? []).filter((name) => name !== 'AmoebaNet_B');

function writeFinished(out: string, finished: readonly string[]): void {
  for (const name of finished) {
    const folder = `${name}/retrain-darts-cifar10`;
    writeResult(out, folder, retrainingResult(name, 1));
    writeFileSync(join(out, folder, 'journal.jsonl'), '{"type":"retraining"}\n');
  }
}

it('leaves finished retrainings as they are', async () => {
  const out = temporaryFolder();
  writeFinished(out, names);
  expect(await retrainAll({ out }).result).toEqual(names.map((name) => join(out, name, 'retrain-darts-cifar10')));
});

it('starts those that are missing, with the given settings', async () => {
  const out = temporaryFolder();
  writeFinished(
    out,
    names.filter((name) => name !== 'SNAS'),
  );
  // A wrong key is found before a sidecar is started.
  const { result } = retrainAll({ out, overrides: ['OPTIM.MAX_EPOCHH', '1'] });
  await expect(result).rejects.toMatchObject({ code: 'unknown-key' });
});
