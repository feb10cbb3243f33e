import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AssetList, AssetVerification, FetchReport } from '../../src/assets/index.js';
import { resnet20 } from '../../src/teachers/resnet20.js';
import { type FileServer, startFileServer } from '../assets/file-server.js';
import { eventually } from '../support/limits.js';
import { ROOT, startCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const data = process.env.RMINAS_TEST_DATA;
const SIZE = resnet20.asset?.download?.bytes ?? 0;
const NAME = 'resnet20-12fca82f.th';

let home: string;
let server: FileServer;

beforeEach(async () => {
  home = temporaryFolder();
  server = await startFileServer();
});
afterEach(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

/** In an empty folder, so that no other data is found. */
const options = () => ({ env: { RMINAS_HOME: home, RMINAS_DATA: '' }, cwd: home });
const assets = (...args: string[]) => runInProcess(['assets', ...args], options());
const place = (name: string) => join(home, 'data/teachers', name);

describe('rminas assets list', () => {
  it('lists existing assets, and how to get missing ones', async () => {
    mkdirSync(join(home, 'data/teachers'), { recursive: true });
    writeFileSync(place('resnet20.th'), 'no checkpoint');
    const { code, stdout, stderr } = await assets('list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^missing {3}cifar10 \(data set\): CIFAR-10/m);
    expect(stdout).toContain(`data folders, in order: ${join(home, 'data')}`);
    expect(stdout).toContain('not found in the data folders as cifar-10-batches-py, cifar10/cifar-10-batches-py, .');
    expect(stdout).toContain('→ npx rminas assets fetch cifar10 (170.5 MB)');
    expect(stdout).toMatch(/^wrong {5}resnet20 \(teacher\)/m);
    expect(stdout).toContain(`${place('resnet20.th')}, 13 bytes`);
    expect(stdout).toContain('cdn.thrase.cn/rmi/resnet101.pth, which is gone');
    expect(stdout).toContain('drive.google.com');
  });

  it('lists the assets of a configuration', async () => {
    const cfg = join(home, 'search.yaml');
    writeFileSync(cfg, 'SPACE:\n  NAME: infer_nb201\n');
    const { code, stdout } = await assets('list', '--cfg', cfg, '--json');
    expect(code).toBe(0);
    const list = JSON.parse(stdout) as AssetList;
    expect(list.assets).toMatchObject([
      { name: 'cifar10', status: 'missing', download: { md5: 'c58f30108f718f92721af3b95e74349a' } },
      { name: 'resnet20', status: 'missing', download: { bytes: SIZE } },
    ]);
    expect(list.assets[1]?.lookedFor).toContain(place(NAME));
  });

  it('lists what a plugin adds to a configuration', async () => {
    const plugin = join(ROOT, 'python/tests/fixtures/plugins/toy.py');
    const cfg = join(home, 'search.yaml');
    writeFileSync(
      cfg,
      `LOADER:\n  DATASET: stripes\nRMINAS:\n  TEACHER_ARCH: stripes-teacher\n  PLUGINS: ['${plugin}']\n`,
    );
    const { code, stdout, stderr } = await assets('list', '--cfg', cfg, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const title = expect.stringContaining(`of the plugin ${plugin}`);
    expect((JSON.parse(stdout) as AssetList).assets).toMatchObject([
      { name: 'stripes', kind: 'data set', status: 'shipped', title },
      { name: 'stripes-teacher', kind: 'teacher', status: 'shipped', title },
    ]);
  });
});

it('prefers flags to the configuration, and requires --cfg for them', async () => {
  const cfg = join(home, 'search.yaml');
  writeFileSync(cfg, 'SPACE:\n  NAME: infer_nb201\n');
  const [own, alone] = await Promise.all([
    assets('list', '--cfg', cfg, '--teacher', 'mine.th', '--json'),
    assets('list', '--teacher', 'mine.th'),
  ]);
  expect((JSON.parse(own.stdout) as AssetList).assets[1]).toMatchObject({
    status: 'missing',
    lookedFor: [join(home, 'mine.th')],
    download: null,
  });
  expect(alone.code).toBe(2);
});

describe('rminas assets verify', () => {
  it('ends in exit code 3 when a selected asset is missing or wrong', async () => {
    mkdirSync(join(home, 'data/teachers'), { recursive: true });
    writeFileSync(place(NAME), Buffer.alloc(SIZE));
    const [missing, wrong, nothing] = await Promise.all([
      assets('verify', 'cifar100'),
      assets('verify', 'resnet20', '--json'),
      assets('verify', '--data', join(home, 'elsewhere'), 'imagenet'),
    ]);
    expect(missing.code).toBe(3);
    expect(missing.stdout).toContain('Problems: cifar100 (missing).');
    expect(wrong.code).toBe(3);
    expect(JSON.parse(wrong.stdout) as AssetVerification).toMatchObject({
      whole: false,
      assets: [
        { status: 'wrong', files: [{ path: place(NAME), detail: expect.stringContaining('instead of 12fca82f') }] },
      ],
    });
    expect(nothing.code).toBe(3);
  });

  it('ignores missing assets that were not selected', async () => {
    const { code, stdout } = await assets('verify');
    expect(code).toBe(0);
    expect(stdout).toContain('No problems found.');
  });

  it.skipIf(data === undefined)('knows the published teacher (needs RMINAS_TEST_DATA)', async () => {
    const { code, stdout } = await assets('verify', 'resnet20', '--data', String(data));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^verified {2}resnet20 /m);
    expect(stdout).toContain('1.1 MB, SHA-256 12fca82f');
  });
});

describe('rminas assets fetch', () => {
  it('continues an interrupted download, and refuses a file that differs from the published one', async () => {
    const body = Buffer.alloc(SIZE, 1);
    const half = Math.floor(SIZE / 2);
    server.answer({ body, etag: '"v1"', silentAt: half });
    const started = startCli(['assets', 'fetch', 'resnet20', '--mirror', server.url], options());
    await eventually(() => expect(statSync(`${place(NAME)}.part`).size).toBe(half));
    started.child.kill('SIGINT');
    const interrupted = await started.ended;
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain(`the first ${half} bytes are kept`);
    expect(interrupted.stderr).toContain('resnet20: downloading 1.1 MB');
    expect(interrupted.stdout).toBe('');

    server.answer({ body, etag: '"v1"' });
    const { code, stdout, stderr } = await assets('fetch', 'resnet20', '--mirror', server.url, '--json');
    expect(server.asked.map(({ range, ifRange }) => [range, ifRange])).toEqual([
      [undefined, undefined],
      [`bytes=${half}-`, '"v1"'],
    ]);
    expect(code).toBe(3);
    const report = JSON.parse(stdout) as FetchReport;
    expect(report).toMatchObject({
      complete: false,
      assets: [{ status: 'failed', error: { code: 'checksum-mismatch' } }],
    });
    expect(stderr).not.toContain('Error');
    expect(existsSync(place(NAME))).toBe(false);
    expect(existsSync(`${place(NAME)}.part`)).toBe(false);
  });

  it('continues with the next assets, and explains how to get the others by hand', async () => {
    server.answer({ body: Buffer.alloc(0), status: 404 });
    const fetched = await assets('fetch', 'imagenet', 'fbresnet152', 'nas-bench-201-9930', '--mirror', server.url);
    expect(fetched).toMatchObject({ code: 3, stdout: '' });
    expect(fetched.stderr).toContain('imagenet cannot be fetched');
    expect(fetched.stderr).toContain('ILSVRC2012_img_train.tar');
    expect(fetched.stderr).toContain('/files/fbresnet152-2e20f6b4.pth cannot be downloaded: the server answered 404');
    expect(fetched.stderr).toContain('/files/009930-FULL.pth');
    expect(fetched.stderr).not.toContain('    at ');
  });

  it('ends in exit code 2 for invalid arguments', async () => {
    const [nothing, unknown, mirror, config] = await Promise.all([
      assets('fetch'),
      assets('fetch', 'resnet2'),
      assets('fetch', 'resnet20', '--mirror', 'example'),
      assets('fetch', '--cfg', join(home, 'none.yaml')),
    ]);
    expect([nothing.code, unknown.code, mirror.code, config.code]).toEqual([2, 2, 2, 2]);
    expect(nothing.stderr).toContain('rminas assets list');
    expect(unknown.stderr).toContain('Did you mean resnet20?');
    expect(mirror.stderr).toContain("(--mirror), got 'example'");
    expect(config.stderr).toContain('none.yaml does not exist');
  });

  it.skipIf(data === undefined)('fetches the published teacher (needs RMINAS_TEST_DATA)', async () => {
    const body = readFileSync(join(String(data), 'teachers', NAME));
    server.answer({ body });
    const folder = join(home, 'mine');
    const fetched = await assets('fetch', 'resnet20', '--data', folder, '--mirror', server.url);
    expect(fetched.code).toBe(0);
    expect(fetched.stdout).toBe(`fetched  resnet20  ${join(folder, 'teachers', NAME)}\n`);
    expect(readFileSync(join(folder, 'teachers', NAME)).equals(body)).toBe(true);
    const again = await assets('fetch', 'resnet20', '--data', folder);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('present  resnet20') });
    expect(server.asked).toHaveLength(1);
  });
});

it.each(['list', 'verify', 'fetch'])('rminas assets %s has help with examples', async (command) => {
  const { code, stdout } = await assets(command, '--help');
  expect(code).toBe(0);
  expect(stdout).toContain('EXAMPLES');
  expect(stdout).toContain(`rminas assets ${command} `);
});
