/**
 * The Node API of rminas: what a script may import.
 *
 * @packageDocumentation
 */
export {
  type AssetReport,
  type FetchReport,
  fetchAssets,
  listAssets,
  verifyAssets,
} from './assets/index.js';
export { type Bridge, openBridge, PythonError } from './bridge/index.js';
export { type CompareOptions, compare } from './comparison/compare.js';
export type { ComparisonEvent } from './comparison/events.js';
export { type ComparisonResult, comparisonResultSchema } from './comparison/result.js';
export { type Config, loadConfig } from './config/index.js';
export { EXIT, InterruptedError, MissingError, RminasError, SidecarError, UsageError } from './errors.js';
export type { BenchmarkAnswer, Evaluation, Verification } from './protocol/messages.js';
export type { Specification } from './protocol/specification.js';
export type { RankingEvent } from './ranking/events.js';
export { type RankOptions, rank } from './ranking/rank.js';
export { type RankingResult, rankingResultSchema } from './ranking/result.js';
export type { RetrainingEvent } from './retraining/events.js';
export { type RetrainingResult, retrainingResultSchema } from './retraining/result.js';
export { type RetrainOptions, retrain } from './retraining/retrain.js';
export type { RunEvent } from './runs/events.js';
export { resultSchema, type ScoreResult, type SearchResult, scoreResultSchema } from './runs/result.js';
export { type ScoreOptions, score } from './runs/score.js';
export { type SearchOptions, type SearchRun, search } from './runs/search-run.js';
export type { SearchEvent } from './search/events.js';
export { VERSION } from './version.js';
