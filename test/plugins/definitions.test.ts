import { describe, expect, it } from 'vitest';
import { definitionsOf, noticesOf } from '../../src/plugins/definitions.js';
import type { PluginDescription } from '../../src/plugins/description.js';

const plugin = '/own/toy.py';
const description: PluginDescription = {
  plugins: [
    { source: plugin, name: plugin, file: plugin, sha256: '0'.repeat(64) },
    { source: 'empty', name: 'empty', file: '/site/empty.py', sha256: '1'.repeat(64) },
  ],
  spaces: [
    { name: 'darts', plugin: null, slots: null },
    { name: 'toy', plugin, slots: [{ name: 'width', choices: ['4', '8'] }] },
    { name: 'text', plugin, slots: null },
  ],
  datasets: [{ name: 'images', plugin, classes: 3, resolution: 8, resizable: true, teacher: null }],
  teachers: [{ name: 'resnet20', plugin: null, classes: 10 }],
  proxies: [{ name: 'depth', plugin, direction: 'lower', needs: 'training' }],
};

describe('the description of plugins', () => {
  it('becomes definitions of all that they add, and of nothing that is built in', () => {
    const { spaces, datasets, teachers, proxies } = definitionsOf(description);
    expect([...spaces].map(({ name, space }) => [name, space.size])).toEqual([['toy', 2]]);
    expect([...datasets]).toMatchObject([{ name: 'images', classes: 3, resolution: 8, resizable: true, asset: null }]);
    expect([...teachers]).toEqual([]);
    expect([...proxies]).toMatchObject([{ name: 'depth', direction: 'lower', needs: 'training' }]);
  });

  it('is told to the user, one sentence for each plugin', () => {
    expect(noticesOf(description)).toEqual([
      `The plugin ${plugin} runs. It adds the space toy, the space text (without slots: only a script can search it), ` +
        'the data set images, the proxy depth.',
      'The plugin empty runs. It adds nothing.',
    ]);
  });

  it('is refused when the slots of a space make no genotypes', () => {
    const slots = [{ name: 'width', choices: ['a=b', 'c'] }];
    const malformed = { ...description, spaces: [{ name: 'toy', plugin, slots }] };
    expect(() => definitionsOf(malformed)).toThrow(expect.objectContaining({ code: 'invalid-space', exitCode: 2 }));
  });
});
