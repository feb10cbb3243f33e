/** Many evaluations by one sidecar: nothing grows, and nothing is left. RMINAS_SOAK_EVALUATIONS sets their number. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import { Sidecar } from '../../src/sidecar/client.js';
import { evaluate, isAlive, PYTHON, prepare, useGround } from '../sidecar/harness.js';
import { eventually, scaled } from '../support/limits.js';
import { getSpace } from '../support/spaces.js';
import { familyOf, openFiles, residentKilobytes } from './machine.js';

const COUNT = Number(process.env.RMINAS_SOAK_EVALUATIONS ?? 200);
/** Evaluations after which allocators and caches have reached their size. */
const WARM_UP = Math.ceil(COUNT / 4);
const IN_PARALLEL = 10;
const MOST_MEGABYTES = 48;
const MOST_FILES = 4;

useGround();

interface Sight {
  readonly processes: readonly number[];
  /** Of the sidecar and its workers. */
  readonly megabytes: number;
  /** Of all, this process included. */
  readonly files: number;
}

function look(sidecar: Sidecar): Sight {
  const processes = familyOf(sidecar.hello.pid);
  const kilobytes = processes.reduce((sum, pid) => sum + residentKilobytes(pid), 0);
  const files = [process.pid, ...processes].reduce((sum, pid) => sum + openFiles(pid), 0);
  return { processes, megabytes: Math.round(kilobytes / 1024), files };
}

const possible = process.platform === 'linux' && existsSync(PYTHON);

it.skipIf(!possible)(
  `${COUNT} evaluations leave memory, files and processes as they were`,
  { timeout: scaled(3_600_000) },
  async () => {
    const sidecar = await Sidecar.start({ python: PYTHON, workers: 2, threads: 1, device: 'cpu' });
    let first: Sight;
    let last: Sight;
    try {
      await sidecar.request('prepare', prepare);
      const space = getSpace('nas-bench-201');
      const score = (number: number) => {
        const genotype = space.print(space.sample(createRandom(1, 'soak', number)));
        return sidecar.request('evaluate', evaluate(genotype, number));
      };
      const scoreAll = async (from: number, to: number) => {
        for (let start = from; start < to; start += IN_PARALLEL) {
          const count = Math.min(IN_PARALLEL, to - start);
          const answers = await Promise.all(Array.from({ length: count }, (_, index) => score(start + index)));
          // Some trainings diverge immediately, which is a valid result.
          expect(answers.every(({ steps }) => steps > 0)).toBe(true);
        }
      };
      await scoreAll(0, WARM_UP);
      first = look(sidecar);
      await scoreAll(WARM_UP, COUNT);
      last = look(sidecar);
      expect(sidecar.restarts).toBe(0);
    } finally {
      await sidecar.close();
    }
    const describeSight = ({ megabytes, files, processes }: Sight) =>
      `${megabytes} MB, ${files} files, ${processes.length} processes`;
    process.stderr.write(
      `soak: ${COUNT} evaluations; after ${WARM_UP}: ${describeSight(first)}; at the end: ${describeSight(last)}\n`,
    );
    expect(last.processes).toEqual(first.processes);
    expect(last.megabytes - first.megabytes).toBeLessThan(MOST_MEGABYTES);
    expect(last.files - first.files).toBeLessThanOrEqual(MOST_FILES);
    await eventually(() => expect(last.processes.filter(isAlive)).toEqual([]));
  },
);
