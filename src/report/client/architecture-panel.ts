/** One architecture: its picture, its loss and the CKA of each stage over the steps, in a dialog. */
import type { Fact, ReportArchitecture, RunReport } from '../data/schema.js';
import { trainingCharts } from '../data/training-charts.js';
import { statusOf } from './architecture-words.js';
import { ChartView } from './chart-view.js';
import { copyButton, make, uniqueId } from './dom.js';
import { picturesOf } from './picture-view.js';
import { factsView } from './table-view.js';

const HEIGHT = 250;

export class ArchitecturePanel {
  readonly element: HTMLDialogElement;
  readonly #content = make('div', { class: 'panel-content' });
  readonly #title: HTMLElement;
  #charts: ChartView[] = [];
  #run: RunReport;
  #item = 0;

  constructor(run: RunReport) {
    this.#run = run;
    const id = uniqueId('panel');
    this.#title = make('h2', { id }, []);
    const step = (label: string, by: number) => {
      const button = make('button', { type: 'button' }, [label]);
      button.addEventListener('click', () => this.#show(this.#item + by));
      return button;
    };
    const close = make('button', { type: 'button' }, ['Close']);
    close.addEventListener('click', () => this.element.close());
    const head = make('div', { class: 'panel-head' }, [this.#title, step('Previous', -1), step('Next', 1), close]);
    this.element = make('dialog', { class: 'panel', 'aria-labelledby': id }, [head, this.#content]);
    this.element.addEventListener('close', () => this.#clear());
    // A click beside the content is one on the dialog itself.
    this.element.addEventListener('click', (event) => {
      if (event.target === this.element) this.element.close();
    });
  }

  /** Takes a newer report of the same run; an open architecture stays open. */
  update(run: RunReport): void {
    this.#run = run;
  }

  open(item: number): void {
    if (!this.element.open) this.element.showModal();
    this.#show(item);
  }

  #show(item: number): void {
    const { architectures } = this.#run;
    const one = architectures[item];
    if (one === undefined) return;
    this.#clear();
    this.#item = item;
    this.#title.textContent = `Architecture ${item + 1}`;
    // A duplicate has the measurements of the architecture that was evaluated.
    const measured = one.duplicateOf === null ? one : (architectures[one.duplicateOf] ?? one);
    const genotype = make('code', { class: 'genotype' }, [one.genotype]);
    const charts = trainingCharts(measured).map((chart) => ({ chart, view: new ChartView(chart, { height: HEIGHT }) }));
    this.#charts = charts.map(({ view }) => view);
    this.#content.replaceChildren(
      make('p', { class: 'panel-genotype' }, [genotype, copyButton(one.genotype, genotype)]),
      ...(one.failure === null ? [] : [make('p', { class: 'failure' }, [one.failure])]),
      ...picturesOf(this.#run.pictures.architectures[item], this.#run.pictures),
      factsView(factsOf(one, measured)),
      ...charts.flatMap(({ chart, view }) => [make('h3', {}, [chart.title]), view.element]),
    );
  }

  #clear(): void {
    for (const chart of this.#charts) chart.close();
    this.#charts = [];
    this.#content.replaceChildren();
  }
}

function factsOf(one: ReportArchitecture, measured: ReportArchitecture): Fact[] {
  const number = (value: number | null) => (value === null ? 'none' : value.toPrecision(5));
  return [
    { label: 'loss', value: number(one.loss) },
    { label: 'status', value: statusOf(one) },
    ...(one.accuracy === null ? [] : [{ label: 'accuracy in the benchmark', value: `${one.accuracy.toFixed(2)} %` }]),
    ...(measured.crossEntropy === null ? [] : [{ label: 'cross entropy', value: number(measured.crossEntropy) }]),
    ...(measured.params === null ? [] : [{ label: 'parameters', value: measured.params.toLocaleString('en') }]),
    ...(measured.flops === null ? [] : [{ label: 'million FLOPs', value: number(measured.flops) }]),
    { label: 'steps', value: String(measured.steps) },
    { label: 'seconds', value: `${measured.seconds}${measured.cached ? ', from an earlier run' : ''}` },
    ...Object.entries(measured.proxies).map(([label, value]): Fact => ({ label, value: number(value) })),
  ];
}
