/** The additions of plugins, as the Python package describes them. */
import { z } from 'zod';
import { MissingError, type RminasError } from '../errors.js';
import { mismatchStep, setupStep } from '../installation/advice.js';
import { nameSchema } from '../protocol/specification.js';
import { packageFailure } from '../sidecar/failures.js';
import { describeExit } from '../sidecar/process/exit.js';
import { pythonEnvironment } from '../sidecar/process/python-environment.js';
import { type PythonOutput, runPython } from '../sidecar/process/run-python.js';
import { usefulLine } from '../sidecar/process/traceback.js';

const path = z.string().min(1).max(4096);
/** `plugin` is null for what is built in. */
const thing = { name: nameSchema, plugin: path.nullable() };
const slot = z.object({ name: z.string(), choices: z.array(z.string()).max(256) });

const descriptionSchema = z.object({
  plugins: z.array(z.object({ source: path, name: path, file: path, sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
  spaces: z.array(z.object({ ...thing, slots: z.array(slot).max(256).nullable() })),
  datasets: z.array(
    z.object({
      ...thing,
      classes: z.int().min(2).max(100_000),
      resolution: z.int().min(1).max(1024),
      resizable: z.boolean(),
      teacher: nameSchema.nullable(),
    }),
  ),
  teachers: z.array(z.object({ ...thing, classes: z.int().min(1) })),
  proxies: z.array(
    z.object({
      ...thing,
      direction: z.enum(['higher', 'lower']),
      needs: z.enum(['nothing', 'batch', 'training']),
    }),
  ),
});

/** All names of the sidecar after the plugins are loaded. */
export type Description = z.infer<typeof descriptionSchema>;

export interface DescribeOptions {
  readonly python: string;
  readonly signal?: AbortSignal | undefined;
  /** Limit for the import of PyTorch and the plugins, in ms; 600,000 by default. */
  readonly timeoutMs?: number | undefined;
}

/** The first import of PyTorch from a slow disk takes minutes, and a plugin may import more. */
const TIMEOUT_MS = 600_000;

/**
 * Loads the plugins in a separate Python process, which describes their additions and ends.
 * @param sources absolute paths of files, names of modules or of entry points
 * @throws MissingError `plugin-failed` with the reason, or `plugin-timeout`, `plugin-output`, `plugin-description`
 */
export async function describePlugins(sources: readonly string[], options: DescribeOptions): Promise<Description> {
  const { python, signal, timeoutMs = TIMEOUT_MS } = options;
  const args = ['-m', 'rminas_sidecar.describe', ...sources.flatMap((source) => ['--plugin', source])];
  const output = await runPython(python, args, { timeoutMs, signal, environment: pythonEnvironment(process.env) });
  const failure = failureOf(output, { python, sources, timeoutMs });
  if (failure !== undefined) throw failure;
  const description = parse(output.stdout);
  if (description !== undefined) return description;
  throw new MissingError(`${python} did not describe ${named(sources)} as this version of rminas expects.`, {
    code: 'plugin-description',
    nextSteps: [mismatchStep(), 'Check that --python or RMINAS_PYTHON names a Python interpreter.'],
  });
}

function failureOf(
  output: PythonOutput,
  { python, sources, timeoutMs }: { python: string; sources: readonly string[]; timeoutMs: number },
): RminasError | undefined {
  const fail = (problem: string, code: string, nextSteps: string[]) => new MissingError(problem, { code, nextSteps });
  if (output.unrunnable !== null) {
    return fail(`Cannot run ${python}: ${output.unrunnable}.`, 'python-missing', [setupStep()]);
  }
  if (output.timedOut) {
    return fail(`Loading ${named(sources)} took more than ${timeoutMs / 1000} s.`, 'plugin-timeout', [
      'Move work out of the import of the plugin, into the functions that it registers.',
    ]);
  }
  if (output.overflowed) {
    return fail(`Loading ${named(sources)} printed too much.`, 'plugin-output', [
      'Remove the output from the import of the plugin.',
    ]);
  }
  if (output.exit.code === 0) return undefined;
  const { stderr } = output;
  const reason = usefulLine(stderr) ?? 'it printed nothing';
  return (
    reportedFailure(stderr) ??
    packageFailure(stderr, python) ??
    fail(`Loading ${named(sources)} ${describeExit(output.exit)}: ${reason}`, 'plugin-failed', [
      `Run it alone to see all of its output: ${python} ${sources[0] ?? ''}`,
    ])
  );
}

/** The last report: a plugin may print lines that look alike before it fails. */
const REPORT = /^rminas_sidecar\.describe: (.+)((?:\n {2}.+)*)\n?$/m;

/** The error that the program wrote to its stderr, with its next steps. */
function reportedFailure(stderr: string): RminasError | undefined {
  const start = stderr.replaceAll('\r', '').lastIndexOf('rminas_sidecar.describe: ');
  if (start < 0) return undefined;
  const [, message, steps = ''] = REPORT.exec(stderr.replaceAll('\r', '').slice(start)) ?? [];
  if (message === undefined) return undefined;
  return new MissingError(message, { code: 'plugin-failed', nextSteps: steps.split('\n  ').slice(1) });
}

function named(sources: readonly string[]): string {
  return `${sources.length === 1 ? 'the plugin' : 'the plugins'} ${sources.join(', ')}`;
}

function parse(text: string): Description | undefined {
  try {
    return descriptionSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
