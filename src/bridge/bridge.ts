import { fileURLToPath } from 'node:url';
import { BOOTSTRAP } from './bootstrap.js';
import { importFailure, interpreterEnded, interpreterSilent, PythonError } from './failures.js';
import { type Interpreter, identifyInterpreter } from './interpreter.js';
import { Lifeline } from './process-supervisor.js';
import { type Pythonia, REQUESTS, startPythonia } from './pythonia.js';

/** The folder in which Python finds `rminas_sidecar`. */
const PYTHON_FOLDER = fileURLToPath(new URL('../../python', import.meta.url));
/** How long each step of closing waits before the next one. */
const CLOSING_PATIENCE_MS = 1_000;

export interface BridgeOptions {
  /** The interpreter: a path, or a name on the PATH. */
  readonly python: string;
  /** Longest wait for the start, and for each answer, in milliseconds; 100,000 unless told. */
  readonly timeoutMs?: number;
}

/** An interpreter of its own, with live objects: see {@link openBridge}. */
export interface Bridge {
  readonly interpreter: Interpreter;
  /**
   * Imports a module and answers it as a live object. `Module` describes the parts that the caller uses, each
   * attribute and each result being a promise.
   *
   * @throws MissingError when the module, or one that it needs, is not there or cannot be imported
   * @throws SidecarError when the interpreter ends or does not answer in time
   */
  import<Module>(name: string): Promise<Module>;
  /** Ends the interpreter, gently first, and settles when it is gone. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a Python and gives its objects to a script as live ones: an attribute, an item or a call on one is a request
 * to the interpreter when it is awaited. `rminas_sidecar` can be imported whether or not it is installed.
 *
 * - Strings, numbers, booleans and None come as values, anything else as a live object; `await object.valueOf()` gives
 *   lists, dicts, arrays and tensors as plain data, with null for NaN and infinity.
 * - Keyword arguments: a `$` after the name, and an object at the end: `open$(path, { encoding: 'utf8' })`.
 * - What Python prints goes to stderr.
 * - An exception in Python rejects with a {@link PythonError}; a dead or silent interpreter with a SidecarError.
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
 * @throws MissingError when there is no such interpreter, or it is none
 * @throws SidecarError when it does not start
 */
export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const { python, timeoutMs = 100_000 } = options;
  const interpreter = await identifyInterpreter(python, timeoutMs);
  const pythonia = startPythonia({ python, pythonPath: PYTHON_FOLDER, timeoutMs });
  const lifeline = new Lifeline(pythonia.channel);
  translateFailures(pythonia, lifeline, python, timeoutMs);

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    pythonia.objects.end();
    closing ??= lifeline.close(CLOSING_PATIENCE_MS);
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

/** Whatever a live object rejects with becomes one of our errors. */
function translateFailures({ objects }: Pythonia, lifeline: Lifeline, python: string, timeoutMs: number): void {
  for (const name of REQUESTS) {
    const request = objects[name].bind(objects);
    objects[name] = async (object, stack, ...rest) => {
      // pythonia empties this array while the request is under way.
      const asked = stack.join('.');
      try {
        return await request(object, stack, ...rest);
      } catch (error) {
        if (lifeline.ended !== null) throw interpreterEnded(python, lifeline.ended);
        if (!(error instanceof Error)) throw error;
        if (error.constructor.name === 'PythonException') throw new PythonError(error.stack ?? '');
        if (error.constructor.name === 'BridgeException') throw interpreterSilent(python, timeoutMs, asked);
        throw error;
      }
    };
  }
}
