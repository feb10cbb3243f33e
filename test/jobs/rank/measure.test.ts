import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SidecarError } from '../../../src/errors.js';
import { type MeasuringContext, measureMissing } from '../../../src/jobs/rank/measure.js';
import { planRanking } from '../../../src/jobs/rank/plan.js';
import { openRanking, type RankingStore } from '../../../src/jobs/rank/ranking-store.js';
import type { Measurement, RequestBody } from '../../../src/protocol/messages.js';
import { eventually } from '../../support/limits.js';
import { ROOT, temporaryFolder } from '../../support/run-cli.js';

const SETTING = { digest: 'a'.repeat(64), batch: 'b'.repeat(64) };

/** A request for one architecture. */
interface Asked {
  readonly genotype: string;
  readonly seed: number;
  readonly proxies: readonly string[];
}

/** Replaces the sidecar: the value of each proxy is the length of the genotype. */
function measurementOf({ genotype, proxies }: Asked): Measurement {
  const values = proxies.map((proxy) => ({ proxy, value: genotype.length, flops: 1, seconds: 0.5 }));
  return { values, flops: values.length, seconds: 0.5 };
}

let out: string;
let store: RankingStore;
let asked: Asked[];

async function open(): Promise<RankingStore> {
  const plan = await planRanking({ cfg: join(ROOT, 'test/fixtures/tiny.yaml'), overrides: ['OUT_DIR', out] });
  return openRanking(plan, { emit: () => {}, opened: () => {}, fail: () => {} });
}

function contextWith(answer: (one: Asked) => Promise<Measurement>): MeasuringContext {
  const request = async (_: 'measure', { architectures, proxies }: RequestBody<'measure'>) => {
    const measurements: Measurement[] = [];
    for (const architecture of architectures) {
      const one = { ...architecture, proxies };
      asked.push(one);
      measurements.push(await answer(one));
    }
    return { measurements };
  };
  const sidecar = { request } as unknown as MeasuringContext['sidecar'];
  return { sidecar, store, workers: 1, lanes: 2, seed: 7, signal: new AbortController().signal };
}

const task = (genotypes: string[], proxies: string[]) => ({ name: 'measured', setting: SETTING, genotypes, proxies });
const questions = () => asked.map(({ genotype, proxies }) => `${genotype}: ${proxies.join(' ')}`);

beforeEach(async () => {
  out = temporaryFolder();
  asked = [];
  store = await open();
});
afterEach(() => store.job.close());

describe('measuring', () => {
  it('measures missing values, each architecture once, and keeps them in the folder', async () => {
    const context = contextWith(async (body) => measurementOf(body));
    await measureMissing(context, task(['g', 'hh', 'g'], ['rmi']));
    await measureMissing(context, task(['g', 'iii'], ['rmi', 'flops']));
    expect(questions()).toEqual(['g: rmi', 'hh: rmi', 'g: flops', 'iii: rmi flops']);
    expect(asked[0]?.seed).toBe(asked[2]?.seed);
    store.job.close();
    store = await open();
    expect(store.values.find(SETTING, 'iii', 'flops')).toEqual({ value: 3, cost: { flops: 1, seconds: 0.5 } });
    expect(store.values.missing(SETTING, 'hh', ['rmi', 'flops'])).toEqual(['flops']);
    // Measurements on other images or by another specification are not used.
    expect(store.values.find({ ...SETTING, batch: null }, 'g', 'rmi')).toBeUndefined();
    expect(store.values.find({ ...SETTING, digest: 'c'.repeat(64) }, 'g', 'rmi')).toBeUndefined();
  });

  it('fills the lanes of its workers', async () => {
    const context = contextWith(async (body) => {
      await eventually(() => expect(asked.length).toBeGreaterThanOrEqual(3));
      return measurementOf(body);
    });
    await measureMissing({ ...context, lanes: 3 }, task(['g', 'hh', 'iii'], ['rmi']));
    expect(store.values.missing(SETTING, 'iii', ['rmi'])).toEqual([]);
  });

  it('has no value for an architecture that kills its workers, which is not measured again', async () => {
    const died = new SidecarError('Gave measure up after 2 deaths', { code: 'evaluation-died' });
    const context = contextWith(async (body) => {
      if (body.genotype === 'g') throw died;
      return measurementOf(body);
    });
    await measureMissing(context, task(['g', 'hh'], ['rmi', 'flops']));
    await measureMissing(context, task(['g', 'hh'], ['rmi', 'flops']));
    expect(asked).toHaveLength(2);
    expect(store.values.find(SETTING, 'g', 'flops')).toEqual({ value: null, cost: null });
    expect(readFileSync(store.job.folder.log, 'utf8')).toContain('g failed: Gave measure up after 2 deaths');
  });

  it('fails when the sidecar does not answer for each architecture', async () => {
    const request = async () => ({ measurements: [] });
    const sidecar = { request } as unknown as MeasuringContext['sidecar'];
    const context = { ...contextWith(async (body) => measurementOf(body)), sidecar };
    await expect(measureMissing(context, task(['g'], ['rmi']))).rejects.toMatchObject({ code: 'measurement-mismatch' });
    expect(store.values.missing(SETTING, 'g', ['rmi'])).toEqual(['rmi']);
  });

  it('keeps all measurements when it fails', async () => {
    const broken = new SidecarError('The sidecar does not start', { code: 'sidecar-start-failed' });
    const context = contextWith(async (body) => {
      if (body.genotype === 'iii') throw broken;
      return measurementOf(body);
    });
    await expect(measureMissing(context, task(['g', 'hh', 'iii', 'jjjj'], ['rmi']))).rejects.toBe(broken);
    expect(store.values.missing(SETTING, 'g', ['rmi'])).toEqual([]);
    expect(store.values.missing(SETTING, 'iii', ['rmi'])).toEqual(['rmi']);
  });
});

describe("a ranking's folder", () => {
  it('belongs to one process at a time', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'run-in-use', exitCode: 2 });
    store.job.close();
    store = await open();
    expect(existsSync(store.job.folder.config)).toBe(true);
  });

  it('with a torn first line in its journal counts as new', async () => {
    const { journal } = store.job.folder;
    store.job.close();
    writeFileSync(journal, '{"at":1,"entry":{"type":"ranking","vers');
    for (const attempt of [1, 2]) {
      store = await open();
      store.write({
        type: 'measured',
        ...SETTING,
        genotype: `g${attempt}`,
        proxies: ['rmi'],
        outcome: { failure: '' },
      });
      store.job.close();
    }
    store = await open();
    expect(store.job.lines.map(({ entry }) => entry.type)).toEqual(['ranking', 'measured', 'measured']);
  });

  it('is refused with a damaged journal', async () => {
    const { journal } = store.job.folder;
    const whole = readFileSync(journal);
    store.job.close();
    appendFileSync(journal, '{"at":1,"entry":{"type":"measured"}}\n');
    await expect(open()).rejects.toMatchObject({ code: 'corrupt-journal', message: expect.stringContaining('Line 2') });
    writeFileSync(journal, whole);
    store = await open();
  });
});
