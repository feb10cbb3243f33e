/** The architecture that a command shows or explains: a genotype, a published name, or the answer of a run. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BUILT_IN } from '../catalogue/built-in.js';
import type { Config } from '../config/index.js';
import { MissingError, UsageError } from '../errors.js';
import { jobIn } from '../export/network/subject.js';
import { readRun, withoutAnswer } from '../export/run.js';
import { RETRAINING_JOURNAL } from '../jobs/retrain/journal.js';
import { planResumedRetraining } from '../jobs/retrain/plan.js';
import type { PluginLoader } from '../plugins/loader.js';
import { findSpaceFile } from '../plugins/space-file.js';
import type { SpaceDefinition } from '../spaces/definition.js';
import { normalFormIn, noSpaceOf, spaceOfGenotype } from '../spaces/trainable.js';
import { jobFolderAt } from '../store/folder.js';
import { readJob } from '../store/job-store.js';

export interface ArchitectureSubject {
  readonly space: SpaceDefinition;
  /** In the normal form of the space. */
  readonly genotype: string;
  /** The published name by which it was given; null for other texts. */
  readonly name: string | null;
  /** The folder of the run that found it; null for a genotype. */
  readonly run: string | null;
}

/**
 * @param architecture a genotype, a published name, or the folder of a search or a retraining
 * @param space name or YAML file of its space; by default the space in whose notation it is
 * @throws UsageError for a text of no space, and for a run without an answer; MissingError for a missing folder
 */
export async function findArchitecture(
  { architecture, space }: { readonly architecture: string; readonly space?: string | undefined },
  loader: PluginLoader,
): Promise<ArchitectureSubject> {
  if (isFolder(architecture))
    return { ...(await answerOf(architecture, loader)), name: null, run: resolve(architecture) };
  if (isPath(architecture)) {
    throw new MissingError(`There is no folder ${resolve(architecture)}.`, {
      code: 'missing-run',
      nextSteps: ['Name the folder of a search or of a retraining, a published name, or a genotype in quotes.'],
    });
  }
  const definition = await spaceOf(architecture, space, loader);
  const genotype = normalFormIn(definition, BUILT_IN.spaces, architecture);
  const wanted = architecture.trim().toLowerCase();
  const published = definition.published.find(({ name }) => name.toLowerCase() === wanted);
  return { space: definition, genotype, name: published?.name ?? null, run: null };
}

/** Whether a text names a folder, which may be missing. Genotypes and published names contain no slash. */
export function isPath(text: string): boolean {
  return /^[.~]|[/\\]/.test(text) || isFolder(text);
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

async function spaceOf(genotype: string, space: string | undefined, loader: PluginLoader): Promise<SpaceDefinition> {
  if (space !== undefined) {
    // The file of a space is enough for its notation, so its Python code does not run.
    const options = { overrides: ['SPACE.NAME', space] };
    const own = await findSpaceFile(options, BUILT_IN);
    return own?.definition ?? configuredSpaceOf(await loader.loadConfig(options));
  }
  const named = [...BUILT_IN.spaces].find(({ published }) => published.some(({ name }) => isName(name, genotype)));
  const found = named ?? spaceOfGenotype(BUILT_IN.spaces, genotype);
  if (found === undefined) throw noSpaceOf(BUILT_IN.spaces, genotype);
  return found;
}

const isName = (name: string, text: string): boolean => name.toLowerCase() === text.trim().toLowerCase();

function configuredSpaceOf({ catalogue, values }: Config): SpaceDefinition {
  return catalogue.spaces.get(String(values['SPACE.NAME']), 'SPACE.NAME');
}

async function answerOf(path: string, loader: PluginLoader): Promise<Pick<ArchitectureSubject, 'space' | 'genotype'>> {
  const folder = jobFolderAt(path);
  switch (jobIn(path)) {
    case 'run': {
      const { answer } = readRun(path);
      if (answer === null) throw withoutAnswer(folder.path);
      return { space: configuredSpaceOf(await loader.loadConfig({ file: folder.config })), genotype: answer };
    }
    case 'retraining': {
      const { config, plan } = await planResumedRetraining(readJob(folder, RETRAINING_JOURNAL), {}, loader);
      const { space, genotype } = plan.retraining;
      return { space: config.catalogue.spaces.get(space, 'SPACE.NAME'), genotype };
    }
    default:
      throw new UsageError(`${path} is not the folder of a search or of a retraining.`, {
        code: 'nothing-to-show',
        nextSteps: ['Name the folder of a search or of a retraining, a published name, or a genotype in quotes.'],
      });
  }
}
