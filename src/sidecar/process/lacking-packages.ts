/** Asks an interpreter for the packages that the sidecar needs. */
import { z } from 'zod';
import { moduleOf, readProject } from '../../installation/project.js';
import { satisfies } from '../../installation/versions.js';
import { describeExit } from './exit.js';
import { runPython } from './run-python.js';

/** The output line that holds the answer starts so, since a site's start-up code may print as well. */
const MARK = 'rminas-packages ';

/** Reads names and modules from the command line. Prints the versions found and the first failed import. */
const PROGRAM = `
import json, sys
from importlib import import_module, metadata
sys.path[:] = [entry for entry in sys.path if entry]
names, modules = json.loads(sys.argv[1])
versions, failure = {}, None
for name in names:
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
for module in modules:
    try:
        import_module(module)
    except BaseException as error:
        failure = f"{module} cannot be imported: {type(error).__name__}: {error}"
        break
print("${MARK}" + json.dumps(["%d.%d.%d" % sys.version_info[:3], versions, failure]))
`;
const answerSchema = z.tuple([z.string(), z.record(z.string(), z.string().nullable()), z.string().nullable()]);

/** The first import of PyTorch from a slow disk takes minutes, when it has to be compiled as well. */
const TIMEOUT_MS = 300_000;

export interface ProbeOptions {
  /** Imports the packages, which takes seconds, and does not only look at their versions. */
  readonly importing?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * The obstacles for a sidecar in an interpreter: packages that are not installed, versions outside the ranges of
 * the project file, failed imports, or an unfit Python. Never rejects.
 * @returns one phrase for each fault, e.g. `torch is not installed`; empty when everything is there.
 */
export async function lackingPackages(python: string, options: ProbeOptions = {}): Promise<string[]> {
  const project = readProject();
  const names = project.requirements.map(({ name }) => name);
  const question = JSON.stringify([names, options.importing ? names.map(moduleOf) : []]);
  const { environment = {} } = options;
  const output = await runPython(python, ['-c', PROGRAM, question], { timeoutMs: TIMEOUT_MS, environment });
  const answer = parse(output.stdout);
  if (answer === undefined) {
    if (output.unrunnable !== null) return [`it cannot be run (${output.unrunnable})`];
    return [
      output.timedOut ? 'it did not answer' : `it does not answer as a Python does: it ${describeExit(output.exit)}`,
    ];
  }
  const [version, versions, failure] = answer;
  if (!satisfies(version, project.python)) return [`Python ${version} is not ${project.python}`];
  const faults = project.requirements.flatMap(({ name, range }) => faultOf(name, range, versions[name] ?? undefined));
  return faults.length > 0 || failure === null ? faults : [failure];
}

function faultOf(name: string, range: string, version: string | undefined): string[] {
  if (version === undefined) return [`${name} is not installed`];
  return satisfies(version, range) ? [] : [`${name} ${version} is not ${range}`];
}

function parse(output: string): z.infer<typeof answerSchema> | undefined {
  const line = output.split('\n').find((candidate) => candidate.startsWith(MARK));
  if (line === undefined) return undefined;
  try {
    return answerSchema.parse(JSON.parse(line.slice(MARK.length)));
  } catch {
    return undefined;
  }
}
