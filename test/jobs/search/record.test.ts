import { describe, expect, it } from 'vitest';
import { reportFutility, SearchRecord } from '../../../src/jobs/search/record.js';
import { RMI } from '../../../src/objectives/rmi.js';
import type { EvaluationOutcome } from '../../../src/search/evaluator.js';
import type { Observed } from '../../../src/search/events.js';
import { observedOf } from '../../search/observed.js';
import { evaluationOf } from '../../search/simulated.js';

function recordOf(outcomes: Readonly<Record<string, EvaluationOutcome>>): SearchRecord {
  const record = new SearchRecord(RMI);
  for (const [genotype, outcome] of Object.entries(outcomes)) {
    record.add({ type: 'evaluated', genotype, seed: 1, outcome, replayed: false });
  }
  return record;
}

const whole = { ...evaluationOf(0.5), steps: 10, seconds: 2, stopped: null };

describe('the record of a run', () => {
  const record = recordOf({
    whole: { evaluation: whole },
    old: { evaluation: { ...evaluationOf(0.4), steps: 10, seconds: 2 } },
    stopped: { evaluation: { ...whole, loss: 0.9, steps: 3, seconds: 0.5, stopped: 3 } },
    cached: { evaluation: { ...whole, loss: 0.3 }, cached: true },
    failed: { failure: 'died twice' },
  });

  it('counts evaluations of this run and of other runs separately', () => {
    const { evaluations, cached, failures, steps, evaluationSeconds } = record;
    expect({ evaluations, cached, failures, steps, evaluationSeconds }).toEqual({
      evaluations: 4,
      cached: 1,
      failures: 1,
      steps: 23,
      evaluationSeconds: 4.5,
    });
  });

  it('has scores of whole trainings only', () => {
    expect(record.scoreOf('a duplicate', 'whole')).toMatchObject({
      genotype: 'a duplicate',
      canonical: 'whole',
      loss: 0.5,
    });
    expect(record.scoreOf('old', 'old')?.loss).toBe(0.4);
    expect(record.scoreOf('cached', 'cached')?.loss).toBe(0.3);
    expect(record.scoreOf('failed', 'failed')?.failure).toBe('died twice');
    expect(record.scoreOf('stopped', 'stopped')).toBeUndefined();
    expect(record.scoreOf('unknown', 'unknown')).toBeUndefined();
  });
});

describe('the report on futile trainings', () => {
  const status = { threshold: 0.5, thresholdNote: null, successes: 0, successesWanted: 6, warmup: 24, cap: 84 };
  const observed = (loss: number, over: Partial<Observed> = {}) =>
    observedOf(loss, { phase: 'guided', status, ...over });

  it('counts stops and saved steps, duplicates once', () => {
    const history = [
      observed(0.9, { stopped: 4 }),
      observed(0.9, { stopped: 4, reused: true }),
      observed(0.8, { stopped: 9 }),
    ];
    const report = reportFutility(history, 0.5, 10);
    expect(report).toMatchObject({ stopped: 2, stepsSaved: 7, audited: 0, falseStopRate: null });
  });

  it('counts audited stops, and the false ones', () => {
    const history = [
      observed(0.4, { audit: { crossed: null } }),
      observed(0.4, { audit: { crossed: 3 } }),
      observed(0.5, { audit: { crossed: 3 } }),
      observed(0.9, { audit: { crossed: 5 } }),
      observed(Number.POSITIVE_INFINITY, { audit: { crossed: 5 } }),
      observed(0.4),
    ];
    const report = reportFutility(history, 0.5, 10);
    expect(report).toMatchObject({ stopped: 0, audited: 5, auditedStops: 4, falseStops: 1, falseStopRate: 0.25 });
    expect(reportFutility(history, null, 10).falseStops).toBe(0);
  });
});
