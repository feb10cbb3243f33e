import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compare } from '../../../src/jobs/compare/compare.js';
import { ensureJobFolder } from '../../../src/store/folder.js';
import { lockFolder } from '../../../src/store/lock.js';
import { scaled } from '../../support/limits.js';
import { temporaryFolder } from '../../support/run-cli.js';

it('two comparisons do not write into one folder', { timeout: scaled(120_000) }, async () => {
  const out = temporaryFolder();
  const lock = lockFolder(ensureJobFolder(out));
  const job = compare({ cfg: 'test/fixtures/tiny.yaml', seeds: [1], data: temporaryFolder(), out });
  await expect(job.result).rejects.toMatchObject({ code: 'run-in-use', exitCode: 2 });
  expect(existsSync(join(out, 'runs'))).toBe(false);
  lock.release();
});
