/** The SVG elements of blocks in rows. */

import { element, escapeText } from '../../charts/xml.js';
import type { BlockRows } from '../../definitions/graph.js';
import { PILL_HEIGHT, pillWidth, shownLabel, textWidth } from './measure.js';
import type { Picture } from './picture.js';
import { pill } from './pill.js';

const MARGIN = 6;
const ROW = { height: 34, gap: 14 };
const ARROW = { gap: 16, tip: 5, half: 3 };

/** Draws each row as its label and its blocks. Arrows join the blocks of connected rows. */
export function drawRows({ connected, rows }: BlockRows): Picture {
  const left = MARGIN + Math.max(0, ...rows.map(({ label }) => textWidth(label))) + ROW.gap;
  const blockWidth = Math.max(0, ...rows.flatMap(({ blocks }) => blocks.map(({ label }) => pillWidth(label))));
  const markup = rows.flatMap(({ label, blocks }, row) => {
    const y = MARGIN + ROW.height * (row + 0.5);
    const boxes = blocks.flatMap((block, column) => {
      const width = connected ? blockWidth : pillWidth(block.label);
      const start = left + column * (width + ARROW.gap);
      const box = pill(block, { x: start + width / 2, y, width, height: PILL_HEIGHT + 4 });
      return connected && column > 0 ? [arrow(start - ARROW.gap, start, y), box] : [box];
    });
    return [element('text', { class: 'row', x: MARGIN, y }, [escapeText(shownLabel(label))]), ...boxes];
  });
  const most = Math.max(0, ...rows.map(({ blocks }) => blocks.length));
  return {
    width: left + most * blockWidth + Math.max(0, most - 1) * ARROW.gap + MARGIN,
    height: 2 * MARGIN + ROW.height * rows.length,
    markup,
    description: rows.map(({ label, blocks }) => `${label}: ${blocks.map(({ name }) => name).join(', ')}.`).join(' '),
  };
}

function arrow(from: number, to: number, y: number): string {
  return [
    element('path', { class: 'edge plain', d: `M${from} ${y}H${to - ARROW.tip}` }),
    element('path', { class: 'tip plain', d: `M${to} ${y}l${-ARROW.tip} ${-ARROW.half}v${2 * ARROW.half}z` }),
  ].join('');
}
