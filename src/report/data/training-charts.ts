/** The charts of one training: its loss and its CKA over the steps. The page's script draws them, so this module imports types only. */
import type { PlaneChart } from '../../charts/chart.js';
import type { ReportArchitecture } from './schema.js';

/** The measurements of a training that was recorded. */
export type ShownTraining = Pick<ReportArchitecture, 'curve' | 'cka' | 'ckaCurve' | 'steps'>;

export function trainingCharts(training: ShownTraining): PlaneChart[] {
  const { curve, cka, ckaCurve } = training;
  return [
    ...(curve.length > 1 ? [lossChart(curve)] : []),
    ...(cka.length === 0 ? [] : [ckaCurve === null ? lastCkaChart(cka) : ckaChart(training, ckaCurve)]),
  ];
}

function lossChart(curve: ShownTraining['curve']): PlaneChart {
  return {
    kind: 'plane',
    title: 'Loss over the steps of its training',
    x: { label: 'step' },
    y: { label: 'loss' },
    series: [{ name: 'loss', as: 'line', points: curve.map(([x, y]) => ({ x, y: y ?? Number.NaN })) }],
  };
}

/** The recorded points of each stage, and the value at the last step. */
function ckaChart(
  { cka, steps }: ShownTraining,
  { every, stages }: NonNullable<ShownTraining['ckaCurve']>,
): PlaneChart {
  return {
    kind: 'plane',
    title: 'CKA of each stage over the steps',
    x: { label: 'step' },
    y: { label: 'linear CKA with the teacher, 0 to 1' },
    series: cka.map((last, stage) => {
      const before = (stages[stage] ?? []).map((y, place) => ({ x: place * every, y: y ?? Number.NaN }));
      const points = [...before.filter(({ x }) => x < steps - 1), { x: steps - 1, y: last ?? Number.NaN }];
      return { name: `stage ${stage + 1}`, as: 'line', points };
    }),
  };
}

/** For journals of versions that recorded only the last CKA. */
function lastCkaChart(cka: ShownTraining['cka']): PlaneChart {
  return {
    kind: 'plane',
    title: 'CKA with the teacher at the last step',
    x: { label: 'stage', categories: cka.map((_, stage) => `stage ${stage + 1}`) },
    y: { label: 'linear CKA, 0 to 1' },
    series: [{ name: 'CKA', as: 'bars', colour: 2, points: cka.map((y, x) => ({ x, y: y ?? 0 })) }],
  };
}
