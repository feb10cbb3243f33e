import { existsSync } from 'node:fs';
import { locateImages, locateTeacher } from '../assets/locate.js';
import { assetPlaces, dataFolders } from '../assets/places.js';
import { indexFile, indexFolder } from '../benchmarks/places.js';
import { hasShipped } from '../benchmarks/shipped.js';
import { PythonError } from '../bridge/index.js';
import { BUILT_IN } from '../catalogue/built-in.js';
import { benchmarksOf, type Catalogue } from '../catalogue/catalogue.js';
import type { Config } from '../config/index.js';
import { SHARED_KEYS } from '../config/schema/shared-keys.js';
import type { DatasetDefinition } from '../datasets/definition.js';
import { MissingError } from '../errors.js';
import type { TeacherDefinition } from '../teachers/definition.js';
import { type Finding, missing, ok, type Question, wrong } from './check.js';
import type { Importer } from './packages.js';

interface Images {
  readonly length: Promise<number>;
}
interface PythonDataset {
  read_training(folder: unknown): Promise<Images>;
  readonly expected: Promise<number | null>;
}
interface DatasetModule {
  readonly DATASETS: Readonly<Record<string, PythonDataset>>;
}
interface TeacherModule {
  load_teacher(architecture: string, checkpoint: unknown, classes: number | null): Promise<unknown>;
}
interface BenchmarkModule {
  summary(index: string): Promise<{ valueOf(): Promise<{ architectures: number }> }>;
}

/** What the questions are about. */
export interface AssetQuestionOptions {
  /** Configuration with the catalogue of all data sets and teachers, those of plugins included. */
  readonly config: Config;
  /** Loads the plugins into the interpreter, once. */
  readonly loadPlugins: () => Promise<void>;
  /** The option `--data`. */
  readonly data: string | undefined;
}

/** Questions about data sets, teachers and benchmark indexes; the code of the sidecar reads them. */
export function assetQuestions(python: Importer, options: AssetQuestionOptions): Question[] {
  const { catalogue } = options.config;
  return [
    ...examinedDatasets(catalogue).flatMap((dataset) => datasetQuestions(python, dataset, options)),
    ...addedTeachers(catalogue).map((teacher) => ({
      name: `teacher ${teacher.name}`,
      required: false,
      ask: () => teacherFinding(python, { teacher, classes: null }, options),
    })),
    ...benchmarksOf(catalogue).map(({ name }) => ({
      name: `${name} index`,
      required: false,
      ask: () => indexFinding(python, name),
    })),
  ];
}

/** The data sets that ship with rminas or with a plugin, and the default data set of a configuration. */
function examinedDatasets({ datasets }: Catalogue): DatasetDefinition[] {
  const usual = SHARED_KEYS['LOADER.DATASET'].default;
  return [...datasets].filter(({ name, asset }) => asset === null || name === usual);
}

/** The teachers of plugins. */
function addedTeachers({ teachers }: Catalogue): TeacherDefinition[] {
  const builtIn = [...BUILT_IN.teachers];
  return [...teachers].filter((teacher) => !builtIn.includes(teacher));
}

/** The images, and the teacher of a search on them. */
function datasetQuestions(python: Importer, dataset: DatasetDefinition, options: AssetQuestionOptions): Question[] {
  const { name, classes, asset } = dataset;
  const images = {
    name: `${name} images`,
    required: asset === null && isBuiltIn(dataset),
    ask: () => imagesFinding(python, dataset, options),
  };
  if (dataset.teacher === null) return [images];
  const teacher = options.config.catalogue.teachers.get(dataset.teacher, name);
  return [
    images,
    {
      name: `${name} teacher`,
      required: teacher.asset === null && isBuiltIn(dataset),
      ask: () => teacherFinding(python, { teacher, classes }, options),
    },
  ];
}

/** A plugin's data set is not required: the default search does without it. */
function isBuiltIn({ folder }: DatasetDefinition): boolean {
  return folder !== 'own';
}

async function imagesFinding(
  python: Importer,
  definition: DatasetDefinition,
  { config, loadPlugins, data }: AssetQuestionOptions,
): Promise<Finding> {
  const { name } = definition;
  // Throws before the search begins, whose failure would be unhandled.
  const folders = dataFolders({ data });
  return withFile(locateImages(name, config, { data }), folders, async (folder) => {
    await loadPlugins();
    const { DATASETS } = await python.import<DatasetModule>('rminas_sidecar.data.datasets');
    const dataset = DATASETS[name] as PythonDataset;
    const images = await dataset.read_training(await pathOf(python, folder));
    const expected = await dataset.expected;
    const share = typeof expected === 'number' ? ` of ${expected}` : '';
    return ok(`${await images.length}${share} training images${at(folder, isBuiltIn(definition))}`);
  });
}

async function teacherFinding(
  python: Importer,
  { teacher, classes }: { teacher: TeacherDefinition; classes: number | null },
  { loadPlugins, data }: AssetQuestionOptions,
): Promise<Finding> {
  const { name, asset } = teacher;
  const folders = dataFolders({ data });
  return withFile(locateTeacher(teacher, assetPlaces(asset, folders)), folders, async (file) => {
    await loadPlugins();
    const teachers = await python.import<TeacherModule>('rminas_sidecar.teachers');
    await teachers.load_teacher(name, await pathOf(python, file), classes);
    return ok(`${name}${at(file, [...BUILT_IN.teachers].includes(teacher))}`);
  });
}

async function indexFinding(python: Importer, benchmark: string): Promise<Finding> {
  const file = indexFile(benchmark, indexFolder());
  const again = 'Import a table: rminas benchmark import FILE';
  if (!existsSync(file) && hasShipped({ name: benchmark }))
    return ok('the test accuracies that ship with rminas; for other figures: rminas benchmark import FILE');
  if (!existsSync(file)) return missing(`no ${file}`, again);
  const benchmarks = await python.import<BenchmarkModule>('rminas_sidecar.benchmarks');
  return refusalAsFinding(async () => {
    const { architectures } = await (await benchmarks.summary(file)).valueOf();
    return ok(`${architectures} architectures in ${file}`);
  });
}

/** Examines a located file. When it is missing, the finding names the data folders, not every path that was tried. */
async function withFile(
  located: Promise<string | null>,
  folders: readonly string[],
  look: (path: string | null) => Promise<Finding>,
): Promise<Finding> {
  try {
    const path = await located;
    return await refusalAsFinding(() => look(path));
  } catch (error) {
    if (!(error instanceof MissingError) || !['missing-dataset', 'missing-teacher'].includes(error.code)) throw error;
    return missing(`not in any data folder: ${folders.join(', ')}`, error.nextSteps[0] ?? 'Get the files.');
  }
}

/** A path as a Python object; null, which is None in Python, for a file that ships with the sidecar. */
async function pathOf(python: Importer, path: string | null): Promise<unknown> {
  if (path === null) return null;
  const { Path } = await python.import<{ Path(path: string): Promise<unknown> }>('pathlib');
  return Path(path);
}

/** @param isBuiltIn whether what has no path ships with rminas */
function at(path: string | null, isBuiltIn: boolean): string {
  if (path !== null) return ` at ${path}`;
  return isBuiltIn ? ', shipped' : '';
}

/** Turns an exception of the sidecar's code into a finding. Its message explains why a file is refused. */
async function refusalAsFinding(ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return wrong(error.line.replace(/^[\w.]+: /, ''), 'Get the file again from its publisher.');
  }
}
