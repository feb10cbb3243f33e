/** Which values a chart can show. The page's script imports it, so it knows no schema. */
import type { Axis, PlaneChart, Point } from './chart.js';

/** Largest magnitude that a chart shows: beyond it, distances overflow. Logarithmic axes also end at its inverse. */
const LARGEST = 1e100;

/** Whether an axis can show a value. */
export function canShow({ log = false }: Axis, value: number): boolean {
  return Math.abs(value) <= LARGEST && (!log || value >= 1 / LARGEST);
}

/** Whether both axes can show a point. */
export function isShown({ x: xAxis, y: yAxis }: Pick<PlaneChart, 'x' | 'y'>, { x, y }: Point): boolean {
  return canShow(xAxis, x) && canShow(yAxis, y);
}
