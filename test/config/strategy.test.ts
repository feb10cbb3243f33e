import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { loadConfig, planSearch } from '../../src/config/index.js';
import { ROOT } from '../support/run-cli.js';

async function settingsOf(...words: string[]) {
  return planSearch(await loadConfig({ overrides: ['SPACE.NAME', 'infer_nb201', ...words] })).settings;
}

describe('the strategy of a configuration', () => {
  it('is the forest by default, whose best architectures vote', async () => {
    const settings = { strategy: 'forest', answer: 'vote', futility: true };
    expect(await settingsOf()).toMatchObject(settings);
  });

  it.each(BUILT_IN.strategies.names)('can be %s', async (name) => {
    const settings = await settingsOf('RMINAS.STRATEGY', name);
    // Bounds keep only losses below the forest's threshold exact.
    expect(settings).toMatchObject({ strategy: name, futility: name === 'forest' });
  });

  it.each([
    ['forest', 'RMINAS.CANDIDATES', 30],
    ['regularized-evolution', 'RMINAS.EVOLUTION_POPULATION', 30],
    ['regularized-evolution', 'RMINAS.EVOLUTION_SAMPLE', 10],
    ['reinforce', 'RMINAS.REINFORCE_RATE', 0.05],
  ])('%s takes its own key %s and no other', async (name, key, value) => {
    const { strategyValues } = await settingsOf('RMINAS.STRATEGY', name, key, String(value));
    expect(strategyValues[key]).toBe(value);
    expect(Object.keys(strategyValues)).toEqual(Object.keys(BUILT_IN.strategies.find(name)?.keys ?? {}));
  });

  it('takes the rule of the answer with every strategy, and the parts of an aggregate', async () => {
    const settings = await settingsOf(
      ...['RMINAS.STRATEGY', 'random', 'RMINAS.ANSWER', 'additive', 'RMINAS.ANSWER_RIDGE', '3.0'],
      ...['RMINAS.CONFIDENCE', '0.8', 'RMINAS.OBJECTIVE', 'aggregate', 'RMINAS.AGGREGATE', 'flops 2'],
      ...['RMINAS.MIN_EVALUATIONS', '100'],
    );
    expect(settings).toMatchObject({ answer: 'additive', ridge: 3, confidence: 0.8, leastEvaluations: 100 });
    expect(settings.parts).toMatchObject([{ name: 'flops', direction: 'higher', weight: 2 }]);
  });

  it('has a shorter warm-up for a strategy that learns at once, unless the file or the user sets it', async () => {
    const warmup = async (...words: string[]) => (await settingsOf(...words)).warmup;
    expect(await warmup()).toBe(100);
    expect(await warmup('RMINAS.STRATEGY', 'local-search')).toBe(10);
    expect(await warmup('RMINAS.STRATEGY', 'local-search', 'SPACE.NAME', 'mb')).toBe(10);
    expect(await warmup('RMINAS.STRATEGY', 'local-search', 'RMINAS.RF_WARMUP', '40')).toBe(40);
    const file = fileURLToPath(new URL('../../configs/nas-bench-201-cifar10.yaml', import.meta.url));
    const config = await loadConfig({
      file,
      overrides: ['RMINAS.STRATEGY', 'local-search', 'RMINAS.MAX_EVALUATIONS', '100'],
    });
    expect(planSearch(config).settings.warmup).toBe(100);
    expect(config.notices).toEqual([
      expect.stringMatching(/warm-up takes all 100 evaluations.*line 17.*the search is random/),
    ]);
  });

  it('takes a rule of its own within limits, with a confidence only if the rule has one', async () => {
    const rules = ['RMINAS.ANSWER', 'additive', 'RMINAS.CONFIDENCE', '0.8', 'RMINAS.ANSWER_WITHIN_LIMITS'];
    expect(await settingsOf(...rules, 'best')).toMatchObject({ answer: 'additive', confidence: 0.8 });
    const limited = (rule: string) => settingsOf(...rules, rule, 'RMINAS.MAX_PARAMS', '40k');
    expect(await limited('best')).toMatchObject({ answer: 'best', confidence: 0 });
    expect(await limited('pairwise')).toMatchObject({ answer: 'pairwise', confidence: 0.8 });
    expect(await limited('same')).toMatchObject({ answer: 'additive', confidence: 0.8 });
  });

  it('refuses a confidence of an answer that has none', async () => {
    await expect(settingsOf('RMINAS.CONFIDENCE', '0.8')).rejects.toMatchObject({ code: 'confidence-without-model' });
  });

  it('refuses a check of an answer that no model gives, but not of a rule within limits', async () => {
    const check = ['RMINAS.CHECK_ANSWER', 'True'];
    await expect(settingsOf(...check)).rejects.toMatchObject({
      code: 'check-without-model',
      message: "RMINAS.CHECK_ANSWER is True, and the answer 'vote' cannot be checked.",
    });
    const limited = ['RMINAS.ANSWER', 'additive', 'RMINAS.ANSWER_WITHIN_LIMITS', 'best', 'RMINAS.MAX_PARAMS', '40k'];
    expect(await settingsOf(...check, ...limited)).toMatchObject({ answer: 'best', checksAnswer: false });
  });

  it('has finalists of its own number within limits', async () => {
    const given = ['RMINAS.FINALISTS', '3', 'RMINAS.FINALISTS_KEYS', "'RMINAS.CHANNELS 16  OPTIM.MAX_EPOCH 9'"];
    const keys = ['RMINAS.CHANNELS', '16', 'OPTIM.MAX_EPOCH', '9'];
    expect(await settingsOf(...given)).toMatchObject({ finalists: 3, finalistsKeys: keys });
    const limited = [...given, 'RMINAS.MAX_PARAMS', '40k'];
    expect(await settingsOf(...limited)).toMatchObject({ finalists: 3 });
    expect(await settingsOf(...limited, 'RMINAS.FINALISTS_WITHIN_LIMITS', '5')).toMatchObject({ finalists: 5 });
    expect(await settingsOf(...given, 'RMINAS.FINALISTS_WITHIN_LIMITS', '5')).toMatchObject({ finalists: 3 });
  });

  it('scores the finalists of the aggregate configuration by the specification of the paper, within limits only', async () => {
    const aggregate = join(ROOT, 'configs/nas-bench-201-cifar10-aggregate.yaml');
    const { settings } = planSearch(await loadConfig({ file: aggregate }));
    expect(settings.finalists).toBe(0);
    const limited = planSearch(await loadConfig({ file: aggregate, overrides: ['RMINAS.MAX_FLOPS', '5M'] }));
    expect(limited.settings.finalists).toBe(5);
    const lastRound = await loadConfig({ file: aggregate, overrides: settings.finalistsKeys });
    const paper = await loadConfig({ file: join(ROOT, 'configs/nas-bench-201-cifar10.yaml') });
    expect(planSearch(lastRound).specification).toEqual(planSearch(paper).specification);
  });

  it.each([
    ['RMINAS.STRATEGY', 'evolution', 'regularized-evolution'],
    ['RMINAS.STRATEGY', "''", 'forest'],
    ['RMINAS.ANSWER', 'greedy', 'one of vote, best'],
    ['RMINAS.EVOLUTION_POPULATION', '0', 'a whole number from 1'],
    ['RMINAS.EVOLUTION_SAMPLE', '-3', 'a whole number from 1'],
    ['RMINAS.REINFORCE_RATE', '0.0', 'a number above 0'],
    ['RMINAS.REINFORCE_RATE', '1e999', 'a number above 0'],
  ])('refuses %s %s', async (key, value, range) => {
    await expect(settingsOf(key, value)).rejects.toMatchObject({
      code: 'out-of-range',
      message: expect.stringContaining(key),
      nextSteps: [expect.stringContaining(range)],
    });
  });
});
