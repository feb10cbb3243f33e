// Runs all checks and tests: vitest beside the linters, the type checkers and pytest, since tests often wait for processes.
// Usage: node scripts/test.mjs     (`npm test` runs the set-up first)
import { execa } from 'execa';

const npm = (script, ...args) => ({ name: script, args: ['run', '--silent', script, '--', ...args] });
/** A file's tests run in one process, so that the sidecars and networks that they share are made once. */
const PYTEST = npm('pytest', '--numprocesses', '2', '--dist', 'loadfile', '--no-loadscope-reorder');
/** Each sequence runs its steps in order. The first one shows its progress; the output of the others follows step by step. */
const SEQUENCES = [[npm('vitest')], [npm('lint'), npm('types'), PYTEST]];

/** Runs a step to its end, and tells whether it failed and how long it took. */
async function run({ name, args }, live) {
  const started = performance.now();
  // The set-up has just compiled the program.
  const env = { RMINAS_TEST_BUILT: '1' };
  const output = live ? { stdout: 'inherit', stderr: 'inherit' } : { all: true };
  const { failed, all } = await execa('npm', args, { ...output, env, reject: false, stdin: 'ignore' });
  if (!live) process.stdout.write(`\n── npm run ${name}\n${all}\n`);
  return { name, failed, seconds: (performance.now() - started) / 1000 };
}

async function runInOrder(steps, index) {
  const results = [];
  for (const step of steps) results.push(await run(step, index === 0));
  return results;
}

const results = (await Promise.all(SEQUENCES.map(runInOrder))).flat();
for (const { name, failed, seconds } of results) {
  process.stdout.write(`${failed ? 'failed' : 'passed'}  npm run ${name} (${seconds.toFixed(0)} s)\n`);
}
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;
