/**
 * Every printed command line is accepted in a fresh checkout. A line that needs nothing from the user is run. A line that
 * needs data, an index or a run of the user is run without them and must end in exit code 3, never in a usage error. A line
 * that needs the network is only parsed.
 */
import { existsSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { describe, expect, it } from 'vitest';
import { scaled } from '../support/limits.js';
import { ROOT, startCli } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import {
  type CommandLine,
  commandHelp,
  printedCommandLines,
  scriptLines,
  shellLines,
  splitWords,
} from './command-lines.js';

const lines = await printedCommandLines();
const rminas = lines.flatMap((line) => (line.words[0] === 'rminas' ? [{ ...line, args: line.words.slice(1) }] : []));
const others = lines.filter(({ words }) => !words.includes('rminas'));

/** Commands that install or download, and jobs on a cluster. */
const NETWORK = /^(?:setup|assets fetch)\b|--engine ray\b/;
/** Parts of a line that only the user can provide. */
const USERS = [
  /^--data$/,
  /^exp\//,
  /^tables\//,
  /^--resume$/,
  /^--runs$/,
  /^~/,
  /^\/(?!dev\/)/,
  /\.(?:pth|csv|json|bz2)$/,
  /^benchmark$/,
  /cifar10/,
  /^folder:/,
];

const needsNetwork = ({ args }: { args: readonly string[] }) => NETWORK.test(args.join(' '));
/** The images of the digits are shipped, so that a search of them needs no folder of data. A folder after --out is made. */
const needsUser = ({ args }: { args: readonly string[] }) =>
  !(args[0] === 'search' && /LOADER\.DATASET digits/.test(args.join(' '))) &&
  args.some((word, index) => args[index - 1] !== '--out' && USERS.some((part) => part.test(word)));
const titled = <T extends CommandLine>(some: readonly T[]) =>
  some.map((line) => [line.text, line.places.join(', '), line] as const);

/** The folders of a checkout, for relative paths in the lines, and nothing that a run has left there. */
function freshCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rminas-test-'));
  for (const name of ['configs', 'docs', 'examples', 'scripts']) symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

/** Commands that end soon by themselves. They run in this process, which spares its start. */
const SHORT = /^(?:assets|completion|config|doctor|explain|export|genotypes|score|show|teacher inspect)\b/;
/** Jobs of the quickstart have two workers, and each of them would import PyTorch before the first evaluation. */
const ONE_WORKER = ['RMINAS.WORKERS', '1'];
/** An explanation is not interrupted, and trains eleven architectures. */
const FEW_STEPS = ['OPTIM.MAX_EPOCH', '2'];

/** Starts a line and interrupts it at its first evaluation or training, or when a plan begins to measure. */
async function run(line: readonly string[]) {
  const args = [
    ...line,
    ...(line.includes('quickstart') || line[0] === 'explain' ? ONE_WORKER : []),
    ...(line[0] === 'explain' ? FEW_STEPS : []),
  ];
  const options = { cwd: freshCheckout(), env: { RMINAS_DATA: '' } };
  if (SHORT.test(line.join(' '))) return { ...(await runInProcess(args, options)), interrupted: false };
  const { child, ended } = startCli(args, options);
  let stderr = '';
  let interrupted = false;
  child.stderr?.on('data', (text: string) => {
    stderr += text;
    if (
      interrupted ||
      !/^(?:warm-up 1 |retraining |one-shot search |measured 1\/|Starting Python)|^\d+ searches/m.test(stderr)
    )
      return;
    interrupted = true;
    child.kill('SIGINT');
  });
  return { ...(await ended), interrupted };
}

/** The command that the first one or two words name, and the other words. */
function commandOf(config: Config, args: readonly string[]) {
  const length = config.findCommand(args.slice(0, 2).join(':')) ? 2 : 1;
  return { id: args.slice(0, length).join(':'), rest: args.slice(length) };
}

describe('a command line that needs nothing from the user', () => {
  const some = rminas.filter((line) => !needsNetwork(line) && !needsUser(line));

  it.each(titled(some))('runs: %s (%s)', { timeout: scaled(60_000) }, async (_text, _places, { args }) => {
    const { code, stderr, interrupted } = await run(args);
    expect({ code, stderr }).toMatchObject({ code: expect.toBeOneOf(interrupted ? [0, 130] : [0]) });
  });
});

describe('a command line that needs something from the user', () => {
  const some = rminas.filter((line) => !needsNetwork(line) && needsUser(line));

  it.each(titled(some))('is accepted: %s (%s)', async (_text, _places, { args }) => {
    const { code, stderr } = await runInProcess(args, { cwd: freshCheckout(), env: { RMINAS_DATA: '' } });
    expect({ code, stderr }).toMatchObject({ code: expect.toBeOneOf([0, 3]) });
  });
});

describe('a command line that needs the network', () => {
  it.each(titled(rminas.filter(needsNetwork)))('is parsed: %s (%s)', async (_text, _places, { args }) => {
    expect(await parseErrors(args)).toBeNull();
  });
});

describe('a command line in a script for a cluster', () => {
  const pages = ['docs/cluster.md', 'docs/extending.md'];
  const some = pages.flatMap((file) => scriptLines(readFileSync(join(ROOT, file), 'utf8')));

  it.each(some)('is parsed: %s', async (text) => {
    // The shell replaces variables.
    expect(await parseErrors(splitWords(text.replaceAll('$', '')).slice(1))).toBeNull();
  });
});

describe('another command line', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };

  it.each(titled(others))('names a script or file of the checkout: %s (%s)', (_text, _places, { words }) => {
    const [program = '', ...rest] = words.filter((word) => !/^[A-Z_]+=/.test(word));
    if (program === 'npm' && rest[0] === 'run') expect(scripts).toHaveProperty([rest[1] ?? '']);
    else if (program === 'npm') expect(['test', 'install', 'i', 'ci', 'pack']).toContain(rest[0]);
    else if (program === 'node') expect(existsSync(join(ROOT, rest[0] ?? ''))).toBe(true);
    else if (program === 'conda') expect(existsSync(join(ROOT, rest.at(-1) ?? ''))).toBe(true);
    else
      expect([
        'cd',
        'git',
        'pip',
        'python',
        'npx',
        '.ci/run',
        '.venv/bin/python',
        'rm',
        'ray',
        'ssh',
        'echo',
      ]).toContain(program);
  });
});

describe('the help of each command', () => {
  it('has a summary of one sentence and at least one example', async () => {
    for (const { id, summary, examples } of await commandHelp()) {
      expect({ id, summary }).toMatchObject({ summary: expect.stringMatching(/^[A-Z][^.]*\.$/) });
      expect({ id, count: examples.length }).not.toMatchObject({ count: 0 });
    }
  });
});

describe('the reading of command lines', () => {
  it('joins continued lines, and drops comments and other blocks', () => {
    const markdown = '```sh\na b \\\n  c  # d\n\n# e\nf\n```\n\n```js\ng\n```\n';
    expect(shellLines(markdown)).toEqual(['a b c', 'f']);
  });

  it('splits words as a shell does', () => {
    expect(splitWords(`a 'b c' "d 'e'" f='g h' > i.json`)).toEqual(['a', 'b c', "d 'e'", 'f=g h']);
  });

  it('fails for an unknown command or flag', async () => {
    expect(await parseErrors(['assets', 'fetsh'])).toMatch(/no command/);
    expect(await parseErrors(['setup', '--tosch', 'cpu'])).toMatch(/--tosch/);
    expect(await parseErrors(['assets', 'fetch', '--mirrow', 'x'])).toMatch(/--mirrow/);
    expect(await parseErrors(['setup', '--torch', 'cpu'])).toBeNull();
  });
});

/** The part of oclif's command classes that parses; its own types hide it from other code. */
type CommandClass = new (
  argv: readonly string[],
  config: Config,
) => { parse(command: CommandClass): Promise<{ raw: readonly { type: string; input: string }[] }> };

/** Why the parser of the command rejects the words; null if it accepts them. */
async function parseErrors(args: readonly string[]): Promise<string | null> {
  const config = await Config.load(ROOT);
  const { id, rest } = commandOf(config, args);
  const found = config.findCommand(id);
  if (found === undefined) return `There is no command ${args.join(' ')}.`;
  const Loaded = (await found.load()) as unknown as CommandClass;
  try {
    const { raw } = await new Loaded(rest, config).parse(Loaded);
    return raw.find(({ type, input }) => type === 'arg' && input.startsWith('-'))?.input ?? null;
  } catch (error) {
    return (error as Error).message;
  }
}
