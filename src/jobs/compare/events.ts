/** The events of a comparison. */
export type ComparisonEvent =
  /** The source of accuracies, or what is needed to have them. */
  | { readonly type: 'benchmark-found'; readonly note: string }
  | { readonly type: 'comparison-opened'; readonly runs: number }
  | { readonly type: 'run-advanced'; readonly row: string; readonly seed: number; readonly architectures: number }
  | { readonly type: 'run-completed'; readonly row: string; readonly seed: number; readonly architectures: number }
  | { readonly type: 'run-failed'; readonly row: string; readonly seed: number; readonly reason: string }
  /** Of one search; row and seed are null when it concerns the whole comparison. */
  | { readonly type: 'notice'; readonly row: string | null; readonly seed: number | null; readonly text: string };
