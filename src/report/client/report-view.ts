/** The whole report: a bar of sections, the comparison of several runs, and the selected run. */
import type { Report, RunReport } from '../data/schema.js';
import { make } from './dom.js';
import { RunView, SectionView } from './run-view.js';

export class ReportView {
  readonly #root: HTMLElement;
  readonly #bar = make('nav', { class: 'bar', 'aria-label': 'Sections' });
  readonly #tabs = make('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Runs' });
  readonly #main = make('main', { id: 'run' });
  readonly #comparison = make('div', { class: 'comparison' });
  #report: Report;
  #selected = 0;
  #view: RunView | undefined;
  #shared: SectionView[] = [];

  constructor(root: HTMLElement, report: Report) {
    this.#root = root;
    this.#report = report;
    const { style } = this.#tabs;
    style.display = report.runs.length > 1 ? '' : 'none';
    root.replaceChildren(this.#bar, make('div', { class: 'page' }, [this.#comparison, this.#tabs, this.#main]));
    this.#tabs.addEventListener('keydown', (event) => this.#press(event));
    this.#compare();
    this.#select(0);
  }

  /** Shows a newer report of the same runs. */
  update(report: Report): void {
    this.#report = report;
    const run = report.runs[this.#selected];
    if (run === undefined) return;
    this.#view?.update(run);
    for (const [index, section] of report.comparison.entries()) this.#shared[index]?.update(section);
    this.#fillBar(run);
  }

  #compare(): void {
    const context = { open: () => {}, architectures: () => [] };
    this.#shared = this.#report.comparison.map((section) => new SectionView(section, context));
    this.#comparison.replaceChildren(...this.#shared.map(({ element }) => element));
  }

  #select(index: number): void {
    const run = this.#report.runs[index];
    if (run === undefined) return;
    this.#selected = index;
    this.#view?.close();
    this.#view = new RunView(run);
    this.#main.replaceChildren(this.#view.element);
    this.#fillTabs();
    this.#fillBar(run);
  }

  #fillTabs(): void {
    const tabs = this.#report.runs.map(({ name }, index) => {
      const selected = index === this.#selected;
      const tab = make(
        'button',
        { type: 'button', role: 'tab', 'aria-selected': String(selected), tabindex: selected ? 0 : -1 },
        [name],
      );
      tab.addEventListener('click', () => this.#select(index));
      return tab;
    });
    this.#tabs.replaceChildren(...tabs);
  }

  #press({ key }: KeyboardEvent): void {
    const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    const count = this.#report.runs.length;
    this.#select((this.#selected + by + count) % count);
    (this.#tabs.children[this.#selected] as HTMLElement | undefined)?.focus();
  }

  #fillBar({ sections, name }: RunReport): void {
    const links = sections.map(({ id, title }) => make('a', { href: `#${id}` }, [title]));
    this.#bar.replaceChildren(
      make('a', { href: '#answer', class: 'brand' }, ['rminas']),
      make('span', { class: 'bar-name' }, [name]),
      ...links,
    );
  }

  get root(): HTMLElement {
    return this.#root;
  }
}
