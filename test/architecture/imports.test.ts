/** The rules of the rooms, asserted over the import statements of both languages. */
import { describe, expect, it } from 'vitest';
import { filesUnder, type Import, importsOfPython, importsOfTypeScript, readSource } from './read-imports.js';

const typescript = filesUnder('src', '.ts').flatMap((file) => importsOfTypeScript(file, readSource(file)));
const python = filesUnder('python/rminas_sidecar', '.py').flatMap((file) => importsOfPython(file, readSource(file)));

const inRoom = (path: string, ...rooms: readonly string[]) => rooms.some((room) => path.startsWith(`src/${room}/`));
const isPackage = (to: string, name: string) => to === name || to.startsWith(`${name}/`);
const written = ({ from, to }: Import) => `${from} imports ${to}`;

/** Packages that only do arithmetic on their arguments. */
const PURE = ['pure-rand', 'fastest-levenshtein', 'node:crypto', 'node:assert/strict', 'zod'];

/** The rooms of the pure core, lowest first. */
const CORE = [
  ...['random', 'statistics', 'definitions', 'datasets', 'teachers', 'spaces', 'proxies', 'supernets'],
  ...['strategies', 'objectives', 'search'],
];

describe('the pure core', () => {
  it.each([
    ['random', ['random']],
    ['statistics', ['statistics', 'random']],
    ['definitions', ['definitions']],
    ['datasets', ['datasets', 'definitions']],
    ['teachers', ['teachers', 'definitions']],
    ['spaces', ['spaces', 'datasets', 'definitions', 'random']],
    ['proxies', ['proxies']],
    ['supernets', ['supernets', 'definitions']],
    ['strategies', ['strategies', 'spaces', 'definitions', 'statistics', 'random']],
    ['objectives', ['objectives', 'strategies', 'proxies', 'definitions']],
    ['search', ['search', 'objectives', 'strategies', 'spaces', 'random']],
  ] as const)(
    '%s knows only the rooms below it, types of the protocol, errors, and the check of options, and pure packages',
    (room, allowed) => {
      const imports = typescript.filter(({ from }) => inRoom(from, room));
      const wrong = imports.filter(({ to, typeOnly }) => {
        const fine =
          inRoom(to, ...allowed) ||
          to === 'src/errors.js' ||
          to === 'src/nearest.js' ||
          to === 'src/options.js' ||
          (inRoom(to, 'protocol') && typeOnly) ||
          PURE.some((name) => isPackage(to, name));
        return !fine;
      });
      expect(imports.length).toBeGreaterThan(0);
      expect(wrong.map(written)).toEqual([]);
    },
  );

  it('checks options by a file that is as pure', () => {
    const imports = typescript.filter(({ from }) => from === 'src/options.ts');
    expect(imports.map(({ to }) => to).sort()).toEqual(['src/errors.js', 'src/nearest.js', 'zod']);
  });

  it('reads no clock, no environment and no global randomness', () => {
    const impure = /\b(?:Date\.now|new Date|performance\.|Math\.random|setTimeout|setInterval|process\.|fetch\()/;
    const core = filesUnder('src', '.ts').filter((file) => inRoom(file, ...CORE));
    expect(core.filter((file) => impure.test(readSource(file)))).toEqual([]);
  });
});

describe('the rooms', () => {
  it('are not built on the commands', () => {
    const wrong = typescript.filter(({ from, to }) => inRoom(to, 'commands') && !inRoom(from, 'commands'));
    expect(wrong.map(written)).toEqual([]);
  });

  it('hold no command that imports another', () => {
    const wrong = typescript.filter(({ from, to }) => inRoom(to, 'commands') && inRoom(from, 'commands'));
    expect(wrong.map(written)).toEqual([]);
  });

  it.each([
    ['zeromq', 'src/sidecar/transport'],
    ['execa', 'src/sidecar/process'],
    ['pythonia', 'src/bridge/'],
    ['tar', 'src/assets/unpack'],
    ['@dagrejs/dagre', 'src/report/cell/'],
  ])('leave %s to %s', (name, owner) => {
    const wrong = typescript.filter(({ from, to }) => isPackage(to, name) && !from.startsWith(owner));
    expect(wrong.map(written)).toEqual([]);
  });

  it('leave HTTP to src/assets/http and the pages of src/ui', () => {
    const callers = filesUnder('src', '.ts').filter((file) => /\bfetch\(|'node:https?'/.test(readSource(file)));
    expect(callers).toEqual(['src/assets/http.ts', 'src/ui/guard.ts', 'src/ui/server.ts']);
  });

  it('keep charts independent of their subject', () => {
    const imports = typescript.filter(({ from, to }) => inRoom(from, 'charts') && to.startsWith('src/'));
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter(({ to }) => !inRoom(to, 'charts')).map(written)).toEqual([]);
  });

  it('leave ECharts to charts, and to the script of the page', () => {
    const imports = typescript.filter(({ to }) => isPackage(to, 'echarts'));
    expect(imports.length).toBeGreaterThan(0);
    const wrong = imports.filter(({ from }) => !inRoom(from, 'charts') && from !== 'src/report/client/echarts.ts');
    expect(wrong.map(written)).toEqual([]);
  });

  it('let the script of a page import types, the options of charts, pictures, and data without imports from elsewhere', () => {
    const imports = typescript.filter(
      ({ from, to, typeOnly }) => from.startsWith('src/report/client/') && to.startsWith('src/') && !typeOnly,
    );
    const charts = ['src/charts/option.js', 'src/charts/palette.js'];
    const plain = ['src/report/data/pictures.js', 'src/report/data/training-charts.js'];
    const allowed = [...charts, 'src/report/cell/svg.js', ...plain];
    const wrong = imports.filter(({ to }) => !to.startsWith('src/report/client/') && !allowed.includes(to));
    expect(imports.length).toBeGreaterThan(0);
    expect(wrong.map(written)).toEqual([]);
    const below = typescript.filter(({ from, typeOnly }) => plain.includes(from.replace(/ts$/, 'js')) && !typeOnly);
    expect(below.map(written)).toEqual([]);
  });

  it('compute comparisons from journals by arithmetic only', () => {
    const pure = ['cost', 'trajectory', 'curves', 'rows'].map((name) => `src/jobs/compare/${name}.ts`);
    const imports = typescript.filter(({ from, typeOnly }) => pure.includes(from) && !typeOnly);
    const allowed = ['search', 'objectives', 'strategies', 'spaces', 'statistics'];
    const wrong = imports.filter(({ to }) => !inRoom(to, ...allowed) && !pure.includes(to.replace(/js$/, 'ts')));
    expect(imports.length).toBeGreaterThan(0);
    expect(wrong.map(written)).toEqual([]);
  });

  const definitions = [
    'definitions',
    'datasets',
    'teachers',
    'spaces',
    'strategies',
    'objectives',
    'proxies',
    'supernets',
  ];
  it.each([
    ['catalogue', [...definitions, 'catalogue', 'protocol']],
    ['config', [...definitions, 'catalogue', 'protocol', 'installation', 'system', 'config']],
    ['assets', [...definitions, 'catalogue', 'protocol', 'config', 'installation', 'system', 'assets']],
    ['plugins', [...definitions, 'catalogue', 'protocol', 'config', 'installation', 'sidecar', 'system', 'plugins']],
  ])('let %s know only definitions and the rooms below it', (room, allowed) => {
    const imports = typescript.filter(({ from, to }) => inRoom(from, room) && to.startsWith('src/'));
    const files = ['src/errors.js', 'src/nearest.js', 'src/options.js'];
    const wrong = imports.filter(({ to }) => !inRoom(to, ...allowed) && !files.includes(to));
    expect(imports.length).toBeGreaterThan(0);
    expect(wrong.map(written)).toEqual([]);
  });

  it.each([
    ['ray', 'python/rminas_sidecar/engines/ray.py'],
    ['xnas', 'python/rminas_sidecar/backends/xnas.py'],
  ])('leave the Python package %s to %s', (name, owner) => {
    const wrong = python.filter(({ from, to }) => to.split('.')[0] === name && from !== owner);
    expect(python.length).toBeGreaterThan(0);
    expect(wrong.map(written)).toEqual([]);
  });
});

describe('the reading of imports', () => {
  it('finds every form that TypeScript has', () => {
    const source = [
      "import a from 'a';",
      "import { b,\n  type B } from 'b/deep';",
      "import type { C } from './c.js';",
      "export * from '../d.js';",
      "import 'e';",
      "const f = await import('f');",
      "// import g from 'g';",
      "/* import h from 'h'; */",
      "import * as i from 'node:i';",
    ].join('\n');
    expect(importsOfTypeScript('src/room/file.ts', source)).toEqual(
      [
        ['a', false],
        ['b/deep', false],
        ['src/room/c.js', true],
        ['src/d.js', false],
        ['e', false],
        ['node:i', false],
        ['f', false],
      ].map(([to, typeOnly]) => ({ from: 'src/room/file.ts', to, typeOnly })),
    );
  });

  it('finds every form that Python has', () => {
    const source =
      '"""\nimport no\n"""\nimport a, b.c as d\nfrom e.f import (\n    g,\n)\n    import h\nimportlib.import_module("i")\n';
    expect(importsOfPython('x.py', source).map(({ to }) => to)).toEqual(['a', 'b.c', 'h', 'e.f', 'i']);
  });
});
