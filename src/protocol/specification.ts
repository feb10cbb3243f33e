import { z } from 'zod';

/** Bumped whenever a message changes in a way that an older peer cannot read. */
export const PROTOCOL_VERSION = 1;

/** Of a space, data set or teacher: text, since plugins add more. The sidecar checks that it has what is named. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const nameSchema = z.string().regex(NAME_PATTERN);

/** The code that builds networks and computes scores: that of rminas, or that of a checkout of XNAS. */
export const BACKENDS = ['native', 'xnas'] as const;

/**
 * `plain`: every operation as in the original, to the last bit. `fast`: the same function, summed in another order; only
 * the networks of rminas have it. `compiled`: one program in C. `stacked`: several networks by the same operations.
 */
export const ARITHMETICS = ['plain', 'fast', 'compiled', 'stacked'] as const;
/** `tf32`: matrix products and convolutions on CUDA. `bf16`: the networks, without their weights and the loss. */
export const PRECISIONS = ['float32', 'tf32', 'bf16'] as const;

export type BackendName = (typeof BACKENDS)[number];

const count = z.int().min(1);

export const networkSchema = z.strictObject({
  /** Channels of the stem; for `darts`, of a node of the first cells. Spaces of fixed widths do not read it. */
  channels: count.max(1024),
  /** Cells in each of the three stages; for `darts`, in all. Spaces of fixed depth do not read it. */
  cells: count.max(64),
  classes: count.max(100_000),
  /** Height and width of an input image, in pixels. */
  resolution: count.max(1024),
});

export const optimizerSchema = z.strictObject({
  learningRate: z.number().positive(),
  momentum: z.number().min(0),
  dampening: z.number(),
  nesterov: z.boolean(),
  weightDecay: z.number().min(0),
  /** Largest norm of the whole gradient; left out for no clipping. */
  gradientNorm: z.number().positive().optional(),
  /** The learning rate falls to `minimum` along half a cosine of `updates`; left out for a constant rate. */
  cosine: z.strictObject({ updates: count.max(1_000_000), minimum: z.number().min(0) }).optional(),
});

/** How the images of a data set of the user are stored. */
export const DATASET_FORMS = ['folder', 'npz', 'hf', 'torchvision'] as const;
export type DatasetForm = (typeof DATASET_FORMS)[number];

/** What is done at random to the training images of a data set of the user. */
export const AUGMENTATIONS = ['crop-and-flip', 'crop', 'flip', 'photo', 'none'] as const;
export type AugmentationName = (typeof AUGMENTATIONS)[number];

const channels = z.tuple([z.number(), z.number(), z.number()]);

/** The images of a data set of the user. The files are where the assets say. */
export const ownImagesSchema = z.strictObject({
  form: z.enum(DATASET_FORMS),
  /** On the Hugging Face hub, or in torchvision; null for files. */
  name: z.string().min(1).max(500).nullable(),
  imageColumn: z.string().min(1).max(200).nullable(),
  labelColumn: z.string().min(1).max(200).nullable(),
  /** Share of the images that is split off and held out; null when the data set has a held-out part. */
  heldOutShare: z.number().gt(0).lt(1).nullable(),
  /** Of each channel, where white is 1. */
  mean: channels,
  deviation: channels,
  augmentation: z.enum(AUGMENTATIONS),
  /** SHA-256 of names, sizes and labels. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});
export type OwnImages = z.infer<typeof ownImagesSchema>;

/** Where a teacher of the user comes from. `registered`: an architecture that the sidecar knows, with weights of the user. */
export const TEACHER_KINDS = [
  'timm',
  'torchvision',
  'pytorchcv',
  'registered',
  'factory',
  'torchscript',
  'exported',
] as const;
export type TeacherKind = (typeof TEACHER_KINDS)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const stageSchema = z.string().min(1).max(500);

/** The identity of a teacher of the user. The files are where the assets say. */
export const ownTeacherSchema = z.strictObject({
  kind: z.enum(TEACHER_KINDS),
  /** Of the network or function; empty for an archive. A function of a module is written `module:function`. */
  name: z.string().max(1000),
  /** Of the library; null where there is none. */
  version: z.string().max(200).nullable(),
  /** Of the file of the weights, or of the archive; null for weights that the network makes by itself. */
  weights: sha256.nullable(),
  /** Of the Python file that defines a function; null for other kinds. */
  code: sha256.nullable(),
  /** The modules whose features are compared; none for features that the network itself answers. */
  stages: z.array(stageSchema).max(16),
  /** The number of classes that it tells apart. */
  classes: count.max(1_000_000),
});
export type OwnTeacher = z.infer<typeof ownTeacherSchema>;

/**
 * The inputs of an evaluation besides the genotype and its seed. It has no paths and no names of
 * profiles: two runs with equal specifications give equal scores.
 */
export const specificationSchema = z.strictObject({
  space: nameSchema,
  network: networkSchema,
  dataset: nameSchema,
  /** Left out for a data set that the sidecar knows by its name. */
  images: ownImagesSchema.optional(),
  batch: z.strictObject({
    /** Samples kept when the selection is by teacher loss. */
    size: count.max(65_536),
    /** Samples drawn to choose from. */
    pool: count.max(1_048_576),
    selection: z.enum(['lowest-teacher-loss', 'all']),
  }),
  teacher: z.strictObject({
    architecture: nameSchema,
    /** `train`: batch statistics, as the published codes run it. `eval`: running statistics. */
    mode: z.enum(['train', 'eval']),
    /** Left out for a teacher that the sidecar knows by its name. */
    own: ownTeacherSchema.optional(),
  }),
  optimizer: optimizerSchema,
  /** Losses observed, the last of which is the score; one fewer update than that can matter. */
  steps: count.max(1_000_000),
  /** Weight of the RMI part of the loss; the cross entropy has 1 - beta. */
  beta: z.number().min(0).max(1),
  /** The run's seed: the batch and its augmentation are drawn from it. */
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  backend: z.enum(BACKENDS),
  arithmetic: z.enum(ARITHMETICS),
  precision: z.enum(PRECISIONS),
});

export type Specification = z.infer<typeof specificationSchema>;

/** Paths of the files that a specification needs; null means the file that ships with the sidecar. */
export const assetsSchema = z.strictObject({
  /** Folder of the data set's files. */
  dataset: z.string().min(1).nullable(),
  /** Teacher checkpoint, or archive. */
  teacher: z.string().min(1).nullable(),
  /** Python file of a teacher of the user. */
  teacherCode: z.string().min(1).nullable().optional(),
});

export type Assets = z.infer<typeof assetsSchema>;
