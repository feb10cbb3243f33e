import { createHash } from 'node:crypto';
import type { PluginIdentity } from '../../definitions/plugin.js';
import type { Retraining } from '../../protocol/retraining.js';
import type { Specification } from '../../protocol/specification.js';
import type { OneShot } from '../../protocol/supernets.js';

/**
 * SHA-256, in hexadecimal, of the specification's JSON with sorted keys: equal specifications have equal digests.
 * @param plugins scores depend on their content too
 */
export function specificationDigest(specification: Specification, plugins: readonly PluginIdentity[] = []): string {
  return digest(withPlugins(specification, plugins));
}

/** The same digest of a retraining. */
export function retrainingDigest(retraining: Retraining, plugins: readonly PluginIdentity[] = []): string {
  return digest(withPlugins(retraining, plugins));
}

/** The same digest of a one-shot search. */
export function oneShotDigest(oneShot: OneShot, plugins: readonly PluginIdentity[] = []): string {
  return digest(withPlugins(oneShot, plugins));
}

/** Without plugins the digest is that of the value alone, as it was before there were plugins. */
function withPlugins(value: object, plugins: readonly PluginIdentity[]): object {
  return plugins.length === 0 ? value : { ...value, plugins: plugins.map(({ sha256 }) => sha256).sort() };
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
