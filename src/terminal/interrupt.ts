import { EXIT } from '../errors.js';

/**
 * Runs `work` with a signal that Ctrl-C or SIGTERM aborts. A second Ctrl-C exits at once.
 * @param onExit called before that exit, to tell the user how to continue
 */
export async function withInterrupt<T>(
  work: (signal: AbortSignal) => Promise<T>,
  onExit: () => void = () => {},
): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) {
      onExit();
      process.exit(EXIT.interrupted);
    }
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
