/** The checks find spaces that break a rule. */
import { describe, expect, it } from 'vitest';
import { checkSpace } from '../../src/spaces/conformance.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import type { Space } from '../../src/spaces/space.js';

const good = createSlotSpace({
  name: 'good',
  slots: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, choices: ['1', '16', '2'] })),
});

describe('the checks of a space', () => {
  it('pass for a space that follows all rules', () => {
    expect(() => checkSpace(good)).not.toThrow();
  });

  it.each<[string, Partial<Space>]>([
    ['samples one category per slot', { sample: () => [0, 1] }],
    ['samples the same from equal random streams', { sample: () => [0, 0, 0, 0, 0] }],
    ['prints texts that parse back', { print: () => 'a=1,b=1,c=1,d=1,e=1' }],
    ['refuses other texts', { parse: (text) => (text === '' ? [0, 0, 0, 0, 0] : good.parse(text)) }],
    ['refuses a text with something before or after it', { parse: (text) => good.parse(text.trim()) }],
    [
      'has canonical forms that are genotypes',
      { canonical: (encoding) => encoding.with(0, ((encoding[0] ?? 0) + 1) % 3) },
    ],
    ['gives each category of the next slot a weight', { conditionalWeights: () => [1, 1] }],
    ['has neighbours that are other genotypes', { neighbours: (encoding) => [encoding] }],
    ['elects a single voter', { vote: () => [0, 0, 0, 0, 0] }],
    ['refuses a vote without voters', { voteMethods: ['sum'] }],
    ['has a row of features for each category', { features: [] }],
    ['has a size', { size: 3 }],
  ])('name the broken rule: it %s', (rule, change) => {
    const check = () => checkSpace({ ...good, ...change, name: 'broken' });
    expect(check).toThrow(`The space broken breaks a rule: it ${rule}`);
  });
});
