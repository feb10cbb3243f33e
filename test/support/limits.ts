import { vi } from 'vitest';

/**
 * Limits that only guard against hanging. No test passes or fails by the time it takes within them.
 *
 * The global setup measures how much slower this machine is than a quiet one, and limits grow with that.
 */

/** The machine may become busier after it was measured. */
const GENEROSITY = 5;

/** How much slower a unit of work is here than on a quiet machine, at least 1. */
const slowness = Number(process.env.RMINAS_TEST_SLOWNESS ?? 1);

/** A time limit on this machine. @param milliseconds the limit on a quiet machine */
export const scaled = (milliseconds: number): number => Math.ceil(milliseconds * slowness * GENEROSITY);

/** Tries until the assertions hold; `vi.waitFor` alone gives up after a second. */
export const eventually = <T>(attempt: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(attempt, { timeout: scaled(20_000) });
