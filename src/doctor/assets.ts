import { existsSync } from 'node:fs';
import { locateDataset, locateTeacher } from '../assets/locate.js';
import { assetPlaces, dataFolders } from '../assets/places.js';
import { BENCHMARK_NAMES } from '../benchmarks/benchmark.js';
import { indexFile, indexFolder } from '../benchmarks/places.js';
import { PythonError } from '../bridge/index.js';
import { BUILT_IN } from '../catalogue/built-in.js';
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
  readonly expected: Promise<number>;
}
interface DatasetModule {
  readonly DATASETS: Readonly<Record<string, PythonDataset>>;
}
interface TeacherModule {
  load_teacher(architecture: string, checkpoint: unknown): Promise<unknown>;
}
interface BenchmarkModule {
  summary(index: string): Promise<{ valueOf(): Promise<{ architectures: number }> }>;
}

/** Questions about data sets, teachers and benchmark indexes; the code of the sidecar reads them. */
export function assetQuestions(python: Importer, data: string | undefined): Question[] {
  const folders = dataFolders({ data });
  return [
    ...examinedDatasets().flatMap((dataset) => datasetQuestions(python, dataset, folders)),
    ...BENCHMARK_NAMES.map((name) => ({
      name: `${name} index`,
      required: false,
      ask: () => indexFinding(python, name),
    })),
  ];
}

/** The data sets that ship with rminas, and the default data set of a configuration. */
function examinedDatasets(): DatasetDefinition[] {
  const usual = SHARED_KEYS['LOADER.DATASET'].default;
  return [...BUILT_IN.datasets].filter(({ name, asset }) => asset === null || name === usual);
}

function datasetQuestions(python: Importer, dataset: DatasetDefinition, folders: readonly string[]): Question[] {
  const teacher = BUILT_IN.teachers.get(dataset.teacher ?? '', dataset.name);
  return [
    {
      name: `${dataset.name} images`,
      required: dataset.asset === null,
      ask: () => imagesFinding(python, dataset, folders),
    },
    {
      name: `${dataset.name} teacher`,
      required: teacher.asset === null,
      ask: () => teacherFinding(python, teacher, folders),
    },
  ];
}

async function imagesFinding(
  python: Importer,
  definition: DatasetDefinition,
  folders: readonly string[],
): Promise<Finding> {
  return withFile(locateDataset(definition, assetPlaces(definition.asset, folders)), folders, async (folder) => {
    const { DATASETS } = await python.import<DatasetModule>('rminas_sidecar.data');
    const dataset = DATASETS[definition.name] as PythonDataset;
    const images = await dataset.read_training(await pathOf(python, folder));
    return ok(`${await images.length} of ${await dataset.expected} training images${at(folder)}`);
  });
}

async function teacherFinding(
  python: Importer,
  definition: TeacherDefinition,
  folders: readonly string[],
): Promise<Finding> {
  const { name, asset } = definition;
  return withFile(locateTeacher(definition, assetPlaces(asset, folders)), folders, async (file) => {
    const teachers = await python.import<TeacherModule>('rminas_sidecar.teachers');
    await teachers.load_teacher(name, await pathOf(python, file));
    return ok(`${name}${at(file)}`);
  });
}

async function indexFinding(python: Importer, benchmark: string): Promise<Finding> {
  const file = indexFile(benchmark, indexFolder());
  const again = 'Import a table: rminas benchmark import FILE';
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

function at(path: string | null): string {
  return path === null ? ', shipped' : ` at ${path}`;
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
