import type { SlotChoices } from '../../src/spaces/slots/conditions.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';

const slots: SlotChoices[] = [
  // Conditions may name slots that come later: genotypes have those first.
  { name: 'ratio', choices: ['2', '4', '8'], when: { kind: ['mobile'] } },
  { name: 'kind', choices: ['plain', 'mobile', 'none'] },
  { name: 'width', choices: ['8', '16', '32'] },
  { name: 'kernel', choices: ['3', '5'], when: { kind: ['plain', 'mobile'] } },
  { name: 'squeeze', choices: ['0', '1'], when: { ratio: ['4', '8'], width: ['16', '32'] } },
  ...['a', 'b'].map((name) => ({ name, choices: ['on', 'off'] })),
];

/** A space of 140 or so architectures, in which some slots exist only where others have certain choices. */
export const conditional = createSlotSpace({ name: 'conditional', slots });
