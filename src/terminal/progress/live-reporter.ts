import { Listr, ListrLogger, type ListrTask, type ListrTaskWrapper, ProcessOutput } from 'listr2';
import { describeSearchEvent, type SearchJobEvent } from '../../jobs/search/events.js';
import { advance, describeProgress, NO_PROGRESS, type PhaseProgress } from './phase-progress.js';
import type { Reporter } from './reporter.js';

type Wrapper = ListrTaskWrapper<unknown, never, never>;
type Stage = 'prepare' | 'warm-up' | 'guided' | 'finalize';

const TITLES: Record<Stage, string> = {
  prepare: 'Prepare the batch and the teacher',
  'warm-up': 'Warm-up',
  guided: 'Guided search',
  finalize: 'Finalize',
};
const ORDER: readonly Stage[] = ['prepare', 'warm-up', 'guided', 'finalize'];

/** One stage of the search: a line on the terminal that ends when the next stage begins. */
class StageLine {
  readonly #ended: Promise<void>;
  #end: () => void = () => {};
  #fail: (reason: Error) => void = () => {};
  #wrapper: Wrapper | null = null;
  #title: string;

  constructor(readonly stage: Stage) {
    this.#title = TITLES[stage];
    this.#ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    // Listr does not handle the failure of a task that it never started.
    this.#ended.catch(() => {});
  }

  get task(): ListrTask {
    return {
      title: this.#title,
      task: (_context, wrapper) => {
        this.#wrapper = wrapper as Wrapper;
        this.#wrapper.title = this.#title;
        return this.#ended;
      },
    };
  }

  set text(text: string) {
    this.#title = `${TITLES[this.stage]}: ${text}`;
    if (this.#wrapper) this.#wrapper.title = this.#title;
  }

  end(): void {
    this.#end();
  }

  fail(): void {
    this.#fail(new Error(this.#title));
  }
}

/** Draws one line per stage and rewrites the current one in place. */
export function createLiveReporter(stream: NodeJS.WriteStream): Reporter<SearchJobEvent> {
  const lines = ORDER.map((stage) => new StageLine(stage));
  const logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
  const list = new Listr(
    lines.map((line) => line.task),
    {
      exitOnError: true,
      // Its listener would exit with code 127 at Ctrl-C, before the search has ended.
      registerSignalListeners: false,
      rendererOptions: { logger, collapseErrors: false, showErrorMessage: false },
    },
  );
  const drawn = list.run().catch(() => {});
  // Listr hides the cursor, and does not get to show it again after a second Ctrl-C.
  const showCursor = () => stream.write('\u001B[?25h');
  process.on('exit', showCursor);
  let current = 0;
  let progress: PhaseProgress = NO_PROGRESS;
  let phaseStart = performance.now();

  function enter(stage: Stage): StageLine {
    const target = ORDER.indexOf(stage);
    for (; current < target; current += 1) {
      lines[current]?.end();
      progress = NO_PROGRESS;
      phaseStart = performance.now();
    }
    return lines[current] as StageLine;
  }

  return {
    show(event) {
      if (event.type === 'observed') {
        const line = enter(event.phase);
        progress = advance(progress, event, event.replayed, (performance.now() - phaseStart) / 1000);
        line.text = describeProgress(progress);
        return;
      }
      const stage = stageOf(event);
      const line = stage === null ? lines[current] : enter(stage);
      const text = stage === null && event.type !== 'notice' ? null : describeLive(event);
      if (line && text !== null) line.text = text;
    },
    async end(ok) {
      for (const line of lines.slice(current)) ok ? line.end() : line.fail();
      await drawn;
      process.off('exit', showCursor);
    },
  };
}

function stageOf(event: SearchJobEvent): Stage | null {
  if (event.type === 'run-opened' || event.type === 'run-prepared') return 'prepare';
  if (event.type === 'proposed') return event.phase;
  return event.type === 'verifying' || event.type === 'verified' || event.type === 'benchmark-consulted'
    ? 'finalize'
    : null;
}

function describeLive(event: SearchJobEvent): string | null {
  if (event.type !== 'verifying') return describeSearchEvent(event);
  const { index, count, done, total } = event;
  return `full training ${index + 1} of ${count}, epoch ${done}/${total}`;
}
