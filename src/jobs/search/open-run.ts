import { resolve } from 'node:path';
import {
  type Config,
  loadConfig,
  planSearch,
  resolveBackend,
  type SearchPlan,
  specificationDigest,
} from '../../config/index.js';
import { UsageError } from '../../errors.js';
import type { JournalledEvent } from '../../search/events.js';
import { openRunFolder, type RunFolder } from '../../store/folder.js';
import { type JournalEntry, type JournalLine, type ReadJournal, readJournal } from './journal.js';

type Header = Extract<JournalEntry, { type: 'run' }>;

/** What a run is, before any process works on it. */
export interface RunPlan {
  readonly config: Config;
  readonly plan: SearchPlan;
  /** The `--data` folder; null when none was given. */
  readonly data: string | null;
  readonly workers: number;
  readonly verify: Header['verify'];
  /** The folder that a new run gets; null for one of its own name under OUT_DIR. */
  readonly folder: string | null;
  /** What an earlier session left; null for a new run. */
  readonly earlier: { readonly folder: RunFolder; readonly journal: ReadJournal } | null;
}

/** A plan that no longer depends on what is installed. */
export interface ResolvedPlan {
  readonly config: Config;
  readonly plan: SearchPlan;
  /** SHA-256 of the plan's specification. */
  readonly digest: string;
}

/** What a run is, once a sidecar has told what it can do. */
export type ResolvedRun = RunPlan & ResolvedPlan;

/** @param xnas the folder that XNAS can be imported from; null where it cannot be. */
export function resolvePlan(config: Config, xnas: string | null): ResolvedPlan {
  const resolved = resolveBackend(config, xnas);
  const plan = planSearch(resolved);
  return { config: resolved, plan, digest: specificationDigest(plan.specification) };
}

export interface NewRun {
  /** Configuration file in XNAS's form. */
  readonly cfg: string;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** Folder with the data sets and teachers. */
  readonly data?: string | undefined;
  /** Random architectures to train properly beside the found one; 0, the default, for no verification. */
  readonly verify?: number | undefined;
  /** Epochs of those trainings; 10 by default. */
  readonly verifyEpochs?: number | undefined;
  /** The run's own folder, without another run in it; by default one under OUT_DIR, named after what is searched. */
  readonly folder?: string | undefined;
}

export interface ResumedRun {
  /** Folder of the run. */
  readonly resume: string;
  /** Where the data is now, if it has moved. */
  readonly data?: string | undefined;
}

export async function planNewRun(options: NewRun): Promise<RunPlan> {
  const config = await loadConfig({ file: options.cfg, overrides: options.overrides ?? [] });
  const plan = planSearch(config);
  if (plan.settings.objective.kind === 'benchmark' && options.verify) {
    throw new UsageError('A search by a benchmark trains nothing, and so has no images to verify on.', {
      code: 'verification-without-images',
      nextSteps: ['Leave out --verify, or choose another objective (RMINAS.OBJECTIVE).'],
    });
  }
  return {
    config,
    plan,
    data: options.data === undefined ? null : resolve(options.data),
    workers: plan.settings.workers,
    verify: { architectures: options.verify ?? 0, epochs: options.verifyEpochs ?? 10 },
    folder: options.folder === undefined ? null : resolve(options.folder),
    earlier: null,
  };
}

/**
 * Reads back what an interrupted run was.
 * @throws MissingError when the folder holds no run; UsageError when its configuration or journal was changed.
 */
export async function planResumedRun(options: ResumedRun): Promise<RunPlan> {
  const folder = openRunFolder(options.resume);
  const journal = readJournal(folder.journal);
  const header = headerOf(journal.lines, folder);
  // Of versions that knew no other backend, the file names none: whatever is installed now, theirs was ours.
  const { config, plan, digest } = resolvePlan(await loadConfig({ file: folder.config, overrides: [] }), null);
  if (digest !== header.specification) {
    throw new UsageError(`${folder.config} no longer describes the run in its journal.`, {
      code: 'changed-config',
      nextSteps: ['Put the file back as it was, or start a new run with the changed configuration.'],
    });
  }
  return {
    config,
    plan,
    data: options.data === undefined ? header.data : resolve(options.data),
    workers: header.workers,
    verify: header.verify,
    folder: folder.path,
    earlier: { folder, journal },
  };
}

function headerOf(lines: readonly JournalLine[], folder: RunFolder): Header {
  const entry = lines[0]?.entry;
  if (entry?.type === 'run') return entry;
  throw new UsageError(`${folder.journal} does not begin with the run's own entry.`, {
    code: 'corrupt-journal',
    nextSteps: ['Start a new run: the journal ends before its first evaluation.'],
  });
}

/** The events from which the controller goes on; what stands behind the end of the search is not its own. */
export function recordedEvents(lines: readonly JournalLine[]): JournalledEvent[] {
  const events = lines.flatMap(({ entry }) =>
    entry.type === 'proposed' || entry.type === 'evaluated' || entry.type === 'finished' ? [entry] : [],
  );
  const end = events.findIndex(({ type }) => type === 'finished');
  return end < 0 ? events : events.slice(0, end + 1);
}
