/** The additions of plugins and the things of the user, as the Python package describes them. */
import { z } from 'zod';
import { interrupted, MissingError, type RminasError } from '../errors.js';
import { mismatchStep, setupStep } from '../installation/advice.js';
import { shellWord } from '../installation/paths.js';
import { type Answers, described, type Questions } from '../protocol/describing.js';
import { nameSchema } from '../protocol/specification.js';
import { errorOfCode, packageFailure } from '../sidecar/failures.js';
import { describeExit } from '../sidecar/process/exit.js';
import { pythonEnvironment } from '../sidecar/process/python-environment.js';
import { answerLine, type PythonOutput, runPython } from '../sidecar/process/run-python.js';
import { usefulLine } from '../sidecar/process/traceback.js';
import type { SidecarSpace } from '../spaces/own/definition.js';

const path = z.string().min(1).max(4096);
/** `plugin` is null for what is built in. */
const thing = { name: nameSchema, plugin: path.nullable() };
const slot = z.object({ name: z.string(), choices: z.array(z.string()).max(256) });

const descriptionSchema = z.object({
  plugins: z.array(
    z.object({
      source: z.string().min(1).max(131_072),
      name: path,
      file: path,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  // Absent where no plugin was named, and only questions were asked.
  spaces: z.array(z.object({ ...thing, slots: z.array(slot).max(256).nullable() })).default([]),
  datasets: z
    .array(
      z.object({
        ...thing,
        classes: z.int().min(2).max(100_000),
        resolution: z.int().min(1).max(1024),
        resizable: z.boolean(),
        teacher: nameSchema.nullable(),
      }),
    )
    .default([]),
  teachers: z.array(z.object({ ...thing, classes: z.int().min(1) })).default([]),
  proxies: z
    .array(
      z.object({
        ...thing,
        direction: z.enum(['higher', 'lower']),
        needs: z.enum(['nothing', 'batch', 'training']),
      }),
    )
    .default([]),
});

/** All names of the sidecar after the plugins are loaded. */
export type PluginDescription = z.infer<typeof descriptionSchema>;

/** The names of the sidecar, and the answers about things of the user. */
export type Description = PluginDescription & { readonly answers: Answers };

const answersSchema = described.shape.body;

export interface DescribeOptions {
  readonly python: string;
  readonly signal?: AbortSignal | undefined;
  /** Limit for the import of PyTorch and the plugins, in ms; 600,000 by default. */
  readonly timeoutMs?: number | undefined;
}

/** What Python is asked. */
export interface Subject {
  /** Absolute paths of files, names of modules or of entry points. */
  readonly plugins: readonly string[];
  readonly questions: Questions;
}

/** The first import of PyTorch from a slow disk takes minutes, and a plugin may import more. */
const TIMEOUT_MS = 600_000;

/**
 * Loads the plugins in a separate Python process, which describes their additions and the things of the user, and ends.
 * @throws MissingError with the reason: `plugin-failed`, the code of what is wrong with a thing of the user,
 *   `plugin-timeout`, `plugin-output`, or `plugin-description`; InterruptedError once the signal is aborted
 */
export async function describePlugins(subject: Subject, options: DescribeOptions): Promise<Description> {
  const { plugins, questions } = subject;
  const { python, signal, timeoutMs = TIMEOUT_MS } = options;
  const asked = Object.keys(questions).length === 0 ? [] : ['--questions', JSON.stringify(questions)];
  const args = ['-m', 'rminas_sidecar.describe', ...plugins.flatMap((source) => ['--plugin', source]), ...asked];
  const output = await runPython(python, args, { timeoutMs, signal, environment: pythonEnvironment(process.env) });
  // The signal has killed the process, or it got the same Ctrl-C.
  if (signal?.aborted) throw interrupted(`Reading ${named(subject)} was interrupted.`);
  const failure = failureOf(output, { python, subject, timeoutMs });
  if (failure !== undefined) throw failure;
  const description = parse(answerLine(output.stdout));
  if (description !== undefined) return description;
  throw new MissingError(`${python} did not describe ${named(subject)} as this version of rminas expects.`, {
    code: 'plugin-description',
    nextSteps: [mismatchStep(), 'Check that --python or RMINAS_PYTHON names a Python interpreter.'],
  });
}

function failureOf(
  output: PythonOutput,
  { python, subject, timeoutMs }: { python: string; subject: Subject; timeoutMs: number },
): RminasError | undefined {
  const fail = (problem: string, code: string, nextSteps: string[]) => new MissingError(problem, { code, nextSteps });
  if (output.unrunnable !== null) {
    return fail(`Cannot run ${python}: ${output.unrunnable}.`, 'python-missing', [setupStep()]);
  }
  if (output.timedOut) {
    return fail(`Reading ${named(subject)} took more than ${timeoutMs / 1000} s.`, 'plugin-timeout', [
      'Move work out of the import of the plugin, into the functions that it registers.',
    ]);
  }
  if (output.overflowed) {
    return fail(`Reading ${named(subject)} printed too much.`, 'plugin-output', [
      'Remove the output from the import of the plugin.',
    ]);
  }
  if (output.exit.code === 0) return undefined;
  const { stderr } = output;
  const reason = usefulLine(stderr) ?? 'it printed nothing';
  return (
    reportedFailure(stderr) ??
    packageFailure(stderr, python) ??
    fail(`Reading ${named(subject)} ${describeExit(output.exit)}: ${reason}`, 'plugin-failed', [
      `Run it alone to see all of its output: ${commandOf(python, subject.plugins[0])}`,
    ])
  );
}

/** The command that runs a plugin alone; without one, the program that was asked. */
function commandOf(python: string, plugin: string | undefined): string {
  const what = plugin === undefined ? '-m rminas_sidecar.describe' : shellWord(fileOf(plugin));
  return `${shellWord(python)} ${what}`;
}

/** The last report: a plugin may print lines that look alike before it fails. */
const REPORT = /^rminas_sidecar\.describe: (?:\[([a-z-]+)\] )?(.+)((?:\n {2}.+)*)\n?$/m;

/** The error that the program wrote to its stderr, with its next steps. */
function reportedFailure(stderr: string): RminasError | undefined {
  const start = stderr.replaceAll('\r', '').lastIndexOf('rminas_sidecar.describe: ');
  if (start < 0) return undefined;
  const [, code = 'plugin-failed', message, steps = ''] = REPORT.exec(stderr.replaceAll('\r', '').slice(start)) ?? [];
  if (message === undefined) return undefined;
  return errorOfCode(code, message, steps.split('\n  ').slice(1));
}

function named({ plugins, questions: { dataset, teacher, inspection } }: Subject): string {
  const images = dataset === undefined ? [] : [`the images of ${dataset.path ?? dataset.name}`];
  const spaces = plugins.filter(isSpaceArgument).map((source) => `the space of ${fileOf(source)}`);
  const others = plugins.filter((source) => !isSpaceArgument(source));
  const code = others.length === 0 ? [] : [`the plugin${others.length === 1 ? '' : 's'} ${others.join(', ')}`];
  const network = teacher === undefined ? [] : [`the teacher ${teacher.name || teacher.weights}`];
  const inspected = inspection === undefined ? [] : [`the teacher ${inspection.specification.teacher.architecture}`];
  return [...code, ...spaces, ...images, ...network, ...inspected].join(' and ');
}

/** Whether a source is the JSON of a space, and not a plugin. */
export function isSpaceArgument(source: string): boolean {
  return source.startsWith('{');
}

/** The file that a source names: that of the plugin, or the Python file of the space. */
function fileOf(source: string): string {
  return isSpaceArgument(source) ? (JSON.parse(source) as SidecarSpace).build.file : source;
}

function parse(text: string): Description | undefined {
  try {
    const document = JSON.parse(text);
    return { ...descriptionSchema.parse(document), answers: answersSchema.parse(document.answers ?? {}) };
  } catch {
    return undefined;
  }
}
