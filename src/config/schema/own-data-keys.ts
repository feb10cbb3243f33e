/** The keys of a data set of the user; see docs/your-data.md. */
import { z } from 'zod';
import { choice, type KeyDefinition, type KeyGroup, list, number, text } from '../../definitions/key.js';
import { AUGMENTATIONS } from '../../protocol/specification.js';

const column = { most: 200, range: 'the name of a column, or empty' };

/** A number for each of the three channels, or none. */
function channels(doc: string): KeyDefinition<number[]> {
  const range = 'a list of three numbers, for red, green and blue, or an empty list';
  const key = list<number>([], { element: z.number(), most: 3, range }, doc);
  return { ...key, schema: key.schema.refine(({ length }) => length === 0 || length === 3).describe(range) };
}

export const OWN_DATA_KEYS = {
  'RMINAS.MEAN': channels('Mean of each channel of your own images, where white is 1. Left out, it is measured.'),
  'RMINAS.DEVIATION': channels(
    'Standard deviation of each channel of your own images, where white is 1. Left out, it is measured.',
  ),
  'RMINAS.AUGMENTATION': choice(
    'crop-and-flip',
    AUGMENTATIONS,
    'What is done at random to your own training images; see [your-data.md](your-data.md#augmentation).',
  ),
  'RMINAS.VAL_SHARE': number(
    0.2,
    { above: 0, below: 1 },
    'Share of your own images that is held out of each class, when the data set has no held-out part.',
  ),
  'RMINAS.IMAGE_COLUMN': text('', column, 'Column of the images of a Hugging Face data set. Left out, it is found.'),
  'RMINAS.LABEL_COLUMN': text('', column, 'Column of the labels of a Hugging Face data set. Left out, it is found.'),
} satisfies KeyGroup;
