/** Live networks of a script: the example, and what the typed arrays mean. */
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { openNetwork } from '../../src/index.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';

const NB201 = '|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|';
const OTHER = '|skip_connect~0|+|nor_conv_1x1~0|none~1|+|skip_connect~0|nor_conv_3x3~1|avg_pool_3x3~2|';
const SMALL = ['LOADER.DATASET', 'digits', 'RMINAS.CHANNELS', '2', 'RMINAS.CELLS', '1'];
const SIDE = 8;
const COUNT = 3;

describe('openNetwork', () => {
  it('classifies bytes and numbers in both layouts alike', { timeout: scaled(60_000) }, async () => {
    const network = await openNetwork(NB201, { overrides: SMALL });
    try {
      expect(network).toMatchObject({ classes: 10, resolution: SIDE, dataset: 'digits', accuracy: null });
      const bytes = Uint8Array.from({ length: COUNT * 3 * SIDE * SIDE }, (_, at) => (at * 7919) % 256);
      const numbers = Float32Array.from(bytes, (value) => value / 255);
      const last = Uint8Array.from(bytes, (_, at) => {
        const [image, rest] = [Math.floor(at / (3 * SIDE * SIDE)), at % (3 * SIDE * SIDE)];
        return bytes[image * 3 * SIDE * SIDE + (rest % 3) * SIDE * SIDE + Math.floor(rest / 3)] ?? 0;
      });
      const answers = [
        await network.classify({ data: bytes }),
        await network.classify({ data: numbers }),
        await network.classify({ data: last, layout: 'nhwc' }),
      ];
      const [first] = answers;
      expect(first?.logits.shape).toEqual([COUNT, 10]);
      for (const { classes, logits } of answers) {
        expect(classes).toEqual(first?.classes);
        for (const [at, logit] of logits.data.entries()) expect(logit).toBeCloseTo(first?.logits.data[at] ?? NaN, 5);
      }
      const [stage] = await network.features({ data: bytes });
      expect(stage?.shape).toEqual([COUNT, 2, SIDE, SIDE]);
      expect(stage?.data).toHaveLength(COUNT * 2 * SIDE * SIDE);
      for (const same of await network.cka(network, { data: bytes })) expect(same).toBeCloseTo(1, 5);
      const wrong = network.classify({ data: new Uint8Array(7) });
      await expect(wrong).rejects.toMatchObject({ code: 'unsuitable-images', exitCode: 2 });
    } finally {
      await network.close();
    }
  });

  it('passes the errors of Python on', { timeout: scaled(60_000) }, async () => {
    const missing = openNetwork(NB201, { overrides: SMALL, weights: 'no-such-file.pt' });
    await expect(missing).rejects.toMatchObject({ code: 'missing-file', exitCode: 3 });
    await expect(openNetwork('exp/no-such-run')).rejects.toMatchObject({ code: 'missing-run' });
  });

  it('replaces ~ in paths by the home folder', async () => {
    const home = join(homedir(), 'no-such');
    await expect(openNetwork('~/no-such')).rejects.toThrow(`no folder ${home}.`);
    await expect(openNetwork(NB201, { cfg: '~/no-such.yaml' })).rejects.toThrow(`file ${home}.yaml`);
    const images = { overrides: ['LOADER.DATASET', 'npz:images.npz'], python: '~/no-such' };
    await expect(openNetwork(NB201, images)).rejects.toThrow(home);
  });
});

describe.skipIf(process.platform === 'win32')('the example of open networks', () => {
  it('compares two networks, and its interpreters end with it', { timeout: scaled(60_000) }, async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/rminas'));
    copyFileSync(join(ROOT, 'examples/open-network.mjs'), join(folder, 'open-network.mjs'));
    const args = ['--preserve-symlinks-main', join(folder, 'open-network.mjs'), NB201, OTHER, ...SMALL];
    const { stdout } = await execa(process.execPath, args, { cwd: ROOT, timeout: scaled(50_000) });
    const answer = JSON.parse(stdout);
    expect(answer.classes).toHaveLength(8);
    expect(answer.features[2]).toEqual([8, 8, 2, 2]);
    expect(answer.cka).toHaveLength(3);
    for (const value of answer.cka) expect(value).toBeGreaterThan(0);
    expect(answer.tensors).toBeGreaterThan(10);
  });
});
