/** Exports a network as files that work without rminas. */

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pluginArguments } from '../../definitions/plugin.js';
import { MissingError, UsageError } from '../../errors.js';
import { packageCommand } from '../../installation/advice.js';
import { pathOption } from '../../installation/paths.js';
import {
  abortSignal,
  anyText,
  arrayOf,
  checkOptions,
  filledText,
  type OptionShape,
  oneOf,
  seedOption,
} from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import { EXPORT_FORMATS, type Exported, type ExportFormat } from '../../protocol/exporting.js';
import { Sidecar } from '../../sidecar/client.js';
import { findPython } from '../../sidecar/process/find-python.js';
import type { Space } from '../../spaces/space.js';
import { failureInWords } from '../../system/failure-words.js';
import { VERSION } from '../../version.js';
import { modelCard } from './card.js';
import { notationsOf } from './notations.js';
import type { ExportResult } from './result.js';
import { type ExportSubject, type SubjectOptions, subjectOf } from './subject.js';

export interface ExportNetworkOptions extends Omit<SubjectOptions, 'search'> {
  /** Folder of the files; absent or empty. */
  readonly to: string;
  /** Formats besides model.py; all by default. */
  readonly formats?: readonly ExportFormat[] | undefined;
  /** The Python interpreter to use; by default as for a search. */
  readonly python?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const EXPORT_OPTIONS: OptionShape<ExportNetworkOptions> = {
  network: pathOption,
  to: pathOption,
  cfg: pathOption.optional(),
  overrides: arrayOf(anyText, 'texts').optional(),
  plugins: arrayOf(filledText, 'names of files and modules').optional(),
  weights: pathOption.optional(),
  seed: seedOption.optional(),
  formats: arrayOf(oneOf(EXPORT_FORMATS), EXPORT_FORMATS.join(' and ')).optional(),
  python: pathOption.optional(),
  signal: abortSignal.optional(),
};

/**
 * Exports the answer of a search, the network and the weights of a retraining, or a genotype: `model.py`, which imports
 * only torch, `weights.safetensors` where there are trained weights, `model.onnx`, `model.pt2`, `genotype.json` and a
 * model card. Each file has been compared with the network in the sidecar.
 *
 * @example
 * const { files } = await exportNetwork({ network: 'exp/retrain-darts-cifar10', to: 'model' });
 * @throws UsageError for a folder that is not empty, a run without an answer, or weights of another network; MissingError
 *   `export-incomplete` when packages for a format are missing: all other files are in the folder then
 */
export async function exportNetwork(options: ExportNetworkOptions): Promise<ExportResult> {
  return writeNetwork(checkOptions('exportNetwork()', EXPORT_OPTIONS, options));
}

/** As {@link exportNetwork}, of a network whose search may be known. */
export async function writeNetwork(
  checked: ExportNetworkOptions & Pick<SubjectOptions, 'search'>,
): Promise<ExportResult> {
  const to = resolve(checked.to);
  requireEmpty(to);
  const loader = new PluginLoader({ python: checked.python, signal: checked.signal });
  const subject = await subjectOf(checked, loader);
  const python = await findPython(checked.python);
  const staging = join(dirname(to), `.${basename(to)}.export-${process.pid}`);
  makeFolder(staging);
  try {
    const written = await write(subject, staging, { ...checked, python });
    const result = resultOf(subject, written, to);
    writeFileSync(join(staging, 'genotype.json'), genotypeFile(subject));
    writeFileSync(join(staging, 'README.md'), modelCard(subject, result));
    // The folder appears with all its files at once.
    renameSync(staging, to);
    requireComplete(written, to, python);
    return result;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** @throws UsageError `folder-not-empty` */
function requireEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  let inside: readonly string[];
  try {
    inside = readdirSync(folder);
  } catch (cause) {
    throw new UsageError(`${folder} is not a folder that can be written.`, {
      code: 'folder-not-empty',
      nextSteps: ['Name a new folder with --to.'],
      cause,
    });
  }
  if (inside.length === 0) return;
  throw new UsageError(`The folder ${folder} is not empty: it has ${inside.slice(0, 3).join(', ')}.`, {
    code: 'folder-not-empty',
    nextSteps: ['Name a new folder with --to, or empty this one.'],
  });
}

/** @throws UsageError `unwritable-folder` */
function makeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new UsageError(`${dirname(folder)} cannot be written (${failureInWords(cause)}).`, {
      code: 'unwritable-folder',
      nextSteps: ['Name a folder that you may write to with --to.'],
      cause,
    });
  }
}

async function write(
  { config, plan, seed, weights }: ExportSubject,
  folder: string,
  { formats = EXPORT_FORMATS, python, signal }: ExportNetworkOptions & { readonly python: string },
): Promise<Exported> {
  const sidecar = await Sidecar.start({
    python,
    workers: 1,
    threads: plan.threads,
    workerDeadline: plan.workerDeadline,
    paths: [folder, ...(weights === null ? [] : [weights])],
    // On every machine the same, and ONNX is compared on the CPU.
    device: 'cpu',
    plugins: pluginArguments(config.plugins),
    ...(signal && { signal }),
  });
  try {
    const { retraining } = plan;
    const { own } = config.catalogue.datasets.get(retraining.dataset, 'LOADER.DATASET');
    const names = { classNames: [...(own?.classNames ?? [])], title: titleOf(plan) };
    const body = { retraining, seed, weights, folder, formats: [...formats], ...names };
    return await sidecar.request('export', body, { ...(signal && { signal }) });
  } finally {
    await sidecar.close();
  }
}

function titleOf({ retraining: { space, dataset, network } }: ExportSubject['plan']): string {
  return `A network of ${space} for ${dataset}, ${network.classes} classes.`;
}

function genotypeFile({ config, plan }: ExportSubject): string {
  const { space, genotype, network, dataset } = plan.retraining;
  const { space: encoding } = config.catalogue.spaces.get(space, 'SPACE.NAME');
  const { canonical } = canonicalOf(encoding, genotype);
  const content = { space, genotype, canonical, network, dataset, notations: notationsOf(space, genotype) };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** A genotype of DARTS with two different cells is in no space that can be searched, so it has no canonical form. */
function canonicalOf(space: Space, genotype: string): { canonical?: string } {
  try {
    return { canonical: space.print(space.canonical(space.parse(genotype))) };
  } catch (error) {
    if (error instanceof UsageError) return {};
    throw error;
  }
}

function resultOf(subject: ExportSubject, written: Exported, folder: string): ExportResult {
  const { space, dataset, genotype, network } = subject.plan.retraining;
  const { files, differences, parameters, flops, latency } = written;
  return {
    schema: 1,
    rminas: VERSION,
    ...{ space, dataset, genotype, network, folder },
    files: [...files, 'genotype.json', 'README.md'],
    weights: subject.weights,
    accuracy: subject.accuracy,
    ...{ differences, parameters, flops, latency },
    notes: notesOf(subject, written),
  };
}

function notesOf({ weights, plan }: ExportSubject, { failed }: Exported): string[] {
  const fresh = `The weights are fresh, from seed ${plan.seed}: train the network, for example by \`rminas retrain\`.`;
  return [
    ...plan.notices,
    ...(weights === null ? [fresh] : []),
    ...failed.map(({ format, reason }) => `model.${format} was not written: ${reason}.`),
  ];
}

/** @throws MissingError or UsageError `export-incomplete` when a format could not be written */
function requireComplete({ failed }: Exported, folder: string, python: string): void {
  if (failed.length === 0) return;
  const packages = [...new Set(failed.flatMap((one) => one.packages))];
  const what = failed.map(({ format, reason }) => `model.${format} was not written: ${reason}.`).join(' ');
  const others = EXPORT_FORMATS.filter((format) => failed.every((one) => one.format !== format));
  const leaveOut = `Or leave it out: --formats ${others.join(',') || 'none'}`;
  const install = `Install what is missing: ${packageCommand(python, packages)}`;
  const details = {
    code: 'export-incomplete',
    nextSteps: [...(packages.length > 0 ? [install] : []), leaveOut],
  };
  const message = `${what} All other files are in ${folder}.`;
  throw packages.length > 0 ? new MissingError(message, details) : new UsageError(message, details);
}
