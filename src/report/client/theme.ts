/** The colours of the charts: as the reader's system asks, and light on paper. */
import { DARK, LIGHT, type Palette } from '../../charts/palette.js';

const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<(palette: Palette) => void>();
let printing = false;

export function palette(): Palette {
  return dark.matches && !printing ? DARK : LIGHT;
}

/** Calls the listener at each change. @returns stops it */
export function onPalette(listener: (palette: Palette) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener(palette());
}

function print(begins: boolean): void {
  printing = begins;
  tell();
}

dark.addEventListener('change', tell);
addEventListener('beforeprint', () => print(true));
addEventListener('afterprint', () => print(false));
