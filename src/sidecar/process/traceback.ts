/** Extracts the error line and a missing package from the output of a failed Python program. */

const TRACEBACK = 'Traceback (most recent call last):';
const FATAL = /^Fatal Python error: .+/m;
const EXCEPTION = /^[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit|Warning|Killed)(: .*)?$/;

/**
 * Returns the most useful line of a Python program's output: the exception of the last traceback, or the interpreter's
 * fatal error, or the last line. Undefined when the output is empty.
 */
export function usefulLine(text: string): string | undefined {
  const lines = text.split(/\r?\n/);
  const start = lines.findLastIndex((line) => line.endsWith(TRACEBACK));
  // The lines of a traceback are indented; the exception itself is not.
  const exception = start < 0 ? undefined : lines.slice(start + 1).find((line) => /^\S/.test(line));
  const line =
    exception ??
    FATAL.exec(text)?.[0] ??
    lines.findLast((candidate) => EXCEPTION.test(candidate)) ??
    lines.findLast((candidate) => candidate.trim() !== '');
  return line?.trim();
}

/** Names of the distributions whose module has another name. */
const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  jsonschema_rs: 'jsonschema-rs',
  sklearn: 'scikit-learn',
  zmq: 'pyzmq',
};

/**
 * Returns pip's name of the package that a Python program could not import. The package is not installed, or broken,
 * e.g. because a shared library is missing. Undefined when the program failed for another reason.
 */
export function missingPackage(text: string): string | undefined {
  const line = usefulLine(text);
  if (line === undefined) return undefined;
  const named =
    /No module named '?(\w+)/.exec(line) ??
    /cannot import name '\w+' from (?:partially initialized module )?'(\w+)/.exec(line);
  if (named?.[1] !== undefined) return distribution(named[1]);
  if (!line.startsWith('ImportError') && !line.startsWith('OSError')) return undefined;
  const folders = [...text.matchAll(/File "[^"\n]*site-packages[\\/](\w+)/g)];
  const last = folders.at(-1)?.[1];
  return last === undefined ? undefined : distribution(last);
}

function distribution(module: string): string {
  return DISTRIBUTIONS[module] ?? module;
}
