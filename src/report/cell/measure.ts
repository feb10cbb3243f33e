/** Estimates of the width of text, in pixels. A picture is drawn without a browser that could measure it. */

export const FONT_SIZE = 12;
export const PILL_HEIGHT = 20;
const LETTER = 6.5;
const PILL_PADDING = 8;
/** Labels beyond this are cut; their tooltip has the full text. */
const LONGEST = 30;

/** A label as it is drawn: cut where it is too long. */
export function shownLabel(label: string): string {
  const letters = [...label];
  return letters.length <= LONGEST ? label : `${letters.slice(0, LONGEST - 1).join('')}…`;
}

export function textWidth(label: string): number {
  const [base = '', subscript = ''] = label.split('_{');
  return LETTER * ([...shownLabel(base)].length + 0.7 * [...subscript.replace('}', '')].length);
}

export function pillWidth(label: string): number {
  return Math.ceil(textWidth(label)) + 2 * PILL_PADDING;
}
