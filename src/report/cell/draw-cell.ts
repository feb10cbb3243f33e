/** The SVG elements of a cell with nodes and edges. */

import { element, escapeText } from '../../charts/xml.js';
import type { CellGraph } from '../../definitions/graph.js';
import { type PlacedEdge, type PlacedNode, type PlacedPoint, placeCell } from './layout.js';
import { FONT_SIZE, shownLabel } from './measure.js';
import type { Picture } from './picture.js';
import { pill } from './pill.js';

const TIP = { length: 7, half: 3.2 };
const ROUND = 8;

/** Draws nodes as boxes and operations as labels on coloured edges. An edge with `none` is faint. */
export function drawCell(cell: CellGraph): Picture {
  const placed = placeCell(cell);
  const lines = placed.edges.map(lineOf);
  const labels = placed.edges.flatMap(({ edge, label }) =>
    edge.operation !== null && label !== null ? [pill(edge.operation, label)] : [],
  );
  return {
    width: placed.width,
    height: placed.height,
    markup: [...lines, ...labels, ...placed.nodes.map(nodeOf)],
    description: describe(cell),
  };
}

function lineOf({ edge, points }: PlacedEdge): string {
  const kind = edge.operation?.family ?? 'plain';
  const end = points.at(-1) ?? { x: 0, y: 0 };
  const base = { x: end.x - TIP.length, y: end.y };
  return [
    element('path', { class: `edge ${kind}`, d: curve([...points.slice(0, -1), base]) }),
    element('path', { class: `tip ${kind}`, d: `M${at(end)}l${-TIP.length} ${-TIP.half}v${2 * TIP.half}z` }),
  ].join('');
}

/** A smooth curve through all points, horizontal at each of them. */
function curve(points: readonly PlacedPoint[]): string {
  const [start, ...others] = points;
  if (start === undefined) return '';
  const parts = others.map((point, index) => {
    const last = points[index] ?? start;
    const x = (last.x + point.x) / 2;
    return `C${at({ x, y: last.y })} ${at({ x, y: point.y })} ${at(point)}`;
  });
  return `M${at(start)}${parts.join('')}`;
}

const at = ({ x, y }: PlacedPoint): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

function nodeOf({ node, x, y, width, height }: PlacedNode): string {
  const box = { x: x - width / 2, y: y - height / 2, width, height, rx: ROUND };
  return element('rect', { class: `node ${node.kind}`, ...box }) + labelOf(node.label, x, y);
}

/** A label, with the subscript of `c_{k-1}` as such. */
function labelOf(label: string, x: number, y: number): string {
  const [base = '', subscript] = label.split('_{');
  if (subscript === undefined) return element('text', { x, y }, [escapeText(shownLabel(label))]);
  const small = escapeText(subscript.replace('}', '').replace('-', '−'));
  return element('text', { x, y }, [
    escapeText(base),
    element('tspan', { class: 'subscript', dy: FONT_SIZE / 3 }, [small]),
  ]);
}

/** One sentence for each node, for readers who do not see the picture. */
function describe({ nodes, edges }: CellGraph): string {
  return nodes
    .flatMap(({ label }, index) => {
      const inputs = edges.filter(({ to, operation }) => to === index && operation?.family !== 'none');
      if (inputs.length === 0) return [];
      const parts = inputs.map(({ from, operation }) => {
        const source = nodes[from]?.label ?? '';
        return operation === null ? source : `${operation.name} of ${source}`;
      });
      const verb = inputs.every(({ operation }) => operation === null) ? 'concatenates' : 'adds';
      return [`${label} ${verb} ${parts.join(', ')}.`];
    })
    .join(' ');
}
