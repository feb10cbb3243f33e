import type { Axis } from './scales.js';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Shown when the pointer rests on it. */
  readonly label?: string;
  /** Around the line, where there is a spread to show; a scatter chart has none. */
  readonly band?: { readonly low: number; readonly high: number };
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Values to compare with, drawn across the whole chart. */
  readonly levels?: readonly { readonly y: number; readonly label: string }[];
}
