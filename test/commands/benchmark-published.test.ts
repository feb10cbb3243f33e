/** NAS-Bench-201's own file, small and made by the Python tests' writer of its genuine structure. */
import { spawnSync } from 'node:child_process';
import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const home = temporaryFolder();
const rminas = (...args: string[]) => runInProcess(['benchmark', ...args], { env: { RMINAS_HOME: home } });

beforeAll(async () => {
  const program = `
from pathlib import Path
from support.nas_bench_201_files import content, save_folder, save_pth
save_pth(content(6), Path("whole.pth"), legacy=True)
save_folder(content(2, lengths=("12", "200")), Path("simple"))
`;
  const made = spawnSync(await findPython(undefined), ['-c', program], {
    cwd: home,
    env: { ...process.env, PYTHONPATH: join(ROOT, 'python/tests') },
    encoding: 'utf8',
  });
  expect(made.stderr).toBe('');
});

describe("the published benchmark's file", () => {
  it('is imported, and every name is kept apart', async () => {
    const imported = await rminas('import', join(home, 'whole.pth'));
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    expect(imported.stdout).toContain('results of 6 architectures of 15625');
    const [top, short, stats] = await Promise.all([
      rminas('top', '--dataset', 'cifar10-valid', '-n', '2', '--json'),
      rminas('top', '--dataset', 'cifar100', '--split', 'x-valid', '--epochs', '12', '--seed', '777'),
      rminas('stats'),
    ]);
    const best = JSON.parse(top.stdout);
    expect(best.series).toMatchObject({ split: 'x-valid', epochs: 200, seed: null, reported: true });
    expect(Object.keys(best.best[0].costs)).toEqual(['FLOPs (M)', 'latency (s)', 'parameters (M)']);
    expect(short.stdout).toContain('cifar100 x-valid, 12 epochs, seed 777: papers do not report this figure');
    expect(stats.stdout.match(/\byes\b/g)).toHaveLength(6);

    const { number } = best.best[0];
    const [reported, all] = await Promise.all([rminas('query', `${number}`), rminas('query', `${number}`, '--all')]);
    expect(reported.stdout).toContain(`${best.best[0].accuracy.toFixed(2)} `);
    expect(reported.stdout).toMatch(/\d+ more figures, which papers do not report: --all/);
    expect(reported.stdout).not.toContain('seed 777');
    expect(all.stdout).toMatch(/cifar10-valid .* train .* 12 .* seed 777/);
  });

  it('may be a folder', async () => {
    const imported = await rminas('import', join(home, 'simple'), '--replace', '--json');
    expect(JSON.parse(imported.stdout)).toMatchObject({ benchmark: 'nas-bench-201', architectures: 2 });
  });

  it('is refused when it asks for something to be run, or needs more memory than there is', async () => {
    const elsewhere = temporaryFolder();
    const evil = join(elsewhere, 'evil.pth');
    writeFileSync(evil, Buffer.from('\u0080\u0002cos\nsystem\n(X\u0004\0\0\0truetR.', 'latin1'));
    const huge = join(elsewhere, 'huge.pth');
    writeFileSync(huge, Buffer.from([0x80, 0x02]));
    truncateSync(huge, 2 ** 42);
    const env = { RMINAS_HOME: elsewhere };
    const [refused, tooLarge] = await Promise.all([
      runInProcess(['benchmark', 'import', evil], { env }),
      runInProcess(['benchmark', 'import', huge, '--json'], { env }),
    ]);
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toContain('names os.system');
    expect(tooLarge.code).toBe(4);
    expect(JSON.parse(tooLarge.stdout)).toMatchObject({
      error: {
        code: 'out-of-memory',
        message: expect.stringMatching(/needs about 1099\.6 GB of memory, and only [\d.]+ GB/),
      },
    });
    expect(existsSync(join(elsewhere, 'benchmarks'))).toBe(false);
  });
});
