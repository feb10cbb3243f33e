/** The controller with an objective that combines several proxies by their ranks among earlier architectures. */
import { describe, expect, it } from 'vitest';
import { createObjective, type WeightedProxy } from '../../src/objectives/index.js';
import { searchSpace } from '../../src/search/controller.js';
import type { EvaluationOutcome, EvaluationRequest } from '../../src/search/evaluator.js';
import type { JournalledEvent, SearchEvent } from '../../src/search/events.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import {
  collect,
  createSimulatedEvaluator,
  createSimulatedStrategy,
  evaluationOf,
  finishOf,
  hashedLoss,
  historyOf,
  journalOf,
  SEED,
} from './simulated.js';

const space = createTinySpace(3, 4);
const WARMUP = 8;
const LOSS: WeightedProxy = { name: 'rmi', direction: 'lower', needs: 'training', weight: 1 };
const FLOW: WeightedProxy = { name: 'synflow', direction: 'higher', needs: 'nothing', weight: 1 };
const objective = createObjective({ kind: 'aggregate', proxies: [LOSS, FLOW] }, { reference: WARMUP });

function outcomeOf(request: EvaluationRequest): EvaluationOutcome {
  const loss = hashedLoss(request);
  if (loss > 0.95) return { failure: 'died twice' };
  const flow = [...request.genotype].reduce((total, digit) => total + Number(digit), 0);
  return { evaluation: evaluationOf(loss), parts: { rmi: loss, synflow: loss < 0.1 ? null : flow } };
}

function run(recorded: readonly JournalledEvent[] = [], order = 1): Promise<SearchEvent[]> {
  const evaluator = createSimulatedEvaluator(2, order, outcomeOf);
  const strategy = createSimulatedStrategy(space, { warmup: WARMUP });
  return collect(searchSpace({ space, strategy, objective, evaluator, seed: SEED, recorded }));
}

describe('a search by the aggregate', () => {
  it('uses scored losses for guidance and for the answer', async () => {
    const events = await run();
    const history = historyOf(events);
    const scored = objective.score(history);
    const guided = history.slice(WARMUP);
    expect(guided.length).toBeGreaterThan(0);
    expect(guided.map(({ loss }) => loss)).toEqual(scored.slice(WARMUP).map(({ loss }) => loss));
    // While the reference grows, losses are provisional.
    expect(history.slice(0, WARMUP).map(({ loss }) => loss)).not.toEqual(
      scored.slice(0, WARMUP).map(({ loss }) => loss),
    );
    const known = new Map(history.map(({ genotype }, index) => [genotype, scored[index]?.loss]));
    const { voters } = finishOf(events);
    expect(voters.map(({ loss }) => loss)).toEqual(voters.map(({ genotype }) => known.get(genotype)));
    const threshold = history.at(-1)?.status.threshold ?? Number.NaN;
    expect(history.slice(WARMUP).map(({ good, loss }) => good === loss < threshold)).not.toContain(false);
  });

  it('gives the same result after any resumption and for any order of results', async () => {
    const whole = await run();
    const journal = journalOf(whole);
    for (let kept = 0; kept <= journal.length; kept += 3) {
      const events = await run(journal.slice(0, kept), kept);
      expect(historyOf(events)).toEqual(historyOf(whole));
      expect(finishOf(events)).toEqual(finishOf(whole));
    }
  });
});
