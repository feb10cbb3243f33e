import Table from 'cli-table3';
import pc from 'picocolors';
import type { BenchmarkAnswer, BenchmarkImported, Progress } from '../protocol/messages.js';

/** What an import ends with; `size` is the number of architectures of the whole benchmark, where it is known. */
export function describeImport(imported: BenchmarkImported, size: number | undefined): string {
  const { benchmark, architectures, results, datasets, index, seconds } = imported;
  const partial = size !== undefined && architectures < size ? ` of ${size}: ranks are among these` : '';
  return [
    `${pc.bold(benchmark)}: ${results} results of ${architectures} architectures${partial}, in ${seconds.toFixed(1)} s`,
    `data sets: ${datasets.join(', ')}`,
    `index: ${index}`,
  ].join('\n');
}

/** The figures of one architecture, a row each, with what they are and where they come from. */
export function describeAnswer(answer: BenchmarkAnswer): string {
  const { benchmark, number, genotype, architectures, figures, costs, source } = answer;
  const table = new Table({
    head: ['data set', 'split', 'epochs', 'aggregation', 'accuracy %', 'rank', 'regret %'],
    colAligns: ['left', 'left', 'right', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const figure of figures) {
    const epochs = figure.epochs === null ? 'not stated' : String(figure.epochs);
    const { dataset, split, aggregation, accuracy, rank, regret } = figure;
    table.push([dataset, split, epochs, aggregation, accuracy.toFixed(2), String(rank), regret.toFixed(2)]);
  }
  return [
    `${pc.bold(genotype)}  (${benchmark} number ${number})`,
    table.toString(),
    ...Object.entries(costs).map(([name, value]) => `${name}: ${value.toPrecision(5)}`),
    `rank 1 is the best of ${architectures}; regret is what is missing to it`,
    `source: ${source}`,
  ].join('\n');
}

/** A line that is written over itself, on a terminal only: a log has no use for it. */
export function importProgress(stream: NodeJS.WriteStream): { show: (progress: Progress) => void; clear: () => void } {
  const write = (text: string) => {
    if (stream.isTTY) stream.write(`\r\u001B[K${text}`);
  };
  return { show: ({ done, total, note }) => write(`${note} ${done}/${total}`), clear: () => write('') };
}
