/** Pictures of architectures of every space. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import type { ArchitectureGraph, CellGraph } from '../../src/definitions/graph.js';
import { createRandom } from '../../src/random/random.js';
import { placeCell } from '../../src/report/cell/layout.js';
import { architectureSvg, cellSvg } from '../../src/report/cell/svg.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { defineSpace } from '../../src/spaces/definition.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';

const NASNET =
  "Genotype(normal=[('sep_conv_5x5', 1), ('sep_conv_3x3', 0), ('sep_conv_5x5', 0), ('sep_conv_3x3', 0), ('avg_pool_3x3', 1), ('skip_connect', 0), ('avg_pool_3x3', 0), ('avg_pool_3x3', 0), ('sep_conv_3x3', 1), ('skip_connect', 1)], normal_concat=[2, 3, 4, 5, 6], reduce=[('sep_conv_5x5', 1), ('sep_conv_7x7', 0), ('max_pool_3x3', 1), ('sep_conv_7x7', 0), ('avg_pool_3x3', 1), ('sep_conv_5x5', 0), ('skip_connect', 3), ('avg_pool_3x3', 2), ('sep_conv_3x3', 2), ('max_pool_3x3', 1)], reduce_concat=[4, 5, 6])";

const graphsOf = (space: string, genotype: string) => BUILT_IN.spaces.get(space, 'the test').graphs(genotype);
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text]) => text);
const cellsOf = (graphs: readonly ArchitectureGraph[]) =>
  graphs.filter((graph): graph is CellGraph => graph.form === 'cell');

const drawn = [...BUILT_IN.spaces].flatMap(({ name, space, graphs }) =>
  Array.from({ length: 5 }, (_, index) => {
    const genotype = space.print(space.sample(createRandom(1, name, index)));
    return { name, genotype, graphs: graphs(genotype) };
  }),
);

describe('the graphs of a genotype', () => {
  it('of NAS-Bench-201 have its six edges between four nodes', () => {
    const [cell] = cellsOf(
      graphsOf('nas-bench-201', '|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|none~1|none~2|'),
    );
    expect(cell?.edges.map(({ from, to, operation }) => `${from}>${to} ${operation?.label}`)).toEqual([
      '0>1 conv 3×3',
      '0>2 none',
      '1>2 avg 3×3',
      '0>3 skip',
      '1>3 none',
      '2>3 none',
    ]);
  });

  it('of DARTS are one cell when normal and reduction cell are equal, and two otherwise', () => {
    const darts = drawn.find(({ name }) => name === 'darts');
    expect(darts?.graphs.map(({ title }) => title)).toEqual(['Normal and reduction cell']);
    const [normal, reduction] = cellsOf(graphsOf('darts', NASNET));
    expect([normal?.title, reduction?.title]).toEqual(['Normal cell', 'Reduction cell']);
    expect(reduction?.nodes.map(({ label }) => label)).toEqual([
      'c_{k-2}',
      'c_{k-1}',
      '0',
      '1',
      '2',
      '3',
      '4',
      'c_{k}',
    ]);
    expect(reduction?.edges.filter(({ to }) => to === 7).map(({ from }) => from)).toEqual([4, 5, 6]);
  });

  it('of a space of slots are its choices', () => {
    const slots = [
      { name: 'width', choices: ['8', '16'] },
      { name: 'depth', choices: ['1', '2'] },
    ];
    const own = defineSpace({ name: 'own', doc: '', space: createSlotSpace({ name: 'own', slots }) });
    const [graph] = own.graphs('width=16,depth=1');
    expect(graph?.form === 'rows' && graph.rows.map(({ label, blocks }) => [label, blocks[0]?.name])).toEqual([
      ['width', '16'],
      ['depth', '1'],
    ]);
  });

  it('of a text that is not a genotype are refused', () => {
    expect(() => graphsOf('nas-bench-201', 'nonsense')).toThrow('is not a NAS-Bench-201 genotype');
  });
});

describe('the layout of a cell', () => {
  const cells = [...cellsOf(drawn.flatMap(({ graphs }) => graphs)), ...cellsOf(graphsOf('darts', NASNET))];

  it('puts everything into the picture, and each node to the right of its sources', () => {
    for (const cell of cells) {
      const { width, height, nodes, edges } = placeCell(cell);
      for (const { edge, points } of edges) {
        expect(nodes[edge.from]?.x).toBeLessThan(nodes[edge.to]?.x ?? 0);
        for (const { x, y } of points) expect(x >= 0 && x <= width && y >= 0 && y <= height).toBe(true);
      }
    }
  });

  it('lets no two labels and no two nodes overlap', () => {
    for (const cell of cells) {
      const { nodes, edges } = placeCell(cell);
      const boxes = [...nodes, ...edges.flatMap(({ label }) => (label === null ? [] : [label]))];
      const overlaps = boxes.filter((one, index) =>
        boxes.slice(index + 1).some((other) => {
          const [x, y] = [Math.abs(one.x - other.x), Math.abs(one.y - other.y)];
          return x < (one.width + other.width) / 2 && y < (one.height + other.height) / 2;
        }),
      );
      expect(overlaps).toEqual([]);
    }
  });

  it('is at most 480 pixels wide for the cells of all spaces', () => {
    expect(Math.max(...cells.map((cell) => placeCell(cell).width))).toBeLessThan(480);
  });
});

describe('the picture of an architecture', () => {
  it('is well-formed, also with hostile text', async () => {
    const hostile = defineSpace({ name: 'any', doc: '', space: BUILT_IN.spaces.get('mb', 'the test').space });
    const rows = { form: 'rows' as const, connected: false, title: '</title><script>alert(1)</script>' };
    const text = `"]]>&<script>alert(1)</script>\u0000`;
    const bad = { ...rows, rows: [{ label: text, blocks: [{ name: text, label: text, family: 'choice' as const }] }] };
    const files = [
      ...drawn.map(({ genotype, graphs }) => architectureSvg(genotype, graphs)),
      ...[...hostile.graphs(hostile.space.print(hostile.space.slots.map(() => 0))), bad].map(cellSvg),
      architectureSvg(text, [bad]),
    ];
    const program = `
import json, sys, xml.etree.ElementTree as tree
for document in json.load(sys.stdin):
    root = tree.fromstring(document)
    assert root.tag.endswith("svg") and not list(root.iter("{http://www.w3.org/2000/svg}script"))
`;
    const input = JSON.stringify(files);
    const { stderr } = spawnSync(await findPython(undefined), ['-c', program], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
  });

  it('labels the operations, leaves none without a label, and has a title and a description', () => {
    const [cell] = graphsOf('nas-bench-201', '|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|');
    const svg = cell === undefined ? '' : cellSvg(cell);
    expect(textsOf(svg)).toEqual(['conv 3×3', 'skip', 'avg 3×3', '0', '1', '2', '3']);
    expect(svg.match(/class="edge none"/g)).toHaveLength(3);
    expect(svg).toContain(
      '<title>Cell</title><desc>1 adds nor_conv_3x3 of 0. 3 adds skip_connect of 0, avg_pool_3x3 of 2.</desc>',
    );
  });

  it('is the same each time', () => {
    expect(drawn.map(({ genotype, graphs }) => architectureSvg(genotype, graphs))).toEqual(
      drawn.map(({ genotype, graphs }) => architectureSvg(genotype, graphs)),
    );
  });
});
