import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { withProgramCommand } from '../../installation/program.js';

/** A label and its value. */
export type LabelledValue = [string, string];

/**
 * Two columns without a frame: a genotype can be selected as a whole, and a narrow terminal wraps it. Commands in the values
 * begin as this installation runs them.
 */
export function listOf(rows: readonly LabelledValue[]): string {
  const outer = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'];
  const inner = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'];
  const chars = Object.fromEntries([...outer, ...inner].map((name) => [name, '']));
  const table = new Table({
    chars: { ...chars, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, border: [], head: [] },
  });
  table.push(...rows.map(([label, value]) => [pc.cyan(label), withProgramCommand(value)]));
  return table.toString().replaceAll(/ +$/gm, '');
}

/** A table with a head, as a frame or as blocks. */
export interface FittingTable {
  /** Adds a row of cells. */
  push(row: readonly string[]): void;
  /** A framed table. If that is wider than the terminal, one block for each row, with a line for each cell. */
  toString(): string;
}

/**
 * @param lines whether lines separate the rows
 * @param width columns of the terminal; a file or pipe has no limit
 */
export function fittingTable(
  head: readonly string[],
  colAligns: readonly Table.HorizontalAlignment[],
  { lines = true, width = process.stdout.columns ?? Number.POSITIVE_INFINITY } = {},
): FittingTable {
  const rows: (readonly string[])[] = [];
  return {
    push: (row) => rows.push(row),
    toString: () => {
      const framed = frame(head, colAligns, rows, lines);
      return widthOf(framed) <= width ? framed : rows.map((row) => block(head, row)).join('\n');
    },
  };
}

const NO_LINES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

function frame(
  head: readonly string[],
  colAligns: readonly Table.HorizontalAlignment[],
  rows: readonly (readonly string[])[],
  lines: boolean,
): string {
  const chars = lines ? {} : NO_LINES;
  const table = new Table({ head: [...head], colAligns: [...colAligns], chars, style: { head: [], border: [] } });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

function block(head: readonly string[], row: readonly string[]): string {
  const labelled = row.map((cell, column): LabelledValue => [`${column === 0 ? '' : '  '}${head[column] ?? ''}`, cell]);
  return listOf(labelled.filter(([, cell]) => cell !== ''));
}

const widthOf = (text: string): number =>
  Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
