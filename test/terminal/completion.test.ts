import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { scaled } from '../support/limits.js';
import { temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const isInstalled = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;
const folder = temporaryFolder();
let script = '';

beforeAll(async () => {
  const { code, stdout, stderr } = await runInProcess(['completion', 'bash']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  script = join(folder, 'completion.bash');
  writeFileSync(script, stdout);
  mkdirSync(join(folder, 'files'));
  writeFileSync(join(folder, 'files', 'mine.yaml'), '');
});

/** What bash would insert for the last of these words. An empty list lets it complete the names of files. */
function completions(...words: readonly string[]): string[] {
  const lines = [
    'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rminas',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an array of bash
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ];
  const program = lines.join('\n');
  const { status, stdout, stderr } = spawnSync('bash', ['-c', program, 'bash', script, 'rminas', ...words], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('the completion of bash', () => {
  it('is registered for rminas, and completes files where no word fits', () => {
    const { stdout } = spawnSync('bash', ['-c', 'source "$1"; complete -p rminas', 'bash', script], {
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe('complete -o default -F _rminas rminas');
  });

  it.each([
    ['commands', ['se'], ['search', 'setup']],
    ['commands of two words', ['benchmark', ''], ['import', 'query', 'stats', 'top']],
    ['flags', ['search', '--max-p'], ['--max-params']],
    ['flags of commands of two words', ['config', 'show', '--ch'], ['--changed']],
    ['shipped configurations', ['search', '--cfg', 'q'], ['quickstart']],
    ['shipped configurations as arguments', ['config', 'show', 'q'], ['quickstart']],
    [
      'values after the sign that bash separates',
      ['search', '--strategy', '=', 're'],
      ['regularized-evolution', 'reinforce'],
    ],
    ['all values directly after that sign', ['search', '--pareto', '='], ['params', 'flops', 'latency']],
    ['values of flags', ['compare', '--cost', 's'], ['seconds', 'steps', 'simulated']],
    ['the last of several names', ['compare', '--strategies', 'forest,lin'], ['forest,linear-thompson']],
    ['methods', ['one-shot', '--method', 'darts'], ['darts-1', 'darts-2']],
    ['devices', ['search', '--device', ''], ['auto', 'cpu', 'cuda']],
    [
      'keys',
      ['search', '--cfg', 'quickstart', 'RMINAS.ANSWER'],
      ['RMINAS.ANSWER', 'RMINAS.ANSWER_WITHIN_LIMITS', 'RMINAS.ANSWER_RIDGE'],
    ],
    ['keys after a switch', ['search', '--no-cache', 'RNG'], ['RNG_SEED']],
    [
      'values of keys',
      ['search', 'RMINAS.ANSWER', ''],
      ['vote', 'best', 'weighted-vote', 'best-ranked', 'additive', 'pairwise'],
    ],
    ['truth values', ['search', 'OPTIM.NESTEROV', ''], ['True', 'False']],
    ['published genotypes', ['show', 'DARTS_V'], ['DARTS_V1', 'DARTS_V2']],
    ['assets', ['assets', 'fetch', 'cifar10'], ['cifar10', 'cifar100']],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['files for a flag that names one', ['search', '--data', ''], []],
    ['files that are no shipped configuration', ['search', '--cfg', './mi'], []],
    ['files for a number', ['search', 'RMINAS.RF_WARMUP', ''], []],
    ['files for a run', ['report', ''], []],
    ['no keys where none are taken', ['report', 'RMINAS'], []],
  ])('has %s', (_, words, expected) => {
    expect(completions(...words)).toEqual(expected);
  });

  it('has every definition, and no hidden flag', () => {
    expect(completions('search', '--strategy', '')).toEqual(BUILT_IN.strategies.names);
    expect(completions('search', '--space', '')).toEqual(BUILT_IN.spaces.names);
    expect(completions('search', 'LOADER.DATASET', '')).toEqual(BUILT_IN.datasets.names);
    expect(completions('search', '--objective', '')).toEqual([
      ...new Set([...BUILT_IN.objectives.names, ...BUILT_IN.proxies.names]),
    ]);
    expect(completions('setup', '--')).toEqual(['--json', '--python', '--torch', '--help']);
  });

  it('completes words and files in an interactive shell', () => {
    const rcfile = join(folder, 'rc');
    writeFileSync(rcfile, `source ${script}\nrminas() { printf '<%s>' "$@"; echo; }\nbind 'set bell-style none'\n`);
    const typed = ['rminas sea\t--cfg qu\tRMINAS.STR\trei\t', 'rminas config show files/mi\t--ch\t', 'exit', ''];
    const python = `import os, pty, sys\npid, fd = pty.fork()\nif pid == 0: os.execvp(sys.argv[1], sys.argv[1:])\nos.write(fd, sys.stdin.buffer.read())\ntry:\n  while chunk := os.read(fd, 4096): sys.stdout.buffer.write(chunk)\nexcept OSError: pass`;
    const { stdout } = spawnSync('python3', ['-c', python, 'bash', '--rcfile', rcfile, '-i'], {
      cwd: folder,
      // Without the settings and the history of this user.
      env: { ...process.env, HOME: folder, HISTFILE: '', INPUTRC: '/dev/null', TERM: 'dumb' },
      encoding: 'utf8',
      input: typed.join('\n'),
      timeout: scaled(20_000),
    });
    expect(stdout).toContain('<search><--cfg><quickstart><RMINAS.STRATEGY><reinforce>');
    expect(stdout).toContain('<config><show><files/mine.yaml><--changed>');
  });
});

describe('the other scripts', () => {
  it.each(['zsh', 'fish'])('of %s can be read by it, where it is installed', async (shell) => {
    const { stdout } = await runInProcess(['completion', shell]);
    expect(stdout).toContain('RMINAS.STRATEGY');
    if (!isInstalled(shell)) return;
    const file = join(folder, `completion.${shell}`);
    writeFileSync(file, stdout);
    expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it.skipIf(!isInstalled('fish'))('of fish completes the same words', async () => {
    const { stdout } = await runInProcess(['completion', 'fish']);
    const file = join(folder, 'rminas.fish');
    writeFileSync(file, stdout);
    const program = `source ${file}; for line in 'rminas search RMINAS.STRATEGY rei' 'rminas config show --ch'; complete -C $line; end`;
    expect(spawnSync('fish', ['-c', program], { encoding: 'utf8' }).stdout).toBe('reinforce\n--changed\n');
  });

  it('of an unknown shell is a usage error', async () => {
    expect(await runInProcess(['completion', 'tcsh'])).toMatchObject({ code: 2, stdout: '' });
  });
});
