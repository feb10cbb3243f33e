/** Configurations that name the file of a space: what it says, and what is wrong with it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { dumpConfig, loadConfig, planSearch, specificationDigest } from '../../src/config/index.js';
import { UsageError } from '../../src/errors.js';
import { PluginLoader } from '../../src/plugins/loader.js';
import { type FoundSpace, findSpaceFile } from '../../src/plugins/space-file.js';
import { checkSpace } from '../../src/spaces/conformance.js';
import type { SidecarSpace } from '../../src/spaces/own/definition.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';

const folder = temporaryFolder();
const GOOD = 'build: network.py:build\nslots: {width: [8, 16], depth: [1, 2]}\n';

beforeAll(() => {
  writeFileSync(join(folder, 'network.py'), 'def build(choices, classes, resolution): ...\n');
});

/** Reads a file of this content. */
function find(text: string | Uint8Array, name = 'own.yaml') {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
  return findSpaceFile({ cwd: folder, overrides: ['SPACE.NAME', `./${name}`] }, BUILT_IN);
}

describe('the file of a space', () => {
  it('becomes a definition, and a description for the sidecar', async () => {
    const text =
      'name: mine\ndoc: Networks of mine.\nbuild: ./network.py:build\nstages: [a, b.0, c]\nseconds: 5\n' +
      'slots:\n  ratio: {choices: [2, 0.5], when: {kind: mobile, squeeze: [true]}}\n' +
      '  kind: [plain, mobile]\n  squeeze: [true, false]\n';
    const { definition, identity } = (await find(text)) ?? {};
    expect(definition).toMatchObject({ name: 'mine', doc: 'Networks of mine.', benchmark: null, xnas: false });
    expect(definition?.space.print(definition.space.canonical([]))).toBe('kind=plain,squeeze=true');
    const encoding = definition?.space.parse('kind=mobile,squeeze=true,ratio=0.5') ?? [];
    expect(definition?.space.print(encoding)).toBe('kind=mobile,squeeze=true,ratio=0.5');
    const file = join(folder, 'own.yaml');
    expect(identity).toMatchObject({
      source: file,
      file,
      kind: 'space',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const space = JSON.parse(identity?.argument ?? '') as SidecarSpace;
    expect(space).toMatchObject({
      space: 'mine',
      build: { file: join(folder, 'network.py'), function: 'build', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      stages: ['a', 'b.0', 'c'],
      seconds: 5,
    });
    expect(space.slots[0]).toEqual({ name: 'ratio', choices: [2, 0.5], texts: ['2', '0.5'] });
    expect(space.probes.slice(0, 2)).toEqual(['kind=plain,squeeze=true', 'kind=mobile,squeeze=false']);
    expect(space.probes.length).toBeLessThanOrEqual(8);
  });

  it.each(['resnet-space.yaml', 'vit-space.yaml'])(
    'describes a space that follows all rules: examples/%s',
    async (name) => {
      const overrides = ['SPACE.NAME', join(ROOT, 'examples', name)];
      const { definition } = (await findSpaceFile({ overrides }, BUILT_IN)) as FoundSpace;
      expect(() => checkSpace(definition.space)).not.toThrow();
    },
  );

  it('gives the space its own name unless the file has one', async () => {
    expect((await find(GOOD, 'My Space 2.yml'))?.definition.name).toBe('my-space-2');
    expect((await find(GOOD))?.definition.name).toBe('own');
  });

  it('may share choices by aliases', async () => {
    const { definition } = (await find('build: network.py:build\nslots: {a: &few [1, 2], b: *few}\n')) ?? {};
    expect(definition?.space.size).toBe(4);
  });

  it('is not looked for when SPACE.NAME is a name', async () => {
    expect(await findSpaceFile({ overrides: ['SPACE.NAME', 'darts'] }, BUILT_IN)).toBeUndefined();
  });

  const bomb = `a: &a [x, x]\n${[...'bcdefghijklmn'].map((name, n) => `${name}: &${name} [${`*${'abcdefghijklm'[n]},`.repeat(9)}]`).join('\n')}\n`;
  it.each<[string, string | Uint8Array, string]>([
    ['an unknown key', `${GOOD}stagse: [a, b, c]\n`, "the key 'stagse' is unknown; the nearest is 'stages'"],
    [
      'an unknown key of a slot',
      'build: network.py:build\nslots: {a: {choices: [1, 2], wen: {b: 1}}}',
      "the key 'wen' of slots.a is unknown; the nearest is 'when'",
    ],
    ['no slots', 'build: network.py:build\n', 'the key slots is missing'],
    ['no function', 'slots: {a: [1, 2]}\n', 'the key build is missing; it must name a function, e.g. network.py:build'],
    ['a function without a file', 'build: build\nslots: {a: [1, 2]}\n', 'build must name a function'],
    ['another file', 'build: nothing.py:build\nslots: {a: [1, 2]}\n', 'nothing.py, which does not exist'],
    ['an empty list of slots', 'build: network.py:build\nslots: {}\n', 'has no slots'],
    ['a slot without choices', 'build: network.py:build\nslots: {a: []}\n', 'fewer than two choices for the slot a'],
    ['a slot with one choice', 'build: network.py:build\nslots: {a: [1]}\n', 'fewer than two choices for the slot a'],
    ['a slot with double choices', 'build: network.py:build\nslots: {a: [1, 2, 1]}\n', 'two are called "1"'],
    ['a choice that is written twice', 'build: network.py:build\nslots: {a: [1, "1"]}\n', 'two are called "1"'],
    ['a slot twice', 'build: network.py:build\nslots: {a: [1, 2], a: [3, 4]}\n', 'Map keys must be unique at line 2'],
    [
      'a choice that is a list',
      'build: network.py:build\nslots: {a: [1, [2]]}\n',
      'slots.a.choices.1 must be a number',
    ],
    ['choices that are a number', 'build: network.py:build\nslots: {a: 3}\n', 'slots.a must be a list of choices'],
    ['a comma in a choice', 'build: network.py:build\nslots: {a: ["x,y", z]}\n', '"x,y" is not 1 to 64 letters'],
    [
      'too many choices',
      `build: network.py:build\nslots: {a: [${[...Array(65).keys()]}]}\n`,
      'slots.a.choices must have at most 64',
    ],
    [
      'a condition on an unknown slot',
      'build: network.py:build\nslots: {aa: [1, 2], b: {choices: [1, 2], when: {ab: 1}}}\n',
      'a condition of the slot b on "ab", which is not a slot; the nearest is "aa"',
    ],
    [
      'circular conditions',
      'build: network.py:build\nslots: {a: {choices: [1, 2], when: {b: 1}}, b: {choices: [1, 2], when: {a: 1}}}\n',
      'circular conditions: a needs b, b needs a',
    ],
    ['two stages', `${GOOD}stages: [a, b]\n`, 'stages must be the names of three modules'],
    ['no time', `${GOOD}seconds: 0\n`, 'seconds must be at least 0.1 seconds'],
    ['a list', '- build\n', 'it must be a mapping with the keys build and slots'],
    ['nothing', '', 'it must be a mapping with the keys build and slots'],
    ['broken YAML', 'build: [\n', 'at line 2'],
    ['a tag', 'build: !!python/name:os.system x\nslots: {a: [1, 2]}\n', 'Unresolved tag'],
    ['two documents', `${GOOD}---\n${GOOD}`, 'multiple documents'],
    ['aliases of aliases', `build: network.py:build\nslots: {s: [1, 2]}\n${bomb}`, 'aliases stand for too much'],
    ['an alias of itself', 'build: network.py:build\nslots: &s {a: *s}\n', 'slots.a'],
    ['deep nesting', `build: ${'['.repeat(200)}${']'.repeat(200)}\n`, 'nested too deeply'],
    ['a hundred kilobytes', `${GOOD}# ${'x'.repeat(100_000)}\n`, 'more than 65536 bytes'],
    ['the name of another space', `name: darts\n${GOOD}`, 'darts is the name of another space'],
    ['a name with spaces', `name: my space\n${GOOD}`, 'name must be up to 64 lower-case letters'],
    ['something else than text', new Uint8Array([0x62, 0xff, 0xfe, 0x00]), 'is not UTF-8 text'],
  ])('is refused with %s', async (_, text, problem) => {
    const error = await find(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: 'invalid-space', message: expect.stringContaining(problem) });
    expect((error as UsageError).nextSteps.length).toBeGreaterThan(0);
  });

  it('must exist, and be a file', async () => {
    for (const name of ['nothing.yaml', '.']) {
      const attempt = findSpaceFile({ cwd: folder, overrides: ['SPACE.NAME', `./${name}`] }, BUILT_IN);
      await expect(attempt).rejects.toMatchObject({ code: 'missing-space-file', exitCode: 2 });
    }
  });
});

describe('a configuration with the file of a space', () => {
  let loader = new PluginLoader();
  const timeout = scaled(60_000);

  it('binds the path and the content of both files', { timeout }, async () => {
    const yaml = join(folder, 'mine.yaml');
    writeFileSync(yaml, GOOD);
    const cfg = join(folder, 'cfg.yaml');
    writeFileSync(cfg, 'SPACE: {NAME: mine.yaml}\nLOADER: {DATASET: digits}\n');
    const config = await loader.loadConfig({ file: cfg });
    expect(config.values['SPACE.NAME']).toBe(yaml);
    expect(config.values['RMINAS.PLUGINS']).toEqual([]);
    expect(config.notices).toContain(`The space of ${yaml} runs ${join(folder, 'network.py')}.`);
    expect(config.plugins.map(({ file, kind }) => [file, kind])).toEqual([
      [yaml, 'space'],
      [join(folder, 'network.py'), 'space'],
    ]);
    const plan = planSearch(config);
    expect(plan.specification).toMatchObject({ space: 'mine', arithmetic: 'plain' });
    const digest = (more: string) =>
      specificationDigest(
        plan.specification,
        config.plugins.map((one) => ({ ...one, sha256: one.sha256 + more })),
      );
    expect(digest('1')).not.toBe(digest(''));
    // A copy of the configuration in another folder finds the same space.
    const copy = join(temporaryFolder(), 'copy.yaml');
    writeFileSync(copy, dumpConfig(config.settings));
    expect(planSearch(await loader.loadConfig({ file: copy })).specification).toEqual(plan.specification);
  });

  it.each([
    [
      'raise ValueError("boom")\n',
      /^The space file \S+raises.yaml cannot be loaded: ValueError: boom \(\S+raises.py, line 1: /,
    ],
    ['def biuld(choices): ...\n', /raises.py has no function build; it has biuld$/],
  ] as const)('says what is wrong with a Python file of %j', { timeout }, async (source, problem) => {
    writeFileSync(join(folder, 'raises.py'), source);
    writeFileSync(join(folder, 'raises.yaml'), GOOD.replace('network.py', 'raises.py'));
    const attempt = loader.loadConfig({ overrides: ['SPACE.NAME', 'raises.yaml'], cwd: folder });
    await expect(attempt).rejects.toMatchObject({
      code: 'plugin-failed',
      exitCode: 3,
      message: expect.stringMatching(problem),
    });
    // Each question is asked once, and the next file has the same name.
    loader = new PluginLoader();
  });

  it('needs no Python for a name', async () => {
    const config = await new PluginLoader({ python: '/nothing' }).loadConfig({ overrides: ['SPACE.NAME', 'darts'] });
    expect(config.values).toEqual((await loadConfig({ overrides: ['SPACE.NAME', 'darts'] })).values);
  });
});
