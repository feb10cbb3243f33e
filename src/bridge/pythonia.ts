import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, sep } from 'node:path';

/** A reply of the interpreter; `sig` is the traceback when the key is `error`. */
export interface Reply {
  key: string;
  val: unknown;
  sig: string;
}
type ReplyHandler = (reply: Reply) => unknown;

/** pythonia's channel to its interpreter: its types leave it out. */
export interface Channel {
  readonly proc: ChildProcess;
  /** Handlers of the replies that are awaited, and one, `jsi`, of what Python asks. */
  readonly handlers: Record<string, ReplyHandler>;
  write(request: { r: number }, handler?: ReplyHandler): void;
  writeRaw(text: string, request: number, handler: ReplyHandler): void;
}

/** The five requests that can fail; `stack` is the path of names from the object. */
export const REQUESTS = ['get', 'call', 'value', 'inspect', 'len'] as const;
export type Requests = Record<
  (typeof REQUESTS)[number],
  (object: number, stack: string[], ...rest: unknown[]) => Promise<unknown>
>;

interface Objects extends Requests {
  /** Stops the timer that frees Python objects. */
  end(): void;
}

export interface Pythonia {
  readonly channel: Channel;
  readonly objects: Objects;
  importModule(name: string): Promise<unknown>;
  /** Runs statements. */
  exec(code: string, globals: object): Promise<unknown>;
}

export interface PythoniaOptions {
  readonly python: string;
  /** Searched before what PYTHONPATH names. */
  readonly pythonPath: string;
  readonly timeoutMs: number;
}

const require = createRequire(import.meta.url);

/**
 * Starts an interpreter by loading pythonia, which does so at import and takes all its settings from the environment.
 * It keeps its interpreter in module state, so each bridge gets a fresh copy of the module. All of this is
 * synchronous: nobody sees the changed environment, and handlers can be attached before the interpreter's first event.
 */
export function startPythonia(options: PythoniaOptions): Pythonia {
  const settings = {
    PYTHON_BIN: options.python,
    PYTHONPATH: [options.pythonPath, process.env.PYTHONPATH].filter(Boolean).join(delimiter),
    // With it, Python would not find pythonia's own modules beside its script.
    PYTHONSAFEPATH: undefined,
    REQ_TIMEOUT: String(options.timeoutMs),
    // pythonia would log every message to stdout.
    DEBUG: undefined,
  };
  return withEnvironment(settings, loadFreshCopy);
}

function loadFreshCopy(): Pythonia {
  const entry = require.resolve('pythonia');
  const folder = dirname(entry);
  for (const file of Object.keys(require.cache)) if (file.startsWith(folder + sep)) delete require.cache[file];
  const { com, builtins } = require(entry);
  // The only way to it: pythonia leaves it there for its PyClass.
  const { __pythonBridge: objects } = globalThis as unknown as { __pythonBridge: Objects };
  // pythonia's own rendering reads source files by the stack trace and prints to stdout when there is none.
  require(join(folder, 'errors.js')).getErrorMessage = (_call: string, _stack: string, traceback: string) => traceback;
  return {
    channel: com,
    objects,
    // Not its `python()`, which takes a name with a colon or a leading dot for a file.
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
