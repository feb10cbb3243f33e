import { z } from 'zod';
import { MissingError } from '../errors.js';
import { setupCommand } from '../installation/advice.js';
import { describeExit } from '../sidecar/process/exit.js';
import { type PythonOutput, runPython } from '../sidecar/process/run-python.js';

export interface Interpreter {
  /** Path of the interpreter, as it reports it. */
  readonly executable: string;
  /** Major, minor, micro. */
  readonly version: readonly [number, number, number];
  /** Folder of its environment. */
  readonly prefix: string;
}

/** Marks the answer, because start-up code of the site may print as well. */
const MARK = 'rminas-interpreter ';
const QUESTION = `import json, sys; print("${MARK}" + json.dumps([sys.executable, list(sys.version_info[:3]), sys.prefix]))`;
const count = z.int().min(0);
const answerSchema = z.tuple([z.string().min(1), z.tuple([count, count, count]), z.string()]);
/** Bounds the part of the output that is searched: a program that is not Python may print for ever. */
const MAX_CHARACTERS = 65_536;

/**
 * Runs the interpreter and asks for its path, version and environment.
 *
 * @param python a path, or a name on the PATH
 * @throws MissingError when the program does not exist, is not a Python, or does not answer in time.
 */
export async function identifyInterpreter(python: string, timeoutMs = 10_000): Promise<Interpreter> {
  const answer = await runPython(python, ['-c', QUESTION], { timeoutMs });
  const interpreter = parseAnswer(answer.stdout.slice(0, MAX_CHARACTERS));
  if (interpreter !== null) return interpreter;
  if (answer.unrunnable === 'ENOENT' || answer.unrunnable === 'ENOTDIR') throw absent(python);
  throw unusable(python, reasonOf(answer, timeoutMs));
}

/** Parses the answer of an interpreter; null when the output contains none. */
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

function reasonOf(answer: PythonOutput, timeoutMs: number): string {
  if (answer.unrunnable !== null) return `it cannot be run (${answer.unrunnable})`;
  if (answer.timedOut) return `it did not answer within ${timeoutMs} ms`;
  const line = firstLine(answer.stdout) || firstLine(answer.stderr);
  const reason = line === '' ? 'it printed nothing' : `it printed ${JSON.stringify(line)}`;
  return answer.exit.code === 0 ? reason : `${reason} and ${describeExit(answer.exit)}`;
}

function firstLine(text: string): string {
  return text.slice(0, MAX_CHARACTERS).trim().split('\n')[0]?.slice(0, 80) ?? '';
}

function absent(python: string): MissingError {
  return new MissingError(`There is no Python at ${python}.`, {
    code: 'python-missing',
    nextSteps: [
      `Run \`${setupCommand()}\` to create a Python environment with all packages.`,
      'Or name an interpreter with --python FILE or RMINAS_PYTHON.',
    ],
  });
}

function unusable(python: string, reason: string): MissingError {
  return new MissingError(`${python} cannot be used as Python: ${reason}.`, {
    code: 'python-unusable',
    nextSteps: [`Name another interpreter with --python FILE or RMINAS_PYTHON, or run \`${setupCommand()}\`.`],
  });
}
