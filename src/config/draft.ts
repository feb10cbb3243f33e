import type { KeyDefault, KeyType } from '../definitions/key.js';
import { toValue } from './schema/keys.js';
import type { Setting, Settings } from './yacs/merge.js';
import { repr, toPlain } from './yacs/value.js';

/** The settings while they are resolved. */
export class Draft {
  readonly settings: Map<string, Setting>;
  readonly notices: string[] = [];

  constructor(settings: Settings) {
    this.settings = new Map(settings);
  }

  get(key: string): Setting {
    const setting = this.settings.get(key);
    if (setting) return setting;
    throw new Error(`There is no setting ${key}.`);
  }

  text(key: string): string {
    return String(toPlain(this.get(key).value));
  }

  /** Sets a key that is unset. */
  byDefault(key: string, plain: KeyDefault, where: string): void {
    const { source, value } = this.get(key);
    if (source !== 'default') return;
    this.settings.set(key, { value: toValue({ type: value.type as KeyType }, plain), source, where });
  }
  /** The value of a key and its origin, for messages. */
  given(key: string): string {
    const { value, where } = this.get(key);
    return `${repr(value)} (${where})`;
  }
}
