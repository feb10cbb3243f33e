/** Messages about writing a network out as files of its own. */
import { z } from 'zod';
import { message, path, seed } from './envelope.js';
import { retrainingSchema } from './retraining.js';

/** `onnx`: model.onnx. `pt2`: model.pt2 of `torch.export`. model.py is always written. */
export const EXPORT_FORMATS = ['onnx', 'pt2'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
const format = z.enum(EXPORT_FORMATS);

/** Builds a network as a retraining does, and writes it into a folder. */
export const exportRequest = message(
  'export',
  z.strictObject({
    retraining: retrainingSchema,
    /** Seeds the weights when there is no file of them. */
    seed,
    /** Checkpoint of a retraining, state dict, or safetensors file; null for fresh weights. */
    weights: path.nullable(),
    folder: path,
    formats: z.array(format).max(EXPORT_FORMATS.length),
    /** Names of the classes, in the order of the logits; none where they have only numbers. */
    classNames: z.array(z.string()).max(100_000),
    /** First line of model.py. */
    title: z.string().min(1).max(200),
  }),
);

export const exportedSchema = z.strictObject({
  /** Names of the files in the folder. */
  files: z.array(z.string()),
  /** Greatest difference of the logits from those of the network in the sidecar, by file. */
  differences: z.record(z.string(), z.number().min(0)),
  /** Formats that could not be written. */
  failed: z.array(
    z.strictObject({
      format,
      reason: z.string(),
      /** Python packages that have to be installed. */
      packages: z.array(z.string()),
    }),
  ),
  /** Parameters that the logits depend on. */
  parameters: z.int().min(1),
  /** Millions of multiply-adds for one image. */
  flops: z.number().min(0),
  /** Milliseconds of an inference of one image on the CPU of this machine. */
  latency: z.number().positive(),
});
export type Exported = z.infer<typeof exportedSchema>;
export const exported = message('exported', exportedSchema);
