import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateAssets } from '../../../dist/assets/locate.js';
import { BUILT_IN } from '../../../dist/catalogue/built-in.js';
import { loadConfig, planSearch } from '../../../dist/config/index.js';
import { startPreparedSidecar } from '../../../dist/evaluators/prepared-sidecar.js';
import { createSidecarSurrogate } from '../../../dist/evaluators/surrogate.js';
import { createTrainingEvaluator } from '../../../dist/evaluators/training.js';
import { RMI } from '../../../dist/objectives/rmi.js';
import { searchSpace } from '../../../dist/search/controller.js';
import { evaluationSeed } from '../../../dist/search/recording.js';
import { Sidecar } from '../../../dist/sidecar/client.js';
import { JournalWriter } from '../../../dist/store/journal-file.js';
import { forest } from '../../../dist/strategies/forest.js';
import { createStrategy } from '../../../dist/strategies/index.js';
import { familyOf, peakOf } from '../processes.mjs';
import { PlainLoop } from './plain.mjs';

const signal = new AbortController().signal;

/** The plan of a search, with the measures as overrides. */
export async function planOf({ file, overrides }, seed, { arithmetic, futility, workers, threads }) {
  const measures = [
    ...['RNG_SEED', seed, 'RMINAS.BACKEND', 'native', 'RMINAS.ARITHMETIC', arithmetic],
    ...['RMINAS.FUTILITY', futility ? 'True' : 'False', 'RMINAS.WORKERS', workers, 'RMINAS.THREADS', threads],
  ];
  const config = await loadConfig({ file, overrides: [...overrides, ...measures.map(String)] });
  return { config, plan: planSearch(config) };
}

/**
 * Starts the plain loop, and plans the search for it.
 * @param batch see PlainLoop
 */
export async function startPlainLoop({ size, data, python, seed, cores, batch }) {
  const measures = { arithmetic: 'plain', futility: false, workers: 1, threads: cores };
  const { config, plan } = await planOf(size, seed, measures);
  const { specification, settings } = plan;
  const assets = await locateAssets(specification, config, { data });
  const { device } = settings;
  return { plan, loop: await PlainLoop.start({ python, threads: cores, device, specification, assets, batch }) };
}

/** The paper's search: one process trains every architecture to its last step on all cores. Nothing is reused. */
export async function openPlain({ size, data, python, seed, cores }) {
  const began = performance.now();
  const { plan, loop } = await startPlainLoop({ size, data, python, seed, cores });
  const { specification } = plan;
  const forest = await Sidecar.start({ python, workers: 0 });
  const evaluate = async ({ genotype, seed }) => {
    const { curve, seconds } = await loop.evaluate({ genotype, seed, updates: specification.steps });
    return { evaluation: { loss: curve.at(-1), curve, cka: [], crossEntropy: null, steps: curve.length, seconds } };
  };
  return new Side({
    name: 'plain',
    plan,
    adapt: (strategy) => ({ ...strategy, bounds: () => [] }),
    duplicates: false,
    sidecar: forest,
    evaluator: { capacity: 1, evaluate },
    batch: loop.batch,
    // The forest's memory does not count: the original fits its forest in the training process.
    peak: () => peakOf(loop.pid),
    close: () => loop.close(),
    seconds: (performance.now() - began) / 1000,
  });
}

/** Our search, with all or some of the measures. It has no score cache, since a first search gains nothing from it. */
export async function openOurs({ name, size, data, python, seed, measures }) {
  const began = performance.now();
  const { config, plan } = await planOf(size, seed, measures);
  const { workers } = measures;
  const working = await startPreparedSidecar({
    config,
    plan,
    data,
    workers,
    python,
    signal,
    notify: () => {},
    onPrepared: () => {},
  });
  const { sidecar, prepared, resolved } = working;
  return new Side({
    name,
    plan,
    adapt: (strategy) => strategy,
    duplicates: measures.duplicates,
    sidecar,
    evaluator: createTrainingEvaluator({ sidecar, digest: resolved.digest, capacity: workers, signal }),
    batch: prepared.batch.digest,
    peak: () => familyOf(sidecar.hello.pid).reduce((sum, pid) => sum + peakOf(pid), 0),
    close: async () => {},
    seconds: (performance.now() - began) / 1000,
  });
}

/** A search that advances turn by turn and pauses in between. `seconds` counts its start and its turns. */
class Side {
  #events;
  #journal;
  #done = false;
  observed = [];
  trainings = [];
  finished;

  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Losses observed over all trainings. */
  get steps() {
    return this.trainings.reduce(
      (sum, { outcome }) => sum + ('evaluation' in outcome ? outcome.evaluation.steps : 0),
      0,
    );
  }

  /** Trainings that ended as futile. */
  get stopped() {
    return this.observed.filter((event) => event.stopped !== null && !event.reused).length;
  }

  get done() {
    return this.#done;
  }

  /** Progress from 0 to 1, over the warm-up and the successes wanted after it. */
  get progress() {
    const last = this.observed.at(-1);
    if (this.#done || last === undefined) return this.#done ? 1 : 0;
    const { warmup, successes, successesWanted } = last.status;
    return (Math.min(this.observed.length, warmup) + successes) / (warmup + successesWanted);
  }

  /** Works until the next turn is proposed, or to the end. */
  async advance() {
    const began = performance.now();
    this.#begin();
    for (let event = await this.#next(); event !== undefined; event = await this.#next()) {
      if (event.type === 'observed') this.observed.push(event);
      if (event.type === 'evaluated') this.trainings.push(event);
      if (event.type === 'finished') this.finished = event;
      if (event.type === 'proposed') break;
    }
    this.seconds += (performance.now() - began) / 1000;
  }

  /** Ends the processes, and records the peak memory. */
  async end() {
    this.peakMemory = this.peak();
    this.#journal?.close();
    await Promise.all([this.close(), this.sidecar.close()]);
  }

  #begin() {
    if (this.#events) return;
    const folder = mkdtempSync(join(tmpdir(), 'rminas-bench-'));
    process.once('exit', () => rmSync(folder, { recursive: true }));
    this.#journal = new JournalWriter(join(folder, 'journal.jsonl'));
    const { settings, specification } = this.plan;
    const space = this.#searched(BUILT_IN.spaces.find(specification.space).space);
    const surrogate = createSidecarSurrogate({ sidecar: this.sidecar, specification, signal });
    const strategy = this.adapt(createStrategy(forest, { space, settings, surrogate }));
    const { seed, auditShare } = settings;
    this.#events = searchSpace({ space, strategy, objective: RMI, evaluator: this.#trainer(), seed, auditShare });
  }

  /** The space. Without the measure `duplicates`, each architecture is its own canonical form. */
  #searched(space) {
    return this.duplicates ? space : { ...space, canonical: (encoding) => encoding };
  }

  /**
   * Without the measure `duplicates`, the canonical form is still trained: it costs no more than the architecture itself,
   * and its score makes the searches comparable.
   */
  #trainer() {
    if (this.duplicates) return this.evaluator;
    const { capacity } = this.evaluator;
    const { seed } = this.plan.settings;
    const space = BUILT_IN.spaces.find(this.plan.specification.space).space;
    const evaluate = (request) => {
      const genotype = space.print(space.canonical(space.parse(request.genotype)));
      return this.evaluator.evaluate({ ...request, genotype, seed: evaluationSeed(seed, genotype) });
    };
    return { capacity, evaluate };
  }

  async #next() {
    const { value, done } = await this.#events.next();
    this.#done = done;
    if (done) return undefined;
    // Like a run, the search writes each entry to disk before it acts on it.
    const { replayed: _, ...entry } = value;
    if (['proposed', 'evaluated', 'finished'].includes(entry.type)) this.#journal.append(entry);
    return entry;
  }
}
