import type { Hello } from '../../protocol/messages.js';
import type { Training } from '../../protocol/retraining.js';
import { counted } from '../../system/units.js';
import type { Notice } from '../events.js';

/** The folder is open, and the sidecar is about to train. */
export interface RetrainingOpened {
  readonly type: 'opened';
  readonly folder: string;
  readonly hello: Hello;
  readonly recipe: string;
  /** All trainings, and those of them that an earlier session finished. */
  readonly seeds: readonly number[];
  readonly finished: readonly number[];
}

/** Progress of a training. */
export interface TrainingProgress {
  readonly type: 'training';
  readonly seed: number;
  /** Epochs done, with the fraction of the current one. */
  readonly done: number;
  readonly total: number;
  /** Loss and accuracy of the last whole epoch. */
  readonly note: string;
}

export interface Trained {
  readonly type: 'trained';
  readonly seed: number;
  readonly training: Training;
}

/** The events of a retraining. */
export type RetrainingEvent = RetrainingOpened | TrainingProgress | Trained | Notice;

/** Describes events for a log, a line each; null for an event without a line. */
export function createRetrainingDescriber(): (event: RetrainingEvent) => string | null {
  const describeEpoch = createEpochDescriber();
  return (event) => (event.type === 'training' ? describeEpoch(event) : describe(event));
}

/** A line for each whole epoch. */
function createEpochDescriber(): (event: TrainingProgress) => string | null {
  const told = new Map<number, number>();
  return ({ seed, done, total, note }) => {
    // The note is about the epoch before the current one.
    const whole = Math.ceil(done) - 1;
    if (whole < 1 || told.get(seed) === whole) return null;
    told.set(seed, whole);
    return `seed ${seed}: epoch ${whole}/${total}: ${note}`;
  };
}

function describe(event: Exclude<RetrainingEvent, TrainingProgress>): string {
  switch (event.type) {
    case 'opened':
      return describeOpened(event);
    case 'trained': {
      const last = event.training.epochs.at(-1);
      const accuracy = last?.accuracy ?? 0;
      return `seed ${event.seed} is trained: test accuracy ${(100 * accuracy).toFixed(2)} %`;
    }
    case 'notice':
      return event.text;
  }
}

function describeOpened({ folder, hello, recipe, seeds, finished }: RetrainingOpened): string {
  const before = finished.length > 0 ? `, ${finished.length} of them trained already` : '';
  return (
    `retraining ${folder}: recipe ${recipe}, ${counted(seeds.length, 'seed')}${before}; ` +
    `${counted(hello.workers, 'worker')} with ${counted(hello.threads, 'thread')} on ${hello.device}, torch ${hello.versions.torch ?? 'unknown'}`
  );
}
