import { describe, expect, it } from 'vitest';
import type { RequestType } from '../../src/protocol/messages.js';
import { Entry, Ledger } from '../../src/sidecar/request-queue.js';

let ids = 0;

function entry(type: RequestType = 'evaluate', digest: string | null = 'd'): Entry {
  ids += 1;
  const request = { id: String(ids), type, text: '', onProgress: () => {} };
  return new Entry({ request, digest, resolve: () => {}, reject: () => {} });
}

function ledgerOf(...entries: Entry[]): Ledger {
  const ledger = new Ledger();
  for (const one of entries) ledger.add(one);
  return ledger;
}

describe('what is sent', () => {
  it('is as many evaluations as there are workers, in order, and everything else', () => {
    const [a, b, fit, c, prepare] = [entry(), entry(), entry('fit'), entry('verify'), entry('prepare')];
    const ledger = ledgerOf(a, b, fit, c, prepare);
    expect(ledger.take(2)).toEqual([a, b, fit, prepare]);
    expect(ledger.take(2)).toEqual([]);
    ledger.remove(b);
    expect(ledger.take(2)).toEqual([c]);
  });

  it('is something even to a sidecar without workers, which will say so', () => {
    const a = entry();
    expect(ledgerOf(a, entry()).take(0)).toEqual([a]);
  });

  it('is nothing that nobody waits for', () => {
    const [a, b] = [entry(), entry()];
    const ledger = ledgerOf(a, b);
    ledger.abandon(a);
    expect(ledger.take(2)).toEqual([b]);
  });

  it('leaves a worker to what it is still at, although nobody waits for it', () => {
    const [a, b] = [entry(), entry()];
    const ledger = ledgerOf(a, b);
    ledger.take(1);
    ledger.abandon(a);
    expect(ledger.take(1)).toEqual([]);
    ledger.remove(a);
    expect(ledger.take(1)).toEqual([b]);
  });
});

describe('after a death of the sidecar', () => {
  it('those that were at work are sent again one at a time, and before the others', () => {
    const [a, b, c, d] = [entry(), entry(), entry(), entry('fit')];
    const ledger = ledgerOf(a, b, c);
    ledger.take(2);
    expect(ledger.sidecarDied()).toEqual([]);
    ledger.add(d);
    expect(ledger.take(2)).toEqual([a]);
    expect(ledger.take(2)).toEqual([]);
    ledger.remove(a);
    expect(ledger.take(2)).toEqual([b]);
    ledger.remove(b);
    expect(ledger.take(2)).toEqual([c, d]);
  });

  it('a second one convicts the one that was alone, and no other', () => {
    const [a, b] = [entry(), entry()];
    const ledger = ledgerOf(a, b);
    ledger.take(2);
    ledger.sidecarDied();
    ledger.take(2);
    expect(ledger.sidecarDied()).toEqual([a]);
    expect(ledger.take(2)).toEqual([b]);
    ledger.remove(b);
    expect(ledger.empty).toBe(true);
  });

  it('one that had been at work alone needs a second, too', () => {
    const a = entry();
    const ledger = ledgerOf(a);
    ledger.take(1);
    expect(ledger.sidecarDied()).toEqual([]);
    ledger.take(1);
    expect(ledger.sidecarDied()).toEqual([a]);
    expect(a.deaths).toBe(2);
  });

  it('nobody is convicted in company, whatever is held against them', () => {
    const [a, b] = [entry(), entry()];
    const ledger = ledgerOf(a, b);
    ledger.take(2);
    expect(ledger.workerDied(a)).toBe(false);
    ledger.take(2);
    expect(ledger.sidecarDied()).toEqual([]);
    expect(ledger.take(2)).toEqual([a]);
  });

  it('what nobody waits for is not sent again', () => {
    const a = entry();
    const ledger = ledgerOf(a);
    ledger.take(1);
    ledger.abandon(a);
    expect(ledger.sidecarDied()).toEqual([]);
    expect(ledger.empty).toBe(true);
  });

  it('nothing changes when nothing was at work', () => {
    const a = entry();
    const ledger = ledgerOf(a);
    ledger.sidecarDied();
    expect(a).toMatchObject({ deaths: 0, suspect: false });
  });
});

describe('after a death of a worker', () => {
  it('its request is sent again beside the others, and convicted by the second', () => {
    const [a, b, c] = [entry(), entry(), entry()];
    const ledger = ledgerOf(a, b, c);
    ledger.take(2);
    expect(ledger.workerDied(b)).toBe(false);
    expect(ledger.take(2)).toEqual([b]);
    expect(ledger.workerDied(b)).toBe(true);
    expect(ledger.take(2)).toEqual([c]);
  });

  it('what nobody waits for is done with', () => {
    const a = entry();
    const ledger = ledgerOf(a);
    ledger.take(1);
    ledger.abandon(a);
    ledger.workerDied(a);
    expect(ledger.empty).toBe(true);
  });
});

it('removes what is about one specification', () => {
  const [a, b, c] = [entry('evaluate', 'd'), entry('evaluate', 'e'), entry('fit', null)];
  const ledger = ledgerOf(a, b, c);
  expect(ledger.removeAbout('d')).toEqual([a]);
  expect(ledger.removeAll()).toEqual([b, c]);
  expect(ledger.empty).toBe(true);
});
