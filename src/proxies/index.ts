/** The built-in proxies. The sidecar computes them; docs/proxies.md describes them. A test compares all three. */
import type { ProxyDefinition } from './definition.js';
import { TRAINING_PROXIES } from './training.js';
import { UNTRAINED_PROXIES } from './untrained.js';

export const PROXIES: readonly ProxyDefinition[] = [...TRAINING_PROXIES, ...UNTRAINED_PROXIES];

export { defineProxy, type ProxyDefinition } from './definition.js';
export { findProxy, type ProxyReference, parseProxy, resolveProxy } from './parse.js';
export { TRAINING_PROXIES } from './training.js';
