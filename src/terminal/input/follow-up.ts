import { Flags } from '@oclif/core';
import { FOLLOW_UPS, type FollowUp, type FollowUpStep } from '../../definitions/follow-up.js';
import { UsageError } from '../../errors.js';

export const followUpFlags = {
  // biome-ignore lint/suspicious/noThenProperty: a flag of this name; no promise has these flags as its value
  then: Flags.string({
    description: 'what follows: retrain, export, or both separated by a comma',
    helpValue: 'STEPS',
  }),
  'retrain-with': Flags.string({
    description: 'key of the retraining and its value; may be repeated',
    helpValue: "'KEY VALUE'",
    multiple: true,
    multipleNonGreedy: true,
  }),
};

/**
 * Parses `--then retrain,export` and the `--retrain-with 'KEY VALUE'` pairs.
 * @returns undefined without --then
 * @throws UsageError `unknown-step`, `invalid-pair`, or `pair-without-retraining`
 */
export function parseFollowUp(then: string | undefined, pairs: readonly string[] = []): FollowUp | undefined {
  const names = then === undefined ? [] : then.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !FOLLOW_UPS.includes(name as FollowUpStep));
  if (unknown !== undefined) {
    throw new UsageError(`--then expects ${FOLLOW_UPS.join(', ')} or both, got '${unknown}'.`, {
      code: 'unknown-step',
      nextSteps: ['Write --then retrain,export'],
    });
  }
  if (pairs.length > 0 && !names.includes('retrain')) {
    throw new UsageError('--retrain-with sets keys of a retraining, and --then names none.', {
      code: 'pair-without-retraining',
      nextSteps: ['Add --then retrain, or leave out --retrain-with.'],
    });
  }
  const [first, ...others] = FOLLOW_UPS.filter((step) => names.includes(step));
  return first === undefined ? undefined : { steps: [first, ...others], keys: pairs.flatMap(splitPair) };
}

function splitPair(text: string): string[] {
  const [, key, value] = /^\s*(\S+)\s+(.*\S)\s*$/s.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return [key, value];
  throw new UsageError(`--retrain-with expects a key and a value, got '${text}'.`, {
    code: 'invalid-pair',
    nextSteps: ["Write --retrain-with 'OPTIM.MAX_EPOCH 30', once for each key."],
  });
}
