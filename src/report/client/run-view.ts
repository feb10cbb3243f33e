/** One run in the page. It can be given a newer report of the same run, and keeps what the reader opened. */
import type { Block, RunReport, Section } from '../data/schema.js';
import { ArchitectureList } from './architecture-list.js';
import { ArchitecturePanel } from './architecture-panel.js';
import { tooltipOf } from './architecture-words.js';
import { ChartView } from './chart-view.js';
import { copyButton, make } from './dom.js';
import { picturesOf } from './picture-view.js';
import { commandsView, factsView, tableView } from './table-view.js';

/** A block that stays in the page when its content changes. */
interface BlockView {
  readonly element: HTMLElement;
  update(block: Block): void;
  close?(): void;
}

export class RunView {
  readonly element = make('article', { class: 'run' });
  readonly #panel: ArchitecturePanel;
  readonly #top = make('section', { class: 'answer', id: 'answer' });
  readonly #sections = new Map<string, SectionView>();
  #run: RunReport;

  constructor(run: RunReport) {
    this.#run = run;
    this.#panel = new ArchitecturePanel(run);
    this.element.append(this.#top, this.#panel.element);
    this.update(run);
  }

  update(run: RunReport): void {
    this.#run = run;
    this.#panel.update(run);
    this.#top.replaceChildren(...answerOf(run));
    this.#top.classList.toggle('has-picture', run.pictures.answer !== null);
    for (const section of run.sections) {
      const known = this.#sections.get(section.id);
      if (known) {
        known.update(section);
        continue;
      }
      const made = new SectionView(section, this.#context());
      this.#sections.set(section.id, made);
      this.#panel.element.before(made.element);
    }
  }

  close(): void {
    for (const section of this.#sections.values()) section.close();
  }

  #context(): SectionContext {
    return {
      open: (item) => this.#panel.open(item),
      architectures: () => this.#run.architectures,
    };
  }
}

export interface SectionContext {
  /** Opens an architecture. */
  readonly open: (item: number) => void;
  readonly architectures: () => RunReport['architectures'];
}

export class SectionView {
  readonly element: HTMLElement;
  readonly #context: SectionContext;
  readonly #body = make('div', { class: 'section-body' });
  #blocks: { readonly key: string; readonly view: BlockView }[] = [];

  constructor(section: Section, context: SectionContext) {
    this.#context = context;
    this.element = make('section', { id: section.id }, [make('h2', {}, [section.title]), this.#body]);
    this.update(section);
  }

  update({ blocks }: Section): void {
    const keys = blocks.map(keyOf);
    if (keys.join() === this.#blocks.map(({ key }) => key).join()) {
      for (const [index, block] of blocks.entries()) this.#blocks[index]?.view.update(block);
      return;
    }
    this.close();
    this.#blocks = blocks.map((block) => ({ key: keyOf(block), view: this.#view(block) }));
    this.#body.replaceChildren(...this.#blocks.map(({ view }) => view.element));
  }

  close(): void {
    for (const { view } of this.#blocks) view.close?.();
  }

  #view(block: Block): BlockView {
    const { open, architectures } = this.#context;
    switch (block.type) {
      case 'chart':
        return chartBlock(block, this.#context);
      case 'architectures': {
        const highlight = (item: number | null) => {
          for (const { view } of this.#blocks) if (view instanceof ChartBlock) view.highlight(item);
        };
        const list = new ArchitectureList(architectures(), { onOpen: open, onFocus: highlight });
        return { element: list.element, update: () => list.update(architectures()) };
      }
      default:
        return plainBlock((one) => contentOf(one, open), block);
    }
  }
}

function keyOf(block: Block): string {
  return block.type === 'chart' ? `chart ${block.id}` : block.type === 'table' ? `table ${block.title}` : block.type;
}

/** A block that is made anew when its content changes. */
function plainBlock(make_: (block: Block) => HTMLElement, block: Block): BlockView {
  const element = make('div', {}, [make_(block)]);
  let last = JSON.stringify(block);
  return {
    element,
    update: (next) => {
      const text = JSON.stringify(next);
      if (text !== last) element.replaceChildren(make_(next));
      last = text;
    },
  };
}

function contentOf(block: Block, open: (item: number) => void): HTMLElement {
  switch (block.type) {
    case 'text':
      return make('p', {}, [block.text]);
    case 'facts':
      return factsView(block.facts);
    case 'table':
      return tableView(block.title, block.table, open);
    case 'commands':
      return commandsView(block.commands);
    default:
      return make('div');
  }
}

class ChartBlock implements BlockView {
  readonly element: HTMLElement;
  readonly #view: ChartView;
  readonly #title = make('h3');
  readonly #text = make('p', { class: 'chart-text' });

  constructor(block: Extract<Block, { type: 'chart' }>, { open, architectures }: SectionContext) {
    const describe = (item: number) => {
      const one = architectures()[item];
      return one ? tooltipOf(one, item) : [];
    };
    this.#view = new ChartView(block.chart, { onOpen: open, describe });
    this.element = make('div', { class: 'block', 'data-chart': block.id }, [
      this.#title,
      this.#text,
      this.#view.element,
    ]);
    this.#tell(block);
  }

  update(block: Block): void {
    if (block.type !== 'chart') return;
    this.#tell(block);
    this.#view.update(block.chart);
  }

  highlight(item: number | null): void {
    this.#view.highlight(item);
  }

  close(): void {
    this.#view.close();
  }

  #tell({ chart, text }: Extract<Block, { type: 'chart' }>): void {
    this.#title.textContent = chart.title;
    this.#text.textContent = text;
  }
}

function chartBlock(block: Extract<Block, { type: 'chart' }>, context: SectionContext): BlockView {
  return new ChartBlock(block, context);
}

const STATES: Readonly<Record<RunReport['state'], string>> = {
  finished: 'finished',
  running: 'running',
  interrupted: 'interrupted',
};

function answerOf(run: RunReport): HTMLElement[] {
  const pictures = picturesOf(run.pictures.answer, run.pictures);
  const headline = make('code', { class: 'genotype' }, [run.headline]);
  return [
    make('div', { class: 'answer-text' }, [
      make('p', { class: 'eyebrow' }, [
        make('span', { class: `state ${run.state}` }, [STATES[run.state]]),
        ` ${run.kind} `,
        make('span', { class: 'run-name' }, [run.name]),
      ]),
      make('h1', {}, [run.caption]),
      make('p', { class: 'headline' }, [headline, copyButton(run.headline, headline)]),
      ...run.paragraphs.map((text) => make('p', {}, [text])),
    ]),
    ...(pictures.length === 0 ? [] : [make('div', { class: 'pictures' }, pictures)]),
    factsView(run.facts),
  ];
}
