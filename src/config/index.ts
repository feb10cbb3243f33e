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
export { settleBackend } from './backend.js';
export { type ConfigDescription, describeConfig } from './describe.js';
export { retrainingDigest, specificationDigest } from './digest.js';
export { dumpConfig } from './dump.js';
export { type Config, type LoadOptions, loadConfig } from './load.js';
export type { Setting, Settings, Source } from './merge.js';
export type { SeriesChoice } from './objective.js';
export { planSearch, type SearchPlan, type SearchSettings } from './plan.js';
export { planRetraining, type RetrainingPlan, unnamedSpace } from './plan-retraining.js';
export { PROFILE_NAMES, type ProfileName } from './profiles.js';
export { textLiteral } from './value.js';
