/** Translates deaths and error replies of the sidecar into errors for the user. */
import { MissingError, type RminasError, SidecarError, UsageError } from '../errors.js';
import { mismatchStep, packageSteps } from '../installation/advice.js';
import { type ErrorCode, PROTOCOL_VERSION, type RequestType, type SidecarFailure } from '../protocol/messages.js';
import type { Exit } from './process/exit.js';
import { missingPackage, usefulLine } from './process/traceback.js';

/** The end of a sidecar process: its reason, its exit and its last output. */
export class SidecarDeath extends Error {
  /** A phrase that follows "the sidecar", e.g. `was killed by SIGKILL`. */
  readonly reason: string;
  /** What the user can do about the reason. */
  readonly nextSteps: readonly string[];
  readonly exit: Exit;
  /** The last 64 KiB of its standard error. */
  readonly stderr: string;

  constructor(
    { reason, nextSteps = [] }: { readonly reason: string; readonly nextSteps?: readonly string[] },
    exit: Exit,
    stderr: string,
  ) {
    const line = usefulLine(stderr);
    super(line === undefined ? reason : `${reason}: ${line}`);
    this.name = 'SidecarDeath';
    this.reason = reason;
    this.nextSteps = nextSteps;
    this.exit = exit;
    this.stderr = stderr;
  }
}

/** The sidecar's reply to a request is an error. */
export class ErrorReply extends Error {
  readonly failure: SidecarFailure;

  constructor(failure: SidecarFailure) {
    super(failure.message);
    this.name = 'ErrorReply';
    this.failure = failure;
  }
}

const STDERR_LINES = 12;

/** The error after several failed starts in a row; `death` is that of the last one. */
export function startFailure(death: SidecarDeath, starts: number): RminasError {
  const lines = death.stderr.trimEnd().split('\n').slice(-STDERR_LINES);
  const shown =
    lines.join('').trim() === '' ? '' : `\nIts last output:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return new SidecarError(`The sidecar failed to start ${starts} times. The last start ${death.message}.${shown}`, {
    code: 'sidecar-start-failed',
    nextSteps: [...death.nextSteps, 'Run `rminas doctor` to check the Python environment.'],
    cause: death,
  });
}

const ENDS = /^rminas_sidecar ends: \[([a-z-]+)\] (.+)((?:\n {2}next step: .+)*)/m;

/** The error that a sidecar wrote to its stderr before it ended; undefined when it wrote none. */
export function reportedFailure(stderr: string): RminasError | undefined {
  const [, code, message = '', steps = ''] = ENDS.exec(stderr.replaceAll('\r', '')) ?? [];
  if (!isErrorCode(code)) return undefined;
  const nextSteps = steps.split('\n  next step: ').slice(1);
  return new CLASSES[code](message, { code, nextSteps });
}

/** The error of a missing Python package, if the last output of a Python program shows one. */
export function packageFailure(text: string, python: string): RminasError | undefined {
  const name = missingPackage(text);
  if (name === undefined) return undefined;
  return new MissingError(`${python} cannot import ${name}: ${usefulLine(text)}`, {
    code: 'package-missing',
    nextSteps: [...packageSteps(python), 'Run `rminas doctor` to check the packages.'],
  });
}

/** PyTorch's errors about an absent or unsupported device. */
const DEVICE_ERROR = /\b(CUDA|NVIDIA)\b/;

/** The error of an unusable device, if the last output of a failed start shows one. */
export function deviceFailure(text: string, device: string | undefined): RminasError | undefined {
  const line = usefulLine(text);
  if (device === undefined || line === undefined || !DEVICE_ERROR.test(line)) return undefined;
  return new MissingError(`The device ${device} cannot be used: ${line}`, {
    code: 'device-missing',
    nextSteps: [
      'Set RMINAS.DEVICE (--device) to auto, cpu, or an available CUDA device.',
      'Run `rminas doctor` to list the devices that PyTorch finds.',
    ],
  });
}

export function versionFailure(version: number): RminasError {
  const message = `The sidecar speaks version ${version} of the protocol; this rminas needs version ${PROTOCOL_VERSION}.`;
  return new SidecarError(message, {
    code: 'protocol-mismatch',
    nextSteps: [mismatchStep()],
  });
}

/** The error of a request that a worker or the sidecar died on too often. `reason` describes the last death. */
export function repeatedDeaths(type: RequestType, deaths: number, reason: string): RminasError {
  return new SidecarError(`Gave up on ${type} after ${deaths} deaths. The last one: ${reason}`, {
    code: type === 'evaluate' || type === 'measure' ? 'evaluation-died' : 'request-died',
    nextSteps: ['If memory ran out, use fewer workers or a smaller LOADER.BATCH_SIZE.'],
  });
}

type ErrorClass = new (...args: ConstructorParameters<typeof SidecarError>) => RminasError;

const CLASSES: Readonly<Record<ErrorCode, ErrorClass>> = {
  'missing-file': MissingError,
  'corrupt-file': MissingError,
  'refused-file': MissingError,
  'unsuitable-data': MissingError,
  'unsuitable-teacher': MissingError,
  'unsuitable-weights': UsageError,
  'unsuitable-stages': UsageError,
  'missing-backend': MissingError,
  'missing-package': MissingError,
  'cluster-unreachable': MissingError,
  'cluster-mismatch': MissingError,
  'cluster-too-small': MissingError,
  'public-address': UsageError,
  unwritable: MissingError,
  'invalid-genotype': UsageError,
  'unknown-architecture': UsageError,
  'smaller-table': UsageError,
  'unknown-series': UsageError,
  'unknown-proxy': UsageError,
  'unknown-name': UsageError,
  'plugin-failed': MissingError,
  'architecture-failed': MissingError,
  diverged: UsageError,
  'cannot-export': UsageError,
  'invalid-message': SidecarError,
  'unknown-specification': SidecarError,
  'out-of-memory': SidecarError,
  'worker-died': SidecarError,
  internal: SidecarError,
};

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(CLASSES, code);
}

/** The error of a code of the protocol; undefined for another code. */
export function errorOfCode(code: string, message: string, nextSteps: readonly string[]): RminasError | undefined {
  return isErrorCode(code) ? new CLASSES[code](message, { code, nextSteps }) : undefined;
}

/** The error for the user, with the code of the reply. */
export function errorOfReply({ failure }: ErrorReply, python: string): RminasError {
  const { code, message, traceback } = failure;
  // The sidecar does not know how it was installed.
  const nextSteps = code === 'invalid-message' ? [...failure.nextSteps, mismatchStep()] : failure.nextSteps;
  if (traceback === null) return new CLASSES[code](message, { code, nextSteps });
  const line = usefulLine(traceback);
  const full = line === undefined || message.includes(line) ? message : `${message}: ${line}`;
  const fault = new CLASSES[code](full, { code, nextSteps, cause: new Error(traceback) });
  return packageFailure(traceback, python) ?? fault;
}
