/** Whose functions build the networks and the score: what RMINAS.BACKEND says, and what its `auto` comes to. */
import { UsageError } from '../../errors.js';
import { BACKENDS, type BackendName, type SpaceName } from '../../protocol/specification.js';
import type { Config } from '../load.js';
import { resolveSpace } from '../schema/names.js';
import { str } from '../yacs/value.js';

const KEY = 'RMINAS.BACKEND';

/** `auto` takes XNAS where it can be imported and has the space. */
export const BACKEND_CHOICES = ['auto', ...BACKENDS] as const;
export type BackendChoice = (typeof BACKEND_CHOICES)[number];

/** Spaces whose networks XNAS can build. */
const XNAS_SPACES: readonly SpaceName[] = ['nas-bench-201', 'darts', 'nas-bench-macro', 'proxyless'];

/**
 * The backend that is asked for; `auto` is `native` as long as it has not been resolved.
 * @throws UsageError when XNAS is asked for networks that it does not have.
 */
export function backendOf(choice: BackendChoice, space: SpaceName): BackendName {
  if (choice !== 'xnas') return 'native';
  if (XNAS_SPACES.includes(space)) return 'xnas';
  throw new UsageError(`XNAS has no networks of the space ${space}, so ${KEY} cannot be xnas.`, {
    code: 'unsupported-backend',
    nextSteps: [`Set ${KEY} to native or auto.`],
  });
}

/**
 * The same configuration with the backend that `auto` comes to written into it: a run that is resumed elsewhere keeps it.
 * @param xnas the folder that XNAS can be imported from; null where it cannot be.
 */
export function resolveBackend(config: Config, xnas: string | null): Config {
  const setting = config.settings.get(KEY);
  if (config.values[KEY] !== 'auto' || setting === undefined) return config;
  const { name } = resolveSpace(config.values['SPACE.NAME']);
  const backend: BackendName = xnas !== null && XNAS_SPACES.includes(name) ? 'xnas' : 'native';
  return {
    ...config,
    settings: new Map([...config.settings, [KEY, { ...setting, value: str(backend) }]]),
    values: { ...config.values, [KEY]: backend },
  };
}
