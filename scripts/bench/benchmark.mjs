// Measures the import of a benchmark file and its queries, compared with the published API on the same file.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPython } from '../../dist/sidecar/process/find-python.js';

const here = fileURLToPath(new URL('.', import.meta.url));

export async function run(args) {
  const { values } = parseArgs({ args, options: { file: { type: 'string' }, architectures: { type: 'string' } } });
  if (!values.file && !values.architectures) {
    throw new Error(
      'Name a file, or make one: npm run bench -- benchmark --file NAS-Bench-201-v1_1-096897.pth, or --architectures 2000',
    );
  }
  const python = await findPython();
  const folder = await mkdtemp(join(tmpdir(), 'rminas-bench-'));
  const file = values.file ?? join(folder, 'made.pth');
  if (!values.file)
    spawnSync(python, [join(here, 'make_benchmark.py'), values.architectures, file], { stdio: 'inherit' });
  console.log(`${file}, ${((await stat(file)).size / 2 ** 20).toFixed(0)} MiB`);
  const ours = measure(python, ['import_peak.py', 'ours', file, folder]);
  say('rminas, import', ours);
  const published = measure(python, ['import_peak.py', 'published', file, folder]);
  if (published) {
    say('published API, loading', published);
    const [memory, seconds] = [ours.peak / published.peak, ours.seconds / published.seconds];
    console.log(`${'rminas / published:'.padEnd(32)}memory ${memory.toFixed(3)}, seconds ${seconds.toFixed(2)}`);
    const { compared, differing } = measure(python, ['compare_figures.py', file, ours.index]);
    console.log(`${'figures compared with the API:'.padEnd(32)}${compared}, of which ${differing} differ`);
  } else {
    console.log('published API:                  not measured: pip install nas-bench-201 nats-bench');
  }
  const { queries, ...times } = measure(python, ['query_times.py', ours.index]);
  for (const [name, ms] of Object.entries(times)) {
    console.log(`${`${name}, ms (${queries} queries):`.padEnd(32)}${ms.toFixed(3)}`);
  }
  await rm(folder, { recursive: true });
}

function say(name, { architectures, seconds, peak }) {
  console.log(
    `${`${name}:`.padEnd(32)}${seconds.toFixed(1)} s of the processor, peak memory ${peak.toFixed(0)} MiB (${architectures} architectures)`,
  );
}

/** The measurements of a Python program; undefined if a package that it needs is missing. */
function measure(python, [program, ...args]) {
  const { stdout, stderr, status } = spawnSync(python, [join(here, program), ...args], { encoding: 'utf8' });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1));
  if (stderr.includes('ModuleNotFoundError')) return undefined;
  throw new Error(stderr);
}
