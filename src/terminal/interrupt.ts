/** Signals that end the program: in order, with exit code 130, so that a job can be resumed. */
import { EXIT } from '../errors.js';

/**
 * Ctrl-C, the end of a session, and the warnings of batch systems. Node would open a debugger at SIGUSR1; a listener
 * replaces that. Windows does not have all of them.
 */
const SIGNALS =
  process.platform === 'win32'
    ? (['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    : (['SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGXCPU', 'SIGHUP'] as const);

const exit = () => process.exit(EXIT.interrupted);

/** What a signal does now. */
let react: () => void = exit;

/** Handles the signals from now on. Outside of {@link withInterrupt}, a signal exits at once. */
export function handleSignals(): void {
  for (const signal of SIGNALS) process.on(signal, () => react());
}

/**
 * Runs `work` with a signal that is aborted by the first signal to this process. A second one exits at once.
 * @param onExit called before that exit, to tell the user how to continue
 */
export async function withInterrupt<T>(
  work: (signal: AbortSignal) => Promise<T>,
  onExit: () => void = () => {},
): Promise<T> {
  const controller = new AbortController();
  react = () => {
    if (controller.signal.aborted) {
      onExit();
      exit();
    }
    controller.abort();
  };
  try {
    return await work(controller.signal);
  } finally {
    // After an interruption the program is about to end, and a further signal still tells how to continue.
    if (!controller.signal.aborted) react = exit;
  }
}
