import { existsSync } from 'node:fs';
import { BENCHMARK_NAMES, type BenchmarkName } from '../benchmarks/catalogue.js';
import { indexFile, indexFolder } from '../benchmarks/places.js';
import { PythonError } from '../bridge/index.js';
import { dataFolders, datasetPlaces, locateDataset, locateTeacher, teacherPlaces } from '../config/assets.js';
import { MissingError } from '../errors.js';
import type { DatasetName, TeacherName } from '../protocol/specification.js';
import { type Finding, missing, ok, type Question, wrong } from './check.js';
import type { Importer } from './packages.js';

interface Images {
  readonly length: Promise<number>;
}
interface DatasetModule {
  DATASETS: Record<DatasetName, { read_training(folder: unknown): Promise<Images>; expected: Promise<number> }>;
}
interface TeacherModule {
  load_teacher(architecture: TeacherName, checkpoint: unknown): Promise<unknown>;
}
interface BenchmarkModule {
  summary(index: string): Promise<{ valueOf(): Promise<{ architectures: number }> }>;
}

/** Data sets, teachers and benchmark indexes, read by the sidecar's own code. */
export function assetQuestions(python: Importer, data: string | undefined): Question[] {
  const folders = dataFolders({ data });
  return [
    { name: 'digits images', required: true, ask: () => imagesFinding(python, 'digits', folders) },
    { name: 'digits teacher', required: true, ask: () => teacherFinding(python, 'digits-resnet', folders) },
    { name: 'cifar10 images', required: false, ask: () => imagesFinding(python, 'cifar10', folders) },
    { name: 'cifar10 teacher', required: false, ask: () => teacherFinding(python, 'resnet20', folders) },
    ...BENCHMARK_NAMES.map((name) => ({
      name: `${name} index`,
      required: false,
      ask: () => indexFinding(python, name),
    })),
  ];
}

async function imagesFinding(python: Importer, name: DatasetName, folders: readonly string[]): Promise<Finding> {
  return withFile(locateDataset(name, datasetPlaces(name, folders)), folders, async (folder) => {
    const { DATASETS } = await python.import<DatasetModule>('rminas_sidecar.data');
    const dataset = DATASETS[name];
    const images = await dataset.read_training(await pathOf(python, folder));
    return ok(`${await images.length} of ${await dataset.expected} training images${at(folder)}`);
  });
}

async function teacherFinding(python: Importer, name: TeacherName, folders: readonly string[]): Promise<Finding> {
  return withFile(locateTeacher(name, teacherPlaces(name, folders)), folders, async (file) => {
    const teachers = await python.import<TeacherModule>('rminas_sidecar.teachers');
    await teachers.load_teacher(name, await pathOf(python, file));
    return ok(`${name}${at(file)}`);
  });
}

async function indexFinding(python: Importer, benchmark: BenchmarkName): Promise<Finding> {
  const file = indexFile(benchmark, indexFolder());
  const again = 'Import a table: rminas benchmark import FILE';
  if (!existsSync(file)) return missing(`no ${file}`, again);
  const benchmarks = await python.import<BenchmarkModule>('rminas_sidecar.benchmarks');
  return refusalAsFinding(async () => {
    const { architectures } = await (await benchmarks.summary(file)).valueOf();
    return ok(`${architectures} architectures in ${file}`);
  });
}

/** Looks at what was located; a message that lists every path tried would not fit on a line. */
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

/** A path as Python knows it; null, which is None, for what ships with the sidecar. */
async function pathOf(python: Importer, path: string | null): Promise<unknown> {
  if (path === null) return null;
  const { Path } = await python.import<{ Path(path: string): Promise<unknown> }>('pathlib');
  return Path(path);
}

function at(path: string | null): string {
  return path === null ? ', shipped' : ` at ${path}`;
}

/** What the sidecar's code refuses to read is wrong, and its message says why. */
async function refusalAsFinding(ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return wrong(error.line.replace(/^[\w.]+: /, ''), 'Get the file again from where it is published.');
  }
}
