/** A table of digits: built, resumed, read, and searches replayed from it. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  buildTable,
  type SearchResult,
  search,
  simulate,
  type TableResult,
  tableResultSchema,
} from '../../../src/index.js';
import { costOfEvaluation } from '../../../src/jobs/compare/cost.js';
import { readSearch } from '../../../src/jobs/search/plan.js';
import { planSimulation } from '../../../src/jobs/simulate/plan.js';
import { openArena, replay } from '../../../src/jobs/simulate/replay.js';
import { checkSplit } from '../../../src/jobs/simulate/split.js';
import { readTable } from '../../../src/jobs/table/read.js';
import { continueTable, TableStore } from '../../../src/jobs/table/table-store.js';
import { Sidecar } from '../../../src/sidecar/client.js';
import { JobStore } from '../../../src/store/job-store.js';
import { scaled } from '../../support/limits.js';
import { ROOT, temporaryFolder, temporaryHome } from '../../support/run-cli.js';

const CFG = join(ROOT, 'test/fixtures/tiny.yaml');
const KEYS = ['OPTIM.MAX_EPOCH', '2', 'RMINAS.WORKERS', '1'];
const AGGREGATE = ['RMINAS.OBJECTIVE', 'aggregate', 'RMINAS.AGGREGATE', 'cka 1 synflow 0.5 flops 0.5'];
/** A search that proposes six random architectures. */
const RANDOM = ['RMINAS.STRATEGY', 'random', 'RMINAS.RF_WARMUP', '4', 'RMINAS.MAX_EVALUATIONS', '6'];
const SEED = 7;
// Without an imported benchmark.
process.env.RMINAS_HOME = temporaryHome();
const signal = new AbortController().signal;
const surrogate = () => Promise.reject(new Error('Nothing asks for a forest here.'));
const costs = () => Promise.reject(new Error('Nothing asks for costs here.'));
const onAll = (seeds: number[], batches: number[] | null = null) => ({ batches, seeds, architectures: 'all' as const });

function runScript(name: string, args: readonly string[]): string {
  return execFileSync(process.execPath, [join(ROOT, `scripts/${name}.mjs`), ...args], { encoding: 'utf8' });
}

function never(): never {
  throw new Error('The table lacks it.');
}

describe('a table', { timeout: scaled(120_000) }, () => {
  const folder = temporaryFolder();
  const table = join(folder, 'table');
  let real: SearchResult;
  let built: TableResult;
  const overrides = [...KEYS, ...AGGREGATE];

  beforeAll(async () => {
    const own = { cfg: CFG, cache: false, folder: join(folder, 'searches', 'one') };
    real = await search({ ...own, overrides: [...overrides, ...RANDOM, 'RNG_SEED', `${SEED}`] }).result;
    const also = join(folder, 'also.txt');
    const proposed = readSearch(real.files.folder).lines.flatMap(({ entry }) =>
      entry.type === 'proposed' ? entry.genotypes : [],
    );
    writeFileSync(also, `# of the search\n${proposed.join('\n')}\n`);
    const options = { cfg: CFG, out: table, also, architectures: 0, batches: [SEED, 8], every: 1, overrides };
    for await (const event of buildTable(options)) if (event.type === 'measured' && event.done === 3) break;
    expect(() => readTable(table)).not.toThrow();
    expect(readTable(table).isComplete).toBe(false);
    built = await buildTable(options).result;
  }, scaled(180_000));

  it('resumes an interrupted build and measures nothing twice', () => {
    tableResultSchema.parse(built);
    const measured = readFileSync(built.files.journal, 'utf8').match(/"type":"measured"/g);
    expect(measured).toHaveLength(2 * built.architectures);
    expect(built).toMatchObject({ measurements: 2 * built.architectures, failures: 0 });
    expect(built.session.measurements).toBeLessThan(built.measurements);
    expect(readTable(table)).toMatchObject({ isComplete: true, batches: [{ seed: SEED }, { seed: 8 }] });
  });

  it('replays a real search: the same proposals, answer and cost', async () => {
    const plan = await planSimulation({
      ...{ cfg: CFG, tables: [table], overrides: [...overrides, ...RANDOM] },
      split: { choose: null, report: onAll([SEED]) },
    });
    const [variant] = plan.variants;
    const [opened] = plan.tables;
    const batch = opened?.batches[0];
    if (opened === undefined || batch === undefined) throw new Error('The table has no batch.');
    const { steps, beta } = variant.plan.specification;
    const { space } = variant.plan.definitions.space;
    const arena = openArena({ table: opened, batch, steps, beta }, space, { half: 'all', forms: 'all' });
    const options = { arena, variant, seed: SEED, surrogate, costs, confident: false, signal };
    const replayed = await replay(options);
    const recorded = readSearch(real.files.folder).lines.map(({ entry }) => entry);
    expect(replayed.proposals).toEqual(recorded.flatMap((entry) => (entry.type === 'proposed' ? entry.genotypes : [])));
    expect(replayed.genotype).toBe(real.genotype);
    expect(replayed.refused).toBe(0);
    expect(await replay(options)).toEqual(replayed);
    const evaluated = recorded.flatMap((entry) => (entry.type === 'evaluated' ? [entry.outcome] : []));
    const batchSize = variant.plan.specification.batch.size;
    const flops = evaluated.map((outcome) => costOfEvaluation(outcome, batchSize).flops);
    expect(replayed.cost.evaluations).toBe(evaluated.length);
    expect(replayed.cost.flops).toBeCloseTo(
      flops.reduce((a, b) => a + b, 0),
      6,
    );
  });

  it('simulates variants on parts that share nothing, and gives equal rows to equal variants', async () => {
    const { rows, chosen, split } = await simulate({
      ...{ cfg: CFG, tables: [table], out: join(folder, 'simulation') },
      confident: true,
      overrides: [...overrides, ...RANDOM, 'RMINAS.ANSWER', 'additive'],
      variants: [
        { name: 'one', overrides: [] },
        { name: 'same', overrides: [] },
      ],
      split: { choose: onAll([1, 2], [SEED]), report: onAll([3, 4], [8]) },
    }).result;
    expect(rows.map(({ name, part, searches }) => [name, part, searches])).toEqual([
      ['one', 'choose', 2],
      ['same', 'choose', 2],
      ['one', 'report', 2],
      ['same', 'report', 2],
    ]);
    expect({ ...rows[3], name: 'one' }).toEqual(rows[2]);
    expect(chosen).toBe('one');
    expect(rows[0]?.calibration.reduce((sum, bin) => sum + bin.searches, 0)).toBe(2);
    expect(split.report.seeds).toEqual([3, 4]);
  });

  it('has the searches of scripts/replay-searches.mjs, with fewer evaluations', () => {
    const options = ['--evaluations', '5,6', '--answers', 'additive,best', '--confidence', '0.98'];
    const printed = runScript('replay-searches', [join(folder, 'searches'), ...options]);
    const costs = Array.from(printed.matchAll(/^\| [56] \| ([\d.]+) \| \d\d\.\d\d/gm), ([, cost]) => Number(cost));
    expect(costs).toHaveLength(2);
    expect(costs[1]).toBeGreaterThanOrEqual(costs[0] ?? Number.NaN);
    expect(printed).toContain('| 0.98 | 6 |');
  });

  it('has the searches of scripts/racing.mjs, whose dropped architectures keep the values of the drop', async () => {
    const options = ['--table', table, '--cfg', CFG, '--seeds', '1-3', '--after', '1', '--answers'];
    const printed = runScript('racing', [...options, ...overrides, ...RANDOM, 'RMINAS.ANSWER', 'additive']);
    const costOf = (name: string) =>
      Number(new RegExp(`^\\| ${name} \\| 6 \\| [\\d.]+ \\| [\\d.]+ \\| ([\\d.]+)`, 'm').exec(printed)?.[1]);
    expect(costOf('1 of 2')).toBeLessThan(costOf('never'));
    expect(printed).toMatch(/^\| 1 of 2 \| [01]\.\d\d \| [01]\.\d\d \| 0\.75 \|$/m);
  });

  it('has the histories of scripts/compare-answers.mjs, and a forest answers them', () => {
    const options = ['--table', table, '--cfg', CFG, '--seeds', '1-2', '--strategies', 'random'];
    const printed = runScript('compare-answers', [...options, ...overrides, ...RANDOM.slice(2)]);
    expect(printed).toContain('| search | vote | weighted-vote | best | additive | pairwise | forest |');
    expect(printed.match(/(\d\d\.\d\d \/ ){3}\d\d\.\d\d/g)).toHaveLength(6);
  });

  it('replays searches within a limit of FLOPs', async () => {
    const { values, batches } = readTable(table);
    const flopsOf = (genotype: string) =>
      values.find(batches[0]?.setting ?? never(), genotype, 'flops')?.value ?? never();
    const all = [...(readTable(table).architectures.get('also') ?? [])].map(flopsOf).sort((a, b) => a - b);
    const limit = all[Math.floor(all.length / 2)] ?? never();
    const limited = ['RMINAS.STRATEGY', 'random', 'RMINAS.RF_WARMUP', '2', 'RMINAS.MAX_EVALUATIONS', '3'];
    const job = simulate({
      ...{ cfg: CFG, tables: [table], out: join(folder, 'limited'), answers: ['best'] },
      overrides: [
        ...[...overrides, ...limited, 'RMINAS.MAX_FLOPS', String(limit * 1e6)],
        ...['RMINAS.FINALISTS_WITHIN_LIMITS', '2'],
      ],
      split: { choose: null, report: onAll([1, 2, 3], [SEED]) },
    });
    const notices: string[] = [];
    for await (const event of job) if (event.type === 'notice') notices.push(event.text);
    expect(notices).toContain('RMINAS.FINALISTS has no effect on best: a table has no scores of a last round.');
    const { rows } = await job.result;
    const answers = rows[0]?.answers.map(({ genotype }) => flopsOf(genotype)) ?? [];
    expect(answers.length).toBeGreaterThan(0);
    expect(Math.max(...answers)).toBeLessThanOrEqual(limit);
    expect(all.at(-1)).toBeGreaterThan(limit);
  });

  describe('that lacks what searches propose', () => {
    const simulated = (name: string, seed: number, measure: number) =>
      simulate({
        ...{ cfg: CFG, tables: [join(folder, name)], out: join(folder, `${name}-out`), measure, forms: 'all' },
        overrides: [...overrides, ...RANDOM],
        split: { choose: null, report: onAll([seed], [SEED]) },
      }).result;

    it('is completed on the way: the search has the answer and the cost of the real one', async () => {
      // The first lines of a table are a table.
      const lines = readFileSync(built.files.journal, 'utf8').split('\n');
      const some = lines.findIndex((line) => line.includes('"type":"measured"')) + 3;
      mkdirSync(join(folder, 'some'));
      writeFileSync(join(folder, 'some', 'journal.jsonl'), `${lines.slice(0, some).join('\n')}\n`);
      const { rows, measured } = await simulated('some', SEED, 100);
      const whole = await simulated('table', SEED, 100);
      expect(measured).toBe(built.architectures - 2);
      expect(whole.measured).toBe(0);
      const [row] = rows;
      expect(row).toMatchObject({ searches: 1, refused: 0, answers: [{ genotype: real.genotype, searches: 1 }] });
      expect(row?.cost.flops).toBe(whole.rows[0]?.cost.flops);
      const [completed, original] = [readTable(join(folder, 'some')), readTable(table)];
      const { setting } = completed.batches[0] ?? never();
      for (const genotype of original.trained) {
        for (const proxy of original.proxies) {
          const { value } = completed.values.find(setting, genotype, proxy) ?? never();
          expect(value).toBe(original.values.find(setting, genotype, proxy)?.value);
        }
      }
    });

    it('keeps what was measured when the limit is reached, and remains complete', async () => {
      cpSync(table, join(folder, 'limited-table'), { recursive: true });
      await expect(simulated('limited-table', 20, 1)).rejects.toThrow(
        expect.objectContaining({ code: 'measure-limit' }),
      );
      const kept = readTable(join(folder, 'limited-table'));
      expect(kept.isComplete).toBe(true);
      expect(kept.architectures.get('search')?.size).toBe(1);
      expect(kept.trained.size).toBe(readTable(table).trained.size + 1);
    });

    it('leaves no sidecar behind when the table cannot be written', async () => {
      cpSync(table, join(folder, 'full-table'), { recursive: true });
      const close = vi.spyOn(Sidecar.prototype, 'close');
      const completed = vi.spyOn(TableStore.prototype, 'completed').mockImplementationOnce(() => {
        throw new Error('The disk is full.');
      });
      await expect(simulated('full-table', 20, 1)).rejects.toThrow('The disk is full.');
      expect(completed).toHaveBeenCalledOnce();
      expect(close).toHaveBeenCalled();
    });
  });

  it('is given back when it cannot be continued', () => {
    const begin = vi.spyOn(JobStore.prototype, 'begin').mockImplementationOnce(() => {
      throw new Error('The disk is full.');
    });
    const listener = { emit: () => {}, opened: () => {}, fail: () => {} };
    expect(() => continueTable(table, listener)).toThrow('The disk is full.');
    expect(begin).toHaveBeenCalledOnce();
    continueTable(table, listener).job.close();
  });

  it('is not there, or cannot be written', async () => {
    const nowhere = join(folder, 'nowhere');
    const split = { choose: null, report: onAll([1]) };
    await expect(simulate({ cfg: CFG, tables: [nowhere], split }).result).rejects.toThrow(`no table in ${nowhere}`);
    const out = join(table, 'journal.jsonl', 'table');
    await expect(buildTable({ cfg: CFG, out, architectures: 1, overrides }).result).rejects.toThrow(
      `${out} cannot be written (ENOTDIR: a part of the path is a file)`,
    );
  });

  it('is refused when it was changed or cut', () => {
    const copy = join(folder, 'copy');
    const journal = join(copy, 'journal.jsonl');
    cpSync(table, copy, { recursive: true });
    const text = readFileSync(journal, 'utf8');
    writeFileSync(
      journal,
      text.replace(/"value":0\.(\d)/, (_, digit) => `"value":0.${(Number(digit) + 1) % 10}`),
    );
    expect(() => readTable(copy)).toThrow(expect.objectContaining({ code: 'corrupt-journal' }));
    writeFileSync(journal, text);
    truncateSync(journal, text.length - 40);
    expect(() => readTable(copy)).toThrow(expect.objectContaining({ code: 'cut-table' }));
    writeFileSync(journal, text);
    appendFileSync(journal, '{"at":1}\n');
    expect(() => readTable(copy)).toThrow(expect.objectContaining({ code: 'corrupt-journal' }));
  });

  it('is refused for searches of another specification, and for another batch', async () => {
    const of = (words: readonly string[], part = onAll([1])) =>
      planSimulation({ cfg: CFG, tables: [table], overrides: words, split: { choose: null, report: part } });
    await expect(of([...overrides, 'RMINAS.CHANNELS', '5'])).rejects.toThrow(/network/);
    await expect(of([...overrides, 'OPTIM.MAX_EPOCH', '9'])).rejects.toThrow(/steps/);
    await expect(of(overrides, onAll([1], [99]))).rejects.toThrow(/seed 99/);
  });
});

describe('a split', () => {
  it.each([
    ['a batch', onAll([1], [901]), onAll([2], [901])],
    ['a seed', onAll([1, 2], [901]), onAll([2, 3], [902])],
    ['all batches', onAll([1]), onAll([2])],
    [
      'a half of the architectures',
      { ...onAll([1], [1]), architectures: 'odd' as const },
      { ...onAll([2], [2]), architectures: 'odd' as const },
    ],
    ['some architectures', onAll([1], [1]), { ...onAll([2], [2]), architectures: 'odd' as const }],
  ])('that shares %s is refused', (_, choose, report) => {
    expect(() => checkSplit({ choose, report })).toThrow(expect.objectContaining({ code: 'overlapping-split' }));
  });

  it('with different batches and seeds is accepted', () => {
    expect(() => checkSplit({ choose: onAll([1], [901]), report: onAll([2], [911]) })).not.toThrow();
  });
});
