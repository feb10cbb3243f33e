/**
 * A simulated cluster with a virtual clock: workers come, slow down and die, and evaluations take the measured
 * distribution of seconds. It satisfies the interface of an evaluator, so the real controller runs on it.
 */

/**
 * Seconds of an evaluation as a share of their mean, at 21 equidistant quantiles: 1,917 trainings of random architectures
 * of NAS-Bench-201, one after the other, on a shared machine.
 */
export const MEASURED_QUANTILES = [
  0.058, 0.284, 0.358, 0.415, 0.47, 0.516, 0.552, 0.596, 0.64, 0.674, 0.709, 0.747, 0.78, 0.82, 0.853, 0.901, 0.989,
  1.24, 2.208, 3.233, 9.833,
];

/** A share of the mean, for a uniform number in [0, 1). */
export function durationAt(uniform, quantiles = MEASURED_QUANTILES) {
  const place = uniform * (quantiles.length - 1);
  const index = Math.floor(place);
  const low = quantiles[index];
  return low + (place - index) * ((quantiles[index + 1] ?? low) - low);
}

/** A priority queue of events by time, and by order of arrival at equal times. */
class Agenda {
  #heap = [];
  #arrivals = 0;

  get size() {
    return this.#heap.length;
  }

  add(time, act) {
    const heap = this.#heap;
    const event = { time, arrival: this.#arrivals++, act };
    let place = heap.push(event) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(event, heap[parent])) break;
      heap[place] = heap[parent];
      place = parent;
    }
    heap[place] = event;
  }

  next() {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
      if (!isBefore(heap[child], last)) break;
      heap[place] = heap[child];
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

const isBefore = (one, other) => one.time < other.time || (one.time === other.time && one.arrival < other.arrival);

/**
 * @param {object} options
 * @param {number} options.workers
 * @param {() => number} options.random uniform in [0, 1); it decides lives and speeds, and no score
 * @param {(request: { genotype: string, seed: number }) => { loss: number, uniform: number }} options.evaluate
 *   the loss of a request, and a uniform number that decides its seconds
 * @param {number} [options.meanSeconds] of an evaluation on a worker of usual speed
 * @param {number} [options.lifeSeconds] mean life of a worker; Infinity for workers that never die
 * @param {number} [options.absenceSeconds] mean time until a worker takes the place of a dead one
 * @param {number} [options.slowShare] share of workers that compute at half of the usual speed
 */
export function createCluster({
  workers,
  random,
  evaluate,
  meanSeconds = 1,
  lifeSeconds = Number.POSITIVE_INFINITY,
  absenceSeconds = 30,
  slowShare = 0,
}) {
  const agenda = new Agenda();
  const queue = [];
  const free = [];
  let alive = 0;
  let now = 0;
  let busySeconds = 0;
  let evaluations = 0;
  let preempted = 0;
  let unanswered = 0;
  let running = false;
  const exponential = (mean) => -mean * Math.log(1 - random());

  function arrive() {
    const worker = { factor: random() < slowShare ? 2 : 1, task: null, dead: false };
    alive += 1;
    free.push(worker);
    if (lifeSeconds < Number.POSITIVE_INFINITY) agenda.add(now + exponential(lifeSeconds), () => leave(worker));
    assign();
  }

  function leave(worker) {
    // A cluster without work has nothing left to simulate.
    if (unanswered === 0) return;
    worker.dead = true;
    alive -= 1;
    if (worker.task === null) free.splice(free.indexOf(worker), 1);
    else {
      preempted += 1;
      // Its unfinished work is lost, and the evaluation is given out again before all others.
      busySeconds -= worker.task.end - now;
      queue.unshift(worker.task);
    }
    agenda.add(now + exponential(absenceSeconds), arrive);
  }

  function assign() {
    while (queue.length > 0 && free.length > 0) {
      const worker = free.pop();
      const task = queue.shift();
      worker.task = task;
      const seconds = meanSeconds * durationAt(task.uniform) * worker.factor;
      task.end = now + seconds;
      busySeconds += seconds;
      agenda.add(task.end, () => finish(worker, task));
    }
  }

  function finish(worker, task) {
    if (worker.dead || worker.task !== task) return;
    worker.task = null;
    free.push(worker);
    evaluations += 1;
    unanswered -= 1;
    task.resolve(task);
    assign();
  }

  /** One event at a time, each after the controller has done all that the last one allows. */
  function run() {
    if (unanswered === 0 || agenda.size === 0) {
      running = false;
      return;
    }
    const event = agenda.next();
    now = event.time;
    event.act();
    setImmediate(run);
  }

  for (let count = 0; count < workers; count += 1) arrive();
  return {
    name: 'simulated cluster',
    get capacity() {
      // Waiting evaluations find the next worker that comes.
      return Math.max(1, workers);
    },
    evaluate(request) {
      const { loss, uniform } = evaluate(request);
      unanswered += 1;
      return new Promise((resolve) => {
        queue.push({ uniform, end: 0, resolve: () => resolve(outcomeOf(loss)) });
        assign();
        if (running) return;
        running = true;
        setImmediate(run);
      });
    },
    /** Seconds of the virtual clock, the workers' share of them at work, and the counts. */
    report: () => ({ seconds: now, efficiency: busySeconds / (now * workers), evaluations, preempted, alive }),
  };
}

function outcomeOf(loss) {
  return { evaluation: { loss, curve: [loss], cka: [], crossEntropy: null, steps: 1, seconds: 1 } };
}
