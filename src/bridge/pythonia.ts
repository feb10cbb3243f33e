/** The only file that loads pythonia; it types and mends the parts that pythonia does not export. */
import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, sep } from 'node:path';

/** A reply of the interpreter; `sig` is the traceback when the key is `error`. */
export interface PythoniaReply {
  key: string;
  val: unknown;
  sig: string;
}
type ReplyHandler = (reply: PythoniaReply) => unknown;

/** pythonia's channel to its interpreter, which its own types omit. */
export interface Channel {
  readonly proc: ChildProcess;
  /** Handlers of pending replies, and `jsi`, the handler of requests from Python. */
  readonly handlers: Record<string, ReplyHandler>;
  write(request: { r: number }, handler?: ReplyHandler): void;
  writeRaw(text: string, request: number, handler: ReplyHandler): void;
}

/** The five requests that can fail. `stack` is the path of names from the object. */
export const REQUESTS = ['get', 'call', 'value', 'inspect', 'len'] as const;
export type Requests = Record<
  (typeof REQUESTS)[number],
  (object: number, stack: string[], ...rest: unknown[]) => Promise<unknown>
>;

interface Objects extends Requests {
  /** Frees Python objects each second. */
  readonly loop: NodeJS.Timeout;
  /** Stops the timer that frees Python objects. */
  end(): void;
}

export interface Pythonia {
  readonly channel: Channel;
  readonly objects: Objects;
  importModule(name: string): Promise<unknown>;
  /** Runs Python statements. */
  exec(code: string, globals: object): Promise<unknown>;
}

export interface PythoniaOptions {
  readonly python: string;
  /** A folder to search before those in PYTHONPATH. */
  readonly pythonPath: string;
  readonly timeoutMs: number;
}

const require = createRequire(import.meta.url);

/**
 * Starts an interpreter by loading pythonia. pythonia starts it at import, reads all settings from the environment, and
 * keeps the interpreter in module state; so each bridge loads a fresh copy. Loading is synchronous: no other code sees
 * the changed environment, and the caller attaches its handlers before the first event.
 */
export function startPythonia(options: PythoniaOptions): Pythonia {
  const settings = {
    PYTHON_BIN: options.python,
    PYTHONPATH: [options.pythonPath, process.env.PYTHONPATH].filter(Boolean).join(delimiter),
    // With PYTHONSAFEPATH, Python would not find pythonia's modules beside its script.
    PYTHONSAFEPATH: undefined,
    // Between calls, idle threads of PyTorch would keep the cores busy.
    OMP_WAIT_POLICY: process.env.OMP_WAIT_POLICY ?? 'PASSIVE',
    REQ_TIMEOUT: String(options.timeoutMs),
    // With DEBUG, pythonia logs every message to stdout.
    DEBUG: undefined,
  };
  return withEnvironment(settings, loadFreshCopy);
}

function loadFreshCopy(): Pythonia {
  const entry = require.resolve('pythonia');
  const folder = dirname(entry);
  for (const file of Object.keys(require.cache)) if (file.startsWith(folder + sep)) delete require.cache[file];
  const { com, builtins } = require(entry);
  // pythonia stores it there for its PyClass and exports it nowhere.
  const { __pythonBridge: objects } = globalThis as unknown as { __pythonBridge: Objects };
  objects.loop.unref();
  // pythonia's own rendering reads source files and can print to stdout.
  require(join(folder, 'errors.js')).getErrorMessage = (_call: string, _stack: string, traceback: string) => traceback;
  return {
    channel: com,
    objects,
    // pythonia's `python()` would treat a name with a colon or a leading dot as a file.
    importModule: (name) => builtins.python(name),
    exec: (code, globals) => builtins.exec(code, globals),
  };
}

function withEnvironment<T>(settings: Record<string, string | undefined>, action: () => T): T {
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
  try {
    for (const [name, value] of Object.entries(settings)) setVariable(name, value);
    return action();
  } finally {
    for (const [name, value] of before) setVariable(name, value);
  }
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
