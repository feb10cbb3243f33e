/** Edits of bytes, as fast-check draws and shrinks them. */
import fc from 'fast-check';

export type Edit =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'word'; readonly at: number; readonly word: number; readonly over: number }
  | { readonly kind: 'remove'; readonly at: number; readonly count: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly count: number; readonly times: number }
  | { readonly kind: 'splice'; readonly at: number; readonly from: number };

/** Longest input, in bytes. */
const LONGEST = 8192;

const at = fc.nat({ max: LONGEST });
const few = fc.integer({ min: 1, max: 32 });

export const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat({ max: 7 }) }),
    fc.record({ kind: fc.constant('insert' as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }) }),
    {
      arbitrary: fc.record({ kind: fc.constant('word' as const), at, word: fc.nat(), over: fc.nat({ max: 8 }) }),
      weight: 3,
    },
    fc.record({ kind: fc.constant('remove' as const), at, count: few }),
    fc.record({ kind: fc.constant('repeat' as const), at, count: few, times: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('splice' as const), at, from: at }),
  ),
  { minLength: 1, maxLength: 5 },
);

/**
 * The input after some edits.
 * @param input the bytes
 * @param other another input, from which parts are spliced in
 * @param words the words of the format
 */
export function applyEdits(changes: readonly Edit[], input: Buffer, other: Buffer, words: readonly string[]): Buffer {
  return changes.reduce((bytes, edit) => applied(edit, bytes, other, words).subarray(0, LONGEST), input);
}

function applied(edit: Edit, bytes: Buffer, other: Buffer, words: readonly string[]): Buffer {
  const place = edit.at % (bytes.length + 1);
  const before = bytes.subarray(0, place);
  const behind = bytes.subarray(place);
  switch (edit.kind) {
    case 'flip':
      return Buffer.concat([before, behind.subarray(0, 1).map((byte) => byte ^ (1 << edit.bit)), behind.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, edit.bytes, behind]);
    case 'word':
      return Buffer.concat([before, Buffer.from(words[edit.word % words.length] ?? ''), behind.subarray(edit.over)]);
    case 'remove':
      return Buffer.concat([before, behind.subarray(edit.count)]);
    case 'repeat':
      return Buffer.concat([before, ...Array(edit.times).fill(behind.subarray(0, edit.count)), behind]);
    case 'splice':
      return Buffer.concat([before, other.subarray(edit.from % (other.length + 1))]);
  }
}
