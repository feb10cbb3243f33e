import type { Specification } from '../../protocol/specification.js';
import type { SearchPlan } from './search.js';

/** The batch of the paper, and the number of images that it is chosen from. */
const BATCH = { size: 32, pool: 512 };
/** Index of the loss that the paper observes; for spaces that its code does not have. */
const OBSERVED_STEP = 150;

/**
 * The evaluation at the cost that the paper spends on an architecture: the original network, full-size images, a batch
 * of 32 of them, and as many updates as the code of the archive makes.
 */
export function paperSpecification({ specification, definitions }: SearchPlan): Specification {
  const { space, dataset } = definitions;
  return {
    ...specification,
    network: { ...specification.network, ...space.network, resolution: dataset.resolution },
    batch: { ...specification.batch, ...BATCH },
    steps: (space.observedStep ?? OBSERVED_STEP) + 1,
  };
}
