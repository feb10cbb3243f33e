/** Configuration: yacs semantics, the schema of XNAS's RMINAS files, profiles, and what they plan. */
export {
  dataFolders,
  dataHome,
  datasetPlaces,
  locateAssets,
  locateDataset,
  type Places,
  teacherPlaces,
} from './assets.js';
export { type Config, type LoadOptions, loadConfig } from './load.js';
export { resolveBackend } from './planning/backend.js';
export { type ConfigDescription, describeConfig } from './planning/describe.js';
export { retrainingDigest, specificationDigest } from './planning/digest.js';
export type { SeriesChoice } from './planning/objective.js';
export { planRetraining, type RetrainingPlan, unnamedSpace } from './planning/retraining.js';
export { planSearch, type SearchPlan, type SearchSettings } from './planning/search.js';
export { PROFILE_NAMES, type ProfileName } from './schema/profiles.js';
export { dumpConfig } from './yacs/dump.js';
export type { Setting, Settings, Source } from './yacs/merge.js';
export { textLiteral } from './yacs/value.js';
