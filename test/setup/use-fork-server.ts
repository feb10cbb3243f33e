import { expect } from 'vitest';
import { useForkServer } from './fork-server.js';

/** Tests about the starts and the ends of Python processes, which start as usual. */
const STARTING = /\/test\/(?:bridge\/|sidecar\/(?!available|measure|server))/;

if (!STARTING.test(expect.getState().testPath ?? '')) useForkServer();
