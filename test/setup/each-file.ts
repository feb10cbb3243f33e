import { afterAll, vi } from 'vitest';
import { scaled } from '../support/limits.js';
import { killStarted } from '../support/started.js';

vi.setConfig({ testTimeout: scaled(60_000), hookTimeout: scaled(60_000) });

afterAll(killStarted);

// The next file of this process begins with the same variables.
const variables = { ...process.env };
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
});
