// npm run fuzz [-- --minutes N --seed N --keep]: fuzzes each reader of foreign bytes, guided by coverage, for N minutes.
// The readers in Python and those in TypeScript run side by side. --keep adds inputs that reach new code to the corpus.
// `npm test` runs the same tests for a few seconds.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const seconds = Math.round(Number(values.minutes) * 60);
if (!(seconds > 0)) {
  console.error(`Expected a number of minutes above 0, got '${values.minutes}'.`);
  process.exit(2);
}
const env = {
  ...process.env,
  RMINAS_FUZZ_SECONDS: String(seconds),
  RMINAS_FUZZ_RUNS: String(Number.MAX_SAFE_INTEGER),
  RMINAS_FUZZ_SEED: values.seed,
  ...(values.keep && { RMINAS_FUZZ_KEEP: '1' }),
};

const run = (command, args) =>
  new Promise((resolve) => {
    spawn(command, args, { stdio: 'inherit', env }).on('close', (code) => resolve(code ?? 1));
  });

const codes = await Promise.all([
  run('.venv/bin/python', ['-m', 'pytest', '-s', 'python/tests/test_fuzz_readers.py']),
  run('npx', ['vitest', 'run', 'test/fuzz']),
]);
process.exitCode = Math.max(...codes);
