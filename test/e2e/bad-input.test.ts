import { copyFileSync, cpSync, existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CliResult, ROOT, runCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { smallDisk } from '../support/small-disk.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const DATA = process.env.RMINAS_TEST_DATA;

/** Expects an exit code and a message, without a stack trace and with nothing on stdout. */
function expectFailure(result: CliResult, code: number, text: RegExp): void {
  expect(result.stderr).toMatch(text);
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(result.stderr).not.toMatch(/Traceback/);
}

function config(text: string): string {
  const file = join(temporaryFolder(), 'config.yaml');
  writeFileSync(file, text);
  return file;
}

const search = (cfg: string, ...rest: string[]) =>
  runInProcess(['search', '--cfg', cfg, '--out', temporaryFolder(), ...rest]);

describe('an invalid search ends in exit code 2 for', () => {
  it.each<[string, () => Promise<CliResult>, RegExp]>([
    ['no configuration at all', () => runInProcess(['search']), /Neither --cfg nor --resume/],
    ['a missing configuration', () => search('/nowhere/x.yaml'), /\/nowhere\/x\.yaml does not exist/],
    ['broken YAML', () => search(config('SPACE:\n  NAME: [1,\nOUT: }')), /config\.yaml:[23]:\d+/],
    ['an unknown key', () => search(TINY, 'RMINAS.RF_WARMUPS', '3'), /RMINAS\.RF_WARMUPS[\s\S]*RMINAS\.RF_WARMUP/],
    ['a key of the wrong type', () => search(TINY, 'RMINAS.RF_WARMUP', 'many'), /RMINAS\.RF_WARMUP[\s\S]*many/],
    ['a key without its value', () => search(TINY, 'RMINAS.RF_WARMUP'), /RMINAS\.RF_WARMUP/],
    ['an unknown space', () => search(TINY, 'SPACE.NAME', 'infer_nb210'), /infer_nb210[\s\S]*infer_nb201/],
    ['an unknown data set', () => search(TINY, 'LOADER.DATASET', 'cifar11'), /cifar11[\s\S]*cifar10/],
    ['an unknown objective', () => search(TINY, '--objective', 'nasvot'), /nasvot[\s\S]*naswot/],
    [
      'an unknown proxy',
      () => search(TINY, '--objective', 'aggregate', 'RMINAS.AGGREGATE', 'sinflow 1'),
      /sinflow.*synflow/,
    ],
    ['an unknown flag', () => search(TINY, '--wokers', '2'), /--wokers/],
    ['overrides of a resumed run', () => runInProcess(['search', '--resume', '/tmp', 'RNG_SEED', '3']), /RNG_SEED/],
  ])('%s', async (_, run, text) => {
    expectFailure(await run(), 2, text);
  });

  it('an OUT_DIR that cannot be written', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expectFailure(
      await runInProcess(['search', '--cfg', TINY, '--out', join(file, 'exp')]),
      2,
      /file\/exp cannot be written \(ENOTDIR: a part of the path is a file\)/,
    );
  });

  it.each([
    ['a code of NAS-Bench-Macro', 'score', ['11111200'], 'nas-bench-macro'],
    ['a published name', 'retrain', ['--genotype', 'DARTS_V2', '--space', 'nas-bench-201'], 'darts'],
    ['a code of NAS-Bench-Macro', 'show', ['11111200', '--space', 'nas-bench-201'], 'nas-bench-macro'],
  ])('%s where the space is another one, for %s', async (_, command, words, owner) => {
    const cfg = command === 'show' ? [] : ['--cfg', TINY];
    const genotype = words.find((word) => !word.startsWith('--'));
    expectFailure(
      await runInProcess([command, ...cfg, ...words]),
      2,
      new RegExp(`${genotype}.* is not a NAS-Bench-201 genotype: it is one of ${owner}`),
    );
  });

  it('a genotype with an unknown operation', async () => {
    expectFailure(
      await runInProcess(['score', '--cfg', TINY, '|nor_conv_9x9~0|+|none~0|none~1|+|none~0|none~1|none~2|']),
      2,
      /nor_conv_9x9/,
    );
  });
});

describe('a search with missing parts ends in exit code 3 and', () => {
  const CIFAR = join(ROOT, 'configs/nas-bench-201-cifar10.yaml');

  it('names the missing data and the searched places', async () => {
    const data = temporaryFolder();
    expectFailure(
      await search(CIFAR, '--data', data),
      3,
      new RegExp(`${data}/cifar-10-batches-py[\\s\\S]*cifar-10-python`),
    );
  });

  it('names a missing run', async () => {
    const folder = temporaryFolder();
    expectFailure(await runInProcess(['search', '--resume', folder]), 3, new RegExp(`${folder}/journal.jsonl`));
  });

  it('names a missing Python', async () => {
    expectFailure(await search(TINY, '--python', '/nowhere/python'), 3, /\/nowhere\/python/);
  });

  it('names a missing Python package', async () => {
    const python = join(temporaryFolder(), 'python');
    const fixture =
      "import sys; sys.stderr.write(\"Traceback (most recent call last):\\n  File 'x', line 1\\nModuleNotFoundError: No module named 'torch'\\n\"); sys.exit(1)";
    writeFileSync(python, `#!/bin/sh\nexec python3 -c "${fixture.replaceAll('"', '\\"')}"\n`, { mode: 0o755 });
    expectFailure(await search(TINY, '--python', python), 3, /torch/);
  });

  describe.skipIf(!DATA)('with real data (RMINAS_TEST_DATA)', () => {
    /** A data folder with the real teacher and data set, which a test may damage. */
    function realData(): string {
      const folder = temporaryFolder();
      cpSync(join(DATA ?? '', 'cifar-10-batches-py'), join(folder, 'cifar-10-batches-py'), { recursive: true });
      mkdirSync(join(folder, 'teachers'));
      copyFileSync(join(DATA ?? '', 'teachers/resnet20-12fca82f.th'), join(folder, 'teachers/resnet20-12fca82f.th'));
      return folder;
    }

    it('a truncated data file', async () => {
      const data = realData();
      truncateSync(join(data, 'cifar-10-batches-py/data_batch_1'), 1_000_000);
      expectFailure(await search(CIFAR, '--data', data), 3, /data_batch_1/);
    });

    it('a malicious pickle, which is not run', async () => {
      const data = realData();
      const trace = join(data, 'trace');
      writeFileSync(join(data, 'cifar-10-batches-py/data_batch_1'), `cposix\nsystem\n(S'touch ${trace}'\ntR.`);
      expectFailure(await search(CIFAR, '--data', data), 3, /posix\.system/);
      expect(existsSync(trace)).toBe(false);
    });

    it('a teacher that is another network', async () => {
      const data = realData();
      const python = join(ROOT, '.venv/bin/python');
      const save = `import torch; torch.save({'state_dict': {'module.conv1.weight': torch.zeros(16, 3, 5, 5)}}, '${data}/teachers/resnet20-12fca82f.th')`;
      const { execFileSync } = await import('node:child_process');
      execFileSync(python, ['-c', save]);
      expectFailure(await search(CIFAR, '--data', data), 3, /conv1\.weight[\s\S]*5/);
    });
  });
});

describe('--json', () => {
  it('prints an error as one document, with the same exit code', async () => {
    const { code, stdout } = await search('/nowhere/x.yaml', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { type: 'UsageError', code: 'missing-config' } });
  });
});

describe('a full disk', () => {
  it('ends in exit code 3, keeps the journal, and the search can be resumed', async ({ skip }) => {
    const disk = await smallDisk();
    if (disk === undefined) return skip('no small file system can be mounted here');
    // No fork serves in a namespace, so that each worker imports PyTorch.
    const args = ['search', '--cfg', TINY, '--out', disk.folder, '--workers', '1'];
    const failed = await runCli(args, { within: disk.within });
    expectFailure(failed, 3, /disk is full/);
    const folder = join(disk.folder, disk.run('ls', disk.folder).trim());
    const journal = () => disk.run('cat', join(folder, 'journal.jsonl'));
    const kept = journal().split('\n').slice(0, -1);
    disk.run('mount', '-o', 'remount,size=4m', disk.folder);
    const { code, stdout } = await runCli(['search', '--resume', folder, '--json'], { within: disk.within });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).cost.sessions).toBe(2);
    expect(journal().startsWith(kept.join('\n'))).toBe(true);
  });
});
