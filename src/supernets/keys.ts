/** The keys of one-shot searches. Those of the groups DARTS, DRNAS and SPOS are XNAS's, so that its files load. */
import { z } from 'zod';
import { choice, flag, type KeyGroup, list, number, text, wholeNumber } from '../definitions/key.js';

const share = { above: 0, below: 1 };
const UNREAD = 'Accepted, so that the files of XNAS load; one-shot searches do not read it.';

/** Read by every one-shot search. The method sets the defaults; those of the space differ too. */
export const COMMON_ONE_SHOT_KEYS = {
  'SPACE.CHANNELS': wholeNumber(
    16,
    { least: 1, most: 1024 },
    'Channels of the supernet. `RMINAS.CHANNELS` overrides it.',
  ),
  'SPACE.LAYERS': wholeNumber(
    8,
    { least: 1, most: 64 },
    'Cells of the supernet: in each stage, for `darts` in all. `RMINAS.CELLS` overrides it.',
  ),
  'ONESHOT.METHOD': text(
    '',
    { most: 64, range: 'the name of a method' },
    'The method; see [one-shot.md](one-shot.md).',
  ),
  'ONESHOT.RATE_PER': choice(
    'step',
    ['step', 'epoch'],
    'Whether the learning rate of the weights falls after each step or after each epoch.',
  ),
  'ONESHOT.TRAIN_SHARE': number(
    0.5,
    share,
    'Share of the training images that trains the weights; the others validate. A file of XNAS sets it by `LOADER.SPLIT`.',
  ),
  'ONESHOT.IMAGES': wholeNumber(0, { least: 0, most: 100_000_000 }, 'Most images of each part; 0 for all.'),
  'ONESHOT.PRECISION': choice(
    'float32',
    ['float32', 'tf32', 'bf16'],
    'As `RMINAS.PRECISION`, for the passes of a supernet: weights, updates and the loss stay float32.',
  ),
  'DARTS.ALPHA_LR': number(3e-4, { above: 0 }, 'Learning rate of the architecture parameters (Adam).'),
  'DARTS.ALPHA_WEIGHT_DECAY': number(1e-3, { least: 0 }, 'Weight decay of the architecture parameters.'),
  'ONESHOT.ALPHA_BETA1': number(
    0.5,
    { least: 0, below: 1 },
    'First beta of Adam for the architecture parameters; the second one is 0.999.',
  ),
} satisfies KeyGroup;

export const TEMPERATURES = {
  'DRNAS.TAU': list<number>(
    [0.1, 10],
    { element: z.number().positive(), most: 2, range: 'a list of two numbers above 0' },
    'Temperatures of the last and the first epoch; they fall in a straight line.',
  ),
} satisfies KeyGroup;

export const PARTIAL_CHANNELS = {
  'DRNAS.K': wholeNumber(1, { least: 1, most: 64 }, 'The operations see one channel of so many.'),
} satisfies KeyGroup;

export const PATHS_COMPARED = {
  'ONESHOT.JUDGED_IMAGES': wholeNumber(
    0,
    { least: 0, most: 100_000_000 },
    'Most validation images on which paths are compared; 0 for all.',
  ),
} satisfies KeyGroup;

export const EVOLUTION = {
  ...PATHS_COMPARED,
  'ONESHOT.POPULATION': wholeNumber(50, { least: 1, most: 100_000 }, 'Paths of a generation.'),
  'ONESHOT.GENERATIONS': wholeNumber(20, { least: 0, most: 10_000 }, 'Generations after the random one.'),
} satisfies KeyGroup;

/** Keys that files of XNAS set, and that no method reads. Planning refuses values that would mean another method. */
export const UNREAD_ONE_SHOT_KEYS = {
  'DARTS.UNROLLED': flag(false, `${UNREAD} The method decides the order.`),
  'DRNAS.METHOD': text('', { most: 64 }, UNREAD),
  'DRNAS.REG_TYPE': text('l2', { most: 64 }, `${UNREAD} Only \`l2\` is possible: it is the weight decay.`),
  'DRNAS.REG_SCALE': number(1e-3, { least: 0 }, `${UNREAD} See \`DARTS.ALPHA_WEIGHT_DECAY\`.`),
  'DRNAS.PROGRESSIVE': flag(false, `${UNREAD} Only False is possible.`),
  'SPOS.RESIZE': flag(true, UNREAD),
  'SPOS.LAYERS': wholeNumber(0, { least: 0, most: 10_000 }, `${UNREAD} All cells share the choice of an edge.`),
  'SPOS.NUM_CHOICE': wholeNumber(0, { least: 0, most: 10_000 }, UNREAD),
} satisfies KeyGroup;
