import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportHistory, MissingError, readRun, UsageError } from '../../src/index.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';

const FIXTURES = join(ROOT, 'test/fixtures/journals/0.2.1');
const COMPLETE = join(FIXTURES, 'search-complete');
const INTERRUPTED = join(FIXTURES, 'search-interrupted');

describe('readRun', () => {
  it('reads a finished search', async () => {
    const run = readRun(COMPLETE);
    expect(run).toMatchObject({ state: 'finished', folder: COMPLETE, header: { rminas: '0.2.1' } });
    expect(run.answer).toBe(run.result?.genotype);
    expect(run.evaluations).toHaveLength(run.result?.cost.evaluations ?? 0);
    expect((await run.configuration()).values['LOADER.DATASET']).toBe('digits');
  });

  it('reads an interrupted search', () => {
    const run = readRun(INTERRUPTED);
    expect(run).toMatchObject({ state: 'interrupted', answer: null, result: null });
    expect(run.evaluations.length).toBeGreaterThan(0);
    expect(run.evaluations[0]).toMatchObject({ phase: 'warm-up', turn: 0 });
  });

  it('refuses a folder without a run', () => {
    expect(() => readRun(temporaryFolder())).toThrow(MissingError);
  });

  it('refuses a damaged result.json', () => {
    const folder = temporaryFolder();
    cpSync(COMPLETE, folder, { recursive: true });
    writeFileSync(join(folder, 'result.json'), '{"schema": 1');
    expect(() => readRun(folder)).toThrow(expect.objectContaining({ code: 'corrupt-result' }));
  });
});

describe('exportHistory', () => {
  it('writes a line for each evaluation', () => {
    const { evaluations } = readRun(COMPLETE);
    const [head, ...lines] = exportHistory(COMPLETE, { format: 'csv' }).trimEnd().split('\n');
    expect(head).toMatch(/^index,turn,phase,genotype,seed,loss,/);
    expect(lines).toHaveLength(evaluations.length);
    const columns = head?.split(',') ?? [];
    const first = lines[0]?.split(',') ?? [];
    const [evaluation] = evaluations;
    const outcome = evaluation?.outcome;
    expect(first[columns.indexOf('genotype')]).toBe(evaluation?.genotype);
    expect(Number(first[columns.indexOf('loss')])).toBe(
      outcome && 'evaluation' in outcome ? outcome.evaluation.loss : undefined,
    );
  });

  it('writes whole outcomes as lines of JSON', () => {
    const lines = exportHistory(INTERRUPTED, { format: 'jsonl' }).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(readRun(INTERRUPTED).evaluations);
  });

  it('names the formats that there are', () => {
    const wrong = () => exportHistory(COMPLETE, { format: 'xml' as 'csv' });
    expect(wrong).toThrow(UsageError);
    expect(wrong).toThrow('Expected the format csv or jsonl, got');
  });
});
