// One search as a user runs it, on one core, and the time of all of its processes.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns seconds, the answer and the journal */
export function searchOnce({ name, root, cfg }, { data, seed, core, scratch, python, overrides = [] }) {
  const out = join(scratch, `${name.replaceAll(/\W+/g, '-')}-${seed}`);
  const command = [join(root, 'bin/run.js'), 'search', '--cfg', cfg, '--data', data, '--seed', String(seed), '--json'];
  // The shell's `time` counts the descendants, too, which Node cannot.
  const script = 'TIMEFORMAT="%U %S %R"; time taskset --cpu-list "$0" "$@" 2> /dev/null';
  const { stdout, stderr, status } = spawnSync(
    'bash',
    ['-c', script, core, process.execPath, ...command, 'OUT_DIR', out, ...overrides],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: { ...process.env, RMINAS_PYTHON: python, RMINAS_HOME: join(scratch, 'home'), RMINAS_CACHE_MAX: '0' },
    },
  );
  if (status !== 0) throw new Error(`The search of ${name} ended with ${status}: ${stdout}${stderr}`);
  const [user, system, wall] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  const [folder] = readdirSync(out).map((run) => join(out, run));
  const journal = readFileSync(join(folder, 'journal.jsonl'), 'utf8').trim().split('\n');
  const entries = journal.map((line) => JSON.parse(line).entry);
  const proposed = entries.filter(({ type }) => type === 'proposed');
  const { genotype } = entries.find(({ type }) => type === 'finished');
  const architectures = proposed.reduce((sum, { genotypes }) => sum + genotypes.length, 0);
  return { seed, user, system, wall, userEach: user / architectures, entries, proposed, genotype, architectures };
}
