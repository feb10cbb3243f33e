import { describe, expect, it } from 'vitest';
import { RMI } from '../../src/objectives/rmi.js';
import { createRandom } from '../../src/random/random.js';
import { isAudited } from '../../src/search/audit.js';
import { searchSpace } from '../../src/search/controller.js';
import type { EvaluationOutcome, EvaluationRequest } from '../../src/search/evaluator.js';
import type { JournalledEvent } from '../../src/search/events.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { crossingOf } from '../../src/strategies/futility.js';
import {
  collect,
  createSimulatedEvaluator,
  createSimulatedStrategy,
  finishOf,
  hashedLoss,
  historyOf,
  journalOf,
  SEED,
} from './simulated.js';

const STEPS = 31;

/** A simulated training with jumps that obeys bounds. Genotype and seed fix its final loss; worse ones fall slower. */
function train(request: EvaluationRequest): EvaluationOutcome {
  const final = 0.01 * 100 ** hashedLoss(request);
  const noise = createRandom(request.seed, 'noise', 0);
  const whole = Array.from({ length: STEPS }, (_, step) => {
    const jump = step > 5 && noise.below(10) === 0 ? 2 : 1;
    const falling = 2 * (final / 2) ** (step / (STEPS - 1)) * (1 + noise.below(100) / 1000);
    return step === STEPS - 1 ? final : falling * jump;
  });
  return obey(whole, request);
}

function obey(whole: readonly number[], { bounds = [] }: EvaluationRequest): EvaluationOutcome {
  const stopped = crossingOf(whole, bounds);
  const curve = whole.slice(0, stopped ?? STEPS);
  const loss = curve.at(-1) ?? null;
  return { evaluation: { loss, curve, cka: [], crossEntropy: 0, steps: curve.length, stopped, seconds: 1 } };
}

interface Changes {
  capacity?: number;
  order?: number;
  futility?: boolean;
  auditShare?: number;
  recorded?: readonly JournalledEvent[];
  outcomeOf?: (request: EvaluationRequest) => EvaluationOutcome;
}

async function run({ capacity = 1, order = 0, futility = true, outcomeOf = train, ...rest }: Changes) {
  const evaluator = createSimulatedEvaluator(capacity, order, outcomeOf);
  const settings = { warmup: 40, thresholdRate: 0.2, successes: 12, cap: 400, futility };
  const strategy = createSimulatedStrategy(nasBench201, settings);
  const events = await collect(
    searchSpace({ space: nasBench201, strategy, objective: RMI, evaluator, seed: SEED, ...rest }),
  );
  const steps = events.flatMap((event) =>
    event.type === 'evaluated' && 'evaluation' in event.outcome ? [event.outcome.evaluation.steps] : [],
  );
  return { events, evaluator, history: historyOf(events), steps: steps.reduce((sum, count) => sum + count, 0) };
}

/** The results that early stopping must not change. */
const essence = ({ history, events }: Awaited<ReturnType<typeof run>>) => ({
  labels: history.map(({ genotype, good }) => [genotype, good]),
  good: history.flatMap(({ loss, good }) => (good ? [loss] : [])),
  threshold: history.at(-1)?.status.threshold,
  finish: finishOf(events),
});

describe('search: futile trainings', () => {
  it.each([1, 2, 5])('are stopped, and the results stay the same, %i at a time', async (capacity) => {
    const [bounded, whole] = [await run({ capacity }), await run({ capacity, futility: false })];
    expect(essence(bounded)).toEqual(essence(whole));
    expect(bounded.steps).toBeLessThan(0.8 * whole.steps);
    const stopped = bounded.history.filter((one) => one.stopped !== null);
    expect(new Set(stopped.map(({ phase }) => phase))).toEqual(
      new Set(capacity < 5 ? ['warm-up', 'guided'] : ['guided']),
    );
    for (const { loss, status } of stopped) expect(loss).toBeGreaterThan(status.threshold ?? 0);
  });

  it('are the same for any order of results', async () => {
    const first = await run({ capacity: 3, auditShare: 0.2 });
    for (let order = 1; order < 8; order += 1) {
      const other = await run({ capacity: 3, order, auditShare: 0.2 });
      expect(other.history).toEqual(first.history);
      expect(finishOf(other.events)).toEqual(finishOf(first.events));
    }
  });

  it('are the same after a resumption at any point', async () => {
    const whole = await run({ capacity: 3, auditShare: 0.2 });
    const journal = journalOf(whole.events);
    for (let end = 0; end <= journal.length; end += 3) {
      const { history, events } = await run({ capacity: 3, auditShare: 0.2, recorded: journal.slice(0, end) });
      expect(history).toEqual(whole.history);
      expect(finishOf(events)).toEqual(finishOf(whole.events));
    }
  });

  it('have no bounds at first, and later bounds from the history before their turn', async () => {
    const { evaluator, events, history } = await run({});
    const strategy = createSimulatedStrategy(nasBench201, { warmup: 40, thresholdRate: 0.2, futility: true });
    let start = 0;
    const observations = history.map((one) => {
      const event = events.find((other) => other.type === 'evaluated' && other.genotype === one.canonical);
      const outcome = event?.type === 'evaluated' ? event.outcome : null;
      const curve = outcome && 'evaluation' in outcome ? outcome.evaluation.curve : [];
      return {
        ...one,
        encoding: nasBench201.parse(one.genotype),
        curve,
        proxyValues: {},
        stopped: one.stopped !== null,
      };
    });
    const turns = events.flatMap((event) => (event.type === 'proposed' ? [event.genotypes.length] : []));
    expect(turns.slice(0, 4)).toEqual([10, 10, 10, 10]);
    expect(evaluator.requests[0]).not.toHaveProperty('bounds');
    for (const length of turns) {
      const bounds = strategy.bounds(observations.slice(0, start));
      const [first] = history.slice(start).filter(({ reused }) => !reused);
      const request = evaluator.requests.find(({ genotype }) => genotype === first?.canonical);
      if (first && first.index < start + length) expect(request?.bounds ?? []).toEqual(bounds);
      start += length;
    }
  });
});

describe('search: the audit', () => {
  it('trains a fixed share to the end and reports the effect of bounds', async () => {
    const [audited, bounded] = [await run({ auditShare: 0.3 }), await run({})];
    expect(essence(audited)).toEqual(essence(bounded));
    const inspected = audited.history.filter(({ audit }) => audit !== null);
    expect(inspected.length).toBeGreaterThan(5);
    expect(inspected.some(({ audit }) => audit?.crossed !== null)).toBe(true);
    for (const { canonical, stopped, audit, reused } of audited.history) {
      const chosen = isAudited(canonical, { seed: SEED, share: 0.3 });
      if (chosen) expect(stopped).toBeNull();
      if (audit) expect([chosen, reused]).toEqual([true, false]);
    }
    for (const { genotype, bounds } of audited.evaluator.requests) {
      if (bounds) expect(isAudited(genotype, { seed: SEED, share: 0.3 })).toBe(false);
    }
  });

  it('stops no training at a share of 1, and audits none at a share of 0', async () => {
    const [all, none] = [await run({ auditShare: 1 }), await run({ auditShare: 0 })];
    expect(all.history.every(({ stopped }) => stopped === null)).toBe(true);
    expect(all.evaluator.requests.every(({ bounds }) => bounds === undefined)).toBe(true);
    expect(none.history.every(({ audit }) => audit === null)).toBe(true);
  });

  it('selects about its share, and other architectures for another seed', () => {
    const names = Array.from({ length: 4000 }, (_, index) => `|${index}|`);
    const chosen = names.filter((name) => isAudited(name, { seed: 1, share: 0.1 }));
    // Five standard deviations of the binomial distribution.
    expect(Math.abs(chosen.length - 400)).toBeLessThan(5 * Math.sqrt(4000 * 0.1 * 0.9));
    const others = names.filter((name) => isAudited(name, { seed: 2, share: 0.1 }));
    expect(chosen.filter((name) => others.includes(name)).length).toBeLessThan(100);
  });

  it('finds a false stop', async () => {
    // After the warm-up, architectures whose loss falls only at the very end: the references do not predict them.
    let trained = 0;
    const late = (request: EvaluationRequest): EvaluationOutcome => {
      trained += 1;
      if (trained <= 40 || hashedLoss(request) < 0.7) return train(request);
      return obey([...new Array<number>(STEPS - 1).fill(1.9), 0.001], request);
    };
    const { history } = await run({ auditShare: 0.5, outcomeOf: late });
    const wrong = history.filter(({ audit, loss }) => audit !== null && audit.crossed !== null && loss === 0.001);
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.every(({ good }) => good)).toBe(true);
  });
});
