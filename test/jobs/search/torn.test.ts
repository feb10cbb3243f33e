import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { search } from '../../../src/jobs/search/search.js';
import { temporaryFolder } from '../../support/run-cli.js';

it('a search whose first line was torn is not resumed, and the error gives the reason', async () => {
  const folder = join(temporaryFolder(), 'run');
  mkdirSync(folder);
  writeFileSync(join(folder, 'journal.jsonl'), '{"at":1,"entry":{"type":"run","ver');
  await expect(search({ resume: folder }).result).rejects.toMatchObject({
    code: 'corrupt-journal',
    exitCode: 2,
    message: expect.stringContaining('it ended before its first line was written'),
  });
});
