import { UsageError } from '../errors.js';
import type { KeyGroup, ValuesOf } from './key.js';

/**
 * The values of a group of keys. A key that is not given has its default; keys of other groups are ignored.
 * @param given values by the full name of the key
 * @throws UsageError `out-of-range` for a value outside the range of its key
 */
export function valuesFor<Group extends KeyGroup>(
  group: Group,
  given: Readonly<Record<string, unknown>> = {},
): ValuesOf<Group> {
  const values = Object.entries(group).map(([name, key]) => {
    const value = given[name] ?? key.default;
    const parsed = key.schema.safeParse(value);
    if (parsed.success) return [name, parsed.data];
    throw new UsageError(`${name} is ${JSON.stringify(value)}, and must be ${key.range}.`, {
      code: 'out-of-range',
      nextSteps: [`Set ${name} to ${key.range}.`],
    });
  });
  return Object.fromEntries(values) as ValuesOf<Group>;
}
