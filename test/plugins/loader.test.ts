/** Configurations that name plugins: what they add, and what happens when they cannot be loaded. */
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { dumpConfig, planSearch, specificationDigest } from '../../src/config/index.js';
import { MissingError, type RminasError, UsageError } from '../../src/errors.js';
import { PluginLoader } from '../../src/plugins/loader.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const EXAMPLE = join(ROOT, 'examples/plugin.py');
/** Guards against hanging only: each test starts Python, which imports PyTorch. */
const timeout = 300_000;

describe('a configuration that names no plugin', () => {
  it('is loaded without Python, and its digest is that of the specification alone', async () => {
    const config = await new PluginLoader({ python: '/there/is/no/python' }).loadConfig({ file: 'quickstart' });
    expect(config.plugins).toEqual([]);
    const { specification } = planSearch(config);
    expect(specificationDigest(specification, config.plugins)).toBe(specificationDigest(specification));
  });
});

it.each([
  ['before it begins', () => AbortSignal.abort()],
  ['at work', () => AbortSignal.timeout(200)],
])('is interrupted %s, and does not blame the plugin', { timeout }, async (_, signal) => {
  const file = join(temporaryFolder(), 'slow.py');
  writeFileSync(file, 'import time\ntime.sleep(600)\n');
  const loading = new PluginLoader({ signal: signal() }).loadConfig({ file: 'quickstart', plugins: [file] });
  await expect(loading).rejects.toMatchObject({ name: 'InterruptedError', code: 'interrupted', exitCode: 130 });
});

describe('a plugin', () => {
  const folder = temporaryFolder();
  const plugin = join(folder, 'own', 'toy.py');
  const loader = new PluginLoader();

  beforeAll(() => {
    mkdirSync(join(folder, 'own'));
    mkdirSync(join(folder, 'configs'));
    copyFileSync(EXAMPLE, plugin);
  });

  it('adds its space, data set, teacher and proxy to the configuration, which binds its path and its content', {
    timeout,
  }, async () => {
    const file = join(folder, 'configs', 'own.yaml');
    writeFileSync(file, "SPACE: {NAME: toy}\nLOADER: {DATASET: toy-images}\nRMINAS: {PLUGINS: ['../own/toy.py']}\n");
    const config = await loader.loadConfig({ file, overrides: ['RMINAS.OBJECTIVE', 'toy-proxy'] });
    const sha256 = createHash('sha256').update(readFileSync(plugin)).digest('hex');
    expect(config.plugins).toMatchObject([{ source: plugin, file: plugin, sha256 }]);
    expect(config.values['RMINAS.PLUGINS']).toEqual([plugin]);
    expect(config.notices[0]).toBe(
      `The plugin ${plugin} runs. It adds the space toy, the data set toy-images, the teacher toy-teacher, the proxy toy-proxy.`,
    );
    const { specification, settings } = planSearch(config);
    expect(specification).toMatchObject({
      space: 'toy',
      dataset: 'toy-images',
      network: { classes: 4, resolution: 8 },
      teacher: { architecture: 'toy-teacher' },
    });
    expect(settings.objective).toMatchObject({ proxy: { name: 'toy-proxy', direction: 'higher', needs: 'nothing' } });
    expect(specificationDigest(specification, config.plugins)).not.toBe(specificationDigest(specification));

    // The same by the option, from a folder that the path starts from.
    const overrides = ['SPACE.NAME', 'toy', 'LOADER.DATASET', 'toy-images'];
    const named = await loader.loadConfig({ cwd: join(folder, 'own'), plugins: ['toy.py'], overrides });
    expect(named.plugins).toEqual(config.plugins);
    expect(named.catalogue.spaces.get('toy', '').space.parse('width=8,depth=1,kernel=5')).toEqual([2, 0, 2]);

    // A copy of the configuration in another folder names the same file.
    const copy = join(temporaryFolder(), 'config.yaml');
    writeFileSync(copy, dumpConfig(config.settings));
    const again = await loader.loadConfig({ file: copy });
    expect(again.plugins).toEqual(config.plugins);
    expect(planSearch(again).specification).toEqual(specification);
  });

  it('is read although the start-up code of the site prints', { timeout }, async () => {
    const site = temporaryFolder();
    writeFileSync(join(site, 'sitecustomize.py'), 'print("hello from the site")\n');
    vi.stubEnv('PYTHONPATH', site);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { plugins } = await new PluginLoader().loadConfig({ plugins: [plugin] });
    expect(plugins).toMatchObject([{ source: plugin }]);
  });

  it('must be a file that exists; no Python is started', async () => {
    const attempt = new PluginLoader({ python: '/there/is/no/python' }).loadConfig({ plugins: ['no.py'], cwd: folder });
    const error = await attempt.catch((thrown: unknown) => thrown as UsageError);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: 'missing-plugin' });
    expect((error as Error).message).toContain(join(folder, 'no.py'));
  });
});

describe('the command line', () => {
  const folder = temporaryFolder();
  const HEAD = 'from rminas_sidecar.plugins import *\n';

  it.each([
    ['raises.py', "x = 1\nraise ValueError('boom')\n", 3, ['ValueError: boom (', "line 2: raise ValueError('boom')"]],
    ['built_in.py', `${HEAD}@register_space('darts')\ndef build(genotype, size): ...\n`, 3, ["'darts' is built in"]],
    [
      'twice.py',
      `${HEAD}for _ in range(2):\n    register_proxy('p', direction='higher')(len)\n`,
      3,
      ["'p' is registered already"],
    ],
    [
      'alias.py',
      `${HEAD}@register_space('infer_nb201', slots={'a': [1, 2]})\ndef build(choices, size): ...\n`,
      2,
      ["Two definitions of a space have the name 'infer_nb201'."],
    ],
    [
      'one_choice.py',
      `${HEAD}@register_space('narrow', slots={'a': [1]})\ndef build(choices, size): ...\n`,
      2,
      ['The space narrow has fewer than two choices for the slot a.'],
    ],
  ] as const)('says what is wrong with %s, and what to do', { timeout }, async (name, source, code, texts) => {
    writeFileSync(join(folder, name), source);
    const run = await runInProcess(['config', 'show', 'quickstart', '--plugin', name], { cwd: folder });
    expect(run).toMatchObject({ code, stdout: '' });
    for (const text of texts) expect(run.stderr).toContain(text);
    expect(run.stderr).toMatch(/^ {2}→ /m);
    expect(run.stderr).not.toMatch(/^ +at |Traceback/m);
  });
});

describe.skipIf(process.platform === 'win32')('a Python that does not describe plugins', () => {
  const plugin = join(temporaryFolder(), 'plugin.py');
  writeFileSync(plugin, '');

  it.each([
    ['prints something else', 'echo hello', 'plugin-description'],
    ['prints JSON of another form', 'echo \'{"spaces": [{"name": "A B"}]}\'', 'plugin-description'],
    ['prints nothing', 'true', 'plugin-description'],
    ['never ends', 'exec sleep 1000', 'plugin-timeout'],
    ['prints without end', 'exec yes', 'plugin-output'],
    ['prints errors without end', 'exec yes >&2', 'plugin-output'],
    ['fails', 'echo no such thing >&2; exit 4', 'plugin-failed'],
    ['is killed', 'kill -9 $$', 'plugin-failed'],
  ])('is an error with a next step when it %s', { timeout }, async (what, script, code) => {
    const python = join(temporaryFolder(), 'a python');
    writeFileSync(python, `#!/bin/sh\n${script}\n`);
    chmodSync(python, 0o755);
    const timeoutMs = what === 'never ends' ? 1000 : undefined;
    const error = await new PluginLoader({ python, timeoutMs })
      .loadConfig({ plugins: [plugin] })
      .catch((thrown: unknown) => thrown as RminasError);
    expect(error).toBeInstanceOf(MissingError);
    expect(error).toMatchObject({ code });
    const [step] = (error as RminasError).nextSteps;
    expect(step).toBeDefined();
    if (code === 'plugin-failed') expect(step).toContain(`: '${python}' ${plugin}`);
    expect((error as RminasError).message).toContain(code === 'plugin-description' ? python : plugin);
  });
});
