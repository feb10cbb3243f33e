/** Numbers that stand for how good an architecture is, and the messages that ask for them. `docs/proxies.md` has the papers. */
import { z } from 'zod';
import { UsageError } from '../errors.js';
import { nearestName } from '../nearest.js';
import { digest, genotype, maybeNumber, message, seconds, seed } from './envelope.js';

interface Proxy {
  /** Which of two values is the better one's. */
  readonly direction: 'higher' | 'lower';
  /**
   * What measuring it takes besides a fresh network: the batch, or a training on the batch, in which it can be asked for
   * after any number of updates.
   */
  readonly needs: 'nothing' | 'batch' | 'training';
}

const observed = (direction: Proxy['direction']): Proxy => ({ direction, needs: 'training' });
const STRUCTURE: Proxy = { direction: 'higher', needs: 'nothing' };
const UNTRAINED: Proxy = { direction: 'higher', needs: 'batch' };

/** Named as the sidecar names them; a test compares. */
const TABLE = {
  rmi: observed('lower'),
  'cross-entropy': observed('lower'),
  cka: observed('higher'),
  'cka-1': observed('higher'),
  'cka-2': observed('higher'),
  'cka-3': observed('higher'),
  params: STRUCTURE,
  flops: STRUCTURE,
  synflow: STRUCTURE,
  naswot: UNTRAINED,
  'grad-norm': UNTRAINED,
  snip: UNTRAINED,
  'jacob-cov': UNTRAINED,
  zico: UNTRAINED,
  'az-expressivity': UNTRAINED,
  'az-progressivity': UNTRAINED,
  'az-trainability': UNTRAINED,
  'az-complexity': STRUCTURE,
};
export type ProxyName = keyof typeof TABLE;
export const PROXIES: Readonly<Record<ProxyName, Proxy>> = TABLE;

export interface ProxyRequest {
  readonly name: ProxyName;
  /** Updates after which it is observed; null for the training's end, and for what is not observed in a training. */
  readonly step: number | null;
}

/**
 * Reads `synflow`, `rmi` or `rmi@50`. That a training is long enough for a step is seen by whoever knows the training.
 * @throws UsageError `unknown-proxy`.
 */
export function parseProxy(text: string): ProxyRequest {
  const [, name = '', step] = /^([^@]*)(?:@(\d{1,7}))?$/.exec(text) ?? [];
  if (!isProxyName(name)) throw unknown(text);
  if (step === undefined) return { name, step: null };
  if (PROXIES[name].needs !== 'training') {
    throw new UsageError(`${text}: ${name} is measured without a training, so it has no steps.`, {
      code: 'unknown-proxy',
      nextSteps: [`Write ${name}.`],
    });
  }
  return { name, step: Number(step) };
}

function isProxyName(name: string): name is ProxyName {
  return Object.hasOwn(PROXIES, name);
}

function unknown(text: string): UsageError {
  const names = Object.keys(PROXIES);
  const nearest = nearestName(text.replace(/@.*$/s, ''), names);
  return new UsageError(`There is no proxy ${JSON.stringify(text)}. Did you mean ${nearest}?`, {
    code: 'unknown-proxy',
    nextSteps: [`The proxies are ${names.join(', ')}; those of a training also with a step, like rmi@50.`],
  });
}

/** Measures one architecture by some proxies, on the prepared batch. */
export const measure = message(
  'measure',
  z.strictObject({
    digest,
    genotype,
    /** Of the initial weights, and of whatever a proxy draws. */
    seed,
    /** As `parseProxy` reads them. */
    proxies: z.array(z.string().min(1).max(64)).min(1).max(64),
  }),
);

export const measurementSchema = z.strictObject({
  /** In the order asked for. */
  values: z.array(
    z.strictObject({
      proxy: z.string(),
      /** Null where it is no finite number. */
      value: maybeNumber,
      /** Millions of multiply-adds of the passes that it takes, were it asked for alone; a backward pass counts as two. */
      flops: z.number().min(0),
      /** Seconds that it takes, were it asked for alone. */
      seconds,
    }),
  ),
  /** Millions of multiply-adds of all passes that were made: what several values have in common is counted once. */
  flops: z.number().min(0),
  seconds,
});
export type Measurement = z.infer<typeof measurementSchema>;
export const measured = message('measured', measurementSchema);
