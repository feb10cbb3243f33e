import type { Specification } from '../../protocol/specification.js';
import { resolveDataset, resolveSpace } from '../schema/names.js';

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
