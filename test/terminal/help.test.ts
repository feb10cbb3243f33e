import { expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';

it('wraps the paragraphs of a description at the width of the terminal, and keeps its lists', async () => {
  const { stdout } = await runCli(['benchmark', 'import', '--help']);
  expect(stdout).toContain(
    'replaced, unless it has more architectures.\n\n  The format is recognized by the content:\n  - NAS',
  );
  expect(stdout).toMatch(/\n {2}CSV and JSON may be gzipped\. A table may contain [^\n]*\n {2}[a-z]/);
});

it('names the override pairs in the usage', async () => {
  const { stdout } = await runCli(['search', '--help']);
  expect(stdout).toContain('$ rminas search [KEY VALUE...] [--json]');
});

it.each([
  [['serach'], "There is no command 'serach'. Did you mean 'search'?"],
  [['benchmark', 'qery', '9930'], "There is no command 'benchmark qery'. Did you mean 'benchmark query'?"],
])('names the nearest command of %j', async (words, message) => {
  const { code, stderr } = await runCli(words);
  expect({ code, first: stderr.split('\n')[0] }).toEqual({ code: 2, first: `Error: ${message}` });
});
