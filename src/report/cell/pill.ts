import { element, escapeText } from '../../charts/xml.js';
import type { DrawnOperation } from '../../definitions/graph.js';
import type { PlacedBox } from './layout.js';
import { shownLabel } from './measure.js';

/** The label of an operation in its colour. The tooltip has its full name. */
export function pill({ name, label, family }: DrawnOperation, { x, y, width, height }: PlacedBox): string {
  const box = { x: x - width / 2, y: y - height / 2, width, height, rx: height / 2 };
  return element('g', { class: `operation ${family}` }, [
    element('title', {}, [escapeText(name)]),
    element('rect', { class: 'pill-back', ...box }),
    element('rect', { class: 'pill', ...box }),
    element('text', { x, y }, [escapeText(shownLabel(label))]),
  ]);
}
