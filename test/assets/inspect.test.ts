import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AssetReport, listAssets, verifyAssets } from '../../src/assets/index.js';
import { lookFor, verifyAsset } from '../../src/assets/inspect.js';
import { assetPlaces } from '../../src/assets/places.js';
import type { Wanted } from '../../src/assets/selection.js';
import type { AssetDefinition } from '../../src/definitions/asset.js';
import { InterruptedError, UsageError } from '../../src/errors.js';
import { definitionOf, MEMBERS, md5, SET, sha256, write } from './archives.js';

const data = process.env.RMINAS_TEST_DATA;
const set = definitionOf(Buffer.from('never unpacked'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rminas-inspect-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function wanted(definition: AssetDefinition): Wanted {
  return {
    name: 'tiny',
    kind: 'data set',
    definition,
    candidates: assetPlaces(definition, [join(folder, 'a'), join(folder, 'b')]),
  };
}

function put(place: string, members: Record<string, string>): void {
  for (const [name, text] of Object.entries(members)) write(join(folder, place, name), text);
}

describe('a data set', () => {
  it('is missing, and the report has every place', async () => {
    expect(await lookFor(wanted(set))).toEqual({
      name: 'tiny',
      kind: 'data set',
      title: 'a tiny data set',
      status: 'missing',
      path: null,
      places: [SET, '.'],
      lookedFor: [join(folder, 'a', SET), join(folder, 'a'), join(folder, 'b', SET), join(folder, 'b')],
      files: [],
      download: set.download,
      instructions: set.instructions,
    });
    expect(await verifyAsset(wanted(set))).toMatchObject({ status: 'missing' });
  });

  it('is compared in the form that is there', async () => {
    const other = {
      archive: { name: 'set-bin.tar.gz', bytes: 7 },
      places: ['set-bin', '.'],
      files: [{ name: 'train.bin', bytes: 3 }],
    };
    const both = { ...set, otherForms: [other] };
    put('b/set-bin', { 'train.bin': 'abc' });
    expect(await verifyAsset(wanted(both))).toMatchObject({ status: 'found', path: join(folder, 'b/set-bin') });
    put('b/set-bin', { 'train.bin': 'torn short' });
    expect(await verifyAsset(wanted(both))).toMatchObject({
      status: 'wrong',
      files: [{ status: 'wrong', detail: 'it has 10 bytes instead of 3' }],
    });
    put(`b/${SET}`, MEMBERS);
    expect(await verifyAsset(wanted(both))).toMatchObject({ status: 'verified', path: join(folder, 'b', SET) });
  });

  it('is found at the first place with some of its files, and verified', async () => {
    put(`b/${SET}`, MEMBERS);
    const path = join(folder, 'b', SET);
    expect(await lookFor(wanted(set))).toMatchObject({ status: 'found', path });
    const { status, files } = await verifyAsset(wanted(set));
    expect(status).toBe('verified');
    expect(files).toEqual([
      {
        path: join(path, 'train'),
        status: 'verified',
        bytes: MEMBERS.train.length,
        detail: `MD5 ${md5(MEMBERS.train)}`,
      },
      { path: join(path, 'test'), status: 'verified', bytes: MEMBERS.test.length, detail: `MD5 ${md5(MEMBERS.test)}` },
    ]);
  });

  it('is found without its held-out images, and wrong when verified', async () => {
    put('a', { train: MEMBERS.train });
    expect(await lookFor(wanted(set))).toMatchObject({ status: 'found' });
    const { status, files } = await verifyAsset(wanted(set));
    expect(status).toBe('wrong');
    expect(files.map((file) => file.status)).toEqual(['verified', 'missing']);
  });

  it('can have a file with another checksum', async () => {
    put('a', { ...MEMBERS, train: 'a part of them' });
    const { status, files } = await verifyAsset(wanted(set));
    expect(status).toBe('wrong');
    expect(files[0]).toMatchObject({
      status: 'wrong',
      detail: `it has the MD5 ${md5('a part of them')} instead of ${md5(MEMBERS.train)}`,
    });
  });

  it('can have a folder in place of a file', async () => {
    put('a', { train: MEMBERS.train });
    mkdirSync(join(folder, 'a/test'));
    expect(await lookFor(wanted(set))).toMatchObject({ status: 'wrong' });
    expect((await verifyAsset(wanted(set))).files[1]).toMatchObject({ status: 'wrong', detail: 'it is not a file' });
  });

  it('can be the packed archive, with its published size and checksum', async () => {
    const archive = join(folder, 'data/cifar-10-python.tar.gz');
    write(archive, 'a part of it');
    const options = { names: ['cifar10'], cwd: folder, env: { RMINAS_HOME: join(folder, 'home') } };
    expect((await listAssets(options)).assets).toMatchObject([{ status: 'wrong', path: join(folder, 'data') }]);
    truncateSync(archive, 170_498_071);
    expect((await listAssets(options)).assets).toMatchObject([
      { status: 'found', path: join(folder, 'data'), files: [{ path: archive, bytes: 170_498_071 }] },
    ]);
    const bytes = Buffer.from('never unpacked');
    const packed = { ...definitionOf(bytes), readPacked: true };
    write(join(folder, 'b', packed.download?.name ?? ''), bytes.toString());
    expect(await verifyAsset(wanted(packed))).toMatchObject({ status: 'verified', path: join(folder, 'b') });
    // An archive of another form, in the place that is looked at first.
    const other = { ...definitionOf(bytes), archive: { name: 'set-bin.tar.gz', bytes: 7 }, places: [], files: [] };
    write(join(folder, 'a', 'set-bin.tar.gz'), 'another');
    rmSync(join(folder, 'b'), { recursive: true });
    expect(await verifyAsset(wanted({ ...packed, otherForms: [other] }))).toMatchObject({
      status: 'found',
      path: join(folder, 'a'),
      files: [{ path: join(folder, 'a', 'set-bin.tar.gz'), bytes: 7 }],
    });
  });

  it('can be a folder of folders without checksums', async () => {
    const images = { ...set, files: [{ name: 'train/' }], heldOut: [] };
    mkdirSync(join(folder, 'a', SET, 'train'), { recursive: true });
    expect(await verifyAsset(wanted(images))).toMatchObject({
      status: 'found',
      files: [{ status: 'found', bytes: null }],
    });
  });

  it('stops reading when the user aborts', async () => {
    put('a', MEMBERS);
    await expect(verifyAsset(wanted(set), { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    write(join(folder, 'teachers/resnet20.th'), 'x'.repeat(1_099_231));
    const options = { names: ['resnet20'], data: folder, signal: AbortSignal.abort() };
    await expect(verifyAssets(options)).rejects.toThrow(InterruptedError);
  });
});

describe('a checkpoint', () => {
  const definition: AssetDefinition = { ...set, places: ['tiny.pth'], files: [], heldOut: [] };
  const known = (sum: object): AssetDefinition => ({ ...definition, download: { url: '', name: 'tiny.pth', ...sum } });

  it.each([
    ['its size', { bytes: 7 }, 'found', null],
    ['another size', { bytes: 8 }, 'wrong', 'it has 7 bytes instead of 8'],
    ['its SHA-256', { sha256: sha256('weights') }, 'verified', `SHA-256 ${sha256('weights')}`],
    [
      'the beginning of it',
      { sha256: sha256('weights').slice(0, 8) },
      'verified',
      `SHA-256 ${sha256('weights').slice(0, 8)}`,
    ],
    [
      'another one',
      { sha256: '12fca82f' },
      'wrong',
      `it has the SHA-256 ${sha256('weights').slice(0, 8)} instead of 12fca82f`,
    ],
    ['nothing to compare with', {}, 'found', null],
  ])('has %s', async (_name, sum, status, detail) => {
    put('a', { 'tiny.pth': 'weights' });
    expect(await verifyAsset(wanted(known(sum)))).toMatchObject({ status, files: [{ status, detail, bytes: 7 }] });
  });

  it('that cannot be opened is missing', async () => {
    symlinkSync(join(folder, 'nowhere'), join(folder, 'tiny.pth'));
    expect(await verifyAsset({ ...wanted(known({})), candidates: [join(folder, 'tiny.pth')] })).toMatchObject({
      status: 'missing',
    });
  });
});

describe('the selection', () => {
  const statuses = (assets: readonly AssetReport[]) =>
    Object.fromEntries(assets.map(({ name, status }) => [name, status]));
  const env = () => ({ RMINAS_HOME: join(folder, 'home') });

  it('is every asset when none is named; a missing one is then not wrong', async () => {
    const nothing = await verifyAssets({ cwd: folder, env: env() });
    expect(nothing.whole).toBe(true);
    expect(new Set(Object.values(statuses(nothing.assets)))).toEqual(new Set(['missing']));
    expect(Object.keys(statuses(nothing.assets))).toEqual(
      expect.arrayContaining(['cifar10', 'imagenet', 'resnet20', 'nas-bench-201-9930', 'nas-bench-macro']),
    );
    write(join(folder, 'data/resnet20.th'), 'no checkpoint');
    const { whole, assets } = await verifyAssets({ cwd: folder, env: env() });
    expect(whole).toBe(false);
    expect(statuses(assets)).toMatchObject({ resnet20: 'wrong', cifar10: 'missing' });
  });

  it('is the named assets, which must exist', async () => {
    const { whole, assets } = await verifyAssets({
      names: ['cifar100', 'cifar10', 'cifar100'],
      cwd: folder,
      env: env(),
    });
    expect(Object.keys(statuses(assets))).toEqual(['cifar100', 'cifar10']);
    expect(whole).toBe(false);
  });

  it.each([
    ['the data set and the teacher', 'SPACE:\n  NAME: infer_nb201\n', { cifar10: 'missing', resnet20: 'missing' }],
    [
      'nothing that does not ship',
      'SPACE:\n  NAME: infer_nb201\nLOADER:\n  DATASET: digits\n',
      { digits: 'shipped', 'digits-resnet': 'shipped' },
    ],
  ])('is what a configuration needs: %s', async (_name, text, expected) => {
    write(join(folder, 'search.yaml'), text);
    const { assets } = await listAssets({ cfg: 'search.yaml', cwd: folder, env: env() });
    expect(statuses(assets)).toEqual(expected);
  });

  it('is the data set alone for a configuration of a retraining', async () => {
    write(
      join(folder, 'train.yaml'),
      'DATA_LOADER:\n  BACKEND: custom\nTRAIN:\n  LAYERS: 20\nSEARCH:\n  IM_SIZE: 32\n',
    );
    const overrides = ['SPACE.NAME', 'darts'];
    const { assets } = await listAssets({ cfg: 'train.yaml', overrides, cwd: folder, env: env() });
    expect(statuses(assets)).toEqual({ cifar10: 'missing' });
  });

  it('is the checkpoint that the configuration names, without a checksum, and its data folder', async () => {
    const text = `SPACE:\n  NAME: infer_nb201\nLOADER:\n  DATAPATH: images\nRMINAS:\n  TEACHER: mine.th\n`;
    write(join(folder, 'search.yaml'), text);
    write(join(folder, 'mine.th'), 'my own teacher');
    write(join(folder, 'data/resnet20.th'), 'another one');
    write(join(folder, 'images/data_batch_1'), 'a part');
    const { assets } = await verifyAssets({ cfg: 'search.yaml', cwd: folder, env: env() });
    expect(assets.map(({ name, status, path }) => [name, status, path])).toEqual([
      ['cifar10', 'wrong', join(folder, 'images')],
      ['resnet20', 'found', join(folder, 'mine.th')],
    ]);
  });

  it('cannot be an unknown asset or file', async () => {
    const error = (await listAssets({ names: ['cifar-10'] }).catch((reason: unknown) => reason)) as UsageError;
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({
      code: 'unknown-asset',
      message: "There is no asset 'cifar-10'. Did you mean cifar10?",
    });
    await expect(listAssets({ cfg: join(folder, 'none.yaml') })).rejects.toMatchObject({ code: 'missing-config' });
  });
});

describe.skipIf(data === undefined)('the published files (need RMINAS_TEST_DATA)', () => {
  it('are known by their checksums', async () => {
    const { whole, assets } = await verifyAssets({ names: ['resnet20', 'nas-bench-macro'], data });
    expect(assets.map(({ name, status }) => [name, status])).toEqual([
      ['resnet20', 'verified'],
      ['nas-bench-macro', 'verified'],
    ]);
    expect(whole).toBe(true);
  });
});
