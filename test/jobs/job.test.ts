import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InterruptedError, UsageError } from '../../src/errors.js';
import { follow, type Job, type JobContext, startJob } from '../../src/jobs/job.js';
import { ROOT } from '../support/run-cli.js';

interface Event {
  readonly type: 'step';
  readonly number: number;
}
const FAILURE = new UsageError('It cannot be done.', { code: 'impossible' });

function start(work: (context: JobContext<Event>) => Promise<string>, signal?: AbortSignal): Job<Event, string> {
  const interruption = (folder: string | undefined) => ({
    message: 'The job was interrupted.',
    nextSteps: folder === undefined ? [] : [`Resume ${folder}`],
  });
  return startJob({ signal, interruption }, work);
}

/** Emits two events, then waits for the end. */
const endless = async ({ signal, emit, opened }: JobContext<Event>): Promise<string> => {
  opened('/folder');
  emit({ type: 'step', number: 1 });
  emit({ type: 'step', number: 2 });
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  return 'never';
};

const failing = async ({ emit }: JobContext<Event>): Promise<string> => {
  emit({ type: 'step', number: 1 });
  await Promise.resolve();
  throw FAILURE;
};

async function collect(job: Job<Event, unknown>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { number } of job) numbers.push(number);
  return numbers;
}

/** Unhandled rejections during a test. */
let unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

describe('a job', () => {
  it('keeps its events until they are read, and gives its result', async () => {
    const work = async ({ emit }: JobContext<Event>) => {
      for (const number of [1, 2, 3]) emit({ type: 'step', number });
      return 'done';
    };
    const job = start(work);
    expect(await job.result).toBe('done');
    expect(await collect(job)).toEqual([1, 2, 3]);
    expect(await collect(job)).toEqual([]);
    const seen: number[] = [];
    expect(await follow(start(work), ({ number }) => seen.push(number))).toBe('done');
    expect(seen).toEqual([1, 2, 3]);
  });

  it('is ended by its signal: the iteration and the result reject', async () => {
    const controller = new AbortController();
    const job = start(endless, controller.signal);
    const seen: number[] = [];
    const iteration = (async () => {
      for await (const { number } of job) {
        seen.push(number);
        if (number === 2) controller.abort();
      }
    })();
    await expect(iteration).rejects.toMatchObject({ name: 'InterruptedError', nextSteps: ['Resume /folder'] });
    await expect(job.result).rejects.toBeInstanceOf(InterruptedError);
    expect(seen).toEqual([1, 2]);
  });
});

describe('break', () => {
  it('ends the job in order, and waits for it', async () => {
    let ended = false;
    const job = start(async (context) => {
      try {
        return await endless(context);
      } finally {
        await new Promise((resolve) => setImmediate(resolve));
        ended = true;
      }
    });
    for await (const { number } of job) if (number === 1) break;
    expect(ended).toBe(true);
    await expect(job.result).rejects.toMatchObject({ name: 'InterruptedError', message: 'The job was interrupted.' });
  });

  it('makes no unhandled rejection', async () => {
    for await (const _ of start(endless)) break;
  });

  it('does not hide a failure that came before it', async () => {
    const job = start(failing);
    const iteration = (async () => {
      for await (const _ of job) {
        // The job has failed before this line.
        await new Promise((resolve) => setImmediate(resolve));
        break;
      }
    })();
    await expect(iteration).rejects.toBe(FAILURE);
  });

  it('by an error in the loop ends the job as well, and the error is thrown', async () => {
    const job = start(endless);
    const problem = new Error('of the loop');
    const iteration = (async () => {
      for await (const _ of job) throw problem;
    })();
    await expect(iteration).rejects.toBe(problem);
    await expect(job.result).rejects.toBeInstanceOf(InterruptedError);
  });
});

describe('a failure', () => {
  it('rejects the result', async () => {
    await expect(start(failing).result).rejects.toBe(FAILURE);
  });

  it('is thrown by the iteration after the earlier events, also when they are read slowly', async () => {
    const seen: number[] = [];
    const iteration = (async () => {
      for await (const { number } of start(failing)) {
        seen.push(number);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await expect(iteration).rejects.toBe(FAILURE);
    expect(seen).toEqual([1]);
  });

  it('reported to the job takes precedence over the interruption', async () => {
    const job = start(async (context) => {
      setImmediate(() => context.fail(FAILURE));
      return endless(context);
    });
    await expect(job.result).rejects.toBe(FAILURE);
  });

  it('that is not read is an unhandled rejection, and ends the program', async () => {
    const script = `
      import { score } from ${JSON.stringify(join(ROOT, 'dist/index.js'))};
      score({ cfg: '/nowhere.yaml', genotypes: ['x'] });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(stderr).toContain('/nowhere.yaml does not exist');
  });
});
