/** Relaxed cells of DARTS, and the genotypes that papers published under names. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dartsDefinition } from '../../src/spaces/darts/definition.js';
import { readRelaxedCells } from '../../src/spaces/darts/relaxed.js';
import { darts } from '../../src/spaces/darts/space.js';

const { published, retraining } = dartsDefinition;
const complete = "[('skip_connect', 0), ('skip_connect', 1)]";
const genotype = (normal: string, normalConcat = '[2]', reduce = complete, reduceConcat = '[2]') =>
  `Genotype(normal=${normal}, normal_concat=${normalConcat}, reduce=${reduce}, reduce_concat=${reduceConcat})`;
const normalOf = (normal: string, concat?: string) => readRelaxedCells(genotype(normal, concat)).normal;

describe('a published name', () => {
  it('stands for its genotype, regardless of case', () => {
    const named = published.find(({ name }) => name === 'DARTS_V2');
    expect(retraining.normalForm('DARTS_V2')).toBe(named?.genotype);
    expect(retraining.normalForm(' darts_v2 ')).toBe(named?.genotype);
  });

  it('of which only figures are published is refused with the reason', () => {
    expect(() => retraining.normalForm('AmoebaNet_B')).toThrow('The cells of AmoebaNet_B are a figure in its paper');
  });

  it('is recorded with its parameters in the fixture that the sidecar counts', () => {
    const recorded = JSON.parse(readFileSync('test/fixtures/published-genotypes.json', 'utf8'));
    const known = published.filter((one) => one.genotype !== null);
    expect(recorded).toEqual(
      known.map(({ name, dataset, parameters }) => ({
        name,
        dataset,
        parameters,
        genotype: retraining.normalForm(name),
      })),
    );
  });

  it('has a genotype whose normal form is its own normal form', () => {
    for (const { name, genotype: text } of published) {
      if (text === null) continue;
      const normal = retraining.normalForm(name);
      expect(retraining.normalForm(normal)).toBe(normal);
    }
  });
});

describe('relaxed cells', () => {
  it('name the node of each edge, before or after its source', () => {
    const expected = normalOf("[('skip_connect', 0), ('max_pool_3x3', 1)]").edges;
    expect(normalOf("[('skip_connect', 2, 0), ('max_pool_3x3', 2, 1)]").edges).toEqual(expected);
    expect(normalOf("[('skip_connect', 0, 2), ('max_pool_3x3', 1, 2)]").edges).toEqual(expected);
  });

  it('leave out isolated nodes, and the edges that come from them', () => {
    const cell = normalOf("[('skip_connect', 2, 0), ('skip_connect', 5, 4), ('max_pool_3x3', 5, 1)]", 'range(2, 6)');
    expect(cell.concat).toEqual([2, 5]);
    expect(cell.edges.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [1, 5],
    ]);
  });

  it('are written as triples where a node does not have two edges, and as pairs otherwise', () => {
    const text = genotype("[('skip_connect', 2, 0)]", '[2]', "[('skip_connect', 2, 0), ('skip_connect', 2, 1)]");
    expect(retraining.normalForm(text)).toBe(genotype("[('skip_connect', 2, 0)]"));
  });

  it('may have lists of any number of edges for each node', () => {
    const { edges } = normalOf(
      "[[('skip_connect', 0)], [('skip_connect', 0), ('skip_connect', 1), ('skip_connect', 2)]]",
      '[3]',
    );
    expect(edges.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
  });

  it.each([
    ["[('skip_connect', 1, 0)]", '[2]', 'leads to an input of the cell'],
    ["[('skip_connect', 2, 2)]", '[2]', 'an edge of normal comes from 2, not from 0 to 1'],
    ["[('skip_connect', 2, 0), ('skip_connect', 0)]", '[2]', 'does not name its node, unlike others'],
    ["[('skip_connect', 400, 0)]", '[2]', 'leads to node 400, beyond 99'],
    ["[('skip_connect', 3, 0)]", '[2]', 'no node of normal_concat has an edge'],
    ["[('skip_connect', 0)]", '[2]', 'normal has 1 edges, not two for each node'],
  ])('%s with the output %s are refused', (normal, concat, problem) => {
    expect(() => normalOf(normal, concat)).toThrow(problem);
  });

  it('are not genotypes of the space that is searched', () => {
    expect(() => darts.parse(retraining.normalForm('FairDARTS_a'))).toThrow('normal_concat must be [2, 3, 4, 5]');
  });
});
