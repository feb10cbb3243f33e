/** No file imports itself through others, type-only imports included. */
import { describe, expect, it } from 'vitest';
import { circlesOf } from './circles.js';
import { filesUnder, importsOfTypeScript, readSource } from './read-imports.js';

const imports = filesUnder('src', '.ts').flatMap((file) =>
  importsOfTypeScript(file, readSource(file))
    .filter(({ to }) => to.startsWith('src/'))
    .map(({ to, ...rest }) => ({ ...rest, to: to.replace(/\.js$/, '.ts') })),
);

describe('the files of src', () => {
  it('import each other without circles', () => {
    expect(imports.length).toBeGreaterThan(500);
    expect(circlesOf(imports)).toEqual([]);
  });
});

describe('the search for circles', () => {
  const graph = (...edges: string[]) =>
    edges.map((edge) => ({ from: edge.charAt(0), to: edge.charAt(1), typeOnly: false }));

  it.each([
    ['a tree', ['ab', 'ac', 'bd'], []],
    ['a diamond', ['ab', 'ac', 'bd', 'cd'], []],
    ['a file that imports itself', ['ab', 'bb'], [['b']]],
    ['a pair', ['ab', 'ba'], [['a', 'b']]],
    ['a circle behind a path', ['ab', 'bc', 'cd', 'db'], [['b', 'c', 'd']]],
    [
      'two circles',
      ['ab', 'ba', 'bc', 'cd', 'dc'],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['two circles with a file in common', ['ab', 'ba', 'bc', 'cb'], [['a', 'b', 'c']]],
  ])('finds those of %s', (_, edges, circles) => {
    expect(circlesOf(graph(...edges))).toEqual(circles);
  });
});
