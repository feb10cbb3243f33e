/** The file that lies beside the weights of a trained teacher: with it, the folder or the weights can be named as a teacher. */
import { z } from 'zod';

export const TRAINED_TEACHER = { weights: 'teacher.safetensors', description: 'teacher.json' } as const;

export const trainedTeacherSchema = z.object({
  schema: z.literal(1),
  rminas: z.string(),
  /** The network, as RMINAS.TEACHER names it, with an absolute path. */
  teacher: z.string().min(1).max(4096),
  /** The file of the weights, beside this one. */
  weights: z.string().min(1).max(255),
  /** Of the weights. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  classes: z.int().min(1),
  /** Side in pixels of the images. */
  resolution: z.int().min(1),
  dataset: z.string(),
  /** On the held-out images after the last epoch. Per cent. */
  accuracy: z.number().min(0).max(100),
  /** On the training images after the last epoch: the mean loss. */
  loss: z.number(),
  epochs: z.int().min(1),
  seed: z.int().min(0),
  parameters: z.int().min(1),
});
export type TrainedTeacher = z.infer<typeof trainedTeacherSchema>;
