/** Commands that mend a fault. They differ between a checkout, a package and an active environment. */

import { dirname, join, sep } from 'node:path';
import { shellWord } from './paths.js';
import { type InstallationContext, isCheckout, isDependency, programCommand, THIS_PROCESS } from './program.js';
import { readProject } from './project.js';

/** The command that sets up the Python half: `npm run setup` in a checkout, else `rminas setup` or `npx rminas setup`. */
export function setupCommand(context: InstallationContext = THIS_PROCESS): string {
  return isCheckout(context) ? 'npm run setup' : `${programCommand(context)} setup`;
}

/** The step that repairs the Node half. */
export function reinstallStep(context: InstallationContext = THIS_PROCESS): string {
  if (isCheckout(context)) return 'Install the node modules again: npm ci';
  return `Install rminas again: npm install ${isDependency(context) ? '' : '--global '}rminas`;
}

/** The step that brings the Node half and the Python half to one version. */
export function mismatchStep(context: InstallationContext = THIS_PROCESS): string {
  if (isCheckout(context)) return 'Run `npm run setup` to compile rminas and install the matching sidecar.';
  return reinstallStep(context);
}

/** The step that provides a Python with all packages. */
export function setupStep(context: InstallationContext = THIS_PROCESS): string {
  return `Run \`${setupCommand(context)}\`, or name a Python that has the packages with --python or RMINAS_PYTHON.`;
}

/**
 * The steps that provide the packages `python` lacks. An active virtual or conda environment may get them itself, in
 * the versions that the constraints pin.
 */
export function packageSteps(python: string, context: InstallationContext = THIS_PROCESS): string[] {
  if (!isActive(python, context)) return [setupStep(context)];
  return [setupStep(context), `Or install them into the active environment: ${installCommand(python, context)}`];
}

/** The command that installs the sidecar's packages into `python`. */
export function installCommand(python: string, context: InstallationContext = THIS_PROCESS): string {
  return packageCommand(
    python,
    readProject().requirements.map(({ name }) => name),
    context,
  );
}

/** The command that installs packages into `python`, in the versions that the constraints pin. */
export function packageCommand(
  python: string,
  names: readonly string[],
  context: InstallationContext = THIS_PROCESS,
): string {
  const constraints = join(context.packageRoot, 'python', 'constraints.txt');
  return `${shellWord(python)} -m pip install -c ${shellWord(constraints)} ${names.join(' ')}`;
}

function isActive(python: string, { environment }: InstallationContext): boolean {
  const folder = dirname(python);
  const roots = [environment.VIRTUAL_ENV, environment.CONDA_PREFIX].filter((root) => root !== undefined && root !== '');
  return roots.some((root) => folder === root || folder.startsWith(`${root}${sep}`));
}
