import { expect } from 'vitest';
import { useForkServer } from './fork-server.js';

/** Rooms whose tests are about the starts and the ends of Python processes, which start as usual. */
const STARTING = /\/test\/(?:bridge|sidecar)\//;

if (!STARTING.test(expect.getState().testPath ?? '')) useForkServer();
