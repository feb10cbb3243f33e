/** The retraining of all rows by one recipe. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PUBLISHED_DARTS } from '../../../src/jobs/compare/published.js';
import { retrainAll } from '../../../src/jobs/published-table/retrain-all.js';
import { dartsTable } from '../../../src/jobs/published-table/tables.js';
import { scaled } from '../../support/limits.js';
import { temporaryFolder } from '../../support/run-cli.js';
import { retrainingResult, writeResult } from './results.js';

const names = PUBLISHED_DARTS.rows.flatMap(({ genotype }) => genotype ?? []).filter((name) => name !== 'AmoebaNet_B');

it('retrains what has no result yet, and leaves the others', { timeout: scaled(120_000) }, async () => {
  const out = temporaryFolder();
  for (const name of names.filter((one) => one !== 'SNAS')) {
    const folder = `${name}/retrain-darts-digits`;
    writeResult(out, folder, retrainingResult(name, 1));
    writeFileSync(join(out, folder, 'journal.jsonl'), '{"type":"retraining"}\n');
  }
  const overrides = ['LOADER.DATASET', 'digits', 'RMINAS.CHANNELS', '2', 'RMINAS.CELLS', '3', 'OPTIM.MAX_EPOCH', '1'];
  const job = retrainAll({ out, overrides: [...overrides, 'LOADER.BATCH_SIZE', '512'], seeds: [1] });
  const opened: string[] = [];
  for await (const event of job) opened.push(event.type);
  const folders = await job.result;
  expect(folders).toEqual(names.map((name) => join(out, name, 'retrain-darts-digits')));
  expect(opened.filter((type) => type === 'opened')).toHaveLength(1);
  const { rows, recipe } = await dartsTable([join(out, 'SNAS')]);
  expect(recipe).toMatchObject({ dataset: 'digits', channels: 2, cells: 3, epochs: 1 });
  expect(rows.filter(({ retrained }) => retrained !== null).map(({ genotype }) => genotype)).toEqual(['SNAS']);
});
