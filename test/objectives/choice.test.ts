/** Objectives and proxies that are added at run time can be chosen like the built-in ones. */
import { describe, expect, it } from 'vitest';
import { text } from '../../src/definitions/key.js';
import { defineObjective } from '../../src/objectives/definition.js';
import { OBJECTIVES, readObjective } from '../../src/objectives/index.js';
import { defineProxy, PROXIES } from '../../src/proxies/index.js';

const toy = defineProxy({ name: 'toy', direction: 'lower', needs: 'training', doc: 'A toy.', source: 'none' });
const latency = defineObjective({
  name: 'latency',
  aliases: ['speed'],
  doc: 'A proxy that a key of its own names.',
  keys: { 'TOY.PROXY': text('flops', { most: 64 }, 'The proxy.') },
  choose: (_, values) => ({
    kind: 'proxy',
    proxy: { name: values['TOY.PROXY'], direction: 'lower', needs: 'nothing', weight: 1 },
  }),
});
const context = {
  objectives: [...OBJECTIVES, latency],
  proxies: [...PROXIES, toy],
  values: { 'RMINAS.AGGREGATE': 'toy@3 1 flops 2', 'TOY.PROXY': 'params' },
  where: 'RMINAS.OBJECTIVE',
  steps: 10,
};

describe('the choice of an objective', () => {
  it('includes objectives that are passed in, with their own keys', () => {
    const proxy = { name: 'params', direction: 'lower', needs: 'nothing', weight: 1 };
    expect(readObjective('latency', context)).toEqual({ kind: 'proxy', proxy });
    expect(readObjective('speed', { ...context, values: {} })).toEqual({
      kind: 'proxy',
      proxy: { ...proxy, name: 'flops' },
    });
  });

  it('includes proxies that are passed in, alone and in the aggregate', () => {
    const proxy = { name: 'toy@9', direction: 'lower', needs: 'training', weight: 1 };
    expect(readObjective('toy@9', context)).toEqual({ kind: 'proxy', proxy });
    expect(readObjective('aggregate', context)).toEqual({
      kind: 'aggregate',
      proxies: [
        { ...proxy, name: 'toy@3' },
        { name: 'flops', direction: 'higher', needs: 'nothing', weight: 2 },
      ],
    });
  });

  it('suggests the nearest name, and checks steps', () => {
    expect(() => readObjective('latenci', context)).toThrow('Did you mean latency?');
    expect(() => readObjective('toy', { ...context, proxies: PROXIES })).toThrow(
      expect.objectContaining({ code: 'unknown-objective' }),
    );
    expect(() => readObjective('toy@10', context)).toThrow(
      'RMINAS.OBJECTIVE asks for toy@10, but a training has 9 updates.',
    );
  });
});
