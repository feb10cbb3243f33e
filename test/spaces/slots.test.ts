import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import { describeSpace } from './conformance.js';

const slots = [
  { name: 'width', choices: ['16', '32', '64'] },
  { name: 'depth', choices: ['1', '2'] },
  { name: 'block', choices: ['conv', 'mb-conv', 'sep_conv.3x3'] },
  ...['a', 'b', 'c', 'd'].map((name) => ({ name, choices: ['on', 'off'] })),
];
const space = createSlotSpace({ name: 'toy', slots });
const text = 'width=32,depth=2,block=mb-conv,a=on,b=off,c=on,d=on';

describeSpace(space);
describeSpace(
  createSlotSpace({
    name: 'wide',
    slots: Array.from({ length: 40 }, (_, n) => ({ name: `s${n}`, choices: ['x', 'y', 'z'] })),
  }),
);

describe('a space of slots', () => {
  it('writes the slots in order', () => {
    expect(space.parse(text)).toEqual([1, 1, 1, 0, 1, 0, 0]);
    expect(space.print([1, 1, 1, 0, 1, 0, 0])).toBe(text);
  });

  it('contains every combination of choices, and none is isomorphic to another', () => {
    expect(space.size).toBe(3 * 2 * 3 * 2 ** 4);
    expect(space.canonical([1, 1, 1, 0, 1, 0, 0])).toEqual([1, 1, 1, 0, 1, 0, 0]);
    expect(space.neighbours([0, 0, 0, 0, 0, 0, 0])).toHaveLength(2 + 1 + 2 + 4);
  });

  it('has one column for each choice', () => {
    expect(space.features.map((rows) => rows[1]?.length)).toEqual([3, 2, 3, 2, 2, 2, 2]);
    expect(space.trees).toBe(35);
    expect(createSlotSpace({ name: 'toy', slots, trees: 7 }).trees).toBe(7);
  });

  it.each([
    ['width=32', 'it has 1 slot(s), not 7'],
    [text.replace('width=32,depth=2', 'depth=2,width=32'), 'slot 1 must be width=…, but it is "depth=2"'],
    [text.replace('width=32', 'width'), 'slot 1 must be width=…, but it is "width"'],
    [text.replace('width=32', 'width=32=32'), 'slot 1 must be width=…'],
    [text.replace('mb-conv', 'mbconv'), 'block has no choice "mbconv"; the nearest is "mb-conv"'],
    [text.replace('width=32', 'width=032'), 'width has no choice "032"'],
  ])('refuses %s', (wrong, problem) => {
    expect(() => space.parse(wrong)).toThrow(UsageError);
    expect(() => space.parse(wrong)).toThrow(problem);
  });

  it.each([
    [[], 'has no slots'],
    [[{ name: 'a', choices: ['x'] }], 'has fewer than two choices for the slot a'],
    [[{ name: 'a', choices: ['x', 'x'] }], 'two are called "x"'],
    [[slots[0], slots[0]], 'two are called "width"'],
    [[{ name: 'a=b', choices: ['x', 'y'] }], '"a=b" is not 1 to 64 letters'],
    [[{ name: 'a', choices: ['x', 'y,z'] }], '"y,z" is not 1 to 64 letters'],
    [[{ name: 'a', choices: ['x', ''] }], '"" is not 1 to 64 letters'],
    [[{ name: 'a', choices: ['x', 'y\n'] }], 'is not 1 to 64 letters'],
  ])('cannot be made of %j', (wrong, problem) => {
    const create = () => createSlotSpace({ name: 'toy', slots: wrong as typeof slots });
    expect(create).toThrow(UsageError);
    expect(create).toThrow(problem);
  });
});
