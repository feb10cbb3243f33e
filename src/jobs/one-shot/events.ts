import type { Hello } from '../../protocol/messages.js';
import type { OneShotFound } from '../../protocol/supernets.js';
import { counted } from '../../system/units.js';
import type { Notice } from '../events.js';

/** The folder is open, and the sidecar is about to train. */
export interface OneShotOpened {
  readonly type: 'opened';
  readonly folder: string;
  readonly hello: Hello;
  readonly method: string;
  readonly space: string;
  readonly dataset: string;
}

/** Progress of the training. */
export interface OneShotProgress {
  readonly type: 'training';
  /** Epochs done, with the fraction of the current one. */
  readonly done: number;
  readonly total: number;
  /** Loss and architecture of the last whole epoch; after the last epoch, how many paths are compared. */
  readonly note: string;
}

export interface ArchitectureFound {
  readonly type: 'found';
  readonly found: OneShotFound;
}

/** The events of a one-shot search. */
export type OneShotEvent = OneShotOpened | OneShotProgress | ArchitectureFound | Notice;

/** Describes events for a log, a line each; null for an event without a line. */
export function createOneShotDescriber(): (event: OneShotEvent) => string | null {
  let told = 0;
  return (event) => {
    switch (event.type) {
      case 'opened':
        return describeOpened(event);
      case 'training': {
        // The note is about the epoch before the current one.
        const whole = Math.ceil(event.done) - 1;
        if (whole <= told) return null;
        told = whole;
        return `epoch ${whole}/${event.total}: ${event.note}`;
      }
      case 'found':
        return `found ${event.found.genotype}`;
      case 'notice':
        return event.text;
    }
  };
}

function describeOpened({ folder, hello, method, space, dataset }: OneShotOpened): string {
  return (
    `one-shot search ${folder}: ${method} on ${space} and ${dataset}; ` +
    `${counted(hello.threads, 'thread')} on ${hello.device}, torch ${hello.versions.torch ?? 'unknown'}`
  );
}
