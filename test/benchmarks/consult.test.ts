import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consultBenchmark } from '../../src/benchmarks/consult.js';
import { InterruptedError } from '../../src/errors.js';
import { Sidecar } from '../../src/sidecar/client.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { CELLS, temporary, writeBrokenTable, writeNasBench201, writeNasBenchMacro } from './tables.js';

let sidecar: Sidecar;
let home: string;
let data: string;

beforeAll(async () => {
  sidecar = await Sidecar.start({ python: await findPython(undefined), workers: 0, paths: ['/'] });
});
afterAll(() => sidecar.close());
beforeEach(() => {
  home = temporary();
  data = temporary();
});

/** Queries without access to this machine's own folders. */
const consult = (space: string, genotype: string) =>
  consultBenchmark(sidecar, { space, genotype, data, places: { env: { RMINAS_HOME: home, HOME: home }, cwd: home } });

describe('consulting a benchmark', () => {
  it('imports a table in the data folder once, and queries it', async () => {
    const table = writeNasBench201(join(data, 'nas-bench-201', 'any-name.csv'));
    const first = await consult('nas-bench-201', CELLS[2]);
    expect(first.note).toContain(`imported just now from ${table}`);
    expect(first.answer?.figures.map(({ dataset, accuracy, rank }) => [dataset, accuracy, rank])).toEqual([
      ['cifar10', 10, 2],
      ['cifar100', 1.5, 2],
      ['ImageNet16-120', 0.8333, 2],
    ]);
    writeBrokenTable(table);
    const second = await consult('nas-bench-201', CELLS[1]);
    expect(second.answer?.figures[0]?.rank).toBe(1);
    expect(second.note).toContain('any-name.csv');
    expect(second.note).not.toContain('imported');
  });

  it("uses the table of the space's own benchmark", async () => {
    writeNasBenchMacro(join(data, 'nas-bench-macro', 'table.json'));
    const { answer } = await consult('nas-bench-macro', '00000012');
    expect(answer?.costs).toEqual({ 'parameters (M)': 1.5, 'FLOPs (M)': 32 });
    expect(existsSync(join(home, 'benchmarks', 'nas-bench-macro.sqlite'))).toBe(true);
  });

  it('reads the table that ships with rminas when there is no index, and tells how to get one', async () => {
    const { answer, note } = await consult('nas-bench-201', CELLS[0]);
    expect(answer?.figures.map(({ dataset, of }) => [dataset, of])).toEqual([
      ['cifar10', 15_625],
      ['cifar100', 15_625],
      ['ImageNet16-120', 15_625],
    ]);
    expect(note).toContain('shipped with rminas');
    expect(note).toContain('rminas benchmark import FILE');
    expect(await consult('darts', 'any')).toEqual({ answer: null, note: 'The space darts has no benchmark.' });
  });

  it('turns a broken table, index or genotype into a note', async () => {
    const table = writeBrokenTable(join(data, 'nas-bench-201', 'table.csv'));
    const broken = await consult('nas-bench-201', CELLS[0]);
    expect(broken.answer).toBeNull();
    expect(broken.note).toContain(`${table}, line 3, column 'cifar10_test'`);

    writeNasBench201(table);
    const unknown = await consult('nas-bench-201', CELLS[0].replace('skip_connect~2', 'avg_pool_3x3~2'));
    expect(unknown.answer).toBeNull();
    expect(unknown.note).toContain(`the nearest one it holds is '${CELLS[0]}'`);

    writeFileSync(join(home, 'benchmarks', 'nas-bench-201.sqlite'), 'no database');
    const spoilt = await consult('nas-bench-201', CELLS[0]);
    expect(spoilt.answer).toBeNull();
    expect(spoilt.note).toContain('Import the table again');
  });

  it('rejects when it is interrupted', async () => {
    writeNasBench201(join(data, 'nas-bench-201', 'table.csv'));
    const interrupted = new InterruptedError('interrupted', { code: 'interrupted' });
    const places = { env: { RMINAS_HOME: home, HOME: home }, cwd: home };
    const ended = { request: () => Promise.reject(interrupted) };
    await expect(consultBenchmark(ended, { space: 'nas-bench-201', genotype: CELLS[0], data, places })).rejects.toBe(
      interrupted,
    );
  });
});
