import { InterruptedError } from '../errors.js';

export function interrupted(): InterruptedError {
  return new InterruptedError('The search was interrupted.', { code: 'interrupted' });
}

/**
 * The promise, or the interruption when that comes first; the promise is then left to itself.
 * @throws InterruptedError once the signal has aborted.
 */
export async function unlessInterrupted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let onAbort = (): void => {};
  const abort = new Promise<never>((_, reject) => {
    onAbort = () => reject(interrupted());
  });
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([abort, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
