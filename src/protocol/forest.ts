/** Messages that ask for the random forest of a search. */
import { z } from 'zod';
import { message, seconds } from './envelope.js';
import { nameSchema } from './specification.js';

const category = z.int().min(0).max(255);
const encodings = z.array(z.array(category).min(1).max(256)).max(100_000);

/** Fits a forest on the known architectures and predicts the candidates. */
const fitSchema = z.strictObject({
  /** The forest's features: a row of numbers for each category of each slot. Rows of one slot have equal lengths. */
  features: z
    .array(z.array(z.array(z.number()).min(1).max(256)).min(1).max(256))
    .min(1)
    .max(256),
  /** Known architectures, one category per slot. */
  known: encodings,
  /** Whether each known architecture is good. */
  good: z.array(z.boolean()).max(100_000),
  candidates: encodings,
  trees: z.int().min(1).max(10_000),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  /** Grows the forest by XNAS's `RF_suggest` for this space, with its own number of trees. Absent: by scikit-learn alone. */
  rfSuggest: nameSchema.optional(),
  /** Asks for the importances of the slots. They change neither the forest nor the probabilities. */
  importances: z.literal(true).optional(),
});
export type Fit = z.infer<typeof fitSchema>;

/** Asks for a forest. */
export const forestRequest = message('fit', fitSchema);

const share = z.number().min(0).max(1);

/** The impurity importance of each slot to the forest: the sum of those of its features. */
export const importancesSchema = z.array(share).min(1).max(256);

export const fitted = message(
  'fitted',
  z.strictObject({
    /** The probability that each candidate is good, in order. */
    probabilities: z.array(share),
    /** Null when no forest could be fitted, since all known architectures are of one class. Absent unless asked for. */
    importances: importancesSchema.nullable().optional(),
    seconds,
  }),
);
