/** Which code builds the networks and computes the score. */
import { UsageError } from '../../errors.js';
import type { BackendName } from '../../protocol/specification.js';
import type { SpaceDefinition } from '../../spaces/definition.js';
import type { Config } from '../config.js';
import type { BackendChoice } from '../schema/search-keys.js';
import { str } from '../yacs/value.js';

const KEY = 'RMINAS.BACKEND';

/**
 * The backend that is asked for; `auto` is `native` until {@link resolveBackend} has decided it.
 * @throws UsageError when XNAS is asked for networks that it does not have.
 */
export function backendOf(choice: BackendChoice, space: SpaceDefinition): BackendName {
  if (choice !== 'xnas') return 'native';
  if (space.xnas) return 'xnas';
  throw new UsageError(`XNAS has no networks of the space ${space.name}, so ${KEY} cannot be xnas.`, {
    code: 'unsupported-backend',
    nextSteps: [`Set ${KEY} to native or auto.`],
  });
}

/**
 * The configuration with a backend in place of `auto`. A run writes it down, so that it keeps the backend when it is
 * resumed on another machine.
 * @param xnas folder that XNAS can be imported from; null when it cannot be imported.
 */
export function resolveBackend(config: Config, xnas: string | null): Config {
  const setting = config.settings.get(KEY);
  if (config.values[KEY] !== 'auto' || setting === undefined) return config;
  const space = config.catalogue.spaces.get(config.values['SPACE.NAME'], 'SPACE.NAME');
  const backend: BackendName = xnas !== null && space.xnas ? 'xnas' : 'native';
  return {
    ...config,
    settings: new Map([...config.settings, [KEY, { ...setting, value: str(backend) }]]),
    values: { ...config.values, [KEY]: backend },
  };
}
