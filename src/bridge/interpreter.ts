import { z } from 'zod';
import { MissingError } from '../errors.js';
import { describeExit, type PythonAnswer, runPython } from '../sidecar/process.js';

export interface Interpreter {
  /** What the interpreter says its own path is. */
  readonly executable: string;
  /** Major, minor, micro. */
  readonly version: readonly [number, number, number];
  /** Folder of the environment that it belongs to. */
  readonly prefix: string;
}

/** Marks the answer, since a site's start-up code may print, too. */
const MARK = 'rminas-interpreter ';
const QUESTION = `import json, sys; print("${MARK}" + json.dumps([sys.executable, list(sys.version_info[:3]), sys.prefix]))`;
const count = z.int().min(0);
const answerSchema = z.tuple([z.string().min(1), z.tuple([count, count, count]), z.string()]);
/** No Python says more before its answer; a program that is none may never stop. */
const MAX_CHARACTERS = 65_536;

/**
 * Runs the program and asks who it is, so that whatever relies on it afterwards starts a real Python.
 *
 * @param python a path, or a name on the PATH
 * @throws MissingError when there is no such program, when it does not answer as a Python does, or not in time
 */
export async function identifyInterpreter(python: string, timeoutMs = 10_000): Promise<Interpreter> {
  const answer = await runPython(python, ['-c', QUESTION], { timeoutMs });
  const interpreter = parseAnswer(answer.stdout.slice(0, MAX_CHARACTERS));
  if (interpreter !== null) return interpreter;
  if (answer.unrunnable === 'ENOENT' || answer.unrunnable === 'ENOTDIR') throw absent(python);
  throw unusable(python, reasonOf(answer, timeoutMs));
}

/** The interpreter that a program's output describes, or null when a Python did not write it. */
export function parseAnswer(output: string): Interpreter | null {
  const line = output.split('\n').find((candidate) => candidate.startsWith(MARK));
  if (line === undefined) return null;
  try {
    const [executable, version, prefix] = answerSchema.parse(JSON.parse(line.slice(MARK.length)));
    return { executable, version, prefix };
  } catch {
    return null;
  }
}

function reasonOf(answer: PythonAnswer, timeoutMs: number): string {
  if (answer.unrunnable !== null) return `it cannot be run (${answer.unrunnable})`;
  if (answer.timedOut) return `it did not answer in ${timeoutMs} ms`;
  const said = firstLine(answer.stdout) || firstLine(answer.stderr);
  const words = said === '' ? 'it answered nothing' : `it answered ${JSON.stringify(said)}`;
  return answer.exit.code === 0 ? words : `${words} and ${describeExit(answer.exit)}`;
}

function firstLine(text: string): string {
  return text.slice(0, MAX_CHARACTERS).trim().split('\n')[0]?.slice(0, 80) ?? '';
}

function absent(python: string): MissingError {
  return new MissingError(`There is no Python at ${python}.`, {
    code: 'python-missing',
    nextSteps: [
      'Run `npm run setup`, which makes an environment with everything in it.',
      'Or name an interpreter: --python FILE, or the environment variable RMINAS_PYTHON.',
    ],
  });
}

function unusable(python: string, reason: string): MissingError {
  return new MissingError(`${python} cannot be used as Python: ${reason}.`, {
    code: 'python-unusable',
    nextSteps: ['Name another interpreter with --python FILE or RMINAS_PYTHON, or run `npm run setup`.'],
  });
}
