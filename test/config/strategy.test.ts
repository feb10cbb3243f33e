import { describe, expect, it } from 'vitest';
import { loadConfig, planSearch } from '../../src/config/index.js';
import { STRATEGY_NAMES } from '../../src/strategies/index.js';

async function settingsOf(...words: string[]) {
  return planSearch(await loadConfig({ overrides: ['SPACE.NAME', 'infer_nb201', ...words] })).settings;
}

describe('the strategy of a configuration', () => {
  it('is the forest, whose best vote', async () => {
    expect(await settingsOf()).toMatchObject({ strategy: 'forest', answer: 'vote', futility: true });
  });

  it.each(STRATEGY_NAMES)('can be %s', async (name) => {
    const settings = await settingsOf('RMINAS.STRATEGY', name);
    // Bounds keep exact only what lies under the forest's threshold.
    expect(settings).toMatchObject({ strategy: name, futility: name === 'forest' });
  });

  it('takes the settings of each', async () => {
    const words = ['RMINAS.ANSWER best', 'RMINAS.EVOLUTION_POPULATION 30', 'RMINAS.EVOLUTION_SAMPLE 10'];
    const settings = await settingsOf(...words.flatMap((pair) => pair.split(' ')), 'RMINAS.REINFORCE_RATE', '0.05');
    expect(settings).toMatchObject({ answer: 'best', population: 30, sample: 10, learningRate: 0.05 });
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
