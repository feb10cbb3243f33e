/**
 * What Python is asked about things of the user before a job is planned: their data set and their teacher. Python answers with the facts
 * from which the controller makes a definition.
 */
import { z } from 'zod';
import { digest, message, path } from './envelope.js';
import {
  assetsSchema,
  DATASET_FORMS,
  nameSchema,
  ownTeacherSchema,
  specificationSchema,
  stageSchema,
  TEACHER_KINDS,
} from './specification.js';

const channels = z.tuple([z.number(), z.number(), z.number()]);
const column = z.string().min(1).max(200);
const count = z.int().min(0).max(1_000_000_000);

/** A data set of the user: where it is, and the settings that decide what its images are. */
export const datasetQuestionSchema = z.strictObject({
  form: z.enum(DATASET_FORMS),
  /** The folder or file; for torchvision the folder of its files. Null when a name says it all. */
  path: path.nullable(),
  /** On the Hugging Face hub, or in torchvision; null for files. */
  name: z.string().min(1).max(500).nullable(),
  /** Side in pixels that networks see; null when the images decide. */
  resolution: z.int().min(1).max(1024).nullable(),
  /** Null when Python finds them. */
  imageColumn: column.nullable(),
  labelColumn: column.nullable(),
  /** Share of the images to hold out where the data set has no held-out part. */
  heldOutShare: z.number().gt(0).lt(1),
  /** Null when Python measures them. */
  mean: channels.nullable(),
  deviation: channels.nullable(),
  /** Whether every image is decoded, to find broken ones; otherwise only a sample. */
  thorough: z.boolean(),
});
export type DatasetQuestion = z.infer<typeof datasetQuestionSchema>;

export const datasetAnswerSchema = z.strictObject({
  /** SHA-256 of names, sizes and labels. */
  fingerprint: digest,
  classes: z.int().min(2).max(100_000),
  /** The names of the first classes, in the order of the labels. */
  classNames: z.array(z.string().max(1000)).max(10_000),
  trainImages: count,
  heldOutImages: count,
  /** Whether the held-out part was split off. */
  split: z.boolean(),
  /** Width and height of the images, from the least to the most; measured on the sample. */
  sides: z.strictObject({ least: z.tuple([count, count]), most: z.tuple([count, count]) }),
  /** Side in pixels that networks see: the one that was asked for, or one that suits the images. */
  resolution: z.int().min(1).max(1024),
  mean: channels,
  deviation: channels,
  /** Training images that mean and deviation were measured on; 0 where both were given. */
  measured: count,
  imageColumn: column.nullable(),
  labelColumn: column.nullable(),
  /** Notes for the user. */
  notes: z.array(z.string()),
});
export type DatasetAnswer = z.infer<typeof datasetAnswerSchema>;

/** A teacher of the user: where it comes from, and the modules whose features are to be compared. */
export const teacherQuestionSchema = z.strictObject({
  kind: z.enum(TEACHER_KINDS),
  /** Of the network or function; empty for an archive. */
  name: z.string().max(1000),
  /** File of the weights, or the archive. Null for weights that the library has in its cache, or that ship. */
  weights: path.nullable(),
  /** Whether a network of a library may have random weights. */
  random: z.boolean(),
  /** Python file of a function; null for one of a module. */
  code: path.nullable(),
  /** None when Python finds them. */
  stages: z.array(stageSchema).max(16),
  /** The data set that it teaches; null for the one of the same questions. */
  dataset: nameSchema.nullable(),
  /** Side in pixels of the images; null when the data set decides. */
  resolution: z.int().min(1).max(1024).nullable(),
});
export type TeacherQuestion = z.infer<typeof teacherQuestionSchema>;

export const teacherAnswerSchema = z.strictObject({
  identity: ownTeacherSchema,
  /** The file of the weights that were found. */
  weights: path.nullable(),
  /** The stages, each with the shape of its features for one image. */
  compared: z.array(z.strictObject({ name: stageSchema, shape: z.array(count).max(16) })).max(16),
  parameters: z.int().min(0),
  /** Notes for the user. */
  notes: z.array(z.string()),
});
export type TeacherAnswer = z.infer<typeof teacherAnswerSchema>;

/** The teacher of a specification, to be looked at closely and run on held-out images. */
export const inspectionQuestionSchema = z.strictObject({ specification: specificationSchema, assets: assetsSchema });

const shape = z.array(count).max(16);
export const inspectionAnswerSchema = z.strictObject({
  classes: count,
  parameters: count,
  /** What a search compares, with the shape of the features of one image. */
  compared: z.array(z.strictObject({ name: stageSchema, shape })).max(16),
  /** Held-out images that it was run on. */
  images: count,
  /** Share of them that it classifies correctly, 0 to 1; null when it tells other classes apart. */
  accuracy: z.number().min(0).max(1).nullable(),
  /** Mean cross entropy on them; null also when it is not finite. */
  loss: z.number().nullable(),
  /** In the order in which they end. The shape is null for modules that do not answer one tensor. */
  layers: z.array(z.strictObject({ name: z.string(), kind: z.string(), shape: shape.nullable(), parameters: count })),
});
export type InspectionAnswer = z.infer<typeof inspectionAnswerSchema>;

/** Asks Python about everything of the user that a configuration names. */
export const describeRequest = message(
  'describe',
  z.strictObject({
    dataset: datasetQuestionSchema.optional(),
    teacher: teacherQuestionSchema.optional(),
    inspection: inspectionQuestionSchema.optional(),
  }),
);
export type Questions = z.infer<typeof describeRequest>['body'];

export const described = message(
  'described',
  z.strictObject({
    dataset: datasetAnswerSchema.optional(),
    teacher: teacherAnswerSchema.optional(),
    inspection: inspectionAnswerSchema.optional(),
  }),
);
export type Answers = z.infer<typeof described>['body'];
