import type { Specification } from '../protocol/specification.js';
import { resolveDataset, resolveSpace } from './names.js';

/** The paper's batch, and what it is chosen from. */
const PAPER_BATCH = { size: 32, pool: 512 };
/** Index of the loss that the paper looks at, in spaces that its code does not have. */
const PAPER_OBSERVED = 150;

/**
 * The same evaluation at the size that the paper spends on an architecture: the space's original network, images of
 * their own resolution, 32 of them, and as many updates as the archive's code makes.
 */
export function originalSpecification(specification: Specification): Specification {
  const { network, observed } = resolveSpace(specification.space);
  const { resolution } = resolveDataset(specification.dataset);
  return {
    ...specification,
    network: { ...specification.network, ...network, resolution },
    batch: { ...specification.batch, ...PAPER_BATCH },
    steps: (observed ?? PAPER_OBSERVED) + 1,
  };
}

/**
 * Millions of multiply-adds of a whole training: each step's forward pass, and its backward pass, which counts as two
 * forward passes and which the last step does not have.
 * @param flops millions of multiply-adds of the network, for one image
 */
export function trainingFlops({ batch, steps }: Specification, flops: number): number {
  return flops * batch.size * (3 * (steps - 1) + 1);
}
