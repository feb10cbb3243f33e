/** Provides a Python that can run the sidecar: one that is there already, or an environment of rminas's own. */

import { join } from 'node:path';
import { environmentFolder, PACKAGE_ROOT, virtualPython } from '../installation/places.js';
import { activePythons, isExecutable, namedPython } from '../sidecar/process/find-python.js';
import { lackingPackages } from '../sidecar/process/lacking-packages.js';
import { findBasePython } from './base-python.js';
import { type Environment, prepareEnvironment } from './environment.js';
import type { SetupProgress } from './pip.js';
import type { TorchBuild, TorchChoice } from './torch-build.js';

export type { SetupProgress } from './pip.js';
export { TORCH_CHOICES, type TorchBuild, type TorchChoice } from './torch-build.js';

export interface SetupOptions {
  /** An interpreter: used when it has the packages, else a new environment is made from it. */
  readonly python?: string | undefined;
  readonly torch?: TorchChoice | undefined;
  /** Makes the `.venv` of a checkout instead, with the sidecar in editable form and the tools of the tests or not. */
  readonly checkout?: 'with-tools' | 'without-tools' | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SetupProgress) => void) | undefined;
}

/** The report of `rminas setup`, also with `--json`. */
export interface SetupReport {
  /**
   * - `suffices`: an existing Python has all packages; nothing was installed.
   * - `unchanged`: the environment of an earlier setup is up to date.
   * - `installed`: the environment was made, completed or updated.
   */
  readonly status: 'suffices' | 'unchanged' | 'installed';
  /** The interpreter that runs the sidecar. */
  readonly python: string;
  /** Where an existing interpreter comes from: `--python`, `RMINAS_PYTHON`, `the checkout`, `the active environment`. */
  readonly origin: string | null;
  /** The build of PyTorch; null for an existing interpreter. */
  readonly torch: TorchBuild | null;
  /** Why this build was chosen; null when nothing was installed. */
  readonly reason: string | null;
  /** Obstacles that the user must remove, and interpreters that did not suffice. */
  readonly notices: readonly string[];
}

/**
 * Finds or makes the Python of the sidecar.
 * @throws MissingError when Python is missing or unfit, or pip fails; InterruptedError; UsageError.
 */
export async function setUp(options: SetupOptions = {}): Promise<SetupReport> {
  const { torch = 'auto', checkout, signal, onProgress } = options;
  if (checkout !== undefined) {
    const base = () => findBasePython(options.python || process.env.RMINAS_PYTHON || undefined);
    const folder = join(PACKAGE_ROOT, '.venv');
    return reportOf(await prepareEnvironment({ folder, torch, base, editable: checkout, signal, onProgress }));
  }
  const existing = await existingPythons(options.python);
  const notices: string[] = [];
  for (const { python, origin } of existing) {
    const faults = await lackingPackages(python, { importing: true });
    if (faults.length === 0) {
      const ignored =
        torch === 'auto' ? [] : [`--torch ${torch} has no effect: this Python keeps its build of PyTorch.`];
      return {
        status: 'suffices',
        python,
        origin,
        torch: null,
        reason: null,
        notices: [...ignored, ...naming(origin)],
      };
    }
    notices.push(`${python} (${origin}) does not suffice: ${faults.join(', ')}.`);
    if (origin === 'RMINAS_PYTHON') notices.push('Unset RMINAS_PYTHON, so that the new environment is used.');
  }
  for (const line of notices) onProgress?.({ step: line, line: null });
  const named = existing.find(({ origin }) => origin === '--python' || origin === 'RMINAS_PYTHON')?.python;
  const environment = await prepareEnvironment({
    folder: environmentFolder(),
    torch,
    locked: true,
    base: () =>
      findBasePython(
        named,
        existing.map((each) => each.python),
      ),
    signal,
    onProgress,
  });
  return reportOf(environment, notices);
}

function reportOf({ status, python, build, reason }: Environment, notices: readonly string[] = []): SetupReport {
  return { status, python, origin: null, torch: build, reason, notices };
}

interface Existing {
  readonly python: string;
  readonly origin: string;
}

/** The interpreters that a search would prefer to the environment of `setup`, in its order. */
async function existingPythons(python: string | undefined): Promise<Existing[]> {
  const named = await namedPython(python);
  if (named !== undefined) return [{ python: named.python, origin: named.by }];
  const candidates = [
    { python: virtualPython(join(PACKAGE_ROOT, '.venv')), origin: 'the checkout' },
    ...activePythons(process.env, process.platform).map((active) => ({
      python: active,
      origin: 'the active environment',
    })),
  ];
  const there = await Promise.all(candidates.map((candidate) => isExecutable(candidate.python)));
  return candidates.filter((_, index) => there[index]);
}

function naming(origin: string): string[] {
  return origin === '--python' ? ['Name it with --python in every command, or once with RMINAS_PYTHON.'] : [];
}
