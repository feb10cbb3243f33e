/** Searches with objects of a script: through the journal, the result and a resumption. */

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BUILT_IN,
  type CustomObjects,
  defineStrategy,
  type Evaluator,
  outcomeOfLoss,
  readRun,
  resultSchema,
  type SearchResult,
  type Strategy,
  search,
  wholeNumber,
} from '../../../src/index.js';
import { highest } from '../../search/highest.js';
import { ROOT, temporaryFolder } from '../../support/run-cli.js';
import { runInProcess } from '../../support/run-in-process.js';
import { toySpace } from '../../support/spaces.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');

const space = toySpace;

/** A loss that is a formula of the genotype; lowest for wide and shallow networks. */
const formula: Evaluator = {
  name: 'formula',
  capacity: 1,
  evaluate: async ({ genotype }) => {
    const [width = 1, depth = 1, kernel = 1] = Array.from(genotype.matchAll(/=(\d+)/g), ([, value]) => Number(value));
    return outcomeOfLoss((depth * 10 + kernel) / width);
  },
};

/** Goes through the space in lexicographic order. */
function inOrder(cap: number): Strategy {
  return {
    name: 'in-order',
    ask: async ({ length }) =>
      length >= cap
        ? { kind: 'stop', reason: 'evaluation-cap' }
        : {
            kind: 'evaluate',
            phase: 'guided',
            encodings: [[Math.floor(length / 12), Math.floor(length / 3) % 4, length % 3]],
          },
    status: () => ({ threshold: null, thresholdNote: null, successes: 0, successesWanted: null, warmup: 0, cap }),
    bounds: () => [],
    answer: (history) => {
      const best = history.reduce((one, other) => (other.loss < one.loss ? other : one));
      return { encoding: best.encoding, voters: [best], note: 'the best of all' };
    },
  };
}

/** A copy of a run with only the first lines of its journal. */
function interruptedCopy({ files }: SearchResult, lines: number): string {
  const folder = temporaryFolder();
  cpSync(files.folder, folder, { recursive: true });
  const kept = readFileSync(files.journal, 'utf8').split('\n').slice(0, lines);
  writeFileSync(join(folder, 'journal.jsonl'), `${kept.join('\n')}\n`);
  return folder;
}

const outcomeOf = (loss: number) => ({ loss, curve: [], cka: [], crossEntropy: null, steps: 0, seconds: 0 });
const SETTINGS = ['RMINAS.RF_WARMUP', '10', 'RMINAS.RF_THRESRATE', '0.2', 'RMINAS.RF_SUCC', '4'];
const essence = ({ cost: _cost, files: _files, ...rest }: SearchResult) => rest;

describe('a search with a space and an evaluator of a script', () => {
  let result: SearchResult;
  const objects = { space, evaluator: formula } satisfies CustomObjects;

  beforeAll(async () => {
    result = await search({ ...objects, overrides: SETTINGS, folder: join(temporaryFolder(), 'run') }).result;
  });

  it('is led by the forest of the sidecar, and finds a good architecture', () => {
    expect(result).toMatchObject({ space: 'toy', strategy: 'forest', objective: 'rmi', evaluator: 'formula' });
    expect(result.score.loss).toBeLessThan(1);
    expect(space.parse(result.genotype)).toHaveLength(3);
  });

  it('has the importance of each slot to the forest, which it keeps in its journal', async () => {
    const { importances = [], files } = result;
    expect(importances).toHaveLength(3);
    expect(importances.reduce((sum, share) => sum + share)).toBeCloseTo(1);
    const kept = readFileSync(files.journal, 'utf8').split('\n');
    expect(kept.filter((line) => line.includes('"type":"importances"'))).toHaveLength(1);
    const resumed = await search({ resume: files.folder, ...objects }).result;
    expect(resumed.importances).toEqual(importances);
    const now = readFileSync(files.journal, 'utf8').split('\n');
    expect(now.filter((line) => line.includes('"type":"importances"'))).toHaveLength(1);
  });

  it('has no training in its result', () => {
    expect(resultSchema.parse(result)).toEqual(result);
    const { dataset, profile, backend, device, specification, specificationDigest } = result;
    expect([dataset, profile, backend, device, specification, specificationDigest]).toEqual(new Array(6).fill(null));
  });

  it('resumes with objects of the same names to the same result', async () => {
    const resume = interruptedCopy(result, 9);
    expect(readRun(resume)).toMatchObject({
      state: 'interrupted',
      header: { custom: { space: 'toy', evaluator: 'formula' } },
    });
    expect(essence(await search({ resume, ...objects }).result)).toEqual(essence(result));
  });

  it.each([
    [
      'other objects',
      { space, evaluator: { ...formula, name: 'other' } },
      "the evaluator was 'formula' and is 'other'",
    ],
    ['none', {}, "the space was 'toy' and is none; the evaluator was 'formula' and is none"],
    ['one more', { ...objects, objective: highest }, "the objective was none and is 'highest'"],
  ])('is not resumed with %s', async (_, given, difference) => {
    const resumed = search({ resume: interruptedCopy(result, 9), ...given });
    await expect(resumed.result).rejects.toMatchObject({
      code: 'changed-config',
      message: expect.stringContaining(difference),
    });
  });

  it('is not resumed by the command line, which has no such objects', async () => {
    const { code, stderr } = await runInProcess(['search', '--resume', interruptedCopy(result, 9)]);
    expect(stderr).toContain("the space was 'toy' and is none");
    expect(code).toBe(2);
  });
});

describe('a search with four objects of a script', () => {
  it('needs neither a configuration nor Python', async () => {
    const job = search({
      ...{ space, strategy: inOrder(12), objective: highest, evaluator: formula },
      ...{ folder: join(temporaryFolder(), 'run'), python: '/nowhere/python' },
    });
    const observed: string[] = [];
    for await (const event of job) if (event.type === 'observed') observed.push(event.genotype);
    const result = await job.result;
    expect(observed).toHaveLength(12);
    expect(result).toMatchObject({ strategy: 'in-order', objective: 'highest', genotype: 'width=8,depth=4,kernel=5' });
    expect(result.best.loss).toBeCloseTo(-45 / 8);
  });
});

describe('a strategy definition of a script', () => {
  const counting = defineStrategy({
    ...{ name: 'counting', aliases: [], doc: 'In lexicographic order.' },
    keys: { 'RMINAS.COUNT': wholeNumber(3, { least: 1, most: 100 }, 'Architectures to evaluate.') },
    create: (_, values) => inOrder(values['RMINAS.COUNT']),
  });

  it('reads its own key', async () => {
    const options = { space, evaluator: formula, strategy: counting };
    const folder = () => join(temporaryFolder(), 'run');
    const result = await search({ ...options, overrides: ['RMINAS.COUNT', '7'], folder: folder() }).result;
    expect(result.cost.architectures).toBe(7);
    const wrong = search({ ...options, overrides: ['RMINAS.COUNT', '0'], folder: folder() });
    await expect(wrong.result).rejects.toMatchObject({ code: 'out-of-range' });
  });
});

describe('an object of a script that returns what cannot be recorded', () => {
  const run = (objects: CustomObjects, folder: string) =>
    search({ space, evaluator: formula, ...objects, folder }).result;
  const outcomes = (outcome: unknown): CustomObjects => ({
    evaluator: { capacity: 1, evaluate: async () => outcome as never },
    strategy: inOrder(3),
  });

  it.each<[string, CustomObjects]>([
    ['no outcome', outcomes(undefined)],
    ['a number', outcomes(0.5)],
    ['a loss that is a text', outcomes({ evaluation: { ...outcomeOf(1), loss: 'low' } })],
    ['a property that journals do not have', outcomes({ evaluation: outcomeOf(1), mine: 1 })],
    [
      'no proposals',
      { strategy: { ...inOrder(3), ask: async () => ({ kind: 'evaluate', phase: 'guided', encodings: [] }) } },
    ],
    [
      'a phase of its own',
      {
        strategy: {
          ...inOrder(3),
          ask: async () => ({ kind: 'evaluate', phase: 'mine' as never, encodings: [[0, 0, 0]] }),
        },
      },
    ],
    [
      'a reason of its own',
      {
        strategy: {
          ...inOrder(0),
          ask: async () => ({ kind: 'stop', reason: 'bored' as never }),
          answer: () => ({ encoding: [0, 0, 0], voters: [], note: '' }),
        },
      },
    ],
  ])('ends the search, and its journal can be read: %s', async (_, objects) => {
    const folder = join(temporaryFolder(), 'run');
    await expect(run(objects, folder)).rejects.toMatchObject({ code: 'invalid-entry', exitCode: 2 });
    expect(readRun(folder)).toMatchObject({ state: 'interrupted', evaluations: [] });
  });

  it('counts a loss that is not finite like one that a resumed search reads', async () => {
    const folder = join(temporaryFolder(), 'run');
    const evaluator: Evaluator = {
      capacity: 1,
      evaluate: async ({ genotype }) => outcomeOfLoss(genotype.includes('width=8,') ? Number.NaN : 1),
    };
    const objects = { evaluator, strategy: inOrder(20) };
    const result = await run(objects, folder);
    const resumed = await search({ resume: interruptedCopy(result, 12), space, ...objects }).result;
    expect(essence(resumed)).toEqual(essence(result));
  });
});

describe('built-in objects', () => {
  it('search as they do by their names', async () => {
    const overrides = ['RMINAS.RF_WARMUP', '4', 'RMINAS.RF_THRESRATE', '0.5', 'RMINAS.RF_SUCC', '1'];
    const run = (objects: CustomObjects) =>
      search({ cfg: TINY, overrides, folder: join(temporaryFolder(), 'run'), cache: false, ...objects }).result;
    const byName = await run({});
    const asObjects = await run({
      space: BUILT_IN.spaces.get('nas-bench-201', 'space').space,
      strategy: BUILT_IN.strategies.get('forest', 'strategy'),
    });
    const losses = ({ files }: SearchResult) =>
      readRun(files.folder).evaluations.map(({ genotype, outcome }) => [
        genotype,
        'evaluation' in outcome ? outcome.evaluation.curve : null,
      ]);
    expect(losses(asObjects)).toEqual(losses(byName));
    expect(asObjects.specificationDigest).toBe(byName.specificationDigest);
  });
});

describe('a search without a source', () => {
  it('asks for a configuration or an evaluator', async () => {
    await expect(search({}).result).rejects.toMatchObject({ code: 'missing-config' });
  });
});

describe('a script in its own folder', () => {
  it('has everything from the package', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules', 'rminas'));
    const script = `
      import { createRandom, createSlotSpace, outcomeOfLoss, search } from 'rminas';
      const space = createSlotSpace({ name: 'own', slots: [{ name: 'a', choices: ['1', '2', '3'] }, { name: 'b', choices: ['1', '2', '3'] }] });
      const evaluator = { name: 'sum', capacity: 2, evaluate: async ({ genotype }) => outcomeOfLoss(genotype.length + createRandom(1, genotype, 0).below(9)) };
      const { genotype } = await search({ space, evaluator, overrides: ['RMINAS.STRATEGY', 'random', 'RMINAS.RF_WARMUP', '3', 'RMINAS.MAX_EVALUATIONS', '6'] }).result;
      console.log(genotype);
    `;
    writeFileSync(join(folder, 'script.mjs'), script);
    const { stdout } = await execa('node', ['script.mjs'], {
      cwd: folder,
      env: { RMINAS_PYTHON: join(ROOT, '.venv/bin/python') },
    });
    expect(stdout).toMatch(/^a=[123],b=[123]$/);
  });
});
