// Runs all checks and tests. vitest runs beside the linters, the type checkers and pytest, since tests often wait for
// processes. The checks and tests that need no Python begin while the Python environment is installed.
// Usage: node scripts/test.mjs     (`npm test` installs the node modules and compiles the program first)
import { execa } from 'execa';

const npm = (script, ...args) => ({
  name: ['npm run', script, ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
  file: 'npm',
  args: ['run', '--silent', script, '--', ...args],
});
const VARIABLES = {
  // The set-up has just compiled the program.
  RMINAS_TEST_BUILT: '1',
  // Hundreds of interpreters start, which would all compile the same modules where this is set.
  PYTHONDONTWRITEBYTECODE: '',
};
const ENVIRONMENT = { name: 'setup of Python', file: 'node', args: ['scripts/setup.mjs', '--dev', '--only', 'python'] };
/**
 * A file's tests run in one process, so that the sidecars and networks that they share are made once. There are three
 * processes, because the longest files mostly wait. Each computes with one thread: the threads of several would wait for
 * each other, and spin meanwhile.
 */
const PYTEST = {
  ...npm('pytest', '--numprocesses', '3', '--dist', 'loadfile', '--no-loadscope-reorder'),
  env: { OMP_NUM_THREADS: '1', OMP_WAIT_POLICY: 'PASSIVE' },
};
const NODE_CHECKS = [npm('lint:node'), npm('types:node'), npm('vitest', '--project', 'without-python')];
const VITEST = npm('vitest', '--project', '!without-python');
const PYTHON_CHECKS = [npm('lint:python'), npm('types:python')];

const results = [];

/** Runs a step to its end. One step shows its progress; the output of the others follows step by step. */
async function run({ name, file, args, env = {} }, { live = false } = {}) {
  const started = performance.now();
  const output = live ? { stdout: 'inherit', stderr: 'inherit' } : { all: true };
  const { failed, all } = await execa(file, args, {
    ...output,
    env: { ...VARIABLES, ...env },
    reject: false,
    stdin: 'ignore',
  });
  if (!live) process.stdout.write(`\n── ${name}\n${all}\n`);
  results.push({ name, failed, seconds: (performance.now() - started) / 1000 });
  return !failed;
}

async function runInOrder(steps) {
  for (const step of steps) await run(step);
}

const environment = run(ENVIRONMENT);
const ifReady = async (work) => ((await environment) ? work() : undefined);
await Promise.all([
  runInOrder(NODE_CHECKS).then(() => ifReady(() => runInOrder(PYTHON_CHECKS))),
  ifReady(() => run(VITEST, { live: true })),
  // At once, since it takes longest.
  ifReady(() => run(PYTEST)),
]);

for (const { name, failed, seconds } of results) {
  process.stdout.write(`${failed ? 'failed' : 'passed'}  ${name} (${seconds.toFixed(0)} s)\n`);
}
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;
