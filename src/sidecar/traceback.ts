/** What Python's last words say: the line to show, and the package that is not there. */

const TRACEBACK = 'Traceback (most recent call last):';
const FATAL = /^Fatal Python error: .+/m;
const EXCEPTION = /^[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit|Warning|Killed)(: .*)?$/;

/**
 * The one line worth showing of what a Python program wrote before it ended: the exception of its last traceback, or
 * the interpreter's fatal error, or else its last line; undefined when it wrote nothing.
 */
export function usefulLine(text: string): string | undefined {
  const lines = text.split(/\r?\n/);
  const start = lines.findLastIndex((line) => line.endsWith(TRACEBACK));
  // Below the header everything is indented up to the exception itself.
  const exception = start < 0 ? undefined : lines.slice(start + 1).find((line) => /^\S/.test(line));
  const line =
    exception ??
    FATAL.exec(text)?.[0] ??
    lines.findLast((candidate) => EXCEPTION.test(candidate)) ??
    lines.findLast((candidate) => candidate.trim() !== '');
  return line?.trim();
}

/** How the packages are called that are not called as their module. */
const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  jsonschema_rs: 'jsonschema-rs',
  sklearn: 'scikit-learn',
  zmq: 'pyzmq',
};

/**
 * The package that a Python program could not import, as pip calls it: it is not installed, or it is broken, such as
 * one whose shared libraries are not found. Undefined when the program ended of something else.
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
