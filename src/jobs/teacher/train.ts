import { basename, join } from 'node:path';
import { z } from 'zod';
import { MissingError } from '../../errors.js';
import { shellWord } from '../../installation/paths.js';
import { checkOptions, filledText, type OptionShape } from '../../options.js';
import { slug } from '../../plugins/slug.js';
import { findPython } from '../../sidecar/process/find-python.js';
import { pythonEnvironment } from '../../sidecar/process/python-environment.js';
import { answerLine, runPython } from '../../sidecar/process/run-python.js';
import { usefulLine } from '../../sidecar/process/traceback.js';
import { writeJobFile } from '../../store/folder.js';
import { TRAINED_TEACHER, type TrainedTeacher, trainedTeacherSchema } from '../../teachers/trained.js';
import { VERSION } from '../../version.js';
import { CONFIGURATION_OPTIONS, isResumed, RESUMED_OPTIONS, type ResumedJob, resumable } from '../common-options.js';
import { JOB_OPTIONS, type Job, type JobOptions, startChecked } from '../job.js';
import type { RetrainingEvent } from '../retrain/events.js';
import { RETRAINING_JOURNAL } from '../retrain/journal.js';
import type { PlannedRetraining } from '../retrain/plan.js';
import { type RetrainingResult, retrainingResultSchema } from '../retrain/result.js';
import { runTraining } from '../retrain/retrain.js';
import { type NewTeacherTraining, planTeacherTraining } from './plan.js';

/** The training of a teacher, new or resumed. */
export type TrainTeacherOptions = (NewTeacherTraining | ResumedJob) & JobOptions;

/** The result of `rminas teacher train`, in result.json and with `--json`. */
export const teacherTrainingResultSchema = retrainingResultSchema.extend({
  /** The description that lies beside the weights. */
  teacher: trainedTeacherSchema,
  /** The folder can be named with --teacher. */
  teacherFiles: z.strictObject({ weights: z.string(), description: z.string() }),
});
export type TeacherTrainingResult = z.infer<typeof teacherTrainingResultSchema>;

const NEW_OPTIONS: OptionShape<NewTeacherTraining & JobOptions> = {
  ...{ ...JOB_OPTIONS, ...CONFIGURATION_OPTIONS },
  network: filledText.optional(),
};
const COMMAND = 'rminas teacher train --resume';
const FORMAT = { ...RETRAINING_JOURNAL, resume: COMMAND };

function checkTrainOptions(options: unknown): TrainTeacherOptions {
  return isResumed(options)
    ? checkOptions('trainTeacher({ resume })', RESUMED_OPTIONS, options)
    : checkOptions('trainTeacher()', NEW_OPTIONS, options);
}

/**
 * Trains a teacher on a data set. The folder of the training can then be named as the teacher of a search.
 *
 * @example
 * const { teacher, files } = await trainTeacher({ overrides: ['LOADER.DATASET', 'folder:animals'] }).result;
 * await search({ cfg: 'quickstart', overrides: ['LOADER.DATASET', 'folder:animals', 'RMINAS.TEACHER', files.folder] }).result;
 */
export function trainTeacher(options: TrainTeacherOptions = {}): Job<RetrainingEvent, TeacherTrainingResult> {
  const interruption = resumable({ job: 'training', kept: 'every whole epoch', command: COMMAND });
  return startChecked(
    () => checkTrainOptions(options),
    { interruption },
    (checked, context) => {
      const { python } = checked;
      const { signal } = context;
      return runTraining(checked, context, {
        format: FORMAT,
        plan: (store) => planTeacherTraining(store, checked, { python, signal }),
        folderName: ({ genotype, dataset }) => `teacher-${slug(basename(genotype), 'network')}-${dataset}`,
        conclude: (result, planned) => writeTeacher(result, planned, { python, signal }),
      });
    },
  );
}

/** Writes the weights as safetensors, and their description. */
async function writeTeacher(
  result: RetrainingResult,
  { plan }: PlannedRetraining,
  { python, signal }: { readonly python: string | undefined; readonly signal: AbortSignal },
): Promise<TeacherTrainingResult> {
  const { files, seeds } = result;
  const [seed] = seeds;
  const [checkpoint] = files.checkpoints;
  if (seed === undefined || checkpoint === undefined) throw new Error('A training has a seed and a checkpoint.');
  const weights = join(files.folder, TRAINED_TEACHER.weights);
  const description = join(files.folder, TRAINED_TEACHER.description);
  const sha256 = await convert(checkpoint, weights, { python: await findPython(python), signal });
  const { genotype, network } = plan.retraining;
  const teacher: TrainedTeacher = {
    ...{ schema: 1, rminas: VERSION, teacher: genotype, weights: TRAINED_TEACHER.weights, sha256 },
    ...{ classes: network.classes, resolution: network.resolution, dataset: result.dataset },
    ...{ accuracy: seed.accuracy, loss: seed.epochs.at(-1)?.loss ?? 0, epochs: seed.epochs.length, seed: seed.seed },
    parameters: result.parameters,
  };
  writeJobFile(description, `${JSON.stringify(teacher, null, 2)}\n`);
  const whole = { ...result, teacher, teacherFiles: { weights, description } };
  writeJobFile(files.result, `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

const TIMEOUT_MS = 600_000;

/** Writes a checkpoint as safetensors, and answers the SHA-256 of the file. */
async function convert(
  checkpoint: string,
  weights: string,
  { python, signal }: { readonly python: string; readonly signal: AbortSignal },
): Promise<string> {
  const args = ['-m', 'rminas_sidecar.export.teacher', checkpoint, weights];
  const output = await runPython(python, args, {
    timeoutMs: TIMEOUT_MS,
    signal,
    environment: pythonEnvironment(process.env),
  });
  if (output.exit.code === 0) return answerLine(output.stdout);
  throw new MissingError(`The weights ${weights} were not written: ${usefulLine(output.stderr) ?? 'no reason given'}`, {
    code: 'unwritable',
    nextSteps: [`Make room, and run: ${COMMAND} ${shellWord(join(weights, '..'))}`],
  });
}
