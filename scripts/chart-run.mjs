// Draws a finished search as an SVG: node scripts/chart-run.mjs RUN_FOLDER FILE.svg
// A dot is an architecture; the line is the lowest loss so far. The losses come from the run's journal: nothing is trained.
// docs/images/quickstart.svg is the chart of `npm run quickstart`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { line, symbol, symbolCircle } from 'd3-shape';
import { search } from 'rminas';
import { styleOf } from '../dist/report/colours.js';
import { documentOf, frameOf } from '../dist/report/frame.js';
import { element, escapeText } from '../dist/report/svg.js';

const DOT = symbol(symbolCircle, 40)();
const SWATCH = { line: 'M-9 0H11', dot: DOT };
/** The vertical axis begins a little below the lowest loss. */
const MARGIN = 1.08;
/** Pixels between the top of the plot and the names of the phases. */
const INSET = 18;

const [folder, file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: node scripts/chart-run.mjs RUN_FOLDER FILE.svg');
  process.exit(2);
}

const { observed, result } = await replay(folder);
if (result.objective !== 'rmi') {
  console.error(`Expected a run with the objective rmi, got ${result.objective}: its warm-up losses are provisional.`);
  process.exit(2);
}
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${draw(observed, result)}\n`);
console.log(file);

/** Reads a run by resuming it: a finished one repeats its events and ends. */
async function replay(path) {
  const run = search({ resume: path });
  const events = [];
  for await (const event of run) if (event.type === 'observed') events.push(event);
  return { observed: events, result: await run.result };
}

function draw(events, { threshold, space, dataset, seed }) {
  // A training that diverged has an infinite loss and no place in the chart.
  const finite = events.filter(({ loss }) => Number.isFinite(loss));
  const points = finite.map(({ index, loss, phase, good, genotype }) => ({
    x: index + 1,
    y: loss,
    label: `${index + 1}: ${genotype} ${loss.toPrecision(4)}`,
    group: phase === 'warm-up' ? 'warm-up, random' : good ? 'guided, good' : 'guided, not good',
  }));
  const warmup = events.filter(({ phase }) => phase === 'warm-up').length;
  const diverged = events.length - finite.length;
  let lowest = Number.POSITIVE_INFINITY;
  const best = points.map(({ x, y }) => {
    lowest = Math.min(lowest, y);
    return { x, y: lowest };
  });
  const names = ['warm-up, random', 'guided, not good', 'guided, good', 'lowest so far'];
  const chart = {
    title: `${space} on ${dataset}, seed ${seed}: ${events.length} architectures, ${diverged} diverged`,
    x: { label: 'architecture, in the order observed' },
    y: { label: 'loss after training on one batch', log: true },
    series: names.map((name) => ({ name, points: [] })),
    levels: threshold === null ? [] : [{ y: threshold, label: `threshold ${threshold.toPrecision(3)}` }],
  };
  const frame = frameOf(chart, {
    x: points.map(({ x }) => x),
    y: [...points.map(({ y }) => y), lowest / MARGIN],
  });
  const groups = names.map((name, index) => {
    const dots = points.filter(({ group }) => group === name).map((point) => dotOf(frame, point));
    return element('g', { class: styleOf(index).className }, dots);
  });
  const step = line(
    ({ x }) => frame.x.at(x),
    ({ y }) => frame.y.at(y),
  ).digits(1);
  const steps = best.flatMap((point, index) => (index === 0 ? [point] : [{ x: point.x, y: best[index - 1].y }, point]));
  const path = element('g', { class: styleOf(3).className }, [element('path', { class: 'line', d: step(steps) })]);
  const phases = warmup === events.length ? [] : phasesOf(frame, warmup);
  const swatch = (index) => {
    const kind = index === 3 ? 'line' : 'dot';
    return element('path', { class: kind, d: SWATCH[kind] });
  };
  return documentOf(chart, frame, [...phases, path, ...groups], swatch);
}

function dotOf(frame, { x, y, label }) {
  const transform = `translate(${frame.x.at(x).toFixed(1)} ${frame.y.at(y).toFixed(1)})`;
  return element('path', { class: 'dot', d: DOT, transform }, [element('title', {}, [escapeText(label)])]);
}

/** A vertical line where the warm-up ends, with the names of the phases beside it. */
function phasesOf(frame, warmup) {
  const x = frame.x.at(warmup + 0.5);
  const [top, bottom] = [44, 404];
  const name = (text, dx, anchor) => {
    const place = { x: x + dx, y: top + INSET, 'text-anchor': anchor };
    return element('text', place, [escapeText(text)]);
  };
  return [
    element('line', { class: 'level', x1: x, x2: x, y1: top, y2: bottom }),
    name('warm-up', -8, 'end'),
    name('guided', 8, 'start'),
  ];
}
