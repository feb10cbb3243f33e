/**
 * The Node API of rminas.
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
export {
  type BenchmarkOptions,
  type BenchmarkStatsOptions,
  benchmarkStats,
  type ImportBenchmarkOptions,
  importBenchmark,
  type QueryBenchmarkOptions,
  queryBenchmark,
  type TopArchitecturesOptions,
  topArchitectures,
} from './benchmarks/service.js';
export { type Bridge, type BridgeOptions, openBridge, PythonError } from './bridge/index.js';
export { BUILT_IN } from './catalogue/built-in.js';
export { type Catalogue, type CatalogueExtension, extendCatalogue } from './catalogue/catalogue.js';
export { Definitions } from './catalogue/definitions.js';
export type { Config } from './config/index.js';
export type { DatasetDefinition } from './datasets/definition.js';
export type { FollowUp } from './definitions/follow-up.js';
export {
  choice,
  flag,
  type KeyDefinition,
  type KeyGroup,
  number,
  text,
  type ValuesOf,
  wholeNumber,
} from './definitions/key.js';
export { type Check, type Diagnosis, type DoctorOptions, diagnose, diagnosisSchema } from './doctor/index.js';
export { EXIT, InterruptedError, MissingError, RminasError, SidecarError, UsageError } from './errors.js';
export { type ExplainOptions, explain } from './explain/explain.js';
export { type Explanation, explanationSchema } from './explain/explanation.js';
export { listGenotypes, type PublishedGenotypes } from './explain/genotypes.js';
export { type ShownArchitecture, type ShowOptions, showArchitecture } from './explain/show.js';
export { type ExportHistoryOptions, exportHistory, type HistoryFormat } from './export/history.js';
export { type ExportNetworkOptions, exportNetwork } from './export/network/export-network.js';
export {
  type Classification,
  type Images,
  type NumberArray,
  type OpenNetwork,
  type OpenNetworkOptions,
  openNetwork,
} from './export/network/open-network.js';
export { type ExportResult, exportedNetworkSchema } from './export/network/result.js';
export { type RecordedEvaluation, type RecordedRun, readRun } from './export/run.js';
export { type CompareOptions, compare } from './jobs/compare/compare.js';
export type { ComparisonEvent } from './jobs/compare/events.js';
export { type ComparisonResult, comparisonResultSchema } from './jobs/compare/result.js';
export { follow, type Job, type JobOptions } from './jobs/job.js';
export type { OneShotEvent } from './jobs/one-shot/events.js';
export { type OneShotOptions, oneShot } from './jobs/one-shot/one-shot.js';
export { type OneShotResult, oneShotResultSchema } from './jobs/one-shot/result.js';
export type { PlanEvent, PlanOptions } from './jobs/plan/machine.js';
export { plan } from './jobs/plan/plan.js';
export { type PlanResult, planResultSchema } from './jobs/plan/result.js';
export { type DartsTable, type NasBench201Table, publishedTableSchema } from './jobs/published-table/result.js';
export { type RetrainAllOptions, retrainAll } from './jobs/published-table/retrain-all.js';
export { dartsTable, nasBench201Table } from './jobs/published-table/tables.js';
export type { RankingEvent } from './jobs/rank/events.js';
export { type RankOptions, rank } from './jobs/rank/rank.js';
export { type RankingResult, rankingResultSchema } from './jobs/rank/result.js';
export type { RetrainingEvent } from './jobs/retrain/events.js';
export { type RetrainingResult, retrainingResultSchema } from './jobs/retrain/result.js';
export { type RetrainOptions, retrain } from './jobs/retrain/retrain.js';
export { type ScoreEvent, type ScoreOptions, score } from './jobs/score/score.js';
export type { CustomObjects } from './jobs/search/custom.js';
export type { SearchJobEvent } from './jobs/search/events.js';
export type { NewSearch, ResumedSearch } from './jobs/search/plan.js';
export { resultSchema, type ScoreResult, type SearchResult, scoreResultSchema } from './jobs/search/result.js';
export { type SearchJob, type SearchOptions, search } from './jobs/search/search.js';
export type { SimulationEvent } from './jobs/simulate/events.js';
export type { NamedVariant } from './jobs/simulate/plan.js';
export { type SimulationResult, simulationResultSchema } from './jobs/simulate/result.js';
export { type SimulateOptions, simulate } from './jobs/simulate/simulate.js';
export type { SearchPart, Split } from './jobs/simulate/split.js';
export { type BuildTableOptions, buildTable } from './jobs/table/build.js';
export type { TableEvent } from './jobs/table/events.js';
export { type TableResult, tableResultSchema } from './jobs/table/result.js';
export {
  type InspectTeacherOptions,
  inspectTeacher,
  type TeacherInspection,
  teacherInspectionSchema,
} from './jobs/teacher/inspect.js';
export {
  type TeacherTrainingResult,
  type TrainTeacherOptions,
  teacherTrainingResultSchema,
  trainTeacher,
} from './jobs/teacher/train.js';
export { defineObjective, type ObjectiveDefinition } from './objectives/definition.js';
export { createObjective, type ObjectiveChoice } from './objectives/index.js';
export type { Measured, Objective, ProxyValues, Screening, WeightedProxy } from './objectives/objective.js';
export { type PipelineEvent, searchThen } from './pipeline/pipeline.js';
export { type PipelineResult, pipelineResultSchema } from './pipeline/result.js';
export { loadConfigWithPlugins as loadConfig } from './plugins/loader.js';
export {
  type BenchmarkAnswer,
  type BenchmarkFigure,
  type BenchmarkImported,
  type BenchmarkRanking,
  type BenchmarkSeries,
  type BenchmarkSummary,
  benchmarkAnswerSchema,
  benchmarkImportedSchema,
  benchmarkRankingSchema,
  benchmarkSummarySchema,
  type Evaluation,
  type Progress,
  type Verification,
} from './protocol/messages.js';
export type { Specification } from './protocol/specification.js';
export { defineProxy, type ProxyDefinition } from './proxies/index.js';
export { createRandom, derivedSeed, type Random } from './random/random.js';
export { type Report, type RunReport, reportSchema } from './report/data/schema.js';
export { finalists } from './report/data/search/finalists.js';
export { type ReportOptions, type ReportResult, report, reportResultSchema } from './report/report.js';
export { type ControllerOptions, searchSpace } from './search/controller.js';
export { type EvaluationOutcome, type EvaluationRequest, type Evaluator, outcomeOfLoss } from './search/evaluator.js';
export type { SearchEvent } from './search/events.js';
export { type LoggedRun, type LogRunOptions, logRun } from './sinks/log.js';
export { type ExportStudyOptions, exportStudy } from './sinks/study.js';
export { checkSpace, SPACE_CHECKS, type SpaceCheck } from './spaces/conformance.js';
export { defineSpace, type SpaceDefinition } from './spaces/definition.js';
export type { SlotChoices } from './spaces/slots/conditions.js';
export { createSlotSpace, type SlotSpaceOptions } from './spaces/slots/space.js';
export type { Encoding, SlotNames, Space, VoteMethod, VoteRules } from './spaces/space.js';
export { checkStrategy, type MakeStrategy, STRATEGY_CHECKS, type StrategyCheck } from './strategies/conformance.js';
export { defineStrategy, type StrategyContext, type StrategyDefinition } from './strategies/definition.js';
export { createStrategy } from './strategies/index.js';
export { Constraint, type Limits } from './strategies/limits/constraint.js';
export {
  CostTable,
  type CostTableOptions,
  type FindCosts,
  type NetworkCost,
  type NetworkCosts,
  type RecordedCosts,
} from './strategies/limits/costs.js';
export type {
  AnswerConfidence,
  AnswerPreference,
  Ask,
  FitObservation,
  Observation,
  Phase,
  Screener,
  SearchAnswer,
  SearchStatus,
  StopReason,
  Strategy,
  Surrogate,
} from './strategies/strategy.js';
export type { TeacherDefinition } from './teachers/definition.js';
export { VERSION } from './version.js';
