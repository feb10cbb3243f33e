/** The paper's tables, with the runs below some folders. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MissingError } from '../../../src/errors.js';
import { PUBLISHED_DARTS } from '../../../src/jobs/compare/published.js';
import { planNewOneShot } from '../../../src/jobs/one-shot/plan.js';
import { cellsOf } from '../../../src/jobs/published-table/cells.js';
import { publishedTableSchema } from '../../../src/jobs/published-table/result.js';
import { dartsTable, nasBench201Table } from '../../../src/jobs/published-table/tables.js';
import { publishedDartsGenotype } from '../../../src/spaces/darts/published.js';
import { METHOD_NAMES } from '../../../src/supernets/index.js';
import { temporaryFolder } from '../../support/run-cli.js';
import { comparisonResult, oneShotResult, retrainingResult, writeResult } from './results.js';

const genotypeOf = (name: string) => publishedDartsGenotype(name)?.genotype ?? '';

const NO_GPU = 'No run here was on a GPU, so no epoch of the published size was timed.';

describe('the table of NAS-Bench-201', () => {
  it('has every published row and every method, and says what was not run', async () => {
    const table = await nasBench201Table([]);
    expect(publishedTableSchema.parse(table)).toEqual(table);
    expect(table.rows.map(({ method }) => method)).toEqual([
      ...['RL', 'DARTS-V2', 'GDAS', 'FairNAS', 'RMI-NAS'],
      ...METHOD_NAMES.filter((name) => !['darts-2', 'gdas', 'fairnas'].includes(name)),
    ]);
    expect(table.rows.every(({ measured, notRun }) => measured.length === 0 && notRun !== null)).toBe(true);
    const [, darts2] = cellsOf(table).rows;
    expect(darts2?.slice(0, 3)).toEqual([
      'DARTS-V2',
      '54.30 ± 0.00 / 15.61 ± 0.00 / 16.32 ± 0.00',
      'not run: no run in the folders; `rminas one-shot --method darts-2 --space nas-bench-201` makes one',
    ]);
  });

  it('summarises the seeds of equal searches, and keeps others apart', async () => {
    const runs = temporaryFolder();
    writeResult(runs, 'a/one', oneShotResult(1, 90));
    writeResult(runs, 'a/copy', oneShotResult(1, 90));
    writeResult(runs, 'b', oneShotResult(2, 92));
    const { digest } = await planNewOneShot({ method: 'gdas', overrides: ['SPACE.NAME', 'nas-bench-201'] });
    writeResult(runs, 'c', oneShotResult(3, 93, { oneShotDigest: digest }));
    writeResult(runs, 'd', { some: 'other result' });
    const gdas = (await nasBench201Table([runs])).rows.find(({ method }) => method === 'GDAS');
    expect(gdas?.notRun).toBeNull();
    expect(gdas?.measured).toMatchObject([
      {
        ...{ seeds: [1, 2], size: 'C = 8, N = 1, 16 pixels', epochs: 12, images: 2000, asPublished: false },
        accuracies: { cifar10: { mean: 91, deviation: Math.SQRT2 } },
        rank: { mean: 150 },
        ...{ multiplyAdds: { mean: 2e11 }, seconds: { mean: 16 } },
      },
      { seeds: [3], asPublished: true },
    ]);
  });

  it('has the rows of comparisons: published ones in their place, the others at the end', async () => {
    const runs = temporaryFolder();
    const rows = [
      { strategy: 'forest', objective: 'rmi' },
      { strategy: 'random', objective: 'rmi' },
      { strategy: 'gdas', objective: 'one-shot' },
    ];
    writeResult(runs, 'comparison', comparisonResult(rows), 'comparison.json');
    const table = await nasBench201Table([runs]);
    const rmi = table.rows.find(({ method }) => method === 'RMI-NAS');
    expect(rmi?.measured).toMatchObject([{ seeds: [1], multiplyAdds: { mean: 2e6 }, rank: { mean: 5 } }]);
    expect(table.rows.at(-1)).toMatchObject({ method: 'random, rmi', published: null, notRun: null });
    expect(table.rows.filter(({ measured }) => measured.length > 0)).toHaveLength(2);
  });

  it('refuses a folder that is not there', async () => {
    await expect(nasBench201Table(['nowhere'])).rejects.toBeInstanceOf(MissingError);
  });
});

describe('the table of the DARTS space', () => {
  it('has the published errors, and says why a row was not retrained', async () => {
    const table = await dartsTable([]);
    expect(publishedTableSchema.parse(table)).toEqual(table);
    expect(table.recipe).toBeNull();
    const { rows: lines, notes } = cellsOf(table);
    expect(notes).toEqual([NO_GPU]);
    expect(lines[0]?.slice(0, 7)).toEqual([
      ...['AmoebaNet-B', '', '2.55 ± 0.05', '', '3150', '2.80', 'not run: its genotype was not published'],
    ]);
    expect(lines[3]?.slice(0, 6)).toEqual(['DARTS (2nd)', 'DARTS_V2', '2.76 ± 0.09', '2.60', '1', '3.35']);
    expect(lines).toHaveLength(PUBLISHED_DARTS.rows.length);
  });

  it('has retrainings by one recipe, and refuses a mixture', async () => {
    const runs = temporaryFolder();
    writeResult(runs, 'DARTS_V2/one', retrainingResult(genotypeOf('DARTS_V2'), 600));
    writeResult(runs, 'SNAS/one', retrainingResult(genotypeOf('SNAS'), 600));
    const table = await dartsTable([runs]);
    expect(table.recipe).toMatchObject({ epochs: 600, batchSize: 96, channels: 36, cells: 20, trainImages: 50_000 });
    expect(cellsOf(table).notes).toEqual([
      'Retrained here on cifar10: C = 36, 20 cells, 600 epochs, batches of 96, 50,000 images.',
      NO_GPU,
    ]);
    const retrained = table.rows.filter(({ notRun }) => notRun === null);
    expect(retrained.map(({ method }) => method)).toEqual(['DARTS (2nd)', 'SNAS']);
    expect(retrained[0]?.retrained).toEqual({
      ...{ seeds: [1], error: { mean: 10, deviation: null }, parameters: 3_349_342 },
      seconds: { mean: 1, deviation: null },
      // Three passes for each training image, one for each test image.
      multiplyAdds: { mean: 500e6 * 160_000, deviation: null },
    });
    expect(cellsOf(table).rows[3]?.slice(5, 10)).toEqual(['3.35', '10.00', '1', '80.000', '1']);
    writeResult(runs, 'NASNet/one', retrainingResult(genotypeOf('NASNet'), 3));
    await expect(dartsTable([runs])).rejects.toMatchObject({ code: 'different-recipes' });
  });

  it('has the searches of a method, with their cost', async () => {
    const runs = temporaryFolder();
    writeResult(runs, 'one', oneShotResult(1, 90, { method: 'darts-1', space: 'darts' }));
    const [, , first] = cellsOf(await dartsTable([runs])).rows;
    expect(first?.at(-1)).toBe(
      'C = 8, N = 1, 16 pixels, 12 epochs, 2,000 images, 1 seed, 0.200 · 10¹² multiply-adds, 11 s',
    );
  });

  it('says that no run was on a GPU, until one was', async () => {
    const runs = temporaryFolder();
    writeResult(runs, 'one', oneShotResult(1, 90));
    expect(cellsOf(await dartsTable([runs])).notes).toEqual([NO_GPU]);
    writeResult(runs, 'two', oneShotResult(2, 90, { device: 'cuda:0' }));
    expect(cellsOf(await nasBench201Table([runs])).notes).toEqual([]);
  });

  it('refuses a file that is not JSON', async () => {
    const runs = temporaryFolder();
    writeFileSync(join(runs, 'result.json'), '{');
    await expect(dartsTable([runs])).rejects.toMatchObject({ code: 'corrupt-result' });
  });

  it('skips the folders of programs', async () => {
    const runs = temporaryFolder();
    for (const folder of ['.cache', 'node_modules', 'one/.git']) writeResult(runs, folder, { not: 'read' });
    writeFileSync(join(runs, '.cache', 'result.json'), '{');
    writeResult(runs, 'node_modules/one', retrainingResult(genotypeOf('SNAS'), 3));
    writeResult(runs, 'one', retrainingResult(genotypeOf('SNAS'), 600));
    expect((await dartsTable([runs])).recipe).toMatchObject({ epochs: 600 });
  });

  it('refuses a folder with too many results', async () => {
    const runs = temporaryFolder();
    for (let run = 0; run < 5001; run += 1) {
      mkdirSync(join(runs, `${run}`));
      for (const name of ['result.json', 'comparison.json']) writeFileSync(join(runs, `${run}`, name), '');
    }
    await expect(dartsTable([runs])).rejects.toMatchObject({
      ...{ code: 'too-many-results', message: `${runs} has more than 10,000 results.` },
    });
  });
});
