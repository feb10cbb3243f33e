import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConfigDescription } from '../../src/config/index.js';
import { temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const ARCHIVE = "SEARCH:\n  DATASET: 'cifar100'\nTRAIN:\n  BATCH_SIZE: 48\n";

function written(name: string, text: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}

describe('rminas config show', () => {
  it('prints the source of each value: default, file, override, profile', async () => {
    const file = written('darts_mine.yaml', ARCHIVE);
    const words = ['config', 'show', file, '--profile', 'corrected', 'RMINAS.RF_SUCC', '3'];
    const { code, stdout, stderr } = await runInProcess(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const row = (key: string) => {
      const line = stdout.split('\n').find((text) => text.startsWith(`│ ${key} `)) ?? '';
      return line.split('│').map((cell) => cell.trim());
    };
    expect(row('RMINAS.LOSS_BETA')).toMatchObject(['', 'RMINAS.LOSS_BETA', '0.8', 'default', 'the defaults', '']);
    expect(row('LOADER.BATCH_SIZE').slice(2, 5)).toEqual(['48', 'file', 'line 4, as TRAIN.BATCH_SIZE']);
    expect(row('RMINAS.RF_SUCC').slice(2, 5)).toEqual(['3', 'override', 'the overrides']);
    expect(row('LOADER.NUM_CLASSES').slice(2, 5)).toEqual(['100', 'default', 'the data set cifar100']);
    expect(row('losses observed').slice(2, 5)).toEqual(['200', 'profile', 'the profile corrected']);
    expect(row('teacher').slice(2, 4)).toEqual(['resnet101 in eval mode', 'profile']);
    expect(row('edges ranked by').slice(2, 4)).toEqual(['votes', 'profile']);
    expect(stdout).toContain(file);
    expect(stdout).toMatch(/note: .*stands for darts/);
  });

  it('prints only what differs from the defaults, and marks keys that nothing reads', async () => {
    const file = written('nb201.yaml', 'LOADER:\n  BATCH_SIZE: 48\n  PIN_MEMORY: False\n');
    const { stdout } = await runInProcess(['config', 'show', file, '--changed', 'RMINAS.RF_SUCC', '3']);
    const keys = [...stdout.matchAll(/^│ ([A-Z._]+(?: \(not read\))?) /gm)].map(([, key]) => key);
    expect(keys).toEqual(['LOADER.BATCH_SIZE', 'LOADER.PIN_MEMORY (not read)', 'RMINAS.RF_SUCC']);
  });

  it('marks the keys of XNAS that no job reads, and not those that only some jobs read', async () => {
    const file = written('nb201.yaml', "DRNAS:\n  METHOD: 'x'\nSPACE:\n  CHANNELS: 8\nTRAIN:\n  CUTOUT_LENGTH: 8\n");
    const { stdout } = await runInProcess(['config', 'show', file, '--space', 'nas-bench-201', '--changed']);
    expect([...stdout.matchAll(/^│ ([A-Z._]+) (\(not read\))?/gm)].map(([, key, mark]) => [key, mark])).toEqual([
      ['SPACE.NAME', undefined],
      ['SPACE.CHANNELS', undefined],
      ['TRAIN.CUTOUT_LENGTH', undefined],
      ['DRNAS.METHOD', '(not read)'],
    ]);
  });

  it('accepts equal values for different keys', async () => {
    const file = written('nb201.yaml', ARCHIVE);
    const words = ['RMINAS.RF_WARMUP', '3', 'RMINAS.RF_SUCC', '3', 'RMINAS.CELLS', '1', 'RMINAS.THREADS', '1'];
    const { stdout } = await runInProcess(['config', 'show', '--seed', '3', file, '--json', ...words]);
    const { keys } = JSON.parse(stdout) as ConfigDescription;
    const set = keys.filter(({ source }) => source === 'override').map(({ key, value }) => [key, value]);
    expect(Object.fromEntries(set)).toEqual({
      RNG_SEED: 3,
      'RMINAS.RF_WARMUP': 3,
      'RMINAS.RF_SUCC': 3,
      'RMINAS.CELLS': 1,
      'RMINAS.THREADS': 1,
    });
  });

  it('prints one document with --json', async () => {
    const file = written('search.yaml', ARCHIVE);
    const { code, stdout } = await runInProcess(['config', 'show', file, '--space', 'nas-bench-201', '--json']);
    expect(code).toBe(0);
    const description = JSON.parse(stdout) as ConfigDescription;
    expect(description).toMatchObject({ file, dialect: 'archive', purpose: 'search', notices: [] });
    expect(description.specification).toMatchObject({ space: 'nas-bench-201', steps: 151, batch: { size: 48 } });
    expect(description.keys).toContainEqual({
      key: 'SPACE.NAME',
      value: 'nas-bench-201',
      literal: "'nas-bench-201'",
      source: 'override',
      where: 'the overrides',
      read: true,
    });
    expect(description.keys).toContainEqual(
      expect.objectContaining({ key: 'OPTIM.STEPS', value: [30, 60, 90], literal: '[30, 60, 90]' }),
    );
  });

  it('shows the configuration of a retraining without the plan of a search', async () => {
    const file = written('darts_deep.yaml', 'DATA_LOADER: {}\nTRAIN:\n  LAYERS: 14\n  BATCH_SIZE: 32\n');
    const { code, stdout } = await runInProcess(['config', 'show', file, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ purpose: 'retraining', specification: null, decisions: [] });
  });

  it.each([
    [['nowhere.yaml'], /does not exist/],
    [[], /FILE|file/],
    [[written('a.yaml', 'SPACE:\n  NAME: darts\n'), 'OPTIM.BASE_LR', '1'], /OPTIM\.BASE_LR must be of type float/],
    [[written('a.yaml', ARCHIVE)], /names no space/],
  ])('ends in exit code 2 for %j', async (words, text) => {
    const { code, stdout, stderr } = await runInProcess(['config', 'show', ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(text);
  });
});
