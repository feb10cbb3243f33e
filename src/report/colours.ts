/** Colours that most kinds of colour vision can distinguish, for light and dark backgrounds. */
const LIGHT = ['#1f6fb4', '#d1530b', '#17805c', '#a6378a', '#8a6d00', '#5b51c9', '#b3261e', '#4d5a66'];
const DARK = ['#6db3f2', '#ff9b5e', '#55cfa3', '#e58bcf', '#e0c04a', '#a9a2ff', '#ff8a80', '#b6c2cc'];

/** The style of a series by its index. When the colours repeat, `round` selects another pattern. */
export function styleOf(index: number): { readonly className: string; readonly round: number } {
  return { className: `series-${index % LIGHT.length}`, round: Math.floor(index / LIGHT.length) };
}

const rules = (colours: readonly string[]) =>
  colours.map((colour, index) => `.rminas-chart .series-${index}{color:${colour}}`).join('');

/** All rules are below the chart's own class, so that they do not affect a page that includes the chart. */
export const STYLE = [
  '.rminas-chart{background:#fff;color:#1d2329;font:12px system-ui,sans-serif}',
  '.rminas-chart text{fill:currentColor}',
  '.rminas-chart .title{font-size:15px;font-weight:600}',
  '.rminas-chart .grid{stroke:#dfe4e8}',
  '.rminas-chart .frame{stroke:#8b96a0;fill:none}',
  '.rminas-chart .level{stroke:currentColor;stroke-dasharray:2 4}',
  '.rminas-chart .halo{stroke:#fff;stroke-width:4px;stroke-linejoin:round}',
  '.rminas-chart .line{stroke:currentColor;fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}',
  '.rminas-chart .band{fill:currentColor;fill-opacity:.15}',
  '.rminas-chart .dot{fill:currentColor;fill-opacity:.6}',
  rules(LIGHT),
  '@media (prefers-color-scheme:dark){',
  '.rminas-chart{background:#14181c;color:#e6eaee}',
  '.rminas-chart .grid{stroke:#2c343b}',
  '.rminas-chart .halo{stroke:#14181c}',
  rules(DARK),
  '}',
].join('');
