/** What a sidecar's death and its refusals mean to the user. */
import { MissingError, type RminasError, SidecarError, UsageError } from '../errors.js';
import { type ErrorCode, PROTOCOL_VERSION, type RequestType, type SidecarFailure } from '../protocol/messages.js';
import type { Exit } from './process.js';
import { missingPackage, usefulLine } from './traceback.js';

/** The sidecar is gone: why, how its process ended, and what it wrote last. */
export class SidecarDeath extends Error {
  /** To follow "the sidecar", e.g. `was killed by SIGKILL`. */
  readonly reason: string;
  readonly exit: Exit;
  /** The last 64 KiB of its standard error. */
  readonly stderr: string;

  constructor(reason: string, exit: Exit, stderr: string) {
    const line = usefulLine(stderr);
    super(line === undefined ? reason : `${reason}: ${line}`);
    this.name = 'SidecarDeath';
    this.reason = reason;
    this.exit = exit;
    this.stderr = stderr;
  }
}

/** The sidecar has answered a request with an error. */
export class Refusal extends Error {
  readonly failure: SidecarFailure;

  constructor(failure: SidecarFailure) {
    super(failure.message);
    this.name = 'Refusal';
    this.failure = failure;
  }
}

const TAIL_LINES = 12;

/** Several starts in a row have failed, the last one by `death`. */
export function startFailure(death: SidecarDeath, starts: number): RminasError {
  const tail = death.stderr.trimEnd().split('\n').slice(-TAIL_LINES);
  const shown = tail.join('').trim() === '' ? '' : `\nIts last words:\n${tail.map((line) => `  ${line}`).join('\n')}`;
  return new SidecarError(`The sidecar does not start; of ${starts} starts the last one ${death.message}.${shown}`, {
    code: 'sidecar-start-failed',
    nextSteps: ['Run `rminas doctor` to see what is wrong with the Python that is used.'],
    cause: death,
  });
}

/** That a Python package is missing, if that is what the text, a Python program's last words, says. */
export function packageFailure(text: string, python: string): RminasError | undefined {
  const name = missingPackage(text);
  if (name === undefined) return undefined;
  return new MissingError(`${python} cannot import ${name}: ${usefulLine(text)}`, {
    code: 'package-missing',
    nextSteps: [
      'Run `npm run setup`, or name a Python that has the packages with --python or RMINAS_PYTHON.',
      'Run `rminas doctor` to see which packages are there.',
    ],
  });
}

/** What torch says of a device that is not there, or that it is not built for. */
const OF_DEVICES = /\b(CUDA|NVIDIA)\b/;

/** That the device cannot be used, if that is what the text, the last words of a sidecar that did not start, says. */
export function deviceFailure(text: string, device: string | undefined): RminasError | undefined {
  const line = usefulLine(text);
  if (device === undefined || line === undefined || !OF_DEVICES.test(line)) return undefined;
  return new MissingError(`The device ${device} cannot be used: ${line}`, {
    code: 'device-missing',
    nextSteps: [
      'Set RMINAS.DEVICE (--device) to auto or cpu, or to a CUDA device that is there.',
      'Run `rminas doctor` to see which devices PyTorch finds.',
    ],
  });
}

export function versionFailure(version: number): RminasError {
  const message = `The sidecar speaks version ${version} of the protocol, and this rminas version ${PROTOCOL_VERSION}.`;
  return new SidecarError(message, {
    code: 'protocol-mismatch',
    nextSteps: ['Run `npm run setup` to install the sidecar that belongs to this rminas.'],
  });
}

/** A request has cost a worker or the sidecar its life once too often; `reason` tells of the last time. */
export function conviction(type: RequestType, deaths: number, reason: string): RminasError {
  return new SidecarError(`Gave ${type} up after ${deaths} deaths; the last one: ${reason}`, {
    code: type === 'evaluate' || type === 'measure' ? 'evaluation-died' : 'request-died',
    nextSteps: ['If the memory ran out, use fewer workers or a smaller LOADER.BATCH_SIZE.'],
  });
}

type ErrorClass = new (...args: ConstructorParameters<typeof SidecarError>) => RminasError;

const CLASSES: Readonly<Record<ErrorCode, ErrorClass>> = {
  'missing-file': MissingError,
  'corrupt-file': MissingError,
  'refused-file': MissingError,
  'unsuitable-data': MissingError,
  'unsuitable-teacher': MissingError,
  'missing-backend': MissingError,
  unwritable: MissingError,
  'invalid-genotype': UsageError,
  'unknown-architecture': UsageError,
  'unknown-series': UsageError,
  'unknown-proxy': UsageError,
  diverged: UsageError,
  'invalid-message': SidecarError,
  'unknown-specification': SidecarError,
  'out-of-memory': SidecarError,
  'worker-died': SidecarError,
  internal: SidecarError,
};

/** What a refusal means; its code stays. */
export function refusalError({ failure }: Refusal, python: string): RminasError {
  const { code, message, nextSteps, traceback } = failure;
  if (traceback === null) return new CLASSES[code](message, { code, nextSteps });
  const line = usefulLine(traceback);
  const whole = line === undefined || message.includes(line) ? message : `${message}: ${line}`;
  const fault = new CLASSES[code](whole, { code, nextSteps, cause: new Error(traceback) });
  return packageFailure(traceback, python) ?? fault;
}
