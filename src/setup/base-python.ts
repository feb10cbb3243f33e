/** The interpreter that a new environment is made from. */
import { identifyInterpreter } from '../bridge/index.js';
import { MissingError, RminasError } from '../errors.js';
import { readProject } from '../installation/project.js';
import { satisfies } from '../installation/versions.js';
import { isExecutable, systemPythons } from '../sidecar/process/find-python.js';

/**
 * The named interpreter, or the first of `preferred` and of the PATH that is new enough.
 * @param preferred paths; those that do not exist are skipped
 * @throws MissingError `python-missing` or `python-unusable` with the versions that were found.
 */
export async function findBasePython(named: string | undefined, preferred: readonly string[] = []): Promise<string> {
  const range = readProject().python;
  const candidates = named === undefined ? [...new Set([...preferred, ...systemPythons()])] : [named];
  const seen: string[] = [];
  for (const python of candidates) {
    if (named === undefined && !(await isExecutable(python))) continue;
    const version = await versionOf(python);
    if (satisfies(version, range)) return python;
    seen.push(`${python} is ${version}`);
  }
  throw unfit(range, seen);
}

/** The version, or the reason why there is none. */
async function versionOf(python: string): Promise<string> {
  try {
    return (await identifyInterpreter(python)).version.join('.');
  } catch (error) {
    if (!(error instanceof RminasError)) throw error;
    return `unusable (${error.message})`;
  }
}

function unfit(range: string, seen: readonly string[]): MissingError {
  const found = seen.length === 0 ? 'no python3 was found on the PATH' : seen.join(', ');
  return new MissingError(`The sidecar needs Python ${range}: ${found}.`, {
    code: seen.length === 0 ? 'python-missing' : 'python-unusable',
    nextSteps: ['Install a newer Python, or name one with --python or RMINAS_PYTHON.'],
  });
}
