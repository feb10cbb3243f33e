/** A forward pass and a backward pass, which costs as much as two forward passes. */
const PASSES_A_STEP = 3;

/**
 * Millions of multiply-adds of a training. Each step has a forward and a backward pass, except the last, which has
 * only a forward pass.
 * @param flops millions of multiply-adds of the network for one image
 * @param batch images in the batch
 * @param steps observed losses; 0 steps cost nothing
 */
export function trainingFlops(flops: number, batch: number, steps: number): number {
  return steps === 0 ? 0 : flops * batch * (PASSES_A_STEP * (steps - 1) + 1);
}
