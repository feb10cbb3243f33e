/**
 * What each loss is worth, from -1 to 1: the share of the losses up to it that are higher, less the share of those
 * that are lower. The scale of the losses does not matter, and a reward never changes when others come in.
 */
export function rewardsOf(losses: readonly number[]): number[] {
  return losses.map((loss, index) => {
    const others = losses.slice(0, index);
    const balance = others.reduce((sum, other) => sum + Number(other > loss) - Number(other < loss), 0);
    return index === 0 ? 0 : balance / index;
  });
}
