/** The best predicted architectures within limits on the costs of networks. */
import type { Encoding } from '../../spaces/space.js';
import type { Constraint } from '../limits/constraint.js';
import type { AnswerPreference } from '../strategy.js';
import { distinctEncodings } from './linear-model.js';
import { enumerated } from './optimum.js';

/** Architectures whose costs are asked for at once. */
const CHUNK = 256;
/** Moves of an ascent in a large space, architectures looked at for each, and the observed architectures to start from. */
const ASCENT = { moves: 100, looks: 2048, starts: 4 };

/**
 * Architectures within the limits, the preferred ones first. Spaces that can be enumerated are searched completely. In
 * others ascents start from observed architectures, change one choice or two at a time, and stay within the limits.
 * @param observed architectures within the limits; at least one
 * @param most architectures to find; at least one is found
 */
export async function preferredWithin(
  { value, allows }: AnswerPreference,
  observed: readonly Encoding[],
  constraint: Constraint,
  most: number,
): Promise<Encoding[]> {
  const byValue = (encodings: readonly Encoding[]) => sorted(distinctEncodings(encodings), value);
  const all = enumerated(constraint.space)?.filter(allows);
  if (all !== undefined) {
    const found = await firstWithin(byValue(all), constraint, most);
    return found.length > 0 ? found : byValue(observed).slice(0, most);
  }
  const reached: Encoding[] = [];
  for (const start of byValue(observed).slice(0, ASCENT.starts)) {
    reached.push(await ascendWithin(start, { value, allows }, constraint));
  }
  return byValue([...reached, ...observed]).slice(0, most);
}

function sorted(encodings: readonly Encoding[], value: AnswerPreference['value']): Encoding[] {
  return encodings
    .map((encoding, position) => ({ encoding, position, value: value(encoding) }))
    .sort((a, b) => a.value - b.value || a.position - b.position)
    .map(({ encoding }) => encoding);
}

/** The first of the encodings that are within the limits, in order. */
async function firstWithin(encodings: readonly Encoding[], constraint: Constraint, most: number): Promise<Encoding[]> {
  const found: Encoding[] = [];
  for (let start = 0; start < encodings.length; start += CHUNK) {
    const chunk = encodings.slice(start, start + CHUNK);
    const usages = await constraint.countedUsage(chunk);
    for (const [index, encoding] of chunk.entries()) {
      if ((usages[index] ?? 0) > 1 || (constraint.measures && !(await constraint.admits(encoding)))) continue;
      found.push(encoding);
      if (found.length >= most) return found;
    }
  }
  return found;
}

async function ascendWithin(start: Encoding, preference: AnswerPreference, constraint: Constraint): Promise<Encoding> {
  let current = start;
  for (let move = 0; move < ASCENT.moves; move += 1) {
    const next = await betterWithin(current, preference, constraint);
    if (next === undefined) break;
    current = next;
  }
  return current;
}

/** The most preferred architecture that is better, within the limits, and one or two choices away. */
async function betterWithin(
  current: Encoding,
  { value, allows }: AnswerPreference,
  constraint: Constraint,
): Promise<Encoding | undefined> {
  const { space } = constraint;
  const goal = value(current);
  const better = (encodings: readonly Encoding[]) =>
    sorted(
      encodings.filter((encoding) => allows(encoding) && value(encoding) < goal),
      value,
    ).slice(0, ASCENT.looks);
  const near = space.neighbours(current);
  const [next] = await firstWithin(better(near), constraint, 1);
  if (next !== undefined) return next;
  const far = distinctEncodings(near.flatMap((encoding) => space.neighbours(encoding)));
  const [swapped] = await firstWithin(better(far), constraint, 1);
  return swapped;
}
