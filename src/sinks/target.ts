/** Where a log goes, as the user writes it. */
import { UsageError } from '../errors.js';
import { userPath } from '../installation/paths.js';
import type { SinkKind } from '../protocol/logging.js';

/** The tools that `--log` and `rminas log --to` take. */
export const LOG_KINDS = ['tensorboard', 'mlflow', 'wandb'] as const satisfies readonly SinkKind[];

export interface LogTarget {
  readonly kind: SinkKind;
  /** A folder, an address, a project or a file; empty for the default of the tool. */
  readonly destination: string;
  /** As the user wrote it. */
  readonly text: string;
}

/** The form of targets, for help texts. */
export const TARGET_FORM = 'tensorboard:DIR|mlflow:URI|wandb[:PROJECT]';

/** @throws UsageError `unknown-sink` for another form; `invalid-path` as userPath() */
export function parseTarget(text: string): LogTarget {
  const [, name = '', rest = ''] = /^([^:]*):?(.*)$/s.exec(text) ?? [];
  const kind = LOG_KINDS.find((known) => known === name);
  if (kind === undefined || (rest === '' && kind !== 'wandb')) {
    throw new UsageError(`A log goes to tensorboard:DIR, mlflow:URI, wandb or wandb:PROJECT, got '${text}'.`, {
      code: 'unknown-sink',
      nextSteps: ['Write, for example, tensorboard:logs, mlflow:sqlite:///mlflow.db or wandb.'],
    });
  }
  return { kind, destination: kind === 'tensorboard' ? userPath(rest) : rest, text };
}
