/** Turns the agreement of resamples into a probability. */

/**
 * The exponents were fitted to the 960 histories of ten searches of NAS-Bench-201, by maximum likelihood, and checked on
 * ten searches on other images; see docs/experiments.md. A resample lacks a third of the observations, so it errs more
 * often than the whole history.
 */
const EXPONENTS = { answer: 3, slot: 1.75 };

/**
 * The probability that an answer, or the choice of a slot, is the one that many searches would agree on.
 * @param share of the resamples that give the same, 0 to 1
 * @returns 1 − (1 − share)^exponent, from 0 to 1
 */
export function calibrated(share: number, of: keyof typeof EXPONENTS): number {
  return 1 - (1 - share) ** EXPONENTS[of];
}
