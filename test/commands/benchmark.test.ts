import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { CELLS, temporary, writeBrokenTable, writeNasBench201, writeNasBenchMacro } from '../benchmarks/tables.js';
import { runInProcess } from '../support/run-in-process.js';

let home: string;

beforeEach(() => {
  home = temporary();
});

const rminas = (args: string[], env: Record<string, string> = {}) =>
  runInProcess(args, { env: { RMINAS_HOME: home, ...env } });
const benchmark = (...args: string[]) => rminas(['benchmark', ...args]);

describe('rminas benchmark', () => {
  it('imports a partial table, and answers queries by number and by genotype', async () => {
    const table = writeNasBench201(join(home, 'table'));
    const imported = await benchmark('import', table);
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    expect(imported.stdout).toContain('9 results of 3 architectures of 15625');
    expect(imported.stdout).toContain(join(home, 'benchmarks', 'nas-bench-201.sqlite'));

    const byNumber = await benchmark('query', '1');
    expect(byNumber).toMatchObject({ code: 0, stderr: '' });
    expect(byNumber.stdout).toContain(CELLS[1]);
    expect(byNumber.stdout).toMatch(
      /cifar10 .* ori-test .* 200 .* mean over seeds .* yes .* 93\.50 .* 1 of 3 .* 0\.00/,
    );

    const byGenotype = await benchmark('query', CELLS[1], '--json');
    expect(byGenotype.code).toBe(0);
    expect(JSON.parse(byGenotype.stdout)).toMatchObject({
      benchmark: 'nas-bench-201',
      number: 1,
      genotype: CELLS[1],
      architectures: 3,
      figures: [{ dataset: 'cifar10', split: 'ori-test', epochs: 200, accuracy: 93.5, rank: 1, regret: 0 }, {}, {}],
    });
  });

  it('reads NAS-Bench-Macro, whose genotypes look like numbers', async () => {
    const imported = await benchmark('import', writeNasBenchMacro(join(home, 'table')), '--json');
    expect(JSON.parse(imported.stdout)).toMatchObject({ benchmark: 'nas-bench-macro', architectures: 2, results: 6 });
    const [genotype, number] = await Promise.all([
      benchmark('query', '00000012', '--benchmark', 'nas-bench-macro', '--json'),
      benchmark('query', '5', '--benchmark', 'nas-bench-macro', '--json'),
    ]);
    expect(JSON.parse(genotype.stdout)).toMatchObject({ number: 5, genotype: '00000012' });
    expect(number.stdout).toBe(genotype.stdout);
  });

  it('lists the best architectures, and summarizes the index', async () => {
    await benchmark('import', writeNasBench201(join(home, 'table')));
    const [top, one, stats] = await Promise.all([
      benchmark('top'),
      benchmark('top', '--dataset', 'imagenet16-120', '-n', '1', '--json'),
      benchmark('stats'),
    ]);
    expect(top).toMatchObject({ code: 0, stderr: '' });
    expect(top.stdout).toContain('cifar10 ori-test, 200 epochs, mean over seeds: papers report this figure');
    const rows = top.stdout.split('\n').filter((line) => line.includes('|none~0') || line.includes('|+|'));
    expect(rows.map((row) => CELLS.findIndex((cell) => row.includes(cell)))).toEqual([1, 0, 2]);
    expect(JSON.parse(one.stdout)).toMatchObject({
      series: { dataset: 'ImageNet16-120', split: 'x-test', epochs: 200, reported: true, architectures: 3 },
      best: [{ rank: 1, number: 1, genotype: CELLS[1], accuracy: 44.0333, loss: null, costs: {} }],
    });
    expect(stats).toMatchObject({ code: 0, stderr: '' });
    expect(stats.stdout).toMatch(/cifar100 .* x-test .* 200 .* yes .* 3 .* 1\.00 .* 24\.25 .* 70\.25/);
  });

  it('keeps the old index when a table is broken, and names the line', async () => {
    await benchmark('import', writeNasBench201(join(home, 'table')));
    const index = join(home, 'benchmarks', 'nas-bench-201.sqlite');
    const before = readFileSync(index);
    const broken = writeBrokenTable(join(home, 'broken.csv'));
    const refused = await benchmark('import', broken);
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toContain(`${broken}, line 3, column 'cifar10_test': 'nan'`);
    expect(refused.stderr).toContain('→');
    expect(readFileSync(index).equals(before)).toBe(true);
    expect(readdirSync(join(home, 'benchmarks'))).toEqual(['nas-bench-201.sqlite']);
  });

  it('names a missing file or folder', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    const table = writeNasBench201(join(home, 'table'));
    const [absent, shipped, blocked] = await Promise.all([
      benchmark('import', join(home, 'absent.csv'), '--json'),
      benchmark('query', '1'),
      rminas(['benchmark', 'import', table], { RMINAS_HOME: file }),
    ]);
    expect(absent).toMatchObject({ code: 3, stderr: '' });
    expect(JSON.parse(absent.stdout)).toMatchObject({
      error: { code: 'missing-file', message: expect.stringContaining(join(home, 'absent.csv')) },
    });
    expect(shipped).toMatchObject({ code: 0, stdout: expect.stringContaining('rminas benchmark import FILE') });
    expect(blocked.code).toBe(3);
    expect(blocked.stderr).toContain(join(file, 'benchmarks'));
  });

  it('imports the table of a data folder, and takes a unit and names of columns', async () => {
    const cases = fileURLToPath(new URL('../fixtures/cases/tables/', import.meta.url));
    const data = join(home, 'data');
    writeNasBench201(join(data, 'nas-bench-201', 'table.csv'));
    const without = await benchmark('stats', '--json');
    expect(JSON.parse(without.stdout)).toMatchObject({ architectures: 15_625 });
    const stats = await benchmark('stats', '--data', data, '--json');
    expect(JSON.parse(stats.stdout)).toMatchObject({ architectures: 3 });
    const columns = ['--column', 'arch_str=arch', '--column', 'cifar10=cifar10'];
    const named = await benchmark('import', join(cases, 'other_names.csv'), ...columns, '--json');
    expect(JSON.parse(named.stdout)).toMatchObject({ architectures: 3, datasets: ['cifar10'] });
    const [fraction, wrong, unnamed] = await Promise.all([
      benchmark('import', join(cases, 'fraction.csv')),
      benchmark('import', join(cases, 'wrong_index.csv'), '--replace'),
      benchmark('import', 'table.csv', '--column', 'cifar10'),
    ]);
    expect(fraction).toMatchObject({ code: 3, stderr: expect.stringContaining('--unit fraction') });
    expect(wrong).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('has the number 0 in the benchmark, not 5'),
    });
    expect(unnamed).toMatchObject({ code: 2 });
    expect(await benchmark('import', join(cases, 'fraction.csv'), '--unit', 'fraction')).toMatchObject({ code: 0 });
    const one = join(home, 'one.csv');
    writeFileSync(one, readFileSync(join(cases, 'wrong_index.csv'), 'utf8').replace('\n5,', '\n0,'));
    const smaller = await benchmark('import', one);
    expect(smaller).toMatchObject({ code: 2, stderr: expect.stringContaining('--replace') });
    expect(await benchmark('import', one, '--replace')).toMatchObject({ code: 0 });
  });

  it('ends in exit code 2 for invalid arguments', async () => {
    await benchmark('import', writeNasBench201(join(home, 'table')));
    const [beyond, unlike, tuple, other, nothing, series, none] = await Promise.all([
      benchmark('query', '15625'),
      benchmark('query', CELLS[2]?.replace(/\w+~2/, 'none~2') ?? ''),
      benchmark('query', '(2, 2, 4, 0, 2, 0)'),
      benchmark('query', '1', '--benchmark', 'nas-bench-999'),
      benchmark('import'),
      benchmark('top', '--dataset', 'cifar10', '--split', 'x-test'),
      benchmark('top', '-n', '0'),
    ]);
    expect(beyond.code).toBe(2);
    expect(beyond.stderr).toContain('numbered from 0 to 2');
    expect(unlike.code).toBe(2);
    expect(unlike.stderr).toContain(`the nearest one it holds is '${CELLS[2]}'`);
    expect(tuple.code).toBe(2);
    expect(tuple.stderr).toContain('Write the six edges as in |nor_conv_3x3~0|+|');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('nas-bench-macro');
    expect(nothing.code).toBe(2);
    expect(series.code).toBe(2);
    expect(series.stderr).toContain("no figures of dataset 'cifar10', split 'x-test'");
    expect(series.stderr).toContain('cifar10 with ori-test');
    expect(none.code).toBe(2);
  });

  it.each([['import'], ['query'], ['top'], ['stats']])('has help with examples for %s', async (command) => {
    const help = await benchmark(command, '--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('EXAMPLES');
    expect(help.stdout).toContain(`rminas benchmark ${command}`);
  });
});
