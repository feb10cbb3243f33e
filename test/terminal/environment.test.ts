/**
 * Limits of the system, and a current folder that cannot be used: errors with what to do, and no stack trace. Terminals
 * without a size.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXIT, MissingError, UsageError } from '../../src/errors.js';
import { namedFailure } from '../../src/terminal/error.js';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli.js';
import { startProgramOnTerminal } from '../support/terminal.js';

const linux = process.platform === 'linux';

/** Runs a command of the shell, and then the program. */
const after = (command: string) => ['sh', '-c', `${command}; exec "$@"`, 'sh'];

function thrownBy(work: () => void): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('an error of the system', () => {
  it.runIf(linux)('that is a limit is named, with the file and what to do', () => {
    const error = namedFailure(thrownBy(() => writeFileSync('/dev/full', 'text')));
    expect(error).toBeInstanceOf(MissingError);
    expect(error).toMatchObject({ code: 'system-limit', message: expect.stringContaining('The disk is full: ENOSPC') });
  });

  it('of another kind stays what it is', () => {
    const bug = thrownBy(() => writeFileSync(`${temporaryFolder()}/none/x`, ''));
    expect(namedFailure(bug)).toBe(bug);
    const usage = new UsageError('wrong', { code: 'EMFILE' });
    expect(namedFailure(usage)).toBe(usage);
  });
});

describe.runIf(linux)('a command ends with exit code 3 and what to do', () => {
  it.each([
    ['where it may open few files', after('ulimit -n 25'), /EMFILE[\s\S]*ulimit -n 4096/],
    ['in a folder that was deleted', after('rmdir "$PWD"'), /current folder does not exist[\s\S]*another folder/],
    [
      'in a folder whose name is not UTF-8',
      after('mkdir "$(printf "x\\351")" && cd "$(printf "x\\351")"'),
      /current folder is not UTF-8[\s\S]*another folder/,
    ],
  ])('%s', async (_, within, text) => {
    const { code, stderr } = await runCli(['config', 'show', 'quickstart'], { within, cwd: temporaryFolder() });
    expect(stderr).toMatch(text);
    expect(stderr).not.toMatch(/This is a bug|^\s+at .*:\d+:\d+/m);
    expect(code).toBe(EXIT.missing);
  });
});

describe.runIf(linux)('a terminal', () => {
  it.each([
    ['without a size gets the usual one', '0 0', '80 x 24'],
    ['with a size keeps it', '30 50', '50 x 30'],
  ])('%s', async (_, size, expected) => {
    const output = pathToFileURL(join(ROOT, 'dist/terminal/output.js')).href;
    const program = `import { guardOutputs } from '${output}'; guardOutputs(); const { columns, rows } = process.stdout;
      console.log(columns, 'x', rows);`;
    const command = [process.execPath, '--input-type=module', '--eval', program];
    const { shown } = await startProgramOnTerminal(command, { TERMINAL_SIZE: size, NO_COLOR: '1' }).ended;
    expect(shown.trim()).toBe(expected);
  });
});
