// npm run faults [-- SEED]: the fault suite's long form; npm run soak: 2,000 evaluations by one sidecar.
// Both run tests of test/faults, whose short forms `npm test` runs, and print their counts on stderr.
import { spawnSync } from 'node:child_process';

const [form = 'faults', seed = '1'] = process.argv.slice(2);
const forms = {
  faults: {
    files: ['test/faults/storm.test.ts', 'test/faults/sidecar.test.ts', 'test/faults/fuzz.test.ts'],
    env: { RMINAS_FAULTS_ROUNDS: '3', RMINAS_FAULTS_SEED: seed, RMINAS_FUZZ_SEED: seed, RMINAS_FUZZ_COUNT: '50000' },
  },
  soak: { files: ['test/faults/soak.test.ts'], env: { RMINAS_SOAK_EVALUATIONS: '2000' } },
};

if (!(form in forms)) {
  console.error(`There is no ${form}; there are: ${Object.keys(forms).join(', ')}.`);
  process.exit(2);
}
const { files, env } = forms[form];
const { status } = spawnSync('npx', ['vitest', 'run', '--testTimeout', '600000', ...files], {
  stdio: 'inherit',
  env: { ...process.env, ...env },
});
process.exitCode = status ?? 1;
