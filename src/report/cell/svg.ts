/** Draws architectures as SVG: without scripts, for light and dark backgrounds. Pure functions of their arguments. */

import { element, escapeText } from '../../charts/xml.js';
import type { ArchitectureGraph } from '../../definitions/graph.js';
import { drawCell } from './draw-cell.js';
import { drawRows } from './draw-rows.js';
import type { Picture } from './picture.js';
import { CELL_STYLE } from './style.js';

const XMLNS = 'http://www.w3.org/2000/svg';
const HEADING_HEIGHT = 26;
const GAP = 18;
const MARGIN = 12;

/** One graph as an `<svg>` element for a document that includes {@link CELL_STYLE} once. */
export function cellSvg(graph: ArchitectureGraph): string {
  const { width, height, markup, description } = draw(graph);
  return rootElement(width, height, [...named(graph.title, description), ...markup]);
}

/**
 * All graphs of an architecture below each other, as a complete file with its style.
 * @param title of the document, for readers who do not see the picture
 */
export function architectureSvg(title: string, graphs: readonly ArchitectureGraph[]): string {
  const pictures = graphs.map((graph) => ({ title: graph.title, ...draw(graph) }));
  const width = Math.max(...pictures.map((picture) => picture.width));
  let top = MARGIN;
  const parts = pictures.map((picture) => {
    const y = top;
    top += HEADING_HEIGHT + picture.height + GAP;
    return element('g', { transform: `translate(${MARGIN} ${y})` }, [
      element('text', { class: 'heading', x: 6, y: HEADING_HEIGHT / 2 }, [escapeText(picture.title)]),
      element('g', { transform: `translate(${(width - picture.width) / 2} ${HEADING_HEIGHT})` }, picture.markup),
    ]);
  });
  const description = pictures.map((picture) => `${picture.title}: ${picture.description}`).join(' ');
  const height = top - GAP + MARGIN;
  return rootElement(width + 2 * MARGIN, height, [
    ...named(title, description),
    element('style', {}, [escapeText(CELL_STYLE)]),
    element('rect', { class: 'paper', width: '100%', height: '100%' }),
    ...parts,
  ]);
}

function draw(graph: ArchitectureGraph): Picture {
  return graph.form === 'cell' ? drawCell(graph) : drawRows(graph);
}

function rootElement(width: number, height: number, children: readonly string[]): string {
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const attributes = { xmlns: XMLNS, class: 'rminas-cell', role: 'img', ...size };
  return element('svg', { ...attributes, viewBox: `0 0 ${size.width} ${size.height}` }, children);
}

function named(title: string, description: string): string[] {
  return [element('title', {}, [escapeText(title)]), element('desc', {}, [escapeText(description)])];
}
