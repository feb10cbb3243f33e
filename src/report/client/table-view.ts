/** Tables, facts and commands in the page. */
import type { Fact, ReportCommand, ReportTable } from '../data/schema.js';
import { copyButton, make } from './dom.js';

/** @param onOpen called with the number of the architecture of a row */
export function tableView(title: string, { columns, rows }: ReportTable, onOpen: (item: number) => void): HTMLElement {
  const head = columns.map(({ label, numeric }) =>
    make('th', { scope: 'col', class: numeric ? 'number' : null }, [label]),
  );
  const body = rows.map(({ cells, item }) =>
    make(
      'tr',
      {},
      cells.map((cell, index) => {
        const text = cell === null ? '–' : String(cell);
        const content = index === 0 && item !== undefined ? opener(text, item, onOpen) : text;
        return make('td', { class: columns[index]?.numeric ? 'number' : null }, [content]);
      }),
    ),
  );
  const table = make('table', {}, [make('thead', {}, [make('tr', {}, head)]), make('tbody', {}, body)]);
  const box = make('div', { class: 'table-box', tabindex: 0, role: 'group', 'aria-label': title }, [table]);
  const isLong = rows.length > 24;
  return isLong
    ? make('details', {}, [make('summary', {}, [`${title} (${rows.length})`]), box])
    : make('div', { class: 'block' }, [make('h3', {}, [title]), box]);
}

function opener(text: string, item: number, onOpen: (item: number) => void): HTMLElement {
  const button = make('button', { type: 'button', class: 'link' }, [text]);
  button.addEventListener('click', () => onOpen(item));
  return button;
}

export function factsView(facts: readonly Fact[]): HTMLElement {
  return make(
    'dl',
    { class: 'facts' },
    facts.map(({ label, value, note }) =>
      make('div', {}, [
        make('dt', {}, [label]),
        make('dd', {}, [value, note === undefined ? null : make('small', {}, [note])]),
      ]),
    ),
  );
}

export function commandsView(commands: readonly ReportCommand[]): HTMLElement {
  return make(
    'div',
    { class: 'commands' },
    commands.map(({ purpose, command }) => {
      const code = make('code', {}, [command]);
      return make('div', { class: 'command' }, [
        make('span', { class: 'purpose' }, [purpose]),
        make('pre', { tabindex: 0, 'aria-label': purpose, role: 'group' }, [code]),
        copyButton(command, code),
      ]);
    }),
  );
}
