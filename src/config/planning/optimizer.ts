/** The optimiser of searches and retrainings. */
import { UsageError } from '../../errors.js';
import type { Specification } from '../../protocol/specification.js';
import type { SpaceDefinition } from '../../spaces/definition.js';
import type { SearchValues } from '../schema/search-keys.js';
import type { SharedValues } from '../schema/shared-keys.js';

type Optimizer = Specification['optimizer'];

/** The optimiser of an evaluation. @throws UsageError as {@link sgdOf} */
export function optimizerOf(values: SearchValues, { schedule }: Pick<SpaceDefinition, 'schedule'>): Optimizer {
  if (schedule === 'constant') return sgdOf(values);
  const cosine = { updates: values['OPTIM.MAX_EPOCH'], minimum: values['OPTIM.MIN_LR'] };
  return { ...sgdOf(values), ...gradientNormOf(values), cosine };
}

/** No gradient clipping when OPTIM.GRAD_CLIP is 0. */
export function gradientNormOf(values: SharedValues): { gradientNorm?: number } {
  const gradientNorm = values['OPTIM.GRAD_CLIP'];
  return gradientNorm > 0 ? { gradientNorm } : {};
}

/** @throws UsageError `unusable-optimizer` for a combination that SGD does not have. */
export function sgdOf(values: SharedValues): Omit<Optimizer, 'cosine' | 'gradientNorm'> {
  const momentum = values['OPTIM.MOMENTUM'];
  const dampening = values['OPTIM.DAMPENING'];
  const nesterov = values['OPTIM.NESTEROV'];
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new UsageError(`OPTIM.NESTEROV needs a momentum and no dampening, not ${momentum} and ${dampening}.`, {
      code: 'unusable-optimizer',
      nextSteps: ['Set OPTIM.NESTEROV to False, or OPTIM.MOMENTUM above 0 and OPTIM.DAMPENING to 0.0.'],
    });
  }
  return {
    learningRate: values['OPTIM.BASE_LR'],
    momentum,
    dampening,
    nesterov,
    weightDecay: values['OPTIM.WEIGHT_DECAY'],
  };
}
