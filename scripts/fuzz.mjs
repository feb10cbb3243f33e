// npm run fuzz [-- --minutes N --seed N --keep]: fuzzes each reader of foreign bytes, guided by coverage, for N minutes.
// One reader runs after the other; a table of the counts follows. --keep adds inputs that reach new code to the corpus.
// `npm test` runs the same tests for a few seconds.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const TESTS = [
  ['Python, libFuzzer', ['.venv/bin/python', '-m', 'pytest', '-s', 'python/tests/test_fuzz_readers.py']],
  ['TypeScript, V8', ['npx', 'vitest', 'run', 'test/fuzz']],
];

const folder = mkdtempSync(join(tmpdir(), 'rminas-fuzz-'));
try {
  const rows = TESTS.flatMap(([language, [command, ...args]], index) => {
    const table = join(folder, String(index));
    writeFileSync(table, '');
    const env = {
      ...process.env,
      RMINAS_FUZZ_SECONDS: String(seconds),
      RMINAS_FUZZ_RUNS: String(Number.MAX_SAFE_INTEGER),
      RMINAS_FUZZ_SEED: values.seed,
      RMINAS_FUZZ_TABLE: table,
      ...(values.keep && { RMINAS_FUZZ_KEEP: '1' }),
    };
    const { status } = spawnSync(command, args, { stdio: 'inherit', env });
    if (status !== 0) process.exitCode = 1;
    const lines = readFileSync(table, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => ({ language, ...JSON.parse(line) }));
  });
  console.log(printed(rows));
} finally {
  rmSync(folder, { recursive: true });
}

/** A table in Markdown. */
function printed(rows) {
  const head = ['reader', 'in, coverage by', 'inputs run', 'edges covered', 'inputs kept', 'faults'];
  const lines = rows.map(({ reader, language, inputs, edges, kept, faults }) => [
    reader,
    language,
    inputs.toLocaleString('en'),
    edges.toLocaleString('en'),
    kept,
    faults,
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
