import { type InterruptedError, interrupted } from '../errors.js';

export function searchInterrupted(): InterruptedError {
  return interrupted('The search was interrupted.');
}

/**
 * Waits for the promise or the interruption. After an interruption nothing waits for the promise any more.
 * @throws InterruptedError once the signal has aborted
 */
export async function unlessInterrupted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let onAbort = (): void => {};
  const abort = new Promise<never>((_, reject) => {
    onAbort = () => reject(searchInterrupted());
  });
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([abort, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
