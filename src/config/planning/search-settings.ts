/** The settings of a search: everything besides the specification that decides its course. */
import { valuesFor } from '../../definitions/values.js';
import { UsageError } from '../../errors.js';
import { benchmark } from '../../objectives/benchmark.js';
import { type ObjectiveChoice, readSeries, type SeriesChoice } from '../../objectives/index.js';
import type { EdgeRank, VoteMethod } from '../../spaces/space.js';
import { type ForestSettings, forest } from '../../strategies/forest.js';
import { regularizedEvolution } from '../../strategies/regularized-evolution.js';
import { reinforceStrategy } from '../../strategies/reinforce.js';
import { PROFILES } from '../schema/profiles.js';
import type { SearchValues } from '../schema/search-keys.js';

/** Guided evaluations per good architecture wanted, when RMINAS.MAX_EVALUATIONS sets no cap. */
const CAP_FACTOR = 10;

export interface SearchSettings {
  readonly strategy: string;
  readonly objective: ObjectiveChoice;
  /** Accuracies of the objective `benchmark`; null for the validation accuracy on the data set. */
  readonly series: SeriesChoice | null;
  /** Random architectures to evaluate first. */
  readonly warmup: number;
  /** Quantile of the losses of the warm-up below which an architecture is good, in (0, 1). */
  readonly thresholdRate: number;
  /** Good architectures to find after the warm-up. */
  readonly successes: number;
  /** Random candidates that the forest ranks each turn. */
  readonly candidates: number;
  /** Candidates that the forest ranks after the proxies without training have ranked them; 0 for all. */
  readonly screen: number;
  /** Whether the best good architectures vote, or the best one is the answer. */
  readonly answer: ForestSettings['answer'];
  readonly vote: VoteMethod;
  /** How the vote of `darts` ranks edges. */
  readonly edgeRank: EdgeRank;
  /** Best architectures that vote. */
  readonly voters: number;
  /** Of evolution: living architectures, and those of them that compete to have a child. */
  readonly population: number;
  readonly sample: number;
  /** Of the policy of `reinforce`. */
  readonly learningRate: number;
  /** Most evaluations, including the warm-up. */
  readonly cap: number;
  /** Whether futile trainings are stopped. */
  readonly futility: boolean;
  /** Share of the architectures whose training is never stopped, 0 to 1. */
  readonly auditShare: number;
  readonly seed: number;
  readonly workers: number;
  /** Threads of each worker; 0 divides the cores among them. */
  readonly threads: number;
  /** Seconds without a sign of life after which a worker is replaced. */
  readonly workerDeadline: number;
  /** `auto`, `cpu`, `cuda` or `cuda:N`. */
  readonly device: string;
}

/** @throws UsageError `cap-below-warmup` */
export function settingsOf(values: SearchValues, objective: ObjectiveChoice): SearchSettings {
  const strategy = values['RMINAS.STRATEGY'];
  const warmup = values['RMINAS.RF_WARMUP'];
  const successes = values['RMINAS.RF_SUCC'];
  const cap = values['RMINAS.MAX_EVALUATIONS'] || warmup + CAP_FACTOR * successes;
  if (cap < warmup) {
    throw new UsageError(
      `RMINAS.MAX_EVALUATIONS is ${cap}, and the warm-up alone takes ${warmup} (RMINAS.RF_WARMUP).`,
      {
        code: 'cap-below-warmup',
        nextSteps: ['Raise RMINAS.MAX_EVALUATIONS, set it to 0, or lower RMINAS.RF_WARMUP.'],
      },
    );
  }
  const ownOfForest = valuesFor(forest.keys, values);
  const ownOfEvolution = valuesFor(regularizedEvolution.keys, values);
  return {
    strategy,
    objective,
    series: readSeries(valuesFor(benchmark.keys, values)['RMINAS.BENCHMARK_SERIES']),
    warmup,
    thresholdRate: values['RMINAS.RF_THRESRATE'],
    successes,
    candidates: ownOfForest['RMINAS.CANDIDATES'],
    screen: ownOfForest['RMINAS.SCREEN'],
    answer: ownOfForest['RMINAS.ANSWER'],
    vote: ownOfForest['RMINAS.VOTE'],
    edgeRank: PROFILES[values['RMINAS.PROFILE']].edgeRank,
    voters: ownOfForest['RMINAS.VOTE_TOP'],
    population: ownOfEvolution['RMINAS.EVOLUTION_POPULATION'],
    sample: ownOfEvolution['RMINAS.EVOLUTION_SAMPLE'],
    learningRate: valuesFor(reinforceStrategy.keys, values)['RMINAS.REINFORCE_RATE'],
    cap,
    // Bounds limit the loss of the training; other strategies compare losses above the threshold as well.
    futility: ownOfForest['RMINAS.FUTILITY'] && objective.kind === 'rmi' && strategy === 'forest',
    auditShare: values['RMINAS.AUDIT'],
    seed: values.RNG_SEED,
    workers: values['RMINAS.WORKERS'],
    threads: values['RMINAS.THREADS'],
    workerDeadline: values['RMINAS.WORKER_DEADLINE'],
    device: values['RMINAS.DEVICE'],
  };
}
