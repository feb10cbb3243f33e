import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { explain, listGenotypes, showArchitecture } from '../../src/index.js';
import { splitGenotypes } from '../../src/terminal/input/words.js';
import { describeGraphs, describePublished } from '../../src/terminal/tables/architecture.js';

const folder = mkdtempSync(join(tmpdir(), 'rminas-show-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const CELL = '|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|';
const lines = (text: string) => stripVTControlCharacters(text).split('\n');

describe('showing an architecture', () => {
  it('finds the space of a genotype, and the genotype of a published name', async () => {
    await expect(showArchitecture({ architecture: CELL })).resolves.toMatchObject({
      space: 'nas-bench-201',
      genotype: CELL,
      name: null,
    });
    const named = await showArchitecture({ architecture: 'darts_v1' });
    expect(named).toMatchObject({ space: 'darts', name: 'DARTS_V1' });
    expect(named.graphs.map(({ title }) => title)).toEqual(['Normal cell', 'Reduction cell']);
  });

  it('names a picture that cannot be written', async () => {
    const out = join(folder, 'none', 'cell.svg');
    await expect(showArchitecture({ architecture: CELL, out })).rejects.toMatchObject({
      ...{
        code: 'unwritable-file',
        exitCode: 2,
        message: `${out} could not be written (ENOENT: its folder does not exist).`,
      },
      nextSteps: ['Name a file in a folder that exists and that you may write to.'],
    });
  });

  it('writes a picture', async () => {
    const out = join(folder, 'cell.svg');
    const { file } = await showArchitecture({ architecture: '01201201', out });
    expect(file).toBe(out);
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg .*stage 3.*<\/svg>$/s);
  });

  it('reads a space of the user from its file', async () => {
    const { graphs } = await showArchitecture({
      architecture: 'width=8,depth1=1,depth2=2,depth3=1,kernel=3',
      space: 'examples/resnet-space.yaml',
    });
    expect(graphs[0]?.form).toBe('rows');
  });

  it('quotes the folder of a search without an answer in the command that resumes it', async () => {
    const run = join(folder, 'a search');
    cpSync('test/fixtures/journals/0.2.1/search-interrupted', run, { recursive: true });
    const nextSteps = [`Resume it with: rminas search --resume '${run}'`];
    await expect(showArchitecture({ architecture: run })).rejects.toMatchObject({ code: 'no-answer', nextSteps });
    await expect(explain({ run })).rejects.toMatchObject({
      nextSteps: [...nextSteps, 'Or name an architecture in quotes.'],
    });
  });

  it.each([
    [{ architecture: 'nonsense' }, 'is not a genotype of any space.'],
    [{ architecture: 'DARTS_V3' }, '"DARTS_V3" is not a genotype of any space. Did you mean DARTS_V1?'],
    [{ architecture: './nowhere' }, 'There is no folder'],
    [{ architecture: 'test' }, 'is not the folder of a search'],
    [{ architecture: CELL, out: 'cell.png' }, 'does not end in .svg'],
    [{ architecture: CELL, space: 'darts' }, 'is not a DARTS genotype'],
  ])('refuses %j', async (options, problem) => {
    await expect(showArchitecture(options)).rejects.toThrow(problem);
  });
});

describe('an architecture in the terminal', () => {
  it('has the edges that lead to each node', async () => {
    const { graphs } = await showArchitecture({ architecture: CELL });
    expect(lines(describeGraphs(graphs))).toEqual([
      'Cell',
      '  0 ── conv 3×3 ────▶ 1',
      '  no input         ─▶ 2',
      '  0 ── skip ──────┬─▶ 3',
      '  2 ── avg 3×3 ───╯',
    ]);
  });

  it('has its blocks stage by stage, wrapped to the width', async () => {
    const { graphs } = await showArchitecture({ architecture: '01201201' });
    expect(lines(describeGraphs(graphs, 80))).toEqual([
      'Layers',
      '  stage 1  identity → 3×3 e3',
      '  stage 2  5×5 e6   → identity → 3×3 e3',
      '  stage 3  5×5 e6   → identity → 3×3 e3',
    ]);
    expect(lines(describeGraphs(graphs, 32))).toContain('           3×3 e3');
    expect(Math.max(...lines(describeGraphs(graphs, 32)).map((line) => line.length))).toBeLessThanOrEqual(32);
  });
});

describe('published genotypes', () => {
  it('are listed with error, parameters and paper', () => {
    const text = stripVTControlCharacters(describePublished(listGenotypes()));
    expect(text).toMatch(/DARTS_V2 .* 2\.76 ± 0\.09 .* 3\.3493 .* cifar10 .* Liu et al\., ICLR 2019, second order/);
    expect(text).toMatch(/AmoebaNet_B .* 2\.8 .* figures only/);
  });

  it('are told apart from keys among the words of a command', () => {
    expect(splitGenotypes(['SNAS', 'DARTS_V1', 'RNG_SEED', '3'])).toEqual({
      genotypes: ['SNAS', 'DARTS_V1'],
      overrides: ['RNG_SEED', '3'],
    });
  });
});
