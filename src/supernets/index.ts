/** The one-shot methods. A new one is a file with its definition, a line here, and its computation in the sidecar. */
import type { KeyGroup } from '../definitions/key.js';
import type { MethodDefinition } from './definition.js';
import { COMMON_ONE_SHOT_KEYS, UNREAD_ONE_SHOT_KEYS } from './keys.js';
import { firstOrderDarts } from './methods/darts-1.js';
import { secondOrderDarts } from './methods/darts-2.js';
import { drNas } from './methods/drnas.js';
import { fairDarts } from './methods/fairdarts.js';
import { fairNas } from './methods/fairnas.js';
import { gdas } from './methods/gdas.js';
import { pcDarts } from './methods/pc-darts.js';
import { randomSampling } from './methods/random.js';
import { snas } from './methods/snas.js';
import { spos } from './methods/spos.js';

export const METHODS: readonly MethodDefinition[] = [
  firstOrderDarts,
  secondOrderDarts,
  gdas,
  snas,
  pcDarts,
  fairDarts,
  fairNas,
  drNas,
  spos,
  randomSampling,
];

export const METHOD_NAMES: readonly string[] = METHODS.map(({ name }) => name);

/** All keys of one-shot searches besides those of searches and retrainings. */
export const ONE_SHOT_KEYS: KeyGroup = {
  ...COMMON_ONE_SHOT_KEYS,
  ...Object.assign({}, ...METHODS.map(({ keys }) => keys)),
  ...UNREAD_ONE_SHOT_KEYS,
};
