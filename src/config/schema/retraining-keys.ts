/** The keys that a retraining reads besides those of a search. XNAS has those without RMINAS. */

import { z } from 'zod';
import { choice, flag, type KeyGroup, list, number, text, type ValuesOf, wholeNumber } from '../../definitions/key.js';
import { PRECISIONS } from '../../protocol/specification.js';

const probability = { least: 0, below: 1 };

/** The defaults of XNAS's keys are its own; AUX_WEIGHT and CUTOUT_LENGTH, which XNAS only reads, have those of DARTS. */
export const RETRAINING_KEYS = {
  'OPTIM.MAX_EPOCH': wholeNumber(200, { least: 1, most: 10_000 }, 'Epochs.'),
  'OPTIM.LR_POLICY': choice(
    'cos',
    ['cos', 'linear', 'step', 'exp'],
    'How the learning rate falls: along half a cosine, in a straight line, at `STEPS`, or after each epoch.',
  ),
  'OPTIM.STEPS': list(
    [30, 60, 90],
    { element: z.int().min(0), most: 10_000, range: 'a list of epochs' },
    'Epochs after which the policy `step` multiplies the learning rate.',
  ),
  'OPTIM.LR_MULT': number(
    0.1,
    { above: 0, most: 1 },
    'Factor of the policies `step` and `exp`. The script of DARTS for ImageNet uses `exp` with 0.97.',
  ),
  'OPTIM.WARMUP_EPOCH': wholeNumber(0, { least: 0, most: 10_000 }, 'Epochs in which the learning rate rises.'),
  'OPTIM.WARMUP_FACTOR': number(
    0.1,
    { least: 0, most: 1 },
    'Share of the learning rate that the first of these epochs begins with.',
  ),
  'SEARCH.LABEL_SMOOTH': number(0, probability, 'Share of each label that is spread over all classes.'),
  'TRAIN.IM_SIZE': wholeNumber(32, { least: 1, most: 1024 }, "Side of an image in pixels; by default the data set's."),
  'TRAIN.DROP_PATH_PROB': number(0.2, probability, 'Probability of drop path, which rises to it over the epochs.'),
  'TRAIN.AUX_WEIGHT': number(0.4, { least: 0 }, 'Weight of the auxiliary head; 0.0 for none.'),
  'TRAIN.CUTOUT_LENGTH': wholeNumber(
    16,
    { least: 0, most: 1024 },
    'Side of the square that cutout removes; 0 for none.',
  ),
  'TRAIN.GENOTYPE': text('', { least: 1, most: 4096, range: 'a genotype' }, 'The architecture to train.'),
  EVAL_PERIOD: wholeNumber(1, { least: 1, most: 10_000 }, 'Epochs between two measurements on the test images.'),
  'RMINAS.NORMALISE_POOLS': flag(
    true,
    'Whether a batch normalisation follows each pooling of a DARTS cell, as in XNAS. False is as in the DARTS repository.',
  ),
  'RMINAS.RETRAIN_PRECISION': choice(
    'float32',
    PRECISIONS,
    'As `RMINAS.PRECISION`, for a retraining: `bf16` is mixed precision, weights and updates stay float32.',
  ),
  'RMINAS.PATIENCE': wholeNumber(
    0,
    { least: 0, most: 10_000 },
    'Measurements in a row without a better test accuracy after which a retraining ends early; 0 never does.',
  ),
  'RMINAS.DISTILLATION_WEIGHT': number(
    0,
    { least: 0, most: 1 },
    "Weight of the teacher's probabilities in the loss of a retraining; the labels have the rest. 0.0 needs no teacher.",
  ),
  'RMINAS.DISTILLATION_TEMPERATURE': number(
    4,
    { above: 0, most: 1000 },
    'Temperature that softens the probabilities of teacher and network.',
  ),
} satisfies KeyGroup;
export type RetrainingValues = ValuesOf<typeof RETRAINING_KEYS>;
