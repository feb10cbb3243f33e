/** Configuration: the merge rules of yacs, the keys of XNAS and rminas, profiles, and plans. */
export type { Config } from './config.js';
export { type ConfigDescription, type DescribedKey, describeConfig } from './describe.js';
export {
  type ConfiguredValues,
  configuredPlugins,
  configuredSpace,
  configuredValues,
  type LoadOptions,
  loadConfig,
} from './load.js';
export { resolveBackend } from './planning/backend.js';
export { oneShotDigest, retrainingDigest, specificationDigest } from './planning/digest.js';
export { planRetraining, type RetrainingPlan, unnamedSpace } from './planning/retraining.js';
export { planSearch, type SearchPlan } from './planning/search.js';
export type { SearchSettings } from './planning/search-settings.js';
export { PROFILE_NAMES, type ProfileName } from './schema/profiles.js';
export { dumpConfig } from './yacs/dump.js';
export type { Setting, Settings, ValueSource } from './yacs/merge.js';
export { repr, textLiteral } from './yacs/value.js';
