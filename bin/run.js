#!/usr/bin/env node
import { handleSignals } from '../dist/terminal/interrupt.js';

// Before all else is loaded: until then SIGUSR1 opens a debugger, and other signals end the program without order.
handleSignals();
const { execute } = await import('@oclif/core');
await execute({ dir: import.meta.url });
