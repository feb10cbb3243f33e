import { describe, expect, it } from 'vitest';
import { checkKinds, kindsOf, kindsOfSessions, mixedNotes } from '../../src/jobs/arithmetic-kinds.js';

const CPU = 'cpu, torch 2.13.0+cpu';
const CUDA = 'cuda, torch 2.13.0+cu128';

describe('the kinds of arithmetic', () => {
  it('of workers are each named once', () => {
    const devices = [
      { name: 'cuda:0 (NVIDIA H100)', kind: CUDA },
      { name: 'cuda:1 (NVIDIA H100)', kind: CUDA },
      { name: 'cpu', kind: CPU },
    ];
    expect(kindsOf({ devices })).toEqual([CPU, CUDA]);
    expect(kindsOf({})).toEqual([]);
  });

  it('of an old session follow from its device and its version of PyTorch', () => {
    const versions = { torch: '2.13.0+cpu' };
    expect(kindsOfSessions([{ device: 'cpu', versions }])).toEqual([CPU]);
    expect(kindsOfSessions([{ device: 'cuda (NVIDIA H100)', versions: { torch: '2.13.0+cu128' } }])).toEqual([CUDA]);
    expect(kindsOfSessions([{ device: 'none', versions: {} }])).toEqual([]);
    expect(kindsOfSessions([{ device: 'cpu', versions, kinds: [CUDA] }])).toEqual([CUDA]);
  });

  it('may not be mixed without permission', () => {
    expect(checkKinds('run', [CPU], [CPU], {})).toEqual([]);
    expect(checkKinds('run', [], [CUDA], {})).toEqual([]);
    for (const recorded of [[CPU], []]) {
      const current = recorded.length === 0 ? [CPU, CUDA] : [CUDA];
      const check = (allowMixed: boolean) => checkKinds('run', recorded, current, { allowMixed });
      expect(() => check(false)).toThrow(expect.objectContaining({ code: 'mixed-arithmetic', exitCode: 2 }));
      for (const kind of [CPU, CUDA]) {
        expect(() => check(false)).toThrow(kind);
        expect(check(true).join()).toContain(kind);
      }
    }
  });

  it('are a note of a result when there are several', () => {
    expect(mixedNotes([CPU])).toEqual([]);
    expect(mixedNotes([CPU, CUDA])).toEqual([`Scores of several kinds of arithmetic are mixed: ${CPU}; ${CUDA}.`]);
  });
});
