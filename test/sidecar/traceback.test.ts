import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { RingBuffer } from '../../src/sidecar/process/ring-buffer.js';
import { missingPackage, usefulLine } from '../../src/sidecar/process/traceback.js';
import { PYTHON } from './harness.js';

/** The output of a real Python that runs this source. */
function outputOf(source: string, ...flags: string[]): string {
  try {
    execFileSync(PYTHON, ['-S', ...flags, '-c', source], { stdio: 'pipe' });
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr);
  }
  throw new Error('it did not fail');
}

describe('the useful line', () => {
  it.each([
    ['an exception', 'int("x")', "ValueError: invalid literal for int() with base 10: 'x'"],
    ['one without a message', 'raise KeyboardInterrupt', 'KeyboardInterrupt'],
    [
      'the last of a chain',
      'try:\n  1/0\nexcept Exception as e:\n  raise RuntimeError("no use") from e',
      'RuntimeError: no use',
    ],
    ['the first line of many', 'raise ValueError("one\\n  two\\nthree")', 'ValueError: one'],
    [
      'a class with a module',
      'import json; json.loads("")',
      'json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)',
    ],
    [
      'what is written after it',
      'import atexit, os; atexit.register(lambda: os.write(2, b"bye\\n")); 1/0',
      'ZeroDivisionError: division by zero',
    ],
    ['a syntax error', '1 +', 'SyntaxError: invalid syntax'],
  ])('is the exception of %s', (_, source, line) => {
    expect(usefulLine(outputOf(source))).toBe(line);
  });

  it('is the exception of a thread', () => {
    const source = 'import threading, os; t = threading.Thread(target=lambda: 1/0); t.start(); t.join(); os._exit(1)';
    expect(usefulLine(outputOf(source))).toBe('ZeroDivisionError: division by zero');
  });

  it('is the fatal error of a crash in native code', () => {
    expect(usefulLine(outputOf('import os; os.abort()', '-X', 'faulthandler'))).toBe('Fatal Python error: Aborted');
  });

  it.each([
    ['the last one without a traceback', 'one\ntwo\n\n', 'two'],
    ['nothing of nothing', ' \n', undefined],
    ['one with the line ends of Windows', 'Traceback (most recent call last):\r\n  x\r\nOSError: y\r\n', 'OSError: y'],
  ])('is %s', (_, text, line) => {
    expect(usefulLine(text)).toBe(line);
  });
});

describe('the missing package', () => {
  it.each([
    ['import torch', 'torch'],
    ['import sklearn.ensemble', 'scikit-learn'],
    ['import zmq', 'pyzmq'],
    ['from json import nothing', 'json'],
    ['raise ValueError("No modules")', undefined],
    ['raise OSError("full")', undefined],
  ])('of %s is %s', (source, name) => {
    expect(missingPackage(outputOf(source, '-I'))).toBe(name);
  });

  it('is the module that python -m does not find', () => {
    expect(missingPackage('/usr/bin/python3: No module named rminas_sidecar\n')).toBe('rminas_sidecar');
  });

  it('is the package whose shared library is missing', () => {
    const text = [
      'Traceback (most recent call last):',
      '  File "/x/rminas_sidecar/worker.py", line 3, in <module>',
      '  File "/x/lib/python3.11/site-packages/torch/__init__.py", line 9, in <module>',
      'ImportError: libcudart.so.12: cannot open shared object file: No such file or directory',
    ].join('\n');
    expect(missingPackage(text)).toBe('torch');
  });
});

describe('a ring buffer', () => {
  it('keeps the last bytes, in chunks of any size', () => {
    const buffer = new RingBuffer(5);
    for (const text of ['abc', 'd', '', 'efghij', 'k']) buffer.append(Buffer.from(text));
    expect(`${buffer}`).toBe('ghijk');
  });

  it('keeps everything below the limit', () => {
    const buffer = new RingBuffer(5);
    expect(`${buffer}`).toBe('');
    buffer.append(Buffer.from('ab'));
    expect(`${buffer}`).toBe('ab');
  });
});
