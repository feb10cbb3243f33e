import { pathOption } from '../installation/paths.js';
import { PYTHON_FOLDER } from '../installation/places.js';
import { checkOptions, type OptionShape, timeLimit } from '../options.js';
import { BOOTSTRAP } from './bootstrap.js';
import { importFailure, interpreterEnded, interpreterSilent, PythonError } from './failures.js';
import { type Interpreter, identifyInterpreter } from './interpreter.js';
import { ProcessSupervisor } from './process-supervisor.js';
import { type Pythonia, REQUESTS, startPythonia } from './pythonia.js';

/** How long to wait for the exit before each harsher step of closing, in ms. */
const GRACE_MS = 1_000;

export interface BridgeOptions {
  /** Path of the interpreter, or its name on the PATH. */
  readonly python: string;
  /** Limit for the start and for each request, in milliseconds; 100,000 by default. */
  readonly timeoutMs?: number | undefined;
}

const BRIDGE_OPTIONS: OptionShape<BridgeOptions> = { python: pathOption, timeoutMs: timeLimit.optional() };

/** A Python interpreter with live objects: see {@link openBridge}. It ends with the script at the latest. */
export interface Bridge {
  readonly interpreter: Interpreter;
  /**
   * Imports a module as a live object. `Module` describes the parts that the caller uses; each attribute and each result
   * is a promise.
   *
   * @throws MissingError when the module, or one that it needs, is missing or broken.
   * @throws SidecarError when the interpreter ends or does not answer in time.
   */
  import<Module>(name: string): Promise<Module>;
  /** Ends the interpreter and waits for its exit. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a Python interpreter and gives access to its live objects. Awaiting an attribute, an item or a call sends a
 * request to the interpreter. `rminas_sidecar` can be imported even when it is not installed.
 *
 * - Strings, numbers, booleans and None arrive as values, every other object as a live object. `await object.valueOf()`
 *   returns lists, dicts, arrays and tensors as plain data, with null for NaN and infinity.
 * - Keyword arguments need a `$` after the name and an object at the end: `open$(path, { encoding: 'utf8' })`.
 * - Output that Python prints goes to stderr.
 * - An exception in Python rejects with a {@link PythonError}, a dead or silent interpreter with a SidecarError.
 *
 * @example
 * ```ts
 * import { openBridge } from 'rminas';
 *
 * interface Datasets {
 *   load_digits(): Promise<{ images: { shape: { valueOf(): Promise<number[]> } } }>;
 * }
 *
 * const bridge = await openBridge({ python: '.venv/bin/python' });
 * try {
 *   const datasets = await bridge.import<Datasets>('sklearn.datasets');
 *   const digits = await datasets.load_digits();
 *   process.stdout.write(`${await digits.images.shape.valueOf()}\n`); // 1797,8,8
 * } finally {
 *   await bridge.close();
 * }
 * ```
 *
 * @throws UsageError for a wrong option
 * @throws MissingError when the interpreter does not exist, or is not a Python.
 * @throws SidecarError when the interpreter does not start.
 */
export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const { python, timeoutMs = 100_000 } = checkOptions('openBridge()', BRIDGE_OPTIONS, options);
  const interpreter = await identifyInterpreter(python, timeoutMs);
  const pythonia = startPythonia({ python, pythonPath: PYTHON_FOLDER, timeoutMs });
  const supervisor = new ProcessSupervisor(pythonia.channel);
  translateFailures(pythonia, supervisor, python, timeoutMs);

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    pythonia.objects.end();
    closing ??= supervisor.close(GRACE_MS);
    return closing;
  };
  try {
    await pythonia.exec(BOOTSTRAP, {});
  } catch (error) {
    await close();
    throw error;
  }
  return { interpreter, import: (name) => importModule(pythonia, name, python), close };
}

async function importModule<Module>(pythonia: Pythonia, name: string, python: string): Promise<Module> {
  try {
    return (await pythonia.importModule(name)) as Module;
  } catch (error) {
    throw error instanceof PythonError ? importFailure(name, error, python) : error;
  }
}

/** Translates the rejections of live objects into errors of rminas. */
function translateFailures(
  { objects }: Pythonia,
  supervisor: ProcessSupervisor,
  python: string,
  timeoutMs: number,
): void {
  for (const name of REQUESTS) {
    const request = objects[name].bind(objects);
    objects[name] = async (object, stack, ...rest) => {
      // pythonia empties this array during the request.
      const path = stack.join('.');
      try {
        return await request(object, stack, ...rest);
      } catch (error) {
        if (supervisor.ended !== null) throw interpreterEnded(python, supervisor.ended);
        if (!(error instanceof Error)) throw error;
        if (error.constructor.name === 'PythonException') throw new PythonError(error.stack ?? '');
        if (error.constructor.name === 'BridgeException') throw interpreterSilent(python, timeoutMs, path);
        throw error;
      }
    };
  }
}
