/** Checks ranges, where yacs checks types. */
import type { KeyGroup, ValuesOf } from '../../definitions/key.js';
import { UsageError } from '../../errors.js';
import type { Settings } from '../yacs/merge.js';
import { repr, toPlain } from '../yacs/value.js';

/**
 * The values of the keys, as plain JavaScript.
 * @throws UsageError naming the first key that is out of its range, the range, and the origin of the value.
 */
export function checkRanges<Group extends KeyGroup>(settings: Settings, keys: Group): ValuesOf<Group> {
  const values: Record<string, unknown> = {};
  for (const [key, { schema, range }] of Object.entries(keys)) {
    const setting = settings.get(key);
    const parsed = schema.safeParse(setting && toPlain(setting.value));
    if (!parsed.success) {
      const given = setting ? `${repr(setting.value)} (${setting.where})` : 'not set';
      throw new UsageError(`${key} is ${given}, and must be ${range}.`, {
        code: 'out-of-range',
        nextSteps: [`Set ${key} to ${range}.`],
      });
    }
    values[key] = parsed.data;
  }
  return values as ValuesOf<Group>;
}
