import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.js';
import { boundSettings, checkPlan, FREE_KEYS } from '../../src/jobs/bound-settings.js';
import { jobFolderAt } from '../../src/store/folder.js';

const DIGEST = 'a'.repeat(64);

async function settingsOf(...overrides: string[]) {
  const config = await loadConfig({ file: 'test/fixtures/tiny.yaml', overrides });
  const settings = boundSettings(config.settings, Object.keys(config.values));
  return { settings, isDefault: (key: string) => config.settings.get(key)?.source === 'default' };
}

async function check(now: readonly string[], recorded: { settings?: Record<string, never>; digest?: string } = {}) {
  const before = await settingsOf();
  const { settings, isDefault } = await settingsOf(...now);
  return checkPlan({
    folder: jobFolderAt('/run'),
    job: 'run',
    recorded: { rminas: '0.2.1', digest: DIGEST, settings: before.settings, ...recorded },
    current: { digest: DIGEST, settings },
    isDefault,
  });
}

describe('the settings that a header binds', () => {
  it('are those of all keys that a job reads, except keys that change no result', async () => {
    const { settings } = await settingsOf();
    expect(settings).toMatchObject({ 'RMINAS.RF_WARMUP': 12, 'RMINAS.STRATEGY': 'forest', 'RMINAS.PROPOSALS': 1 });
    for (const key of Object.keys(FREE_KEYS)) expect(settings).not.toHaveProperty([key]);
  });

  it('may stay the same while free keys change', async () => {
    const free = [
      'RMINAS.WORKERS',
      '3',
      'RMINAS.THREADS',
      '2',
      'RMINAS.DEVICE',
      'cpu',
      'RMINAS.WORKER_DEADLINE',
      '9',
      'OUT_DIR',
      '/else',
    ];
    expect(await check([...free, 'LOADER.DATAPATH', '/moved'])).toEqual([]);
  });

  it('are named with their old and new values when they changed', async () => {
    const changed = check(['RMINAS.STRATEGY', 'random', 'RMINAS.RF_WARMUP', '3']);
    await expect(changed).rejects.toMatchObject({
      code: 'changed-config',
      exitCode: 2,
      message:
        '/run/config.yaml no longer describes the run in its journal: ' +
        "RMINAS.RF_WARMUP was 12 and is 3; RMINAS.STRATEGY was 'forest' and is 'random'.",
    });
  });

  it('of an older version may bind the workers, which may change now', async () => {
    const { settings } = await settingsOf();
    const older = { ...settings, 'RMINAS.WORKERS': 2 };
    expect(await check(['RMINAS.WORKERS', '1'], { settings: older as never })).toEqual([]);
  });

  it('of an older version may lack a key, which must have its default now', async () => {
    const { settings } = await settingsOf();
    const { 'RMINAS.AUDIT': _, ...older } = settings;
    expect(await check([], { settings: older as Record<string, never> })).toEqual([]);
    const changed = check(['RMINAS.AUDIT', '0.5'], { settings: older as Record<string, never> });
    await expect(changed).rejects.toThrow('RMINAS.AUDIT was not set and is 0.5');
  });

  it('have the content of each plugin, which must not change', async () => {
    const plugin = (sha256: string) =>
      ({ source: '/own/toy.py', argument: '/own/toy.py', kind: 'plugin', file: '/own/toy.py', sha256 }) as const;
    const config = await loadConfig({ loaded: [plugin('1')] });
    const bound = (sha256: string) =>
      boundSettings(config.settings, Object.keys(config.values), { plugins: [plugin(sha256)] });
    const attempt = (now: string) =>
      checkPlan({
        folder: jobFolderAt('/run'),
        job: 'run',
        recorded: { rminas: '0.2.1', digest: DIGEST, settings: bound('1') },
        current: { digest: now.repeat(64), settings: bound(now) },
        isDefault: () => true,
      });
    expect(bound('1')).toMatchObject({ 'RMINAS.PLUGINS': ['/own/toy.py'], 'plugin /own/toy.py': '1' });
    expect(() => attempt('2')).toThrow(
      expect.objectContaining({
        code: 'changed-plugin',
        exitCode: 2,
        message:
          'The plugin /own/toy.py has changed since the run began: its scores cannot be mixed with those in the journal.',
      }),
    );
  });

  it('do not hide another specification', async () => {
    await expect(check([], { digest: 'b'.repeat(64) })).rejects.toMatchObject({
      code: 'changed-config',
      nextSteps: expect.arrayContaining([expect.stringContaining('started by rminas 0.2.1')]),
    });
  });
});
