import { expect, it } from 'vitest';
import { slotNamesOf } from '../../src/report/data/search/slots.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import { createTinySpace } from '../spaces/tiny-space.js';

const SLOTS = [
  { name: 'depth', choices: ['1', '2', '3'] },
  { name: 'kind', choices: ['conv', 'pool'] },
  { name: 'kernel', choices: ['3', '5'], when: { kind: ['conv'] } },
  { name: 'size', choices: ['2', '4'], when: { kind: ['pool'] } },
];

it('calls all choices by their names, also those of slots that exist nowhere together', () => {
  const space = createSlotSpace({ name: 'own', slots: SLOTS });
  expect(slotNamesOf(space)).toEqual({
    slots: ['depth', 'kind', 'kernel', 'size'],
    categories: [
      ['1', '2', '3'],
      ['conv', 'pool'],
      ['–', '3', '5'],
      ['–', '2', '4'],
    ],
  });
});

it('numbers the slots of a space without names', () => {
  const numbers = ['0', '1', '2'];
  expect(slotNamesOf(createTinySpace(3, 2))).toEqual({ slots: ['slot 1', 'slot 2'], categories: [numbers, numbers] });
});
