/** An edited journal is detected: nothing is computed from it, and no result is written. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const OLD = join(ROOT, 'test/fixtures/journals/0.2.1/search-complete');
const ANSWER = /("type":"finished".*?"genotype":")([^"]+)"/;

/** A copy of a finished run without its result, with a changed journal. */
function editedCopy(of: string, edit: (journal: string) => string): string {
  const folder = join(temporaryFolder(), 'run');
  cpSync(of, folder, { recursive: true });
  rmSync(join(folder, 'result.json'), { force: true });
  const file = join(folder, 'journal.jsonl');
  const journal = readFileSync(file, 'utf8');
  writeFileSync(file, edit(journal));
  expect(readFileSync(file, 'utf8')).not.toBe(journal);
  return folder;
}

async function expectRefused(folder: string, message: RegExp): Promise<void> {
  const { code, stdout, stderr } = await runInProcess(['search', '--resume', folder]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(existsSync(join(folder, 'result.json'))).toBe(false);
}

describe('a run whose journal was edited', () => {
  let folder: string;
  beforeAll(async () => {
    const overrides = ['RMINAS.STRATEGY', 'random', 'RMINAS.MAX_EVALUATIONS', '14', 'OUT_DIR', temporaryFolder()];
    const { files } = await search({ cfg: join(ROOT, 'test/fixtures/tiny.yaml'), overrides }).result;
    folder = files.folder;
  }, scaled(300_000));

  it.each<[string, (journal: string) => string]>([
    ['a loss', (journal) => journal.replace(/"loss":\d/, '"loss":7')],
    ['a genotype', (journal) => journal.replaceAll('|nor_conv_3x3~0|+', '|avg_pool_3x3~0|+')],
    ['the answer', (journal) => journal.replace(ANSWER, '$1|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"')],
  ])('is not resumed after a change of %s', { timeout: scaled(60_000) }, async (_, edit) => {
    await expectRefused(editedCopy(folder, edit), /Line \d+ of .*journal\.jsonl does not fit its checksum/);
  });

  it('of release 0.2.1, without checksums, is not resumed with another answer', {
    timeout: scaled(60_000),
  }, async () => {
    const answer = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
    const edited = editedCopy(OLD, (journal) => journal.replace(ANSWER, `$1${answer}"`));
    await expectRefused(edited, /The journal does not belong to this search: its\s+answer is "\|none/);
  });
});
