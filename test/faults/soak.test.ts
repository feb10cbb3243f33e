/**
 * One search of many architectures, in this process: controller, journal, forest, sidecar and workers grow no more than
 * the history needs, and nothing is left. RMINAS_SOAK_EVALUATIONS sets their number.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { search } from '../../src/jobs/search/search.js';
import { isAlive, PYTHON, useGround } from '../sidecar/harness.js';
import { childrenOf, evaluatedIn } from '../support/journals.js';
import { eventually, scaled } from '../support/limits.js';
import { ROOT } from '../support/run-cli.js';
import { report } from './counts.js';
import { familyOf, openFiles, residentKilobytes } from './machine.js';

const COUNT = Number(process.env.RMINAS_SOAK_EVALUATIONS ?? 160);
/** Looks at the processes, evenly spread. At the first ones, allocators and caches have not reached their size yet. */
const LOOKS = 8;
const FIRST = 2;
const MOST_MEGABYTES = 48;
/** The library of forests takes so many once. It is loaded beside the first trainings, at no certain look. */
const FOREST_LIBRARY_MEGABYTES = 120;
const MOST_FILES = 4;
/** The heap may grow by so many bytes for each byte of the journal, which has all of the history. */
const HEAP_PER_JOURNAL_BYTE = 16;
const MOST_HEAP_NOISE = 3_000_000;
/** Two workers, until the number of architectures is reached. */
const SETTINGS = {
  'RMINAS.WORKERS': 2,
  'RMINAS.MAX_EVALUATIONS': COUNT,
  // The forest proposes the other half.
  'RMINAS.RF_WARMUP': Math.floor(COUNT / 2),
  'RMINAS.RF_SUCC': COUNT,
  'OPTIM.MAX_EPOCH': 2,
};

const ground = useGround();

interface Sight {
  readonly architectures: number;
  readonly journalBytes: number;
  /** Of this process, after a garbage collection. */
  readonly heapBytes: number;
  readonly nodeMegabytes: number;
  /** The sidecar and its workers. */
  readonly processes: readonly number[];
  readonly sidecarMegabytes: number;
  /** Open in all processes, this one included. */
  readonly files: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function look(architectures: number, journal: string): Sight {
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const processes = childrenOf(process.pid)
    .filter((pid) => childrenOf(pid).length > 0)
    .flatMap(familyOf);
  return {
    architectures,
    journalBytes: statSync(journal).size,
    heapBytes: heapUsed,
    nodeMegabytes: Math.round(rss / 2 ** 20),
    processes,
    sidecarMegabytes: Math.round(processes.reduce((sum, pid) => sum + residentKilobytes(pid), 0) / 1024),
    files: [process.pid, ...processes].reduce((sum, pid) => sum + openFiles(pid), 0),
  };
}

const describeSight = ({ architectures, processes, heapBytes, ...sight }: Sight) =>
  `soak: ${architectures} architectures, journal ${sight.journalBytes} bytes, heap ${Math.round(heapBytes / 1024)} KB, ` +
  `node ${sight.nodeMegabytes} MB, sidecar ${sight.sidecarMegabytes} MB, ${sight.files} files, ${processes.length} processes\n`;

const possible = process.platform === 'linux' && existsSync(PYTHON);

it.skipIf(!possible)(
  `a search of ${COUNT} architectures takes no more memory, files and processes than its history needs`,
  { timeout: scaled(3_600_000) },
  async () => {
    const out = join(ground.folder, 'runs');
    const job = search({
      cfg: join(ROOT, 'test/fixtures/tiny.yaml'),
      overrides: ['OUT_DIR', out, ...Object.entries(SETTINGS).flat().map(String)],
      python: PYTHON,
    });
    const sights: Sight[] = [];
    let journal = '';
    for await (const event of job) {
      if (event.type === 'run-opened') journal = join(event.folder, 'journal.jsonl');
      if (event.type !== 'observed' || (event.index + 1) % Math.floor(COUNT / LOOKS) !== 0) continue;
      sights.push(look(event.index + 1, journal));
      process.stderr.write(describeSight(sights.at(-1) as Sight));
    }
    const { cost } = await job.result;
    const evaluated = evaluatedIn(journal);
    const first = sights[FIRST - 1] as Sight;
    const last = sights.at(-1) as Sight;

    expect(sights).toHaveLength(LOOKS);
    // Some trainings diverge immediately, which is a valid result.
    expect(evaluated.every(({ outcome }) => (outcome as { evaluation: { steps: number } }).evaluation.steps > 0)).toBe(
      true,
    );
    expect(cost.architectures).toBe(COUNT);
    // Duplicates are not evaluated again. Of more than a thousand architectures, most are duplicates.
    expect(evaluated.length).toBeGreaterThan(Math.min(COUNT / 2, 500));
    const grown = (key: 'heapBytes' | 'nodeMegabytes' | 'sidecarMegabytes' | 'files') => last[key] - first[key];
    const history = last.journalBytes - first.journalBytes;
    expect(grown('heapBytes')).toBeLessThan(MOST_HEAP_NOISE + HEAP_PER_JOURNAL_BYTE * history);
    expect(grown('nodeMegabytes')).toBeLessThan(MOST_MEGABYTES);
    expect(grown('sidecarMegabytes')).toBeLessThan(MOST_MEGABYTES + FOREST_LIBRARY_MEGABYTES);
    // The forest has proposed since half of the looks, so its library is loaded.
    const guided = sights.slice(LOOKS / 2).map(({ sidecarMegabytes }) => sidecarMegabytes);
    expect(Math.max(...guided) - (guided[0] ?? 0)).toBeLessThan(MOST_MEGABYTES);
    expect(grown('files')).toBeLessThanOrEqual(MOST_FILES);
    // The sidecar and its workers were never replaced.
    for (const { processes } of sights) expect(processes).toEqual(first.processes);
    await eventually(() => expect(last.processes.filter(isAlive)).toEqual([]));
    report('soak', 'end', { kept: evaluated.length, processes: last.processes.filter(isAlive).length });
  },
);
