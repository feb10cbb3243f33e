/** The names that a real sidecar has, compared with the controller's definitions, and the plugins that add to them. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { MissingError } from '../../src/errors.js';
import { FORKING } from '../setup/fork-server.js';
import { PYTHON, useGround } from './harness.js';

const TOY = fileURLToPath(new URL('../../python/tests/fixtures/plugins/toy.py', import.meta.url));
const SIDECAR = [PYTHON, '-m', 'rminas_sidecar'];
const sorted = (names: readonly string[] | undefined) => [...(names ?? [])].sort();

describe.skipIf(!existsSync(PYTHON))('the real sidecar (skipped without .venv, which `npm run setup` makes)', () => {
  const ground = useGround();

  it('has the spaces, data sets, teachers and proxies that the controller defines, and no others', async () => {
    const { available } = (await ground.start(SIDECAR, { workers: 1 })).hello;
    expect({
      spaces: sorted(available?.spaces),
      datasets: sorted(available?.datasets),
      teachers: sorted(available?.teachers),
      proxies: sorted(available?.proxies),
    }).toEqual({
      spaces: sorted(BUILT_IN.spaces.names),
      datasets: sorted(BUILT_IN.datasets.names),
      teachers: sorted(BUILT_IN.teachers.names),
      proxies: sorted(BUILT_IN.proxies.names),
    });
  });

  it('describes them with the facts that the controller defines', () => {
    const folders = [fileURLToPath(new URL('../../python', import.meta.url)), FORKING.PYTHONPATH];
    const env = { ...process.env, PYTHONPATH: folders.join(delimiter) };
    const output = execFileSync(PYTHON, ['-m', 'rminas_sidecar.describe'], { encoding: 'utf8', env });
    const { datasets, teachers, proxies } = JSON.parse(output);
    const byName = (things: readonly { name: string }[]) => Object.fromEntries(things.map((it) => [it.name, it]));
    expect(byName(datasets)).toMatchObject(
      byName(
        [...BUILT_IN.datasets].map(({ name, classes, resolution, resizable }) => ({
          name,
          classes,
          resolution,
          resizable,
        })),
      ),
    );
    expect(byName(teachers)).toMatchObject(
      byName([...BUILT_IN.teachers].map(({ name, asset }) => ({ name, shipsWeights: asset === null }))),
    );
    expect(byName(proxies)).toMatchObject(
      byName([...BUILT_IN.proxies].map(({ name, direction, needs }) => ({ name, direction, needs }))),
    );
  });

  it('also has what its plugins register', async () => {
    const { available } = (await ground.start(SIDECAR, { workers: 1, plugins: [TOY] })).hello;
    expect(available?.spaces).toEqual(expect.arrayContaining(['nas-bench-201', 'toy-space']));
    expect(available?.datasets).toContain('stripes');
    expect(available?.teachers).toContain('stripes-teacher');
    expect(available?.proxies).toEqual(expect.arrayContaining(['toy-depth', 'toy-loss']));
  });

  it('does not know names without a worker', async () => {
    expect((await ground.start(SIDECAR, { workers: 0, plugins: [TOY] })).hello.available).toBeNull();
  });

  it('reports a plugin that cannot be loaded, with the line of its file', async () => {
    const plugin = join(ground.folder, 'broken.py');
    writeFileSync(plugin, 'import not_there\n');
    const start = ground.start(SIDECAR, { workers: 2, plugins: [plugin] });
    const reason = `ModuleNotFoundError: No module named 'not_there' (${plugin}, line 1: import not_there)`;
    await expect(start).rejects.toThrow(`The plugin ${plugin} cannot be loaded: ${reason}`);
    await expect(start).rejects.toBeInstanceOf(MissingError);
    await expect(start).rejects.toMatchObject({ code: 'plugin-failed', nextSteps: [`Correct ${plugin}.`] });
  });
});
