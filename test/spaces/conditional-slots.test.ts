/** Spaces whose slots exist only where other slots have certain choices. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { createRandom } from '../../src/random/random.js';
import type { SlotChoices } from '../../src/spaces/slots/conditions.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import { conditional } from './conditional-space.js';
import { describeSpace } from './conformance.js';

const space = conditional;
const text = 'kind=mobile,ratio=4,width=16,kernel=5,squeeze=1,a=on,b=off';

/** Enough slots that one choice brings into existence more combinations than are listed. */
const switched = createSlotSpace({
  name: 'switched',
  slots: [
    { name: 'kind', choices: ['small', 'large'] },
    ...Array.from({ length: 12 }, (_, n) => ({ name: `s${n}`, choices: ['x', 'y', 'z'], when: { kind: ['large'] } })),
    ...Array.from({ length: 6 }, (_, n) => ({ name: `t${n}`, choices: ['x', 'y'], when: { kind: ['small'] } })),
  ],
});

describeSpace(space);
describeSpace({ ...switched, name: 'switched' });

describe('a space with conditional slots', () => {
  it('writes only the slots that exist', () => {
    expect(space.print(space.parse(text))).toBe(text);
    expect(space.print(space.parse('kind=none,width=8,a=on,b=on'))).toBe('kind=none,width=8,a=on,b=on');
  });

  it('finds that architectures are equal that differ in slots that do not exist', () => {
    const written = space.parse('kind=none,ratio=8,width=8,kernel=5,a=on,b=on');
    expect(space.print(written)).toBe('kind=none,width=8,a=on,b=on');
    // Category 0 of a conditional slot says that the slot does not exist.
    expect(space.canonical([2, 3, 0, 2, 1, 0, 0])).toEqual([2, 0, 0, 0, 0, 0, 0]);
    expect(space.canonical([1, 0, 1, 0, 0, 0, 0])).toEqual([1, 1, 1, 1, 0, 0, 0]);
  });

  it('counts its architectures', () => {
    const all = new Set<string>();
    const waiting = [space.canonical([])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (all.has(space.print(next))) continue;
      all.add(space.print(next));
      waiting.push(...space.neighbours(next));
    }
    // By kind none, plain and mobile; ratios 4 and 8 have the slot squeeze in two of three widths.
    expect(space.size).toBe(4 * (3 + 3 * 2 + 2 * (3 + 2 * (1 + 2 * 2))));
    expect(all.size).toBe(space.size);
    expect(switched.size).toBe(3 ** 12 + 2 ** 6);
  });

  it('estimates a size that it cannot count', () => {
    const many = Array.from({ length: 14 }, (_, n) => ({ name: `p${n}`, choices: ['x', 'y', 'z'] }));
    const children = many.map(({ name }) => ({ name: `of-${name}`, choices: ['1', '2'], when: { [name]: ['x'] } }));
    const { size } = createSlotSpace({ name: 'many', slots: [...many, ...children] });
    expect(size / 4 ** 14).toBeGreaterThan(0.7);
    expect(size / 4 ** 14).toBeLessThan(1.4);
  });

  it('lists few neighbours where one choice brings many slots into existence', () => {
    const small = switched.parse(`kind=small,${[0, 1, 2, 3, 4, 5].map((n) => `t${n}=x`).join()}`);
    expect(switched.neighbours(small)).toHaveLength(6 + 1);
  });

  it('lets only those vote on a slot who have it', () => {
    const voters = [
      'kind=plain,width=8,kernel=3,a=on,b=on',
      'kind=plain,width=8,kernel=3,a=on,b=on',
      'kind=mobile,ratio=8,width=8,kernel=3,a=on,b=on',
      'kind=mobile,ratio=8,width=8,kernel=3,a=on,b=on',
      'kind=mobile,ratio=2,width=8,kernel=5,a=off,b=on',
    ].map((voter) => space.parse(voter));
    expect(space.print(space.vote(voters, { method: 'sum', edgeRank: 'votes' }))).toBe(
      'kind=mobile,ratio=8,width=8,kernel=3,a=on,b=on',
    );
  });

  it('elects the first choice of a slot that no voter has', () => {
    const voters = ['kind=mobile,ratio=4,width=8,kernel=3,a=on,b=on', 'kind=plain,width=16,kernel=3,a=on,b=on'];
    const all = [...voters, 'kind=mobile,ratio=4,width=8,kernel=3,a=on,b=on', voters[1], voters[1], voters[1]];
    // Most are plain: then neither ratio nor squeeze exists.
    expect(
      space.print(
        space.vote(
          all.map((voter) => space.parse(voter ?? '')),
          { method: 'sum', edgeRank: 'votes' },
        ),
      ),
    ).toBe('kind=plain,width=16,kernel=3,a=on,b=on');
    const mixed = ['kind=mobile,ratio=4,width=8,kernel=3,a=on,b=on', 'kind=mobile,ratio=2,width=16,kernel=3,a=on,b=on'];
    const tied = [
      mixed[0],
      mixed[0],
      mixed[1],
      'kind=none,width=16,a=on,b=on',
      'kind=none,width=16,a=on,b=on',
      mixed[1],
    ];
    const elected = space.vote(
      tied.map((voter) => space.parse(voter ?? '')),
      { method: 'sum', edgeRank: 'votes' },
    );
    expect(space.print(elected)).toBe('kind=mobile,ratio=2,width=16,kernel=3,a=on,b=on');
  });

  it.each([
    ['kind=none,width=8,a=on', 'the slot b is missing'],
    ['kind=mobile,width=8,kernel=3,a=on,b=on', 'the slot ratio is missing'],
    ['kind=none,width=8,a=on,b=on,c=on', 'it has no slot "c"; the nearest is "a"'],
    ['kind=none,kind=none,width=8,a=on,b=on', 'the slot kind is there twice'],
    ['width=8,kind=none,a=on,b=on', 'the slot kind is not in its place'],
    ['kind=nome,width=8,a=on,b=on', 'kind has no choice "nome"; the nearest is "none"'],
    ['kind=none,width,a=on,b=on', 'slot 2 must be SLOT=…, but it is "width"'],
  ])('refuses %s', (wrong, problem) => {
    expect(() => space.parse(wrong)).toThrow(UsageError);
    expect(() => space.parse(wrong)).toThrow(problem);
  });

  it.each<[string, SlotChoices[], string]>([
    [
      'an unknown slot',
      [slot('a', { bb: ['1'] }), slot('b')],
      'condition of the slot a on "bb", which is not a slot; the nearest is "b"',
    ],
    ['an unknown choice', [slot('a', { b: ['3'] }), slot('b')], 'on b=3, which is not a choice; the nearest is "1"'],
    ['no choice', [slot('a', { b: [] }), slot('b')], 'a condition of the slot a on no choice of b'],
    ['itself', [slot('a', { a: ['1'] }), slot('b')], 'has circular conditions: a needs a'],
    [
      'each other',
      [slot('z'), slot('a', { b: ['1'] }), slot('b', { c: ['1'], z: ['1'] }), slot('c', { a: ['1'] })],
      'has circular conditions: a needs b, b needs c, c needs a',
    ],
  ])('refuses conditions on %s', (_, wrong, problem) => {
    const create = () => createSlotSpace({ name: 'toy', slots: wrong });
    expect(create).toThrow(UsageError);
    expect(create).toThrow(problem);
  });

  it('draws every architecture', () => {
    const random = createRandom(1, 'draws', 0);
    const drawn = new Set(Array.from({ length: 4000 }, () => space.print(space.sample(random))));
    expect(drawn.size).toBe(space.size);
  });
});

function slot(name: string, when?: SlotChoices['when']): SlotChoices {
  return { name, choices: ['1', '2'], when };
}
