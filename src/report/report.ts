/** Writes reports of jobs: one HTML file, and on request each chart as SVG and CSV. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type DrawSvg, loadSvg } from '../charts/load-svg.js';
import { chartCsv } from '../charts/table.js';
import { UsageError } from '../errors.js';
import { pathOption } from '../installation/paths.js';
import { checkOptions, type OptionShape } from '../options.js';
import { makeNamedFolder, writeNamedFile } from '../system/named-file.js';
import { readRunReport, reportOf } from './data/read.js';
import type { Report, RunReport, Section } from './data/schema.js';
import { pageOf } from './page/document.js';

export interface ReportOptions {
  /** Folders of searches, one-shot searches, rankings, comparisons and retrainings; several are put side by side. */
  readonly runs: readonly string[];
  /** The HTML file; by default `report.html` in the first folder. */
  readonly out?: string | undefined;
  /** Folder for the charts as SVG and CSV files; none by default. */
  readonly charts?: string | undefined;
}

const REPORT_OPTIONS: OptionShape<ReportOptions> = {
  runs: z.array(pathOption, 'an array of folders').min(1, 'at least one folder'),
  out: pathOption.optional(),
  charts: pathOption.optional(),
};

/** The result of `rminas report`, of `--json` and of the Node API. */
export const reportResultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  /** The HTML file. */
  file: z.string(),
  bytes: z.int().min(1),
  /** SVG and CSV files. */
  charts: z.array(z.string()),
  runs: z.array(z.strictObject({ folder: z.string(), kind: z.string(), state: z.string(), headline: z.string() })),
});
export type ReportResult = z.infer<typeof reportResultSchema>;

/**
 * Writes a report as one HTML file that works offline.
 *
 * @example
 * const { file } = await report({ runs: ['exp/quickstart/nas-bench-201-digits-seed1'] });
 * @throws MissingError when a folder has no job; UsageError when its files are damaged, or the file cannot be written
 */
export async function report(options: ReportOptions): Promise<ReportResult> {
  const { runs, out, charts } = checkOptions('report()', REPORT_OPTIONS, options);
  const reports = await Promise.all(runs.map((folder) => readRunReport(folder)));
  const { document, file, bytes } = writePage(reports, out ?? join(reports[0]?.folder ?? '', 'report.html'));
  return {
    schema: 1,
    rminas: document.rminas,
    ...{ file, bytes },
    charts: charts === undefined ? [] : writeCharts(document, resolve(charts), await loadSvg()),
    runs: document.runs.map(({ folder, kind, state, headline }) => ({ folder, kind, state, headline })),
  };
}

/** A page that has been written. */
export interface WrittenPage {
  readonly document: Report;
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
}

/** @throws UsageError without a report, and when the file cannot be written */
export function writePage([first, ...others]: readonly RunReport[], out: string): WrittenPage {
  if (first === undefined) throw new UsageError('There is no run to report.', { code: 'no-run' });
  const document = reportOf([first, ...others]);
  const file = resolve(out);
  const html = pageOf(document);
  writeNamedFile(file, html);
  return { document, file, bytes: Buffer.byteLength(html) };
}

/** Each chart as `<id>.svg` and `<id>.csv`; in a folder for each run when there are several. */
function writeCharts({ runs, comparison }: Report, folder: string, svgOf: DrawSvg): string[] {
  const own = runs.flatMap((run, index) =>
    writeSections(run.sections, runs.length === 1 ? folder : join(folder, `${index + 1}-${safeName(run)}`), svgOf),
  );
  return [...writeSections(comparison, folder, svgOf), ...own];
}

function writeSections(sections: readonly Section[], folder: string, svgOf: DrawSvg): string[] {
  const charts = sections.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'chart' ? [block] : [])));
  if (charts.length > 0) makeNamedFolder(folder);
  return charts.flatMap(({ id, chart }) => {
    const files = [join(folder, `${id}.svg`), join(folder, `${id}.csv`)] as const;
    writeNamedFile(files[0], `${svgOf(chart)}\n`);
    writeNamedFile(files[1], chartCsv(chart));
    return files;
  });
}

function safeName({ name }: RunReport): string {
  return name.replaceAll(/[^\w.@-]+/g, '-');
}
