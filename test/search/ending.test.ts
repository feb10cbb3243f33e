/** Failed and interrupted searches keep finished results and start nothing new. */
import { describe, expect, it } from 'vitest';
import { InterruptedError, SidecarError } from '../../src/errors.js';
import { RMI } from '../../src/objectives/rmi.js';
import { searchSpace } from '../../src/search/controller.js';
import type { EvaluationOutcome, EvaluationRequest, Evaluator } from '../../src/search/evaluator.js';
import type { SearchEvent } from '../../src/search/events.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { createSimulatedStrategy, evaluationOf, SEED } from './simulated.js';

interface Handle {
  readonly succeed: () => void;
  readonly fail: (error: unknown) => void;
}

/** An evaluator whose evaluations end when the test ends them. */
function createHandEvaluator(capacity: number): Evaluator & { readonly handles: Handle[] } {
  const handles: Handle[] = [];
  return {
    capacity,
    handles,
    evaluate: (_: EvaluationRequest) =>
      new Promise<EvaluationOutcome>((resolve, reject) => {
        handles.push({ succeed: () => resolve({ evaluation: evaluationOf(handles.length) }), fail: reject });
      }),
  };
}

function start(capacity: number, strategy = createSimulatedStrategy(nasBench201)) {
  const evaluator = createHandEvaluator(capacity);
  const abort = new AbortController();
  const events = searchSpace({
    space: nasBench201,
    strategy,
    objective: RMI,
    evaluator,
    seed: SEED,
    signal: abort.signal,
  });
  return { evaluator, abort, events, handles: evaluator.handles };
}

/** Collects the events and the error that ends the search. */
async function drain(events: AsyncGenerator<SearchEvent, unknown>): Promise<{ types: string[]; error: unknown }> {
  const types: string[] = [];
  try {
    for await (const event of events) types.push(event.type);
    return { types, error: undefined };
  } catch (error) {
    return { types, error };
  }
}

const flush = async () => {
  for (let tick = 0; tick < 50; tick += 1) await null;
};

describe('search: an evaluator that throws', () => {
  it('ends the search with its error after the other results have been yielded', async () => {
    const { events, handles } = start(3);
    await events.next();
    const rest = drain(events);
    await flush();
    const broken = new SidecarError('gone', { code: 'sidecar-died' });
    handles[1]?.fail(broken);
    await flush();
    expect(handles).toHaveLength(3);
    handles[2]?.succeed();
    handles[0]?.succeed();
    const { types, error } = await rest;
    expect(error).toBe(broken);
    expect(types.filter((type) => type === 'evaluated')).toHaveLength(2);
    expect(handles).toHaveLength(3);
  });

  it('yields results from before the failure, also to a slow consumer', async () => {
    const { events, handles } = start(3);
    await events.next();
    const first = events.next();
    await flush();
    for (const handle of handles.slice(0, 3)) handle.succeed();
    await first;
    await flush();
    for (const handle of handles.slice(3)) handle.fail(new Error('bug'));
    await flush();
    const { types, error } = await drain(events);
    expect(error).toEqual(new Error('bug'));
    expect(types.filter((type) => type === 'evaluated')).toHaveLength(2);
  });
});

describe('search: interrupted', () => {
  it('starts nothing when the signal was aborted before', async () => {
    const { events, abort, handles } = start(2);
    abort.abort();
    expect((await drain(events)).error).toBeInstanceOf(InterruptedError);
    expect(handles).toHaveLength(0);
  });

  it('does not wait for running evaluations', async () => {
    const { events, abort, handles } = start(2);
    await events.next();
    const rest = drain(events);
    await flush();
    abort.abort();
    const { types, error } = await rest;
    expect([types, error]).toEqual([[], expect.any(InterruptedError)]);
    expect(handles).toHaveLength(2);
    // Evaluations that end or fail later have no effect.
    handles[0]?.succeed();
    handles[1]?.fail(new Error('too late'));
    await flush();
    expect(handles).toHaveLength(2);
  });

  it('yields available results', async () => {
    const { events, abort, handles } = start(3);
    await events.next();
    const first = events.next();
    await flush();
    for (const handle of handles.slice(0, 3)) handle.succeed();
    await flush();
    abort.abort();
    expect((await first).value).toMatchObject({ type: 'evaluated' });
    const { types, error } = await drain(events);
    expect(types.filter((type) => type === 'evaluated')).toHaveLength(2);
    expect(error).toBeInstanceOf(InterruptedError);
  });

  it('does not wait for the strategy', async () => {
    const strategy = { ...createSimulatedStrategy(nasBench201), ask: () => new Promise<never>(() => {}) };
    const { events, abort } = start(1, strategy);
    const rest = drain(events);
    await flush();
    abort.abort();
    expect((await rest).error).toBeInstanceOf(InterruptedError);
  });
});

describe('search: a consumer that leaves the loop', () => {
  it('stops further evaluations', async () => {
    const { events, handles } = start(2);
    await events.next();
    const first = events.next();
    await flush();
    handles[0]?.succeed();
    await first;
    await flush();
    const started = handles.length;
    await events.return(undefined as never);
    for (const handle of handles) handle.succeed();
    await flush();
    expect(handles).toHaveLength(started);
  });
});
