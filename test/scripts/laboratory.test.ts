/** The scripts that prepare the experiments: halves of the images, and architectures of the good part of a space. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';

const DATA = process.env.RMINAS_TEST_DATA;
const script = (name: string) => join(ROOT, 'scripts', name);

describe('scripts/good-architectures.mjs', () => {
  it('prints as many canonical architectures as asked for, each once', () => {
    const arguments_ = [script('good-architectures.mjs'), 'nas-bench-201', '12', '1'];
    const printed = execFileSync(process.execPath, arguments_, { encoding: 'utf8' }).trim().split('\n');
    expect(new Set(printed).size).toBe(12);
    for (const genotype of printed) {
      expect(nasBench201.print(nasBench201.canonical(nasBench201.parse(genotype)))).toBe(genotype);
      expect(genotype.match(/conv_3x3/g)?.length).toBeGreaterThanOrEqual(2);
    }
  });
});

describe.skipIf(!DATA)(`scripts/halve_images.py${DATA ? '' : ' (skipped: RMINAS_TEST_DATA is not set)'}`, () => {
  it('makes data folders that share no training image', () => {
    const folder = temporaryFolder();
    const halves = ['a', 'b'].map((name) => join(folder, name));
    const python = join(ROOT, '.venv/bin/python');
    execFileSync(python, [script('halve_images.py'), DATA ?? '', ...halves, '300']);
    const [a, b] = halves.map((half) => readFileSync(join(half, 'cifar-10-batches-py', 'data_batch_1')));
    expect(a?.length).toBeGreaterThan(300 * 3072);
    expect(a?.equals(b ?? Buffer.of())).toBe(false);
    for (const half of halves) expect(existsSync(join(half, 'teachers'))).toBe(true);
  });
});
