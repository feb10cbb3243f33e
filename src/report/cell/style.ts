import type { OperationFamily } from '../../definitions/graph.js';

/** A colour for light and for dark backgrounds. */
type Pair = readonly [light: string, dark: string];

const FAMILY_COLOURS: Readonly<Record<OperationFamily, Pair>> = {
  none: ['#9aa5af', '#66727d'],
  skip: ['#5f6b76', '#a3afba'],
  conv: ['#1f6fb4', '#6db3f2'],
  separable: ['#c2530b', '#ff9b5e'],
  dilated: ['#9a2f86', '#e58bcf'],
  factorised: ['#8a6d00', '#e0c04a'],
  average: ['#17805c', '#55cfa3'],
  maximum: ['#3d7d1f', '#9ad26b'],
  narrow: ['#1f6fb4', '#6db3f2'],
  wide: ['#c2530b', '#ff9b5e'],
  choice: ['#5b51c9', '#a9a2ff'],
};
const INK: Pair = ['#1d2329', '#e6eaee'];
const PAPER: Pair = ['#ffffff', '#14181c'];
const LINE: Pair = ['#7d8892', '#8793a0'];
const NODE_FILL: Pair = ['#eef1f4', '#252c33'];
const INPUT_FILL: Pair = ['#dcefe6', '#183629'];
const OUTPUT_FILL: Pair = ['#fbefcf', '#3b3114'];

function variables(theme: 0 | 1): string {
  const named = { ink: INK, paper: PAPER, line: LINE, inner: NODE_FILL, input: INPUT_FILL, output: OUTPUT_FILL };
  const colours = Object.entries({ ...named, ...FAMILY_COLOURS }).map(
    ([name, pair]) => `--cell-${name}:${pair[theme]}`,
  );
  return `.rminas-cell{${colours.join(';')}}`;
}

const families = Object.keys(FAMILY_COLOURS).map(
  (family) => `.rminas-cell .${family}{--operation:var(--cell-${family})}`,
);

/**
 * The style of all pictures of cells. A document with pictures includes it once; a file of its own contains it. All
 * rules lie below the class `rminas-cell`. The colours are variables, such as `--cell-ink` and `--cell-skip`.
 */
export const CELL_STYLE = [
  variables(0),
  `@media (prefers-color-scheme:dark){${variables(1)}}`,
  '.rminas-cell{color:var(--cell-ink);font:12px ui-sans-serif,system-ui,sans-serif;max-width:100%;height:auto}',
  '.rminas-cell text{fill:currentColor;text-anchor:middle;dominant-baseline:central}',
  '.rminas-cell .heading{font-weight:600;font-size:13px;text-anchor:start}',
  '.rminas-cell .row{text-anchor:start}',
  '.rminas-cell .subscript{font-size:8.5px}',
  '.rminas-cell .paper{fill:var(--cell-paper)}',
  '.rminas-cell .edge{fill:none;stroke:var(--operation,var(--cell-line));stroke-width:1.7}',
  '.rminas-cell .edge.plain{stroke-width:1.2}',
  '.rminas-cell .edge.none{stroke-width:1.2;stroke-dasharray:2 4;opacity:.55}',
  '.rminas-cell .tip{fill:var(--operation,var(--cell-line))}',
  '.rminas-cell .tip.none{opacity:.55}',
  '.rminas-cell .pill-back{fill:var(--cell-paper)}',
  '.rminas-cell .pill{fill:var(--operation);fill-opacity:.16;stroke:var(--operation);stroke-width:1.3}',
  '.rminas-cell .none .pill{fill-opacity:0;stroke-dasharray:3 3}',
  '.rminas-cell .none text{opacity:.7}',
  '.rminas-cell .node{stroke:var(--cell-line);stroke-width:1.3}',
  '.rminas-cell .node.input{fill:var(--cell-input)}',
  '.rminas-cell .node.inner{fill:var(--cell-inner)}',
  '.rminas-cell .node.output{fill:var(--cell-output)}',
  ...families,
].join('\n');
