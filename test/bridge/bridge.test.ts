import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bridge, openBridge, PythonError } from '../../src/bridge/index.js';
import { MissingError, SidecarError } from '../../src/errors.js';
import { isAlive } from '../sidecar/harness.js';
import { scaled } from '../support/limits.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const venv = join(root, '.venv/bin/python');
const python = existsSync(venv) ? venv : 'python3';

let folder: string;
const open: Bridge[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rminas-bridge-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((bridge) => bridge.close()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bridgeTo(interpreter: string, timeoutMs?: number): Promise<Bridge> {
  const bridge = await openBridge({ python: interpreter, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  open.push(bridge);
  return bridge;
}

function program(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

interface Os {
  getpid(): Promise<number>;
  _exit(code: number): Promise<void>;
  kill(pid: number, signal: number): Promise<void>;
  environ: { get(name: string): Promise<string | null> };
}
interface Builtins {
  eval(code: string): Promise<unknown>;
  float(text: string): Promise<number | null>;
  list(
    items: unknown,
  ): Promise<{ valueOf(): Promise<unknown>; append(item: unknown): Promise<void>; length: Promise<number> }>;
  sorted$(items: unknown, keywords: { reverse: boolean }): Promise<{ valueOf(): Promise<unknown> }>;
  object(): Promise<{ valueOf(): Promise<unknown> }>;
}

describe('live objects', () => {
  it('exchange values, objects, keyword arguments and plain data', async () => {
    const bridge = await bridgeTo(python);
    const builtins = await bridge.import<Builtins>('builtins');
    const list = await builtins.list([3, 1]);
    await list.append(2);
    expect(await list.length).toBe(3);
    expect(await list.valueOf()).toEqual([3, 1, 2]);
    expect(await (await builtins.sorted$(list, { reverse: true })).valueOf()).toEqual([3, 2, 1]);
    expect(bridge.interpreter.version[0]).toBe(3);
  });

  it('give null for NaN and infinity, alone and inside data', async () => {
    const builtins = await (await bridgeTo(python)).import<Builtins>('builtins');
    expect(await builtins.float('nan')).toBeNull();
    const curve = (await builtins.eval('[0.5, float("inf")]')) as { valueOf(): Promise<unknown> };
    expect(await curve.valueOf()).toEqual([0.5, null]);
    const buffer = (await builtins.eval('__import__("array").array("i", [1, 2])')) as { valueOf(): Promise<unknown> };
    expect(await buffer.valueOf()).toEqual([1, 2]);
  });

  it('include rminas_sidecar, even if it is not installed', async () => {
    const bridge = await bridgeTo(python);
    const sidecar = await bridge.import<{ __file__: Promise<string> }>('rminas_sidecar');
    expect(await sidecar.__file__).toBe(join(root, 'python/rminas_sidecar/__init__.py'));
  });

  it('do not change the environment of Node', async () => {
    const before = { ...process.env };
    await bridgeTo(python);
    expect({ ...process.env }).toEqual(before);
  });

  it('belong to one interpreter per bridge', async () => {
    const [one, two] = await Promise.all([bridgeTo(python), bridgeTo(python)]);
    const pids = await Promise.all([one, two].map(async (bridge) => (await bridge.import<Os>('os')).getpid()));
    expect(new Set(pids).size).toBe(2);
    await one.close();
    expect(await (await two.import<Os>('os')).getpid()).toBe(pids[1]);
  });

  it('print to stderr, never to stdout', () => {
    const script = program(
      'prints.mjs',
      `import { openBridge } from ${JSON.stringify(pathToFileURL(join(root, 'dist/bridge/index.js')).href)};
       const bridge = await openBridge({ python: ${JSON.stringify(python)} });
       const builtins = await bridge.import('builtins');
       await builtins.print('from Python');
       await (await bridge.import('os')).system('echo from its child');
       await builtins.eval('1 / 0').catch((error) => console.log(error.message));
       await bridge.close();`,
    );
    const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
      encoding: 'utf8',
      env: { ...process.env, DEBUG: '*' },
    });
    expect(stdout).toBe('Python raised ZeroDivisionError: division by zero\n');
    expect(stderr).toContain('from Python');
    expect(stderr).toContain('from its child');
    expect(status).toBe(0);
  });
});

describe('failures', () => {
  it('reject with the exception and its traceback, and the bridge stays usable', async () => {
    const builtins = await (await bridgeTo(python)).import<Builtins>('builtins');
    const error = await builtins.eval('{}["key"]').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PythonError);
    expect(error).toMatchObject({ exception: 'KeyError', message: "Python raised KeyError: 'key'" });
    expect((error as PythonError).traceback).toContain('Traceback');
    expect(await builtins.float('1.5')).toBe(1.5);
  });

  it('include a reply that is not JSON', async () => {
    const builtins = await (await bridgeTo(python)).import<Builtins>('builtins');
    const object = await builtins.object();
    await expect(object.valueOf()).rejects.toThrow('TypeError: object cannot be given as plain data');
    expect(await builtins.float('1.5')).toBe(1.5);
  });

  it('name a missing module, also one that another module needs', async () => {
    const bridge = await bridgeTo(python);
    await expect(bridge.import('rminas_nothing')).rejects.toThrow(`${python} has no module rminas_nothing.`);
    program('needy_module.py', 'import rminas_nothing\n');
    const sys = await bridge.import<{ path: { append(path: string): Promise<void> } }>('sys');
    await sys.path.append(folder);
    const error = await bridge.import('needy_module').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MissingError);
    expect(error).toMatchObject({
      code: 'python-module-missing',
      message: `${python} has no module rminas_nothing, which needy_module needs.`,
    });
  });

  it('distinguish a broken module from a missing one', async () => {
    const bridge = await bridgeTo(python);
    program('broken_module.py', 'raise OSError("libcudart.so.12: cannot open shared object file")\n');
    const sys = await bridge.import<{ path: { append(path: string): Promise<void> } }>('sys');
    await sys.path.append(folder);
    await expect(bridge.import('broken_module')).rejects.toMatchObject({
      code: 'python-module-broken',
      message: expect.stringContaining('libcudart.so.12'),
    });
  });

  it('reject pending and later requests when the interpreter dies', async () => {
    const bridge = await bridgeTo(python);
    const os = await bridge.import<Os>('os');
    const time = await bridge.import<{ sleep(seconds: number): Promise<void> }>('time');
    const pid = await os.getpid();
    const sleeping = time.sleep(600);
    process.kill(pid, 'SIGKILL');
    await expect(sleeping).rejects.toMatchObject({ code: 'bridge-ended', message: `${python} has ended: SIGKILL.` });
    await expect(os.getpid()).rejects.toBeInstanceOf(SidecarError);
    await expect(bridge.import('os')).rejects.toMatchObject({ code: 'bridge-ended' });
    await expect((async () => await os.environ)()).rejects.toMatchObject({ code: 'bridge-ended' });
  });

  it('report the exit code of the interpreter', async () => {
    const os = await (await bridgeTo(python)).import<Os>('os');
    await expect(os._exit(7)).rejects.toThrow('exit code 7');
  });

  it('include a timeout, after which the bridge can be closed', async () => {
    const bridge = await bridgeTo(python, scaled(1_000));
    const os = await bridge.import<Os>('os');
    const pid = await os.getpid();
    process.kill(pid, 'SIGSTOP');
    await expect(os.getpid()).rejects.toMatchObject({ code: 'bridge-timeout' });
    await bridge.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('include requests after closing; closing twice is allowed', async () => {
    const bridge = await bridgeTo(python);
    const os = await bridge.import<Os>('os');
    const pid = await os.getpid();
    await Promise.all([bridge.close(), bridge.close()]);
    expect(isAlive(pid)).toBe(false);
    await expect(os.getpid()).rejects.toThrow('the bridge was closed');
  });

  it.each([
    ['ends without closing', 'process.exit(0);'],
    ['is killed', "process.kill(process.pid, 'SIGKILL');"],
  ])('leave no interpreter behind when Node %s', async (name, end) => {
    const script = program(
      `${name.replaceAll(' ', '-')}.mjs`,
      `import { openBridge } from ${JSON.stringify(pathToFileURL(join(root, 'dist/bridge/index.js')).href)};
       const bridge = await openBridge({ python: ${JSON.stringify(python)} });
       console.log(await (await bridge.import('os')).getpid());
       (await bridge.import('time')).sleep(600).catch(() => undefined);
       ${end}`,
    );
    const { stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    const pid = Number(stdout.trim());
    expect(pid).toBeGreaterThan(1);
    await expect.poll(() => isAlive(pid), { timeout: scaled(20_000) }).toBe(false);
  });
});

describe('programs that are not a Python', () => {
  it.each([
    ['talks garbage', '#!/bin/sh\necho "hello, world"\n', 'it printed "hello, world"'],
    ['says nothing', '#!/bin/sh\nexit 0\n', 'it printed nothing'],
    ['fails', '#!/bin/sh\necho no >&2\nexit 9\n', 'it printed "no" and ended with exit code 9'],
    ['floods', '#!/bin/sh\nexec yes\n', 'it printed "y" and'],
    ['hangs', '#!/bin/sh\nexec sleep 600\n', 'it did not answer within 1000 ms'],
    ['kills itself', '#!/bin/sh\nkill -9 $$\n', 'it printed nothing and was killed by SIGKILL'],
  ])('%s', async (name, text, reason) => {
    const path = program(`python-${name.replaceAll(' ', '-')}`, text);
    // Only the program that hangs meets the limit.
    const timeoutMs = name === 'hangs' ? 1_000 : scaled(60_000);
    await expect(openBridge({ python: path, timeoutMs })).rejects.toMatchObject({
      name: 'MissingError',
      code: 'python-unusable',
      message: expect.stringContaining(`${path} cannot be used as Python: ${reason}`),
    });
  });

  it.each(['/nonexistent/python', 'rminas-no-such-python'])('include a missing one: %s', async (path) => {
    await expect(openBridge({ python: path })).rejects.toMatchObject({
      code: 'python-missing',
      message: `There is no Python at ${path}.`,
    });
  });

  it('include one that answers at first and dies at the start', async () => {
    const path = program('python-once', `#!/bin/sh\n[ "$1" = -c ] && exec ${python} "$@"\nexit 5\n`);
    await expect(openBridge({ python: path })).rejects.toMatchObject({
      code: 'bridge-ended',
      message: `${path} has ended: exit code 5.`,
    });
  });
});
