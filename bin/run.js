#!/usr/bin/env node
import { handleSignals } from '../dist/terminal/interrupt.js';

// Before all else is loaded: until then SIGUSR1 opens a debugger, and other signals end the program without order.
handleSignals();
const { execute, settings } = await import('@oclif/core');
// The commands are compiled. With NODE_ENV=development or test, oclif would load TypeScript to look for their sources.
settings.enableAutoTranspile = false;
await execute({ dir: import.meta.url });
