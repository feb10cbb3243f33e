/** Colours that most kinds of colour vision can distinguish, for light and dark backgrounds. */

export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly series: readonly string[];
  /** From the lowest to the highest value of a heatmap. */
  readonly heat: readonly [string, string];
  /** Frame of a chosen cell. */
  readonly chosen: string;
}

export const LIGHT: Palette = {
  background: '#ffffff',
  text: '#1d2329',
  muted: '#5c6873',
  grid: '#e3e7eb',
  series: ['#1f6fb4', '#d1530b', '#17805c', '#a6378a', '#8a6d00', '#5b51c9', '#b3261e', '#4d5a66'],
  heat: ['#f3f6f9', '#1f6fb5'],
  chosen: '#1d232a',
};

export const DARK: Palette = {
  background: '#161b22',
  text: '#e6eaee',
  muted: '#9aa6b2',
  grid: '#2a323b',
  series: ['#6db3f2', '#ff9b5e', '#55cfa3', '#e58bcf', '#e0c04a', '#a9a2ff', '#ff8a80', '#b6c2cc'],
  heat: ['#1d242c', '#6db3f3'],
  chosen: '#e6eaef',
};
