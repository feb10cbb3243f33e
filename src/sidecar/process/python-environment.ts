import { delimiter } from 'node:path';
import { PYTHON_FOLDER } from '../../installation/places.js';

/** The variables with which a Python process finds the package of rminas, before anything on the user's PYTHONPATH. */
export function pythonEnvironment(inherited: NodeJS.ProcessEnv): Record<string, string> {
  const path = inherited.PYTHONPATH;
  return {
    PYTHONPATH: path === undefined || path === '' ? PYTHON_FOLDER : `${PYTHON_FOLDER}${delimiter}${path}`,
    // A user's file named like a module must not shadow the module.
    PYTHONSAFEPATH: '1',
    // Crashes in native code print a traceback, too.
    PYTHONFAULTHANDLER: '1',
  };
}
