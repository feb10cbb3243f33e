import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { extendCatalogue } from '../../src/catalogue/catalogue.js';
import { configuredValues, loadConfig, planSearch } from '../../src/config/index.js';
import { ownTeacher } from '../../src/plugins/own-teacher.js';
import { parseTeacherReference } from '../../src/plugins/teacher-reference.js';
import type { OwnTeacher } from '../../src/protocol/specification.js';

const folder = mkdtempSync(join(tmpdir(), 'rminas-test-'));
const file = (name: string, content = '') => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const own = file('own.py', 'def make(): ...');
const weights = file('weights.safetensors');
const checkpoint = file('checkpoint.pth', 'PK no archive');
const colon = file('odd:make');

async function parse(overrides: readonly string[]) {
  const configured = await configuredValues({ overrides: ['LOADER.DATASET', 'digits', ...overrides] });
  return parseTeacherReference(configured, { cwd: folder, catalogue: BUILT_IN });
}
const teacher = (text: string, ...more: string[]) => parse(['RMINAS.TEACHER', `'${text}'`, ...more]);

describe('a teacher of the user', () => {
  it('is a network of a library, with cached, random or named weights', async () => {
    const cached = { kind: 'timm', name: 'resnet18.a1_in1k', weights: null, random: false, code: null };
    expect(await teacher('timm:resnet18.a1_in1k')).toMatchObject(cached);
    const random = await teacher('pytorchcv:resnet20_cifar10', 'RMINAS.TEACHER_WEIGHTS', 'random');
    expect(random).toMatchObject({ kind: 'pytorchcv', weights: null, random: true, weightsText: 'random' });
    const named = await teacher('torchvision:resnet18', 'RMINAS.TEACHER_WEIGHTS', "'weights.safetensors'");
    expect(named).toMatchObject({ kind: 'torchvision', weights, random: false, weightsText: weights });
  });

  it('is not a device', async () => {
    await expect(teacher('/dev/zero')).rejects.toThrow(
      'The teacher /dev/zero is not a file or a folder: it is a device',
    );
  });

  it('is a function of a file or of a module', async () => {
    expect(await teacher('own.py:make')).toMatchObject({
      kind: 'factory',
      name: 'make',
      code: own,
      text: `${own}:make`,
    });
    const module = { kind: 'factory', name: 'animals.networks:make', code: null, text: 'animals.networks:make' };
    expect(await teacher('animals.networks:make')).toMatchObject(module);
  });

  it('is a registered network with weights or stages of the user', async () => {
    const both = await teacher('resnet20', 'RMINAS.TEACHER_WEIGHTS', "'weights.safetensors'");
    expect(both).toMatchObject({ kind: 'registered', name: 'resnet20', weights, text: 'resnet20' });
    const stages = await parse(['RMINAS.TEACHER_STAGES', "['bn1', 'layer2', 'layer3']"]);
    expect(stages).toMatchObject({ kind: 'registered', name: 'digits-resnet', stages: ['bn1', 'layer2', 'layer3'] });
    const inFile = await teacher('checkpoint.pth', 'RMINAS.TEACHER_STAGES', "['a', 'b', 'c']");
    expect(inFile).toMatchObject({ kind: 'registered', name: 'digits-resnet', weights: checkpoint, text: checkpoint });
  });

  it('is a folder that a training has written', async () => {
    const trained = join(folder, 'trained');
    mkdirSync(trained);
    const description = {
      ...{ schema: 1, rminas: '0.3.0', teacher: `${own}:make`, weights: 'teacher.safetensors', sha256: 'a'.repeat(64) },
      ...{ classes: 3, resolution: 8, dataset: 'animals', accuracy: 90, loss: 0.1, epochs: 2, seed: 1, parameters: 9 },
    };
    const there = join(trained, 'teacher.safetensors');
    file('trained/teacher.safetensors');
    file('trained/teacher.json', JSON.stringify(description));
    const expected = { kind: 'factory', name: 'make', code: own, weights: there, text: `${own}:make` };
    expect(await teacher('trained')).toMatchObject(expected);
    expect(await teacher('trained/teacher.safetensors')).toMatchObject(expected);
    file('trained/teacher.json', '{"schema": 1}');
    await expect(teacher('trained')).rejects.toMatchObject({ code: 'invalid-reference', exitCode: 2 });
  });

  it('is nothing for a name, a checkpoint, or no key at all', async () => {
    for (const text of ['', 'digits-resnet', 'checkpoint.pth', 'odd:make', 'no-such-file.pth']) {
      expect(await teacher(text)).toBeNull();
    }
    expect(colon).toContain('odd:make');
  });

  it.each([
    ['missing.py:make', [], 'missing-teacher', 3],
    ['resnet20', ['RMINAS.TEACHER_WEIGHTS', 'missing.pth'], 'missing-teacher', 3],
    ['.', [], 'missing-teacher', 3],
    ['own.py:make', ['RMINAS.TEACHER_WEIGHTS', 'random'], 'conflicting-keys', 2],
    ['checkpoint.pth', ['RMINAS.TEACHER_WEIGHTS', "'weights.safetensors'"], 'conflicting-keys', 2],
  ])('is an error for %s %j', async (text, more, code, exitCode) => {
    await expect(teacher(text, ...more)).rejects.toMatchObject({ code, exitCode });
  });
});

describe('the plan with a teacher of the user', () => {
  const identity: OwnTeacher = {
    ...{ kind: 'factory', name: 'make', version: null, weights: null, code: 'b'.repeat(64) },
    ...{ stages: ['layer1', 'layer2', 'layer3'], classes: 10 },
  };
  const plan = async (classes: number, overrides: readonly string[] = []) => {
    const all = ['LOADER.DATASET', 'digits', 'RMINAS.TEACHER', `'${own}:make'`, ...overrides];
    const reference = parseTeacherReference(await configuredValues({ overrides: all }), { catalogue: BUILT_IN });
    const answer = { identity: { ...identity, classes }, weights: null, compared: [], parameters: 1, notes: [] };
    if (reference === null) throw new Error('no reference');
    const catalogue = extendCatalogue(BUILT_IN, { teachers: [ownTeacher(reference, answer)] });
    return planSearch(await loadConfig({ overrides: all, catalogue })).specification;
  };

  it('has its identity, and runs it in evaluation mode', async () => {
    const { teacher, beta, batch } = await plan(10);
    expect(teacher).toMatchObject({ mode: 'eval', own: identity });
    expect(teacher.architecture).toMatch(/^make-[0-9a-f]{8}$/);
    expect({ beta, ...batch }).toMatchObject({ beta: 0.8, selection: 'lowest-teacher-loss' });
  });

  it('uses only the representation of a teacher for other classes', async () => {
    const { beta, batch } = await plan(7);
    expect({ beta, ...batch }).toMatchObject({ beta: 1, size: 256, pool: 256, selection: 'all' });
    await expect(plan(7, ['RMINAS.LOSS_BETA', '0.5'])).rejects.toMatchObject({ code: 'wrong-classes', exitCode: 2 });
  });

  it('takes a registered teacher by its name', async () => {
    const overrides = ['LOADER.DATASET', 'cifar10', 'RMINAS.TEACHER', 'digits-resnet'];
    const { teacher } = planSearch(await loadConfig({ overrides })).specification;
    expect(teacher).toStrictEqual({ architecture: 'digits-resnet', mode: 'train' });
  });
});

describe('the size of the images that a teacher is asked about', () => {
  const SEARCHED = ['SEARCH.IM_SIZE', '24', 'TRAIN.IM_SIZE', '32'];
  const retraining = file('retraining.yaml', 'TRAIN:\n  GENOTYPE: Genotype\n  IM_SIZE: 32\n');

  it.each<[string, Parameters<typeof configuredValues>[0], number | null]>([
    ['of a search is its own, not that of a retraining', { overrides: SEARCHED }, 24],
    ['of a search may be left to the data set', { overrides: ['TRAIN.IM_SIZE', '32'] }, null],
    ['of a retraining is its own', { file: retraining }, 32],
  ])('%s', async (_, options, resolution) => {
    expect(await configuredValues(options)).toMatchObject({ resolution });
  });
});
