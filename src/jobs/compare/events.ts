/** What a comparison tells while it goes on. */
export type ComparisonEvent =
  /** Where accuracies come from, or what would be needed to have them. */
  | { readonly type: 'benchmark-found'; readonly note: string }
  | { readonly type: 'comparison-opened'; readonly runs: number }
  | { readonly type: 'run-advanced'; readonly row: string; readonly seed: number; readonly architectures: number }
  | { readonly type: 'run-completed'; readonly row: string; readonly seed: number; readonly architectures: number }
  | { readonly type: 'run-failed'; readonly row: string; readonly seed: number; readonly reason: string }
  | { readonly type: 'notice'; readonly row: string; readonly seed: number; readonly text: string };
