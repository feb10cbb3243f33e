import { expect, it, vi } from 'vitest';
import { Child } from '../../src/sidecar/process/child.js';
import { describeExit } from '../../src/sidecar/process/exit.js';
import { runPython } from '../../src/sidecar/process/run-python.js';
import { eventually, scaled } from '../support/limits.js';
import { fixture, isAlive, node, PYTHON, useGround } from './harness.js';

useGround();
const script = (source: string) => [process.execPath, '-e', source];

it('keeps the last 64 KiB of both streams, and the exit code', async () => {
  const source = `
    process.stdout.write('x'.repeat(200_000) + 'out');
    process.stderr.write('y'.repeat(200_000) + 'err', () => { process.exitCode = 3; });`;
  const child = await Child.start(script(source), {});
  expect(await child.exited).toEqual({ code: 3, signal: null });
  expect(child.stdout).toHaveLength(65_536);
  expect(child.stdout.endsWith('xout')).toBe(true);
  expect(child.stderr).toHaveLength(65_536);
  expect(child.stderr.endsWith('yerr')).toBe(true);
});

it('reports the signal', async () => {
  const child = await Child.start(script('setInterval(() => {}, 1000)'), {});
  child.kill();
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

it('adds the given environment to that of this process', async () => {
  vi.stubEnv('RMINAS_TEST_OLD', 'old');
  const source = 'process.stdout.write(process.env.RMINAS_TEST_OLD + process.env.RMINAS_TEST_NEW)';
  const child = await Child.start(script(source), { RMINAS_TEST_NEW: 'new' });
  await child.exited;
  expect(child.stdout).toBe('oldnew');
});

it('does not wait for the pipes that a grandchild holds open', async () => {
  const source = `
    const { spawn } = require('node:child_process');
    const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: true });
    process.stdout.write(String(pid), () => process.exit(0));`;
  const child = await Child.start(script(source), {});
  expect(await child.exited).toEqual({ code: 0, signal: null });
  const grandchild = Number(child.stdout);
  expect(isAlive(grandchild)).toBe(true);
  process.kill(grandchild, 'SIGKILL');
});

it('stops a program by the end of its input, then SIGTERM, then SIGKILL', async () => {
  const ready = "process.stdout.write('ready');";
  const programs = {
    input: `process.stdin.on('end', () => process.exit(1)).resume(); ${ready}`,
    term: `setInterval(() => {}, 1000); ${ready}`,
    kill: `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); ${ready}`,
  };
  async function stopped(source: string, graceMs: number) {
    const child = await Child.start(script(source), {});
    await eventually(() => expect(child.stdout).toBe('ready'));
    return child.stop(graceMs);
  }
  expect(await stopped(programs.input, scaled(60_000))).toEqual({ code: 1, signal: null });
  expect(await stopped(programs.term, scaled(200))).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await stopped(programs.kill, 50)).toEqual({ code: null, signal: 'SIGKILL' });
});

it('describes an exit in words', () => {
  expect(describeExit({ code: 3, signal: null })).toBe('ended with exit code 3');
  expect(describeExit({ code: null, signal: 'SIGSEGV' })).toBe('was killed by SIGSEGV');
});

it('rejects a program that cannot be started', async () => {
  await expect(Child.start(['/nowhere/python'], {})).rejects.toMatchObject({ code: 'python-missing', exitCode: 3 });
  await expect(Child.start([fixture('peer.mjs')], {})).rejects.toMatchObject({
    message: expect.stringContaining('EACCES'),
  });
});

it('leaves no listeners behind', async () => {
  const before = process.listenerCount('exit');
  const child = await Child.start(node('decent.mjs'), {});
  expect(process.listenerCount('exit')).toBe(before + 1);
  child.kill();
  await child.exited;
  expect(process.listenerCount('exit')).toBe(before);
});

it('runs a Python program and returns its output', async () => {
  const source = 'import sys; print(sys.argv[1]); print("oh", file=sys.stderr); sys.exit(4)';
  expect(await runPython(PYTHON, ['-c', source, 'ä'], { timeoutMs: scaled(30_000) })).toEqual({
    exit: { code: 4, signal: null },
    stdout: 'ä',
    stderr: 'oh',
    timedOut: false,
    overflowed: false,
    unrunnable: null,
  });
});

it('kills a Python program that takes too long', async () => {
  const answer = await runPython(PYTHON, ['-c', 'while True: pass'], { timeoutMs: 200 });
  expect(answer).toMatchObject({ timedOut: true, exit: { code: null, signal: 'SIGKILL' }, unrunnable: null });
});

it('reports an interpreter that does not exist', async () => {
  expect(await runPython('/nowhere/python', [], { timeoutMs: 1000 })).toMatchObject({
    exit: { code: null, signal: null },
    unrunnable: 'ENOENT',
  });
});
