import { resolve } from 'node:path';
import { z } from 'zod';
import { locateAssets } from '../../assets/locate.js';
import { planSearch } from '../../config/index.js';
import { pluginArguments } from '../../definitions/plugin.js';
import { checkOptions, type OptionShape } from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import { inspectionAnswerSchema } from '../../protocol/describing.js';
import { ownTeacherSchema } from '../../protocol/specification.js';
import { CONFIGURATION_OPTIONS } from '../common-options.js';
import { JOB_OPTIONS, type JobOptions } from '../job.js';

export interface InspectTeacherOptions extends JobOptions {
  /** Configuration file of a search. */
  readonly cfg?: string | undefined;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …: RMINAS.TEACHER names the teacher, LOADER.DATASET the images. */
  readonly overrides?: readonly string[] | undefined;
  /** Python files and modules that add data sets and teachers. */
  readonly plugins?: readonly string[] | undefined;
  /** Folder with the data sets and teachers. */
  readonly data?: string | undefined;
}

/** The result of `rminas teacher inspect`. */
export const teacherInspectionSchema = inspectionAnswerSchema.extend({
  schema: z.literal(1),
  /** The name in a specification. */
  teacher: z.string(),
  /** Null for a teacher that rminas knows by its name. */
  identity: ownTeacherSchema.nullable(),
  dataset: z.string(),
  datasetClasses: z.int().min(1),
  notes: z.array(z.string()),
});
export type TeacherInspection = z.infer<typeof teacherInspectionSchema>;

const OPTIONS: OptionShape<InspectTeacherOptions> = { ...JOB_OPTIONS, ...CONFIGURATION_OPTIONS };

/**
 * Tells what the teacher of a configuration is made of, what a search would compare, and how good it is on held-out images.
 *
 * @example
 * const { accuracy, compared } = await inspectTeacher({ cfg: 'quickstart', overrides: ['RMINAS.TEACHER', 'own.py:make'] });
 * @throws UsageError, MissingError for a teacher that cannot be used
 */
export async function inspectTeacher(given: InspectTeacherOptions): Promise<TeacherInspection> {
  const { cfg, overrides, plugins, data, python, signal } = checkOptions('inspectTeacher()', OPTIONS, given);
  const loader = new PluginLoader({ python, signal });
  const config = await loader.loadConfig({ file: cfg, overrides, plugins });
  const { specification, definitions } = planSearch(config);
  const assets = await locateAssets(specification, config, { data: data === undefined ? undefined : resolve(data) });
  const inspection = { specification, assets };
  const { answers } = await loader.describe({ plugins: pluginArguments(config.plugins), questions: { inspection } });
  if (answers.inspection === undefined) throw new Error('Python did not answer the question about the teacher.');
  return {
    schema: 1,
    teacher: specification.teacher.architecture,
    identity: specification.teacher.own ?? null,
    dataset: specification.dataset,
    datasetClasses: definitions.dataset.classes,
    ...answers.inspection,
    notes: [...config.notices],
  };
}
