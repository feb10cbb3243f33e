import { choice, number, wholeNumber } from '../definitions/key.js';
import { createRandom, type Random } from '../random/random.js';
import type { Encoding } from '../spaces/space.js';
import { bestOf } from './answer.js';
import { distinctEncodings, LINEAR_MODELS, type LinearModelKind, ModelData } from './answers/linear-model.js';
import { type BudgetOptions, createBudgeted } from './budgeted.js';
import { type CommonSettings, checkCounts } from './common.js';
import { defineStrategy } from './definition.js';
import { encodingKey, keysOf } from './draw.js';
import type { Draws } from './draws.js';
import type { Observation, Strategy } from './strategy.js';

const NAME = 'linear-thompson';

export interface LinearThompsonSettings extends CommonSettings {
  readonly model: LinearModelKind;
  /** Penalty of the ridge regression, above 0. */
  readonly modelRidge: number;
  /** Random candidates in a turn; at least 1. */
  readonly candidates: number;
  /** Best architectures whose neighbours are candidates too; at least 1. */
  readonly elite: number;
}

/**
 * Thompson sampling by the bootstrap (Osband and Van Roy, 2015) with a linear model of ranks. Each proposal is the best
 * candidate of a model of one resample of the history: its errors explore, and its fit exploits. Candidates are random
 * architectures and the neighbours of the best ones so far. The model is that of the answers `additive` and `pairwise`.
 * @throws UsageError when a setting is out of its range
 */
export function createLinearThompson(options: BudgetOptions<LinearThompsonSettings>): Strategy {
  const { space, settings, constraint } = options;
  const { seed, model: kind, modelRidge: ridge, candidates, elite, parts = [] } = settings;
  checkCounts(NAME, { candidates, elite });
  return createBudgeted({
    name: NAME,
    ...{ space, settings, constraint },
    guide: async (history, wanted, draws) => {
      const pool = await candidatesOf(history, wanted, draws, { seed, candidates, elite });
      const data = new ModelData(space, history, { kind, ridge, parts });
      const random = createRandom(seed, 'thompson', history.length);
      const proposals: Encoding[] = [];
      while (proposals.length < wanted && pool.length > 0) {
        const { value } = data.fit(resampled(random, history.length));
        const values = pool.map(value);
        const best = values.reduce((lowest, each, index) => (each < (values[lowest] as number) ? index : lowest), 0);
        proposals.push(...pool.splice(best, 1));
      }
      return proposals;
    },
  });
}

/** How often each of `count` items occurs in `count` draws with replacement. */
function resampled(random: Random, count: number): Float64Array {
  const weights = new Float64Array(count);
  for (let draw = 0; draw < count; draw += 1) {
    const item = random.below(count);
    weights[item] = (weights[item] as number) + 1;
  }
  return weights;
}

/** Architectures that are not in the history: the neighbours of its best ones, and random ones. */
async function candidatesOf(
  history: readonly Observation[],
  wanted: number,
  draws: Draws,
  { seed, candidates, elite }: Pick<LinearThompsonSettings, 'seed' | 'candidates' | 'elite'>,
): Promise<Encoding[]> {
  const known = keysOf(history);
  const near: Encoding[] = [];
  for (const { encoding } of bestOf(history, elite)) near.push(...(await draws.neighbours(encoding)));
  const unknown = near.filter((encoding) => !known.has(encodingKey(encoding)));
  const random = createRandom(seed, 'candidates', history.length);
  const drawn = await draws.candidates(random, { count: candidates, wanted, known });
  return distinctEncodings([...unknown, ...drawn]);
}

export const linearThompson = defineStrategy({
  name: NAME,
  aliases: [],
  doc: 'Thompson sampling by the bootstrap (Osband and Van Roy, 2015) with a linear model of the ranks.',
  keys: {
    'RMINAS.THOMPSON_MODEL': choice('additive', LINEAR_MODELS, 'The model of `linear-thompson`.'),
    'RMINAS.THOMPSON_RIDGE': number(1, { above: 0 }, 'Penalty of the ridge regression of `linear-thompson`.'),
    'RMINAS.THOMPSON_CANDIDATES': wholeNumber(
      100,
      { least: 1, most: 100_000 },
      'Random candidates in each turn of `linear-thompson`.',
    ),
    'RMINAS.THOMPSON_ELITE': wholeNumber(
      10,
      { least: 1, most: 100_000 },
      'Best architectures whose neighbours are candidates of `linear-thompson`.',
    ),
  },
  defaults: { 'RMINAS.RF_WARMUP': 10 },
  create: ({ space, constraint, ...context }, values) =>
    createLinearThompson({
      space,
      constraint,
      settings: {
        ...context,
        model: values['RMINAS.THOMPSON_MODEL'],
        modelRidge: values['RMINAS.THOMPSON_RIDGE'],
        candidates: values['RMINAS.THOMPSON_CANDIDATES'],
        elite: values['RMINAS.THOMPSON_ELITE'],
      },
    }),
});
