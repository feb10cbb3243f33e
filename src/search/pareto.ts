/** The front of loss against a cost. */

/** An architecture with its loss and its cost. */
export interface CostedLoss {
  readonly loss: number;
  readonly cost: number;
}

/**
 * The points that no other point beats: none has a lower loss at the same or a lower cost, or the same loss at a lower
 * cost. Of equal points the first stays. Points whose loss or cost is not finite are left out.
 * @returns by rising loss, and so by falling cost
 */
export function paretoFront<P extends CostedLoss>(points: readonly P[]): P[] {
  const finite = points.filter(({ loss, cost }) => Number.isFinite(loss) && Number.isFinite(cost));
  let lowest = Number.POSITIVE_INFINITY;
  return finite
    .toSorted((a, b) => a.loss - b.loss || a.cost - b.cost)
    .filter(({ cost }) => {
      const isOnFront = cost < lowest;
      lowest = Math.min(lowest, cost);
      return isOnFront;
    });
}
