// npm run faults [-- SEED --load PROCESSES --nice N --tests search,soak]: the long form of the fault tests, and a table
// of their counts.
// npm run soak: a sidecar and this process over 2,000 evaluations.
// Both run tests of test/faults, whose short forms `npm test` runs.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const {
  values: { load, nice, tests },
  positionals: [form = 'faults', seed = '1'],
} = parseArgs({
  allowPositionals: true,
  options: {
    load: { type: 'string', default: '0' },
    nice: { type: 'string', default: '0' },
    tests: { type: 'string' },
  },
});

const forms = {
  faults: {
    files: ['search', 'sidecar', 'soak', 'fuzz'],
    env: {
      RMINAS_FAULTS_ROUNDS: process.env.RMINAS_FAULTS_ROUNDS ?? '3',
      RMINAS_FAULTS_SEED: seed,
      RMINAS_FUZZ_SEED: seed,
      RMINAS_FUZZ_COUNT: '25000',
      RMINAS_SOAK_EVALUATIONS: '600',
    },
  },
  soak: { files: ['soak'], env: { RMINAS_SOAK_EVALUATIONS: '2000' } },
};
if (!(form in forms)) {
  console.error(`There is no form '${form}' of the fault tests. Name one of ${Object.keys(forms).join(', ')}.`);
  process.exit(2);
}
const { files, env } = forms[form];

/** Keeps a processor busy while this process lives, for an hour at most. */
const BUSY =
  'const { ppid } = process; const until = Date.now() + 3_600_000; while (process.ppid === ppid && Date.now() < until);';
const niced = ['-n', nice];
const busy = Array.from({ length: Number(load) }, () =>
  spawn('nice', [...niced, process.execPath, '--eval', BUSY], { stdio: 'ignore' }),
);
const folder = mkdtempSync(join(tmpdir(), 'rminas-faults-'));
const table = join(folder, 'counts');
writeFileSync(table, '');
try {
  const vitest = ['npx', 'vitest', 'run', ...(tests?.split(',') ?? files).map((name) => `test/faults/${name}.test.ts`)];
  const { status } = spawnSync('nice', [...niced, ...vitest], {
    stdio: 'inherit',
    env: { ...process.env, ...env, RMINAS_FAULTS_TABLE: table },
  });
  process.exitCode = status ?? 1;
  const rows = readFileSync(table, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
  if (rows.length > 0) console.log(printed(summed(rows)));
} finally {
  for (const process_ of busy) process_.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}

/** One row for each test and phase: faults, losses and leftovers are added up, and the last number of kept evaluations counts. */
function summed(rows) {
  const byPhase = new Map();
  for (const { test, phase, kept, ...counts } of rows) {
    const name = `${test}: ${phase}`;
    const sum = byPhase.get(name) ?? { name };
    for (const [key, count] of Object.entries(counts)) sum[key] = (sum[key] ?? 0) + count;
    byPhase.set(name, { ...sum, kept: kept ?? sum.kept });
  }
  return [...byPhase.values()];
}

/** A table in Markdown. */
function printed(rows) {
  const columns = ['faults', 'kept', 'lost', 'repeated', 'processes', 'sockets', 'locks'];
  const head = [
    'phase',
    'faults',
    'evaluations kept',
    'lost',
    'repeated',
    'processes left',
    'sockets left',
    'locks left',
  ];
  const lines = rows.map((row) => [row.name, ...columns.map((column) => row[column] ?? '')]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
