import { afterAll, vi } from 'vitest';
import { scaled } from '../support/limits.js';
import { killStarted } from '../support/started.js';

vi.setConfig({ testTimeout: scaled(60_000), hookTimeout: scaled(60_000) });

afterAll(killStarted);
