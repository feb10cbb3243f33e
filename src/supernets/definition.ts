import type { KeyDefault, KeyGroup, ValuesOf } from '../definitions/key.js';

/** The spaces that have a supernet. */
export const SUPERNET_SPACES = ['nas-bench-201', 'darts'] as const;
export type SupernetSpace = (typeof SUPERNET_SPACES)[number];

/** A one-shot method: everything that rminas knows of it outside the sidecar, which computes it. */
export interface MethodDefinition<Keys extends KeyGroup = KeyGroup> {
  /** The value of ONESHOT.METHOD, and the name in the sidecar. */
  readonly name: string;
  /** One or two sentences for the documentation. */
  readonly doc: string;
  /** The paper, for messages and tables. */
  readonly source: string;
  /** The spaces that it is available for. */
  readonly spaces: readonly SupernetSpace[];
  /** Keys that only some methods read, by full name. */
  readonly keys: Keys;
  /** The published values of keys that differ from {@link commonDefaults}. */
  defaults(space: SupernetSpace): Readonly<Record<string, KeyDefault>>;
  /** The options of the sidecar. */
  options(values: ValuesOf<Keys>): Readonly<Record<string, number | boolean>>;
}

/** Returns the definition. The call infers the types of the values from the keys. */
export function defineMethod<const Keys extends KeyGroup>(definition: MethodDefinition<Keys>): MethodDefinition<Keys> {
  return definition;
}

/** The defaults of all methods: those of the searches on NAS-Bench-201, and of DARTS on its own space. */
export function commonDefaults(space: SupernetSpace): Readonly<Record<string, KeyDefault>> {
  const isDarts = space === 'darts';
  return {
    'SPACE.CHANNELS': 16,
    'SPACE.LAYERS': isDarts ? 8 : 5,
    'LOADER.BATCH_SIZE': 64,
    'OPTIM.MAX_EPOCH': 50,
    'OPTIM.BASE_LR': 0.025,
    'OPTIM.MIN_LR': 0.001,
    'OPTIM.MOMENTUM': 0.9,
    'OPTIM.DAMPENING': 0,
    'OPTIM.NESTEROV': !isDarts,
    'OPTIM.WEIGHT_DECAY': isDarts ? 3e-4 : 5e-4,
    'OPTIM.GRAD_CLIP': 5,
    'ONESHOT.RATE_PER': isDarts ? 'epoch' : 'step',
    'DARTS.ALPHA_LR': 3e-4,
    'DARTS.ALPHA_WEIGHT_DECAY': 1e-3,
  };
}
