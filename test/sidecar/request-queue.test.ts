import { describe, expect, it } from 'vitest';
import type { RequestType } from '../../src/protocol/messages.js';
import { QueuedRequest, RequestQueue } from '../../src/sidecar/request-queue.js';

let ids = 0;

function queued(type: RequestType = 'evaluate', digest: string | null = 'd'): QueuedRequest {
  ids += 1;
  const request = { id: String(ids), type, text: '', onProgress: () => {} };
  return new QueuedRequest({ request, digest, resolve: () => {}, reject: () => {} });
}

function queueOf(...entries: QueuedRequest[]): RequestQueue {
  const queue = new RequestQueue();
  for (const one of entries) queue.add(one);
  return queue;
}

describe('sending', () => {
  it('sends one evaluation per worker, in order, and every other request', () => {
    const [a, b, fit, c, prepare] = [queued(), queued(), queued('fit'), queued('verify'), queued('prepare')];
    const queue = queueOf(a, b, fit, c, prepare);
    expect(queue.take(2)).toEqual([a, b, fit, prepare]);
    expect(queue.take(2)).toEqual([]);
    queue.remove(b);
    expect(queue.take(2)).toEqual([c]);
  });

  it('sends as many evaluations as the stacks of all workers have places', () => {
    const queue = new RequestQueue(2);
    const all = [queued(), queued(), queued(), queued(), queued()];
    for (const one of all) queue.add(one);
    expect(queue.take(2)).toEqual(all.slice(0, 4));
  });

  it('sends the requests of a dead stack again one at a time, and the one that kills its worker alone fails', () => {
    const queue = new RequestQueue(2);
    const [a, b, c] = [queued(), queued(), queued()];
    for (const one of [a, b, c]) queue.add(one);
    queue.take(1);
    expect(queue.workerDied(a)).toBe(false);
    expect(queue.take(1)).toEqual([]);
    expect(queue.workerDied(b)).toBe(false);
    expect(queue.take(1)).toEqual([a]);
    expect(queue.workerDied(a)).toBe(true);
    expect(queue.take(1)).toEqual([b]);
    queue.remove(b);
    expect(queue.take(1)).toEqual([c]);
  });

  it('sends one evaluation to a sidecar without workers, which replies with an error', () => {
    const a = queued();
    expect(queueOf(a, queued()).take(0)).toEqual([a]);
  });

  it('does not send a cancelled request', () => {
    const [a, b] = [queued(), queued()];
    const queue = queueOf(a, b);
    queue.cancel(a);
    expect(queue.take(2)).toEqual([b]);
  });

  it('counts a worker as occupied by a cancelled request until the reply', () => {
    const [a, b] = [queued(), queued()];
    const queue = queueOf(a, b);
    queue.take(1);
    queue.cancel(a);
    expect(queue.take(1)).toEqual([]);
    queue.remove(a);
    expect(queue.take(1)).toEqual([b]);
  });
});

describe('after a death of the sidecar', () => {
  it('sends the requests in flight again one at a time, before the others', () => {
    const [a, b, c, d] = [queued(), queued(), queued(), queued('fit')];
    const queue = queueOf(a, b, c);
    queue.take(2);
    expect(queue.sidecarDied()).toEqual([]);
    queue.add(d);
    expect(queue.take(2)).toEqual([a]);
    expect(queue.take(2)).toEqual([]);
    queue.remove(a);
    expect(queue.take(2)).toEqual([b]);
    queue.remove(b);
    expect(queue.take(2)).toEqual([c, d]);
  });

  it('fails the request that was alone at the second death, and no other', () => {
    const [a, b] = [queued(), queued()];
    const queue = queueOf(a, b);
    queue.take(2);
    queue.sidecarDied();
    queue.take(2);
    expect(queue.sidecarDied()).toEqual([a]);
    expect(queue.take(2)).toEqual([b]);
    queue.remove(b);
    expect(queue.empty).toBe(true);
  });

  it('fails a request that was alone at the first death only after a second', () => {
    const a = queued();
    const queue = queueOf(a);
    queue.take(1);
    expect(queue.sidecarDied()).toEqual([]);
    queue.take(1);
    expect(queue.sidecarDied()).toEqual([a]);
    expect(a.deaths).toBe(2);
  });

  it('never fails one of several requests in flight', () => {
    const [a, b] = [queued(), queued()];
    const queue = queueOf(a, b);
    queue.take(2);
    expect(queue.workerDied(a)).toBe(false);
    queue.take(2);
    expect(queue.sidecarDied()).toEqual([]);
    expect(queue.take(2)).toEqual([a]);
  });

  it('does not send a cancelled request again', () => {
    const a = queued();
    const queue = queueOf(a);
    queue.take(1);
    queue.cancel(a);
    expect(queue.sidecarDied()).toEqual([]);
    expect(queue.empty).toBe(true);
  });

  it('changes nothing when no request was in flight', () => {
    const a = queued();
    const queue = queueOf(a);
    queue.sidecarDied();
    expect(a).toMatchObject({ deaths: 0, suspect: false });
  });
});

describe('after a death of a worker', () => {
  it('sends its request again beside the others, and fails it after a second death', () => {
    const [a, b, c] = [queued(), queued(), queued()];
    const queue = queueOf(a, b, c);
    queue.take(2);
    expect(queue.workerDied(b)).toBe(false);
    expect(queue.take(2)).toEqual([b]);
    expect(queue.workerDied(b)).toBe(true);
    expect(queue.take(2)).toEqual([c]);
  });

  it('drops its request if that was cancelled', () => {
    const a = queued();
    const queue = queueOf(a);
    queue.take(1);
    queue.cancel(a);
    queue.workerDied(a);
    expect(queue.empty).toBe(true);
  });
});

it('removes the requests of one specification', () => {
  const [a, b, c] = [queued('evaluate', 'd'), queued('evaluate', 'e'), queued('fit', null)];
  const queue = queueOf(a, b, c);
  expect(queue.removeOf('d')).toEqual([a]);
  expect(queue.removeAll()).toEqual([b, c]);
  expect(queue.empty).toBe(true);
});
