import { UsageError } from '../errors.js';
import { suggestion } from '../nearest.js';
import type { ProxyDefinition } from './definition.js';

/** The proxy that a name refers to. */
export interface ProxyReference {
  readonly definition: ProxyDefinition;
  /** Updates before the value is observed; null for the end of the training, and for proxies without a training. */
  readonly step: number | null;
}

/**
 * Reads the name of a proxy, for a proxy of a training perhaps with a step: `synflow`, `rmi` or `rmi@50`. It does
 * not check that the training has as many steps.
 * @param proxies the known definitions
 * @throws UsageError `unknown-proxy`
 */
export function resolveProxy(text: string, proxies: Iterable<ProxyDefinition>): ProxyReference {
  const [, written = '', step] = /^([^@]*)(?:@(\d{1,7}))?$/.exec(text) ?? [];
  const definition = findProxy(written, proxies);
  if (definition === undefined) throw unknown(text, proxies);
  const { name, needs } = definition;
  if (step === undefined) return { definition, step: null };
  if (needs !== 'training') {
    throw new UsageError(`${text}: ${name} is measured without a training, so it has no steps.`, {
      code: 'unknown-proxy',
      nextSteps: [`Write ${name}.`],
    });
  }
  return { definition, step: Number(step) };
}

/** The name and the step of a proxy. @throws UsageError as {@link resolveProxy} */
export function parseProxy(text: string, proxies: Iterable<ProxyDefinition>): { name: string; step: number | null } {
  const { definition, step } = resolveProxy(text, proxies);
  return { name: definition.name, step };
}

/** The definition with this name or alias. */
export function findProxy(name: string, proxies: Iterable<ProxyDefinition>): ProxyDefinition | undefined {
  for (const definition of proxies) {
    if (definition.name === name || definition.aliases.includes(name)) return definition;
  }
  return undefined;
}

function unknown(text: string, proxies: Iterable<ProxyDefinition>): UsageError {
  const names = Array.from(proxies, ({ name }) => name);
  const nearest = suggestion(text.replace(/@.*$/s, ''), names);
  return new UsageError(`There is no proxy ${JSON.stringify(text)}.${nearest}`, {
    code: 'unknown-proxy',
    nextSteps: [`The proxies are ${names.join(', ')}. A proxy of a training can have a step, as in rmi@50.`],
  });
}
