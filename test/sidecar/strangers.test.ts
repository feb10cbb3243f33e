/** Other programs of the same user at the socket, and what killed processes leave of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { bindTransport } from '../../src/sidecar/transport/zeromq.js';
import { eventually } from '../support/limits.js';
import { ROOT } from '../support/run-cli.js';
import { remember } from '../support/started.js';
import { FITTED, fit, node, readLines, useGround } from './harness.js';

const ground = useGround();

it('a stranger that is first at the socket is refused, gets no work, and does not hang the sidecar', async () => {
  const heard = join(ground.folder, 'heard');
  const starting = ground.start(node('starts-after.mjs', heard));
  const socket = await eventually(() => {
    const [folder = ''] = readdirSync(join(ground.folder, 'tmp'));
    expect(folder).toMatch(/^rminas-/);
    return join(ground.folder, 'tmp', folder, 's');
  });
  const [file = '', ...args] = node('stranger.mjs', heard, '--address', `ipc://${socket}`, '--workers', '2');
  const stranger = remember(spawn(file, args, { stdio: ['pipe', 'inherit', 'inherit'] }));
  const sidecar = await starting;
  expect(sidecar.hello.pid).not.toBe(stranger.pid);
  for (let request = 0; request < 4; request += 1) expect(await sidecar.request('fit', fit)).toEqual(FITTED);
  expect(stranger.exitCode).toBeNull();
  expect(new Set(readLines(heard))).toEqual(new Set(['refused']));
  stranger.kill('SIGKILL');
  await once(stranger, 'exit');
  expect(await sidecar.request('fit', fit)).toEqual(FITTED);
  expect(sidecar.restarts).toBe(0);
});

/** Binds a socket in a process that is then killed. @returns the folder that it leaves */
async function abandonedFolder(): Promise<string> {
  const script = `
    import { bindTransport } from ${JSON.stringify(join(ROOT, 'dist/sidecar/transport/zeromq.js'))};
    process.stdout.write((await bindTransport('ipc')).address, () => process.kill(process.pid, 'SIGKILL'));`;
  const child = remember(
    spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  let address = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    address += text;
  });
  expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
  return dirname(address.replace('ipc://', ''));
}

it('the folder of a killed process is removed at the next start, and nothing else is', async () => {
  const abandoned = await abandonedFolder();
  expect(existsSync(join(abandoned, 's'))).toBe(true);
  const inUse = await bindTransport('ipc');
  const temporary = dirname(abandoned);
  const named = (random: string) => join(temporary, `${basename(abandoned).slice(0, -6)}${random}`);
  const target = join(ground.folder, 'target');
  for (const folder of [target, named('filled'), named('others')]) mkdirSync(folder);
  for (const file of [join(target, 's'), join(named('filled'), 'data')]) writeFileSync(file, '');
  symlinkSync(target, named('linked'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(named('others'), 1, 1);

  const next = await bindTransport('ipc');
  expect(existsSync(abandoned)).toBe(false);
  expect(existsSync(dirname(inUse.address.replace('ipc://', '')))).toBe(true);
  expect(readdirSync(target)).toEqual(['s']);
  expect(readdirSync(named('filled'))).toEqual(['data']);
  expect(existsSync(named('linked'))).toBe(true);
  expect(existsSync(named('others'))).toBe(isRoot);
  for (const transport of [inUse, next]) await transport.close();
  for (const random of ['filled', 'others', 'linked']) rmSync(named(random), { recursive: true, force: true });
});
