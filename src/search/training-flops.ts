/** A backward pass takes as much as two forward passes. */
const PASSES_A_STEP = 3;

/**
 * Millions of multiply-adds of a training: the forward and the backward pass of each step, but for the last one, which
 * has no backward pass.
 * @param flops millions of multiply-adds of the network, for one image
 * @param batch images in the batch
 * @param steps losses observed; of none it is 0.
 */
export function trainingFlops(flops: number, batch: number, steps: number): number {
  return steps === 0 ? 0 : flops * batch * (PASSES_A_STEP * (steps - 1) + 1);
}
