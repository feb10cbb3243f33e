/** The data of a chart. */
import type { Axis } from './scales.js';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Tooltip. */
  readonly label?: string;
  /** Interval around a point of a line chart. */
  readonly band?: { readonly low: number; readonly high: number };
}

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly ChartSeries[];
  /** Reference values, drawn as lines across the chart. */
  readonly levels?: readonly { readonly y: number; readonly label: string }[];
}
