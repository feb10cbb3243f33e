import { anyText, arrayOf, checkArgument, filledText, objectWith, oneOf } from '../options.js';

/** A proxy: a number that estimates how good an architecture is, at a fraction of the cost of a full training. */
export interface ProxyDefinition {
  /** The name in configurations and in the sidecar, which computes the value. */
  readonly name: string;
  /** Other names that users may write. */
  readonly aliases: readonly string[];
  /** Whether higher or lower values are better. */
  readonly direction: 'higher' | 'lower';
  /**
   * The needs of the measurement besides a network with fresh weights: nothing, the prepared batch, or a training on
   * the batch. A value of a training can be asked for after any number of updates.
   */
  readonly needs: 'nothing' | 'batch' | 'training';
  /** One sentence for the documentation. */
  readonly doc: string;
  /** The paper that it comes from. */
  readonly source: string;
}

const fieldsOption = objectWith<object>('a definition', {
  name: filledText,
  aliases: arrayOf(filledText, 'names').optional(),
  direction: oneOf(['higher', 'lower']),
  needs: oneOf(['nothing', 'batch', 'training']),
  doc: anyText,
  source: anyText,
});

/** Fills in the fields that are left out: no aliases. @throws UsageError `invalid-option` */
export function defineProxy(fields: Omit<ProxyDefinition, 'aliases'> & Partial<ProxyDefinition>): ProxyDefinition {
  checkArgument('defineProxy()', 'definition', fieldsOption, fields);
  return { aliases: [], ...fields };
}
