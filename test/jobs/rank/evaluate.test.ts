import { describe, expect, it } from 'vitest';
import { evaluate, type RankedArchitecture, type RankingQuestion } from '../../../src/jobs/rank/evaluate.js';
import type { MeasuredValue } from '../../../src/jobs/rank/measured-values.js';
import { costOf, type RankingScore, scoreOf } from '../../../src/jobs/rank/scores.js';
import { tableOf } from '../../../src/jobs/rank/table.js';
import type { WeightedProxy } from '../../../src/objectives/index.js';

const SERIES = { name: 'cifar10 test', dataset: 'cifar10', split: 'test', epochs: 200, aggregation: 'mean over seeds' };
const part = (
  name: string,
  direction: WeightedProxy['direction'],
  needs: WeightedProxy['needs'] = 'batch',
): WeightedProxy => {
  return { name, direction, needs, weight: 1 };
};
const RMI = scoreOf({ kind: 'rmi' }, 2);
const SYNFLOW = scoreOf({ kind: 'proxy', proxy: part('synflow', 'higher') }, 2);
const AGGREGATE = scoreOf(
  { kind: 'aggregate', proxies: [part('rmi', 'lower', 'training'), part('synflow', 'higher')] },
  2,
);

const measured = (value: number | null, flops: number, seconds: number): MeasuredValue => ({
  value,
  cost: { flops, seconds },
});
const FAILED: MeasuredValue = { value: null, cost: null };

function row(
  number: number,
  accuracy: number,
  rmi: MeasuredValue,
  synflow: MeasuredValue,
  duplicateOf = number,
): RankedArchitecture {
  return {
    number,
    genotype: `g${number}`,
    canonical: `g${duplicateOf}`,
    isDuplicate: duplicateOf !== number,
    accuracies: new Map([[SERIES.name, accuracy]]),
    values: new Map([
      ['rmi', rmi],
      ['synflow', synflow],
    ]),
    paper: { flops: 1000, seconds: number === 0 ? 20 : null },
  };
}

/** Better accuracy, lower rmi, higher synflow; the last two are duplicates, and the one before them was not measured. */
const ROWS = [
  row(0, 90, measured(0.2, 100, 4), measured(50, 10, 1)),
  row(1, 80, measured(0.3, 100, 2), measured(40, 10, 1)),
  row(2, 70, measured(0.4, 100, 2), measured(30, 10, 1)),
  row(3, 60, FAILED, FAILED),
  row(4, 65, measured(0.5, 100, 2), measured(20, 10, 1)),
  row(5, 66, measured(0.5, 100, 2), measured(20, 10, 1), 4),
];

const ask = (scores: readonly RankingScore[], changes: Partial<RankingQuestion> = {}) =>
  evaluate({
    rows: ROWS,
    scores,
    series: [SERIES],
    duplicates: 'all',
    reference: 2,
    bootstrap: 20,
    seed: 1,
    ...changes,
  });

describe('a ranking', () => {
  it('has positive correlations for scores that agree with the accuracy, and ranks unmeasured architectures last', () => {
    for (const ranked of ask([RMI, SYNFLOW])) {
      expect(ranked).toMatchObject({ population: 'all', architectures: 6, withoutValue: 1 });
      const [all] = ranked.correlations;
      // All 15 pairs are in order, except the pair of duplicates, which the score ties.
      expect(all?.kendall.value).toBeCloseTo(14 / Math.sqrt(14 * 15), 12);
    }
  });

  it('can count duplicates once', () => {
    const [ranked] = ask([RMI], { duplicates: 'once' });
    expect(ranked).toMatchObject({ architectures: 5, withoutValue: 1 });
    expect(ranked?.correlations[0]?.kendall.value).toBe(1);
  });

  it('evaluates the aggregate over all, and over those outside its reference set', () => {
    const found = ask([AGGREGATE, RMI]);
    expect(found.map(({ name, population, architectures }) => [name, population, architectures])).toEqual([
      ['aggregate', 'all', 6],
      ['aggregate', 'outside-reference', 4],
      ['rmi', 'all', 6],
    ]);
    expect(ask([AGGREGATE], { reference: 6 }).map(({ population }) => population)).toEqual(['all']);
  });

  it('compares costs over the architectures that have both', () => {
    const [rmi, aggregate] = ask([RMI, AGGREGATE]);
    expect(rmi?.cost).toEqual({ flops: 100, seconds: 12 / 5 });
    expect(rmi?.ofPaper).toEqual({ flops: 0.1, seconds: 4 / 20 });
    expect(aggregate?.ofPaper).toEqual({ flops: 0.11, seconds: 5 / 20 });
    const [unmeasured] = ask([RMI], { rows: [row(3, 60, FAILED, FAILED)] });
    expect(unmeasured).toMatchObject({ cost: { flops: null, seconds: null }, ofPaper: { flops: null, seconds: null } });
  });

  it('is written down as a table', () => {
    const question = { rows: ROWS.slice(2, 4), scores: [AGGREGATE], series: [SERIES], duplicates: 'once' } as const;
    const table = tableOf({ ...question, reference: 1, bootstrap: 1, seed: 1 });
    expect(table).toMatch(
      /^number,genotype,canonical,cifar10 test,rmi,synflow,aggregate\n2,g2,g2,70,0\.4,30,-?\d[^,]*\n3,g3,g3,60,,,\n$/,
    );
  });
});

describe('the common cost of several proxies', () => {
  it('is that of the longest training and of everything else', () => {
    const parts = [part('rmi', 'lower', 'training'), part('cka-1@2', 'higher', 'training'), part('synflow', 'higher')];
    const costs = [
      { flops: 100, seconds: 3 },
      { flops: 20, seconds: 4 },
      { flops: 5, seconds: 1 },
    ];
    expect(costOf(parts, costs)).toEqual({ flops: 105, seconds: 4 });
    expect(costOf(parts, [costs[0] ?? null, null, costs[2] ?? null])).toBeNull();
    expect(costOf(parts.slice(2), costs.slice(2))).toEqual({ flops: 5, seconds: 1 });
  });
});
