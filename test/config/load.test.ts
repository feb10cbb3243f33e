import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { dumpConfig, loadConfig, planSearch } from '../../src/config/index.js';
import { defaultsOf } from '../../src/config/schema/keys.js';
import { repr, type Value } from '../../src/config/yacs/value.js';
import { EXIT, UsageError } from '../../src/errors.js';
import xnas from '../fixtures/yacs/xnas.json' with { type: 'json' };

const DEFAULTS = defaultsOf(BUILT_IN);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rminas-config-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function written(text: string | Uint8Array, name = 'search.yaml'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** The error of a configuration that must not load. */
async function refusal(text: string | Uint8Array, overrides: string[] = []): Promise<UsageError> {
  const file = await written(text);
  const error: unknown = await loadConfig({ file, overrides }).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return error as UsageError;
}

describe('the order of sources', () => {
  it('is defaults, file, overrides, and each value keeps its own', async () => {
    const file = await written('RMINAS:\n  RF_WARMUP: 50\n  RF_SUCC: 20\n');
    const { settings, values } = await loadConfig({ file, overrides: ['RMINAS.RF_SUCC', '5'] });
    expect(values['RMINAS.RF_WARMUP']).toBe(50);
    expect(values['RMINAS.RF_SUCC']).toBe(5);
    expect(settings.get('RMINAS.RF_WARMUP')).toMatchObject({ source: 'file', where: `line 2 of ${file}` });
    expect(settings.get('RMINAS.RF_SUCC')).toMatchObject({ source: 'override' });
    expect(settings.get('RMINAS.LOSS_BETA')).toMatchObject({ source: 'default', value: { type: 'float', value: 0.8 } });
  });

  it('leaves the file relative to the given folder', async () => {
    await written('RNG_SEED: 7\n', 'relative.yml');
    const config = await loadConfig({ file: 'relative.yml', cwd: folder });
    expect(config.values.RNG_SEED).toBe(7);
    expect(config.file).toBe(join(folder, 'relative.yml'));
  });

  it('works without a file', async () => {
    expect((await loadConfig({ overrides: ['SPACE.NAME', 'infer_nb201'] })).values['SPACE.NAME']).toBe('infer_nb201');
  });
});

describe('an unusable file', () => {
  it('is missing: the error has its absolute path', async () => {
    const loading = loadConfig({ file: 'nowhere.yaml', cwd: folder });
    await expect(loading).rejects.toMatchObject({ code: 'missing-config', exitCode: EXIT.usage });
    await expect(loading).rejects.toThrow(join(folder, 'nowhere.yaml'));
  });

  it('is a folder', async () => {
    await expect(loadConfig({ file: folder })).rejects.toMatchObject({ code: 'unreadable-config' });
  });

  it('is a program, which is not run', async () => {
    const file = await written('cfg = {}', 'search.py');
    await expect(loadConfig({ file })).rejects.toMatchObject({ code: 'not-a-yaml-file' });
  });

  it('is longer than any configuration', async () => {
    expect((await refusal(`a: ${'['.repeat(100_000)}`)).code).toBe('unreadable-config');
  });

  it('is not text', async () => {
    expect((await refusal(new Uint8Array([0x80, 0xff]))).code).toBe('unreadable-config');
  });

  it.each([
    ['OPTIM:\n  BASE_LR: [1\nRNG_SEED: 3\n', '3:1'],
    ['OPTIM:\n\tBASE_LR: 1.0\n', '2:1'],
    ['RNG_SEED: 1\n- a\n', '2:1'],
    ['OUT_DIR: !!python/object:os.system x\n', '1:36'],
    ['LOADER: *nothing\n', '1:9'],
    ['- 1\n', '1:1'],
    ['SPACE: &a {NAME: *a}\n', '1:11'],
    [`${'['.repeat(60_000)}\n`, '1:101'],
    [`${'- '.repeat(5000)}a\n`, '1:'],
    [`a: ${'{a: '.repeat(1000)}\n`, '1:'],
    ['a: 1\r\nb: [\r\n', '3:1'],
    ['RNG_SEED: 1\n---\nRNG_SEED: 2\n', '2:'],
    [
      `a: &a [1]\n${'bcdefgh'.replace(/./g, (k) => `${k}: &${k} [${`*${String.fromCharCode(k.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
      '1:8',
    ],
  ])('is broken: %#', async (text, place) => {
    const error = await refusal(text);
    expect(error.code).toBe('broken-yaml');
    expect(error.message).toContain(`${join(folder, 'search.yaml')}:${place}`);
    expect(error.message).not.toContain('call stack');
  });
});

describe('the name of a configuration that ships with rminas', () => {
  it('stands for its file', async () => {
    const { file, values } = await loadConfig({ file: 'quickstart', cwd: folder });
    expect(file).toBe(fileURLToPath(new URL('../../configs/quickstart.yaml', import.meta.url)));
    expect(values.OUT_DIR).toBe('exp/quickstart');
  });

  it('stands for a file of that name in the current folder, if there is one', async () => {
    const file = await written('RNG_SEED: 7\n', 'quickstart');
    expect(await loadConfig({ file: 'quickstart', cwd: folder })).toMatchObject({ file, values: { RNG_SEED: 7 } });
    await rm(file);
  });

  it('is listed when it is unknown', async () => {
    const loading = loadConfig({ file: 'quickstat', cwd: folder });
    await expect(loading).rejects.toMatchObject({ code: 'unknown-config', exitCode: EXIT.usage });
    await expect(loading).rejects.toThrow('Did you mean quickstart?');
    await expect(loading).rejects.toMatchObject({
      nextSteps: [expect.stringContaining('nas-bench-201-cifar10, nas-bench-201-cifar10-aggregate')],
    });
  });

  it('has no extension', async () => {
    const loading = loadConfig({ file: 'quickstart.yaml', cwd: folder });
    await expect(loading).rejects.toMatchObject({ code: 'missing-config' });
  });
});

describe('an unknown key', () => {
  it.each([
    ['OPTIM:\n  BASE_RL: 0.1\n', [], 'line 2', 'OPTIM.BASE_LR'],
    // Names of the archive, in a file with the group that replaced them.
    ['LOADER:\n  NUM_WORKERS: 2\nTRAIN:\n  BATCH_SIZE: 32\n', [], 'line 4', 'LOADER.BATCH_SIZE'],
    ['SEARCH:\n  DATASET: cifar10\nLOADER:\n  NUM_WORKERS: 2\n', [], 'line 2', 'LOADER.DATASET'],
    ['', ['TRAIN.BATCH_SIZE', '32'], 'the overrides', 'LOADER.BATCH_SIZE'],
    ['RMINA:\n  RF_SUCC: 3\n', [], 'line 1', 'RMINAS'],
    ['RNG_SED: 3\n', [], 'line 1', 'RNG_SEED'],
    ['', ['RMINAS.RF_WARM', '3'], 'the overrides', 'RMINAS.RF_WARMUP'],
    ['', ['rminas.rf_warmup', '3'], 'the overrides', 'RMINAS.RF_WARMUP'],
  ])('is reported with its place and the nearest key: %j %j', async (text, overrides, where, nearest) => {
    const error = await refusal(text, overrides);
    expect(error).toMatchObject({ code: 'unknown-key', exitCode: EXIT.usage });
    expect(error.message).toContain(where);
    expect(error.message).toContain(`Did you mean ${nearest}?`);
  });

  it('lists the keys of its group', async () => {
    const error = await refusal('SPACE:\n  NAMES: x\n');
    expect(error.nextSteps.join(' ')).toContain('SPACE.NAME, SPACE.CHANNELS');
  });
});

describe('a wrong value', () => {
  it.each([
    ['OPTIM:\n  BASE_LR: 1\n', [], 'wrong-type', ['OPTIM.BASE_LR', 'float', 'the int 1', 'line 2']],
    ['', ['LOADER.BATCH_SIZE', '[256, 128]'], 'wrong-type', ['LOADER.BATCH_SIZE', 'int', 'the list [256, 128]']],
    ['', ['OUT_DIR', '{1: 2}'], 'wrong-type', ['a Python dict']],
    ['', ['SPACE.BASIC_OP', '[{1}]'], 'wrong-type', ['the list [<set>]']],
    ['OUT_DIR: {A: 1}\n', [], 'wrong-type', ['OUT_DIR', 'str', 'group']],
    ['OPTIM: 3\n', [], 'group-as-key', ['OPTIM']],
    ['OPTIM:\n', [], 'group-as-key', ['OPTIM']],
    ['', ['OPTIM', '{}'], 'group-as-key', ['OPTIM']],
    ['', ['OPTIM.BASE_LR'], 'odd-overrides', ['1 word:']],
    ['RMINAS:\n  RF_THRESRATE: 1.0\n', [], 'out-of-range', ['RF_THRESRATE is 1.0', 'between 0 and 1', 'line 2']],
    ['', ['RMINAS.RF_THRESRATE', '0.0'], 'out-of-range', ['the overrides']],
    ['LOADER:\n  BATCH_SIZE: -1\n', [], 'out-of-range', ['LOADER.BATCH_SIZE is -1', '2 to 65536']],
    ['OPTIM:\n  MAX_EPOCH: 0\n', [], 'out-of-range', ['OPTIM.MAX_EPOCH is 0', '1 to 999999']],
    ['OPTIM:\n  BASE_LR: .inf\n', [], 'out-of-range', ['OPTIM.BASE_LR is inf']],
    ['OPTIM:\n  BASE_LR: null\n', [], 'out-of-range', ['OPTIM.BASE_LR is None']],
    ['', ['RNG_SEED', '-1'], 'out-of-range', ['RNG_SEED is -1']],
    ['', ['RNG_SEED', '99999999999999999999'], 'wrong-type', ['not a Python int beyond 2^53']],
    ['', ['RMINAS.PROFILE', 'papr'], 'out-of-range', ['paper, xnas, corrected']],
    ['', ['RMINAS.DEVICE', 'tpu'], 'out-of-range', ['cuda:N']],
    ['', ['RMINAS.DEVICE', 'cuda:0,tpu'], 'out-of-range', ['cuda:0,tpu', 'cuda:N']],
    ['', ['RMINAS.DEVICE', 'auto,cpu'], 'out-of-range', ['auto,cpu']],
  ])('is reported with key, value and place: %j %j', async (text, overrides, code, parts) => {
    const error = await refusal(text, overrides);
    expect(error).toMatchObject({ code, exitCode: EXIT.usage });
    for (const part of parts) expect(error.message).toContain(part);
    expect(error.nextSteps).not.toEqual([]);
  });

  it('of an int for a float shows the right literal', async () => {
    expect((await refusal('', ['OPTIM.BASE_LR', '1'])).nextSteps.join(' ')).toContain('write 1.0');
  });
});

it('says that NUM_GPUS is not read, and which keys decide', async () => {
  const { notices } = await loadConfig({ file: await written('NUM_GPUS: 4\n') });
  expect(notices.join()).toMatch(/NUM_GPUS is 4 \(line 1 .*RMINAS.DEVICE cuda and RMINAS.WORKERS 4/);
  expect((await loadConfig({ file: await written('NUM_GPUS: 1\n') })).notices).toEqual([]);
});

describe('the shipped files', async () => {
  const configs = fileURLToPath(new URL('../../configs/', import.meta.url));
  const names = await readdir(configs);
  it.each(names)('%s loads and can be searched', async (name) => {
    // A file is named after its space; the quickstart is NAS-Bench-201.
    const space = name.startsWith('nas-bench-macro') ? 'nas-bench-macro' : 'nas-bench-201';
    expect(planSearch(await loadConfig({ file: join(configs, name) })).specification.space).toBe(space);
  });
});

const data = process.env.RMINAS_TEST_DATA;
describe.skipIf(!data)(`the files of XNAS${data ? '' : ' (skipped: RMINAS_TEST_DATA is not set)'}`, () => {
  it.each(Object.entries(xnas.files))('%s changes the same keys as in XNAS', async (name, changed) => {
    const { settings } = await loadConfig({ file: join(data ?? '', 'configs', 'xnas', name) });
    const shown = (value: Value) => ({ type: value.type, value: value.type === 'str' ? value.value : repr(value) });
    const set = [...settings].filter(([, { source }]) => source === 'file');
    const changes = set.filter(([key]) => Object.hasOwn(changed, key));
    expect(Object.fromEntries(changes.map(([key, { value }]) => [key, shown(value)]))).toEqual(changed);
    for (const [key, { value }] of set) {
      if (!Object.hasOwn(changed, key)) expect(value).toEqual(DEFAULTS[key]);
    }
  });
});

describe('the dumped configuration', () => {
  it('reads back to the same values, unusual ones included', async () => {
    const overrides = {
      OUT_DIR: `'it''s "é"\\n\\u2028 # x'`,
      'TRAIN.GENOTYPE': "'[1, 2]'",
      'SEARCH.WEIGHTS': "'1e-3'",
      'SEARCH.EVALUATION': "'yes'",
      'LOADER.TRANSFORM': "'null'",
      'LOADER.DATAPATH': '/data: x/#1',
      'OPTIM.BASE_LR': '1e-7',
      'OPTIM.WEIGHT_DECAY': '1.0',
      'OPTIM.GRAD_CLIP': '1e22',
      'OPTIM.LR_MULT': '-1e400',
      'OPTIM.STEPS': "[1, 2.0, 'a, b', ['1', None, True], ()]",
      'SPACE.NODES': 'None',
      'SPACE.BASIC_OP': "('x', 'no', '~')",
    };
    const config = await loadConfig({ overrides: Object.entries(overrides).flat() });
    const text = dumpConfig(config.settings);
    const again = await loadConfig({ file: await written(text) });
    const shown = (settings: typeof config.settings) =>
      Object.fromEntries([...settings].map(([key, { value }]) => [key, repr(value)]));
    expect(shown(again.settings)).toEqual({
      ...shown(config.settings),
      // A file has no tuples inside lists.
      'OPTIM.STEPS': "[1, 2.0, 'a, b', ['1', None, True], []]",
    });
    expect(dumpConfig(again.settings)).toBe(text);
  });

  it('has sorted keys in groups, as XNAS writes it', async () => {
    const text = dumpConfig((await loadConfig()).settings);
    const lines = text.split('\n');
    expect(lines[0]).toBe('BENCHMARK:');
    expect(lines).toContain('CUDNN_BENCH: true');
    expect(lines).toContain('  WEIGHT_DECAY: 0.0005');
    expect(lines).toContain('  STEPS: [30, 60, 90]');
    expect(lines).toContain("  DATAPATH: ''");
    const groups = lines.filter((line) => /^\w/.test(line)).map((line) => line.replace(/:.*/, ''));
    expect(groups).toEqual([...groups].sort());
  });
});
