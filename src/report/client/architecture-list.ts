/** The list of a search's architectures: the way to every point of a chart without a mouse. */
import type { ReportArchitecture } from '../data/schema.js';
import { statusOf } from './architecture-words.js';
import { make, uniqueId } from './dom.js';

const PAGE = 100;
const JUMP = 10;

const ORDERS = {
  loss: 'lowest loss first',
  time: 'in the order of the search',
  accuracy: 'highest accuracy first',
} as const;
type Order = keyof typeof ORDERS;

export interface ArchitectureListOptions {
  readonly onOpen: (item: number) => void;
  /** Called when the focus moves to an architecture, and with null when it leaves. */
  readonly onFocus: (item: number | null) => void;
}

export class ArchitectureList {
  readonly element: HTMLElement;
  readonly #list: HTMLElement;
  readonly #order: HTMLSelectElement;
  readonly #more = make('button', { type: 'button', class: 'more' }, ['Show more']);
  readonly #options: ArchitectureListOptions;
  #architectures: readonly ReportArchitecture[] = [];
  /** Numbers of the architectures, in the order shown. */
  #items: number[] = [];
  #shown = PAGE;
  #current = 0;

  constructor(architectures: readonly ReportArchitecture[], options: ArchitectureListOptions) {
    this.#options = options;
    const id = uniqueId('order');
    this.#order = make(
      'select',
      { id },
      Object.entries(ORDERS).map(([value, text]) => make('option', { value }, [text])),
    );
    const title = uniqueId('architectures');
    this.#list = make('div', { class: 'architectures', role: 'listbox', 'aria-labelledby': title });
    this.element = make('div', { class: 'block' }, [
      make('div', { class: 'list-head' }, [
        make('h3', { id: title }, ['Architectures']),
        make('label', { for: id }, ['Order ']),
        this.#order,
      ]),
      make('p', { class: 'hint' }, ['Arrows move, Enter opens an architecture.']),
      this.#list,
      this.#more,
    ]);
    this.#listen();
    this.update(architectures);
  }

  update(architectures: readonly ReportArchitecture[]): void {
    const focused = this.#list.contains(document.activeElement) ? this.#items[this.#current] : undefined;
    this.#architectures = architectures;
    this.#sort();
    if (focused !== undefined) this.#current = Math.max(0, this.#items.indexOf(focused));
    this.#render();
    if (focused !== undefined) this.#focus(this.#current);
  }

  #listen(): void {
    this.#order.addEventListener('change', () => {
      this.#current = 0;
      this.#sort();
      this.#render();
    });
    this.#more.addEventListener('click', () => {
      this.#shown += 5 * PAGE;
      this.#render();
    });
    this.#list.addEventListener('keydown', (event) => this.#press(event));
    this.#list.addEventListener('click', (event) => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[role=option]') : null;
      if (row) this.#options.onOpen(Number(row.dataset.item));
    });
    this.#list.addEventListener('focusout', () => this.#options.onFocus(null));
  }

  #press(event: KeyboardEvent): void {
    const last = Math.min(this.#shown, this.#items.length) - 1;
    const moves: Record<string, number> = {
      ArrowDown: this.#current + 1,
      ArrowUp: this.#current - 1,
      PageDown: this.#current + JUMP,
      PageUp: this.#current - JUMP,
      Home: 0,
      End: last,
    };
    const target = moves[event.key];
    if (target !== undefined) this.#focus(Math.min(last, Math.max(0, target)));
    else if (event.key === 'Enter' || event.key === ' ') this.#options.onOpen(this.#items[this.#current] ?? 0);
    else return;
    event.preventDefault();
  }

  #focus(place: number): void {
    const rows = this.#list.children;
    const [before, after] = [rows[this.#current], rows[place]];
    if (before instanceof HTMLElement) before.tabIndex = -1;
    this.#current = place;
    if (!(after instanceof HTMLElement)) return;
    after.tabIndex = 0;
    after.focus();
    this.#options.onFocus(this.#items[place] ?? null);
  }

  #sort(): void {
    const order = this.#order.value as Order;
    const all = this.#architectures;
    const key = {
      loss: (item: number) => all[item]?.loss ?? Number.POSITIVE_INFINITY,
      time: (item: number) => item,
      accuracy: (item: number) => -(all[item]?.accuracy ?? Number.NEGATIVE_INFINITY),
    }[order];
    this.#items = [...all.keys()].filter((item) => order === 'time' || all[item]?.duplicateOf === null);
    // A stopped training has no final loss, and stands behind those that have one.
    const isLate = (item: number) => Number(order === 'loss' && all[item]?.outcome === 'stopped');
    this.#items.sort((a, b) => isLate(a) - isLate(b) || compare(key(a), key(b)));
  }

  #render(): void {
    this.#current = Math.min(this.#current, Math.max(0, this.#items.length - 1));
    const shown = this.#items.slice(0, this.#shown);
    this.#list.replaceChildren(...shown.map((item, place) => this.#row(item, place)));
    this.#list.hidden = shown.length === 0;
    this.#more.hidden = shown.length === this.#items.length;
  }

  #row(item: number, place: number): HTMLElement {
    const one = this.#architectures[item];
    const loss = one?.loss ?? null;
    const tabindex = place === this.#current ? 0 : -1;
    return make(
      'div',
      { role: 'option', 'aria-selected': 'false', tabindex, 'data-item': item, id: uniqueId('option') },
      [
        make('span', { class: 'number' }, [String(item + 1)]),
        make('span', { class: 'number' }, [loss === null ? '–' : loss.toPrecision(4)]),
        make('span', { class: `status ${one?.good ? 'good' : ''}` }, [one ? statusOf(one) : '']),
        make('span', { class: 'genotype' }, [one?.genotype ?? '']),
      ],
    );
  }
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
