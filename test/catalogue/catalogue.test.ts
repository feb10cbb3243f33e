import { describe, expect, it } from 'vitest';
import { assetsOf } from '../../src/assets/asset.js';
import { locateAssets } from '../../src/assets/locate.js';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { extendCatalogue } from '../../src/catalogue/catalogue.js';
import { loadConfig, planRetraining, planSearch } from '../../src/config/index.js';
import type { DatasetDefinition } from '../../src/datasets/definition.js';
import { wholeNumber } from '../../src/definitions/key.js';
import { UsageError } from '../../src/errors.js';
import { defineProxy } from '../../src/proxies/index.js';
import { defineSpace } from '../../src/spaces/definition.js';
import { defineStrategy } from '../../src/strategies/definition.js';
import { createRandomSearch } from '../../src/strategies/random.js';
import type { TeacherDefinition } from '../../src/teachers/definition.js';
import { createTinySpace } from '../spaces/tiny-space.js';

const toySpace = defineSpace({
  name: 'toy',
  aliases: ['toy_space'],
  doc: 'A space for tests.',
  space: createTinySpace(3, 3),
  network: { channels: 4, cells: 2 },
});
const toyImages: DatasetDefinition = {
  name: 'toy-images',
  aliases: [],
  doc: 'Images for tests.',
  classes: 3,
  resolution: 6,
  resizable: false,
  teacher: 'toy-teacher',
  asset: null,
};
const toyTeacher: TeacherDefinition = { name: 'toy-teacher', aliases: [], doc: 'A teacher for tests.', asset: null };
const toyProxy = defineProxy({
  name: 'toy-proxy',
  direction: 'lower',
  needs: 'batch',
  doc: 'A proxy.',
  source: 'none',
});
const toyStrategy = defineStrategy({
  name: 'toy-strategy',
  aliases: ['toys'],
  doc: 'A strategy for tests.',
  keys: { 'RMINAS.TOY_COUNT': wholeNumber(3, { least: 1, most: 9 }, 'A count.') },
  create: ({ space, ...settings }) => createRandomSearch({ space, settings }),
});

const catalogue = extendCatalogue(BUILT_IN, {
  spaces: [toySpace],
  datasets: [toyImages],
  teachers: [toyTeacher],
  proxies: [toyProxy],
  strategies: [toyStrategy],
});
const WORDS = 'SPACE.NAME toy_space LOADER.DATASET toy-images RMINAS.OBJECTIVE toy-proxy RMINAS.STRATEGY toys';

describe('an extended catalogue', () => {
  it('plans a search with all that was added', async () => {
    const config = await loadConfig({ catalogue, overrides: [...WORDS.split(' '), 'RMINAS.TOY_COUNT', '5'] });
    const { specification, settings, definitions } = planSearch(config);
    expect(specification).toMatchObject({
      space: 'toy',
      network: { channels: 4, cells: 2, classes: 3, resolution: 6 },
      dataset: 'toy-images',
      teacher: { architecture: 'toy-teacher' },
      backend: 'native',
    });
    expect(settings).toMatchObject({
      strategy: 'toy-strategy',
      strategyValues: { 'RMINAS.TOY_COUNT': 5 },
      objective: { kind: 'proxy', proxy: { name: 'toy-proxy', direction: 'lower' } },
    });
    expect(definitions.space).toBe(toySpace);
    expect(await locateAssets(specification, config)).toEqual({ dataset: null, teacher: null });
  });

  it('plans a retraining of a space without a published recipe', async () => {
    const genotype = toySpace.space.print([0, 1, 2]);
    const overrides = ['SPACE.NAME', 'toy', 'LOADER.DATASET', 'toy-images', 'TRAIN.GENOTYPE', `"${genotype}"`];
    const { retraining } = planRetraining(await loadConfig({ catalogue, overrides }));
    expect(retraining).toMatchObject({ space: 'toy', genotype, network: { channels: 4, resolution: 6 } });
  });

  it('gives the key of a strategy its default and its range', async () => {
    const { values, settings } = await loadConfig({ catalogue });
    expect(values['RMINAS.TOY_COUNT']).toBe(3);
    expect(settings.get('RMINAS.TOY_COUNT')).toMatchObject({ source: 'default' });
    await expect(loadConfig({ catalogue, overrides: ['RMINAS.TOY_COUNT', '10'] })).rejects.toMatchObject({
      code: 'out-of-range',
      message: 'RMINAS.TOY_COUNT is 10 (the overrides), and must be a whole number from 1 to 9.',
    });
    await expect(loadConfig({ overrides: ['RMINAS.TOY_COUNT', '5'] })).rejects.toMatchObject({ code: 'unknown-key' });
  });

  it('leaves the catalogue that it extends as it is', async () => {
    expect(BUILT_IN.spaces.find('toy')).toBeUndefined();
    await expect(loadConfig({ overrides: ['SPACE.NAME', 'toy'] })).rejects.toMatchObject({ code: 'unknown-space' });
  });
});

describe('the names of a catalogue', () => {
  it.each([
    ['a name', { ...toySpace, name: 'darts', aliases: [] }],
    ['a name that is an alias', { ...toySpace, name: 'infer_darts', aliases: [] }],
    ['an alias that is a name', { ...toySpace, aliases: ['mb'] }],
    ['an alias', { ...toySpace, aliases: ['ofa'] }],
    ['its own name as an alias', { ...toySpace, aliases: ['toy'] }],
  ])('are refused for %s that is in use', (_, space) => {
    expect(() => extendCatalogue(BUILT_IN, { spaces: [space] })).toThrow(UsageError);
    expect(() => extendCatalogue(BUILT_IN, { spaces: [space] })).toThrow(/Two definitions of a space have the name/);
  });

  it.each(['', 'My Images', '../images', 'Images', '-images', 'a'.repeat(65)])('cannot be %j', (name) => {
    expect(() => extendCatalogue(BUILT_IN, { datasets: [{ ...toyImages, name }] })).toThrow(/malformed/);
  });

  it('lead to the nearest one', () => {
    expect(() => BUILT_IN.spaces.get('infer_nb21', 'SPACE.NAME')).toThrow(
      "There is no space 'infer_nb21' (SPACE.NAME). Did you mean infer_nb201?",
    );
    expect(BUILT_IN.spaces.get('infer_nb201', 'SPACE.NAME').name).toBe('nas-bench-201');
  });
});

describe('the built-in catalogue', () => {
  it.each([...BUILT_IN.datasets])('has the teacher of $name', ({ teacher }) => {
    expect(BUILT_IN.teachers.find(teacher ?? '')?.name).toBe(teacher);
  });

  it.each([...BUILT_IN.spaces])(
    'has a space of the name $name, and its data set',
    ({ name, space, script, benchmark }) => {
      expect(space.name).toBe(name);
      if (script.dataset !== null) expect(BUILT_IN.datasets.find(script.dataset)).toBeDefined();
      if (benchmark !== null) expect(benchmark.space).toBe(name);
    },
  );

  it('has a data set and a teacher without files', () => {
    const names = assetsOf(BUILT_IN).map(({ name }) => name);
    for (const { name, asset } of [...BUILT_IN.datasets, ...BUILT_IN.teachers]) {
      expect(names.includes(name)).toBe(asset !== null);
    }
    expect(names).not.toContain('digits');
  });
});
