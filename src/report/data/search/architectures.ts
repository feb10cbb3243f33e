/** The architectures of a search, as a report lists them. */
import type { OUTCOMES, ReportArchitecture } from '../schema.js';
import type { HistoryEntry, SearchHistory } from './history.js';
import type { AccuracySource } from './records.js';

/** Points of a curve; fewer where a search has many curves. */
const CURVE_POINTS = { usual: 30, many: 10 };
const MANY = 2000;
/** Significant digits of a loss in a curve. */
const DIGITS = 4;

export function architecturesOf(
  { entries, status }: SearchHistory,
  accuracies: AccuracySource | undefined,
): ReportArchitecture[] {
  const threshold = status?.threshold ?? null;
  const points = entries.length > MANY ? CURVE_POINTS.many : CURVE_POINTS.usual;
  return entries.map((entry) => {
    const { genotype, canonical, phase, turn, loss, duplicateOf } = entry;
    return {
      ...{ genotype, phase, turn, duplicateOf },
      loss: Number.isFinite(loss) ? loss : null,
      outcome: outcomeOf(entry),
      good: threshold !== null && loss < threshold,
      accuracy: accuracies?.accuracyOf(canonical) ?? null,
      // A duplicate shows the curve of the architecture whose score it has.
      ...measuredOf(entry, duplicateOf === null ? points : 0),
    };
  });
}

function outcomeOf({ outcome, loss }: HistoryEntry): (typeof OUTCOMES)[number] {
  if ('failure' in outcome) return 'failed';
  if ((outcome.evaluation.stopped ?? null) !== null) return 'stopped';
  return Number.isFinite(loss) ? 'whole' : 'diverged';
}

type CkaCurve = NonNullable<ReportArchitecture['ckaCurve']>;
type Measured = Pick<
  ReportArchitecture,
  | 'cached'
  | 'steps'
  | 'seconds'
  | 'curve'
  | 'cka'
  | 'ckaCurve'
  | 'crossEntropy'
  | 'params'
  | 'flops'
  | 'proxies'
  | 'failure'
>;

function measuredOf({ outcome }: HistoryEntry, points: number): Measured {
  if ('failure' in outcome) {
    const unmeasured = {
      curve: [],
      cka: [],
      ckaCurve: null,
      crossEntropy: null,
      params: null,
      flops: null,
      proxies: {},
    };
    return { cached: false, steps: 0, seconds: 0, ...unmeasured, failure: outcome.failure };
  }
  const { curve, cka, ckaCurve, crossEntropy, params = null, flops = null, steps, seconds } = outcome.evaluation;
  const measuring = outcome.measuring?.seconds ?? 0;
  return {
    cached: outcome.cached === true,
    ...{ steps, crossEntropy, params, flops },
    cka: cka.map((value) => (value === null ? null : rounded(value))),
    seconds: rounded(seconds + measuring),
    curve: thinned(curve, points),
    ckaCurve: ckaCurve === undefined || points === 0 ? null : sparser(ckaCurve, points),
    proxies: outcome.parts ?? {},
    failure: null,
  };
}

/** At most so many points of a curve, evenly spread, the first and the last one included. */
export function thinned(curve: readonly (number | null)[], points: number): [number, number | null][] {
  const last = curve.length - 1;
  const count = Math.min(points, curve.length);
  return Array.from({ length: count }, (_, place) => {
    const step = count === 1 ? last : Math.round((place * last) / (count - 1));
    const loss = curve[step] ?? null;
    return [step, loss === null ? null : rounded(loss)];
  });
}

/** The same points, or every second, third, … one, so that there are not more than asked for. */
export function sparser({ every, stages }: CkaCurve, points: number): CkaCurve {
  const stride = Math.max(1, Math.ceil((stages[0]?.length ?? 0) / points));
  return { every: every * stride, stages: stages.map((values) => values.filter((_, place) => place % stride === 0)) };
}

/** A search has hundreds of thousands of losses, for which `toPrecision` takes a second. */
function rounded(value: number): number {
  if (value === 0) return 0;
  const digits = DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
  const scale = 10 ** Math.abs(digits);
  return digits >= 0 ? Math.round(value * scale) / scale : Math.round(value / scale) * scale;
}
