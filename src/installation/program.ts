/** How the program is started: by npx in a project or a checkout, by its name when it is installed globally. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { PACKAGE_ROOT } from './places.js';

export interface InstallationContext {
  readonly packageRoot: string;
  readonly environment: NodeJS.ProcessEnv;
}

export const THIS_PROCESS: InstallationContext = { packageRoot: PACKAGE_ROOT, environment: process.env };

/** The start of a command line: `rminas` for a global installation, `npx rminas` in a project or a checkout. */
export function programCommand(context: InstallationContext = THIS_PROCESS): string {
  return isCheckout(context) || isDependency(context) ? 'npx rminas' : 'rminas';
}

/** A text in which the commands of rminas begin as this installation runs them. Texts of errors say `rminas …`. */
export function withProgramCommand(text: string, context: InstallationContext = THIS_PROCESS): string {
  const program = programCommand(context);
  return text.replaceAll(/(?<=^|[:`] ?)rminas (?=[a-z]|--)/gm, `${program} `);
}

/** Only a checkout has the script that compiles the program. */
export function isCheckout({ packageRoot }: InstallationContext): boolean {
  return existsSync(join(packageRoot, 'scripts', 'setup.mjs'));
}

/** A project's `node_modules` lies beside its `package.json`. A global one does not. */
export function isDependency({ packageRoot }: InstallationContext): boolean {
  const place = packageRoot.indexOf(`${sep}node_modules${sep}`);
  return place >= 0 && existsSync(join(packageRoot.slice(0, place), 'package.json'));
}
