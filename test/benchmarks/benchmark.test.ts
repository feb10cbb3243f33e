import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchmarkNamed, benchmarkOf, parseArchitecture } from '../../src/benchmarks/benchmark.js';
import { findTable } from '../../src/benchmarks/places.js';
import { temporary } from './tables.js';

const nb201 = benchmarkNamed('nas-bench-201');
const macro = benchmarkNamed('nas-bench-macro');

describe('an architecture on the command line', () => {
  it.each([
    [nb201, ' 9930 ', 9930],
    [nb201, '00000012', 12],
    [nb201, '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|', '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|'],
    [nb201, '-1', '-1'],
    [nb201, '99999999999999999999', '99999999999999999999'],
    [macro, '02012100', '02012100'],
    [macro, '6560', 6560],
    [macro, '00000003', 3],
  ])('of %o: %s', (benchmark, text, architecture) => {
    expect(parseArchitecture(benchmark, text)).toBe(architecture);
  });

  it('must not be empty', () => {
    expect(() => parseArchitecture(macro, ' ')).toThrow(
      expect.objectContaining({ code: 'invalid-genotype', exitCode: 2, nextSteps: [expect.stringContaining('6560')] }),
    );
  });
});

describe('the benchmark of a space', () => {
  it('exists for some spaces', () => {
    expect(benchmarkOf('nas-bench-201')).toBe(nb201);
    expect(benchmarkOf('nas-bench-macro')).toBe(macro);
    expect(benchmarkOf('darts')).toBeUndefined();
  });
});

describe('the table of a data folder', () => {
  it('is the first file of its kind, hidden files and folders apart', () => {
    const data = temporary();
    const { table } = benchmarkNamed('nas-bench-201');
    const folder = join(data, table.folder);
    mkdirSync(join(folder, 'a.csv'), { recursive: true });
    writeFileSync(join(folder, '._b.csv'), '');
    writeFileSync(join(folder, 'readme.txt'), '');
    expect(findTable(benchmarkNamed('nas-bench-201'), ['nowhere', data])).toBeUndefined();
    writeFileSync(join(folder, 'c.csv.gz'), '');
    expect(findTable(benchmarkNamed('nas-bench-201'), ['nowhere', data])).toBe(join(folder, 'c.csv.gz'));
  });

  it('is found beside links that lead nowhere', () => {
    const data = temporary();
    const folder = join(data, nb201.table.folder);
    mkdirSync(folder, { recursive: true });
    symlinkSync('nowhere', join(folder, 'a.csv'));
    symlinkSync('b.csv', join(folder, 'b.csv'));
    expect(findTable(nb201, [data])).toBeUndefined();
    writeFileSync(join(folder, 'c.csv'), '');
    expect(findTable(nb201, [data])).toBe(join(folder, 'c.csv'));
  });
});
