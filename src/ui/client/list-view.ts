/** The table of all runs. */
import { copyButton, make } from '../../report/client/dom.js';
import type { RunSummary } from '../summary.js';

export type ListedSummary = RunSummary;

const COLUMNS = ['', 'Run', 'State', 'Progress', 'Best loss', 'Evaluations', 'Seconds', 'Changed', 'Resume'];

export class ListView {
  readonly element: HTMLElement;
  readonly #rows = new Map<string, { readonly row: HTMLTableRowElement; text: string }>();
  readonly #body = make('tbody');
  readonly #empty = make('p', { class: 'hint' }, ['Reading …']);
  readonly #compare = make('button', { type: 'button', disabled: true }, ['Compare the selected runs']);
  readonly #selected = new Set<string>();

  constructor(folder: string, status: HTMLElement) {
    const head = COLUMNS.map((label) => make('th', { scope: 'col' }, [label]));
    const table = make('table', { class: 'runs' }, [make('thead', {}, [make('tr', {}, head)]), this.#body]);
    this.#compare.addEventListener('click', () => {
      const query = [...this.#selected].map((id) => `run=${encodeURIComponent(id)}`).join('&');
      location.assign(`/run?${query}`);
    });
    this.element = make('div', { class: 'page' }, [
      make('main', {}, [
        make('section', {}, [
          make('p', { class: 'eyebrow' }, [status, ` runs below ${folder}`]),
          make('h1', {}, ['Runs']),
          this.#empty,
          make('p', {}, [this.#compare]),
          make('div', { class: 'table-box', tabindex: 0, role: 'group', 'aria-label': 'Runs' }, [table]),
        ]),
      ]),
    ]);
  }

  update(runs: readonly RunSummary[]): void {
    this.#empty.textContent =
      runs.length === 0 ? 'There are no runs in this folder yet.' : `${runs.length} run${runs.length === 1 ? '' : 's'}`;
    for (const id of [...this.#rows.keys()]) if (!runs.some((run) => run.id === id)) this.#remove(id);
    for (const run of runs) this.#show(run);
  }

  #remove(id: string): void {
    this.#rows.get(id)?.row.remove();
    this.#rows.delete(id);
    this.#selected.delete(id);
  }

  #show(run: RunSummary): void {
    const text = JSON.stringify(run);
    const known = this.#rows.get(run.id);
    if (known?.text === text) return;
    const row = known?.row ?? make('tr', { 'data-run': run.id });
    if (known) known.text = text;
    else {
      this.#rows.set(run.id, { row, text });
      this.#body.append(row);
      row.append(make('td', {}, [this.#box(run)]));
    }
    const [first] = row.children;
    row.replaceChildren(...(first ? [first] : []), ...cellsOf(run));
  }

  #box({ id, name }: RunSummary): HTMLInputElement {
    const box = make('input', { type: 'checkbox', 'aria-label': `Select ${name}` });
    box.addEventListener('change', () => {
      if (box.checked) this.#selected.add(id);
      else this.#selected.delete(id);
      this.#compare.disabled = this.#selected.size < 2;
    });
    return box;
  }
}

function cellsOf(run: RunSummary): HTMLTableCellElement[] {
  const { id, name, kind, state, progress, bestLoss, evaluations, seconds, changedAt, resume } = run;
  const link = make('a', { href: `/run?run=${encodeURIComponent(id)}` }, [name]);
  const number = (text: string) => make('td', { class: 'number' }, [text]);
  const copy = resume === null ? null : copyButton(resume, make('code', {}, [resume]));
  copy?.setAttribute('aria-label', `Copy the command that resumes ${name}`);
  return [
    make('td', {}, [link]),
    make('td', {}, [make('span', { class: `state ${state}` }, [state])]),
    make('td', {}, [progress === '' ? kind : progress]),
    number(bestLoss === null ? '–' : bestLoss.toPrecision(4)),
    number(String(evaluations)),
    number(seconds.toFixed(1)),
    make('td', {}, [
      changedAt === null
        ? ''
        : new Date(changedAt).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' }),
    ]),
    make('td', {}, [copy]),
  ];
}
