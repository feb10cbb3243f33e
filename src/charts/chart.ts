/** The data of charts: plain JSON, so that a page can carry it and a reader of the page can check it. */
import { z } from 'zod';

const axisSchema = z.strictObject({
  label: z.string(),
  /** Logarithmic; only positive values can be shown. Linear by default. */
  log: z.boolean().optional(),
  /** Names of the positions 0, 1, 2, …, for bars. */
  categories: z.array(z.string()).optional(),
});
export type Axis = z.infer<typeof axisSchema>;

const pointSchema = z.strictObject({
  x: z.number(),
  y: z.number(),
  /** Tooltip. */
  label: z.string().optional(),
  /** Number of the architecture that the point stands for, in the list of its run. */
  item: z.int().min(0).optional(),
  /** Interval around a point of a line. */
  band: z.strictObject({ low: z.number(), high: z.number() }).optional(),
});
export type Point = z.infer<typeof pointSchema>;

const seriesSchema = z.strictObject({
  name: z.string(),
  /** `steps` holds each value until the next point. */
  as: z.enum(['dots', 'line', 'steps', 'bars']),
  points: z.array(pointSchema),
  /** Number of its colour in the palette; the position in the chart by default. */
  colour: z.int().min(0).optional(),
});
export type ChartSeries = z.infer<typeof seriesSchema>;

const planeSchema = z.strictObject({
  kind: z.literal('plane'),
  title: z.string(),
  x: axisSchema,
  y: axisSchema,
  series: z.array(seriesSchema),
  /** Reference values, drawn as lines across the chart. */
  levels: z.array(z.strictObject({ y: z.number(), label: z.string() })).optional(),
  /** Reference positions, drawn as vertical lines. */
  marks: z.array(z.strictObject({ x: z.number(), label: z.string() })).optional(),
});
/** Points, lines or bars between two axes. */
export type PlaneChart = z.infer<typeof planeSchema>;

const heatmapSchema = z.strictObject({
  kind: z.literal('heatmap'),
  title: z.string(),
  /** What the number of a cell is. */
  measure: z.string(),
  rows: z.array(z.string()),
  columns: z.array(z.string()),
  /** One list a row; null for a combination that does not exist. */
  values: z.array(z.array(z.number().nullable())),
  /** The chosen column of each row; null for a row without one. */
  chosen: z.array(z.int().min(0).nullable()),
});
export type HeatmapChart = z.infer<typeof heatmapSchema>;

export const chartSchema = z.discriminatedUnion('kind', [planeSchema, heatmapSchema]);
export type Chart = z.infer<typeof chartSchema>;
