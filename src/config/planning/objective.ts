/** The objective of a configuration. */
import { type ObjectiveChoice, readObjective as readFrom } from '../../objectives/index.js';
import type { Config } from '../config.js';

type ObjectiveSource = Pick<Config, 'values' | 'catalogue'>;

/** The objective that RMINAS.OBJECTIVE names. @throws UsageError as {@link readConfiguredObjective} */
export function chooseObjective(config: ObjectiveSource, steps: number): ObjectiveChoice {
  return readConfiguredObjective(config.values['RMINAS.OBJECTIVE'], 'RMINAS.OBJECTIVE', config, steps);
}

/**
 * @param text the name of an objective or of a proxy
 * @param where the key or option with the text, for messages
 * @param config has the values of the objectives' keys
 * @param steps losses that a training observes
 * @throws UsageError for an unknown name, and for an aggregate that is malformed
 */
export function readConfiguredObjective(
  text: string,
  where: string,
  config: ObjectiveSource,
  steps: number,
): ObjectiveChoice {
  const { objectives, proxies } = config.catalogue;
  return readFrom(text, { objectives, proxies, values: config.values, where, steps });
}
