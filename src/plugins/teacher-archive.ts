/** Tells the files of TorchScript and torch.export from files of weights, by the names in their zip archive. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const MOST_BYTES = 8 * 1024 * 1024;
const LONGEST_TAIL = 65_557;
const END = Buffer.from([0x50, 0x4b, 0x05, 0x06]);

/** The kind of program in an archive; null for any other file. */
export function programIn(path: string): 'torchscript' | 'exported' | null {
  const names = directoryOf(path);
  if (names.includes('/constants.pkl') && names.includes('/code/')) return 'torchscript';
  return /models\/\w+\.json|serialized_exported_program\.json/.test(names) ? 'exported' : null;
}

/** The table of contents of a zip archive as text, or an empty text for another file. */
function directoryOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const tail = read(file, Math.max(0, size - LONGEST_TAIL), Math.min(size, LONGEST_TAIL));
    const end = tail.lastIndexOf(END);
    if (end < 0 || tail.length < end + 22) return '';
    const length = tail.readUInt32LE(end + 12);
    const start = tail.readUInt32LE(end + 16);
    if (length > MOST_BYTES || start + length > size) return '';
    return read(file, start, length).toString('latin1');
  } finally {
    closeSync(file);
  }
}

function read(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}
