#!/usr/bin/env node
// Loaded first, since a limit on open files may keep it from being loaded later.
import { describeError, namedFailure } from '../dist/cli/terminal/error.js';
import { handleSignals } from '../dist/cli/terminal/interrupt.js';

// Before all else is loaded: until then SIGUSR1 opens a debugger, and other signals end the program without order.
handleSignals();
try {
  const { flush, run, settings } = await import('@oclif/core');
  // The commands are compiled. With NODE_ENV=development or test, oclif would load TypeScript to look for their sources.
  settings.enableAutoTranspile = false;
  await run(process.argv.slice(2), import.meta.url);
  flush();
} catch (thrown) {
  const error = namedFailure(thrown);
  if (error === thrown) {
    const { handle } = await import('@oclif/core/handle');
    await handle(thrown);
  } else {
    // A limit of the system that is met while commands are loaded.
    process.exitCode = error.exitCode;
    process.stderr.write(`${describeError(error)}\n`);
  }
}
