/** The answer does not depend on how many architectures a worker trains at a time. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scoresIn } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const KEYS = ['RMINAS.RF_WARMUP', '6', 'RMINAS.RF_SUCC', '1', 'RMINAS.RF_THRESRATE', '0.5', 'RMINAS.PROPOSALS', '3'];

async function search(stack: number) {
  const answer = await runInProcess([
    ...['search', '--cfg', join(ROOT, 'test/fixtures/tiny.yaml'), '--no-cache', '--json', '--device', 'cpu'],
    ...['--out', temporaryFolder(), '--workers', '1', ...KEYS, 'RMINAS.MAX_EVALUATIONS', '9'],
    ...['RMINAS.ARITHMETIC', 'stacked', 'RMINAS.STACK', String(stack)],
  ]);
  expect(answer).toMatchObject({ code: 0 });
  const { genotype, files } = JSON.parse(answer.stdout);
  return { genotype, scores: scoresIn(files.journal) };
}

it('a search has the same scores and answer with one architecture and with four at a time', {
  timeout: scaled(180_000),
}, async () => {
  expect(await search(4)).toEqual(await search(1));
});
