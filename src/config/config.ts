import type { Catalogue } from '../catalogue/catalogue.js';
import type { Described } from '../definitions/described.js';
import type { PluginIdentity } from '../definitions/plugin.js';
import type { SearchValues } from './schema/search-keys.js';
import type { Settings } from './yacs/merge.js';

/** The program whose keys a file uses. */
export type Dialect = 'xnas' | 'archive';

/** A resolved configuration. */
export interface Config {
  /** Absolute path of the file, or null. */
  readonly file: string | null;
  readonly dialect: Dialect;
  /** The file describes a search, or the retraining of the found architecture. */
  readonly purpose: 'search' | 'retraining';
  /** Every key, with its value and its origin. */
  readonly settings: Settings;
  /** The values of the keys that a search reads, in range. */
  readonly values: SearchValues;
  /** Notes for the user on how the file was understood. */
  readonly notices: readonly string[];
  /** The definitions that names in the configuration refer to. */
  readonly catalogue: Catalogue;
  /** The plugins that the catalogue is extended by, in the order of RMINAS.PLUGINS, and the files of the space. */
  readonly plugins: readonly PluginIdentity[];
  /** The things of the user that Python described; the catalogue has their definitions. */
  readonly described: readonly Described[];
}
