/** Errors in the words of a command line, in the form of all other errors. */
import { expect, it } from 'vitest';
import { runInProcess } from '../support/run-in-process.js';

it.each([
  ['search --wrokers 2', 'There is no flag --wrokers. Did you mean --workers?'],
  ['search --verify x', "--verify expects a whole number, got 'x'."],
  ['search --verify -1', "--verify expects a whole number of at least 0, got '-1'."],
  ['search --pareto cost', "--pareto expects one of params, flops, latency, got 'cost'."],
  ['search --seed', '--seed needs a value.'],
  ['search --pareto', '--pareto needs a value: one of params, flops, latency.'],
  ['ui --port 99999', "--port expects a whole number of at most 65535, got '99999'."],
  ['log exp', 'The flag --to is missing.'],
  ['simulate', 'The flag --cfg is missing. The flag --table is missing.'],
  ['score --cfg quickstart --best 2 x', '--best needs --from.'],
  ['search --cfg quickstart --verify-epochs 3', '--verify-epochs needs --verify.'],
  ['show', /^The argument ARCHITECTURE is missing: a genotype, .*\.$/],
  ['show 01201201 more', "The argument 'more' is unexpected."],
  ['search --cfg=', '--cfg is empty.'],
  ['search --cfg quickstart --plugin=', '--plugin is empty.'],
  ['completion', 'The argument SHELL is missing: one of bash, zsh, fish.'],
  ['completion tcsh', "Expected one of bash, zsh, fish, got 'tcsh'."],
  ['genotypes more', "The command 'genotypes' takes no arguments, got 'more'."],
  ['benchmark top nas-bench-201 more', "The command 'benchmark top' takes no arguments, got 'nas-bench-201'."],
])('says what is wrong with `%s`, and names the help', async (line, message) => {
  const words = line.split(' ');
  const { code, stdout, stderr } = await runInProcess(words);
  const [first = '', ...steps] = stderr.trimEnd().split('\n');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(first.replace('Error: ', '')).toMatch(message);
  const command = words[0] === 'benchmark' ? 'benchmark top' : words[0];
  expect(steps).toEqual([`  → Run: npx rminas ${command} --help`]);
});

it.each(['serach --help', 'help serach', 'serach'])('names the nearest command of `%s`', async (line) => {
  const { code, stderr } = await runInProcess(line.split(' '));
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "Error: There is no command 'serach'. Did you mean 'search'?\n  → Run: npx rminas --help\n",
  });
});

it.each([
  ['search --pareto cost', 'usage'],
  ['serach', 'unknown-command'],
])('prints the error of `%s --json` as a document', async (line, error) => {
  const { code, stdout, stderr } = await runInProcess([...line.split(' '), '--json']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ error: { type: 'UsageError', code: error } });
});

it('refuses an empty argument', async () => {
  const { code, stderr } = await runInProcess(['show', '']);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Error: The argument ARCHITECTURE is empty.'),
  });
});

it('refuses a verification of a resumed search, which keeps its configuration', async () => {
  const { code, stderr } = await runInProcess(['search', '--resume', 'exp', '--verify', '2']);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--verify cannot be given') });
});

it('wraps a flag within a description like any other word', async () => {
  const { stdout } = await runInProcess(['teacher', 'train', '--help']);
  expect(stdout).toMatch(/can then be named with --teacher\. From/);
});
