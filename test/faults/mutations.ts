/** Random mutations of valid messages. Equal random streams give equal mutations. */
import type { Random } from '../../src/random/random.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Mutate<T> = (random: Random, value: T) => T;

const SCALARS: readonly Json[] = [null, true, 0, -1, 2 ** 53, 2 ** 64, 1e308, 0.5, '', '\0', '\ud800', [], {}];
/** Texts that replace a digit. Some of them do not give a number. */
const NUMBERS = ['1e999', '-1e999', 'NaN', 'Infinity', '9'.repeat(400), '1e-999', '-0', '00', '0x1'];
const BYTES = [[0xff], [0xc3], [0], [0xed, 0xa0, 0x80], [0x7b], [0x22]].map((bytes) => Buffer.from(bytes));

const pick = <T>(random: Random, values: readonly [T, ...T[]]): T => values[random.below(values.length)] ?? values[0];

const swapType: Mutate<Json> = (random, tree) =>
  replace(random, tree, () => SCALARS[random.below(SCALARS.length)] ?? 0);

const nest: Mutate<Json> = (random, tree) =>
  replace(random, tree, (value) => {
    let deep = value;
    for (let depth = pick(random, [2, 50, 400]); depth > 0; depth -= 1) {
      deep = random.below(2) === 0 ? [deep] : { body: deep };
    }
    return deep;
  });

const lengthen: Mutate<Json> = (random, tree) =>
  replace(random, tree, (value) => {
    // A long value is repeated only twice: the test measures the memory of the decoder, not of this function.
    const many: Json = Array.from({ length: JSON.stringify(value).length < 100 ? 2000 : 2 }, () => value);
    return pick<Json>(random, [many, 'x'.repeat(100_000), { ['k'.repeat(5000)]: value }]);
  });

const addKey: Mutate<Json> = (random, tree) =>
  replace(random, tree, (value) => ({
    ...(typeof value === 'object' && !Array.isArray(value) ? value : {}),
    [pick(random, ['extra', 'toString', 'type'])]: value,
  }));

/** The tree with one changed value. All depths are equally likely. */
function replace(random: Random, tree: Json, change: (value: Json) => Json): Json {
  const inward = random.below(5) > 0;
  if (inward && Array.isArray(tree) && tree.length > 0) {
    const at = random.below(tree.length);
    return tree.map((value, index) => (index === at ? replace(random, value, change) : value));
  }
  if (inward && typeof tree === 'object' && tree !== null && !Array.isArray(tree) && Object.keys(tree).length > 0) {
    const at = random.below(Object.keys(tree).length);
    const entries = Object.entries(tree);
    return Object.fromEntries(
      entries.map(([key, value], index) => [key, index === at ? replace(random, value, change) : value]),
    );
  }
  return change(tree);
}

const flip: Mutate<Buffer> = (random, frame) => {
  const changed = Buffer.from(frame);
  for (let count = changed.length === 0 ? 0 : pick(random, [1, 1, 8]); count > 0; count -= 1) {
    const at = random.below(changed.length);
    changed.writeUInt8(changed.readUInt8(at) ^ (1 << random.below(8)), at);
  }
  return changed;
};

const cut: Mutate<Buffer> = (random, frame) => frame.subarray(0, random.below(frame.length + 1));

const insert: Mutate<Buffer> = (random, frame) => {
  const at = random.below(frame.length + 1);
  const what = BYTES[random.below(BYTES.length)] ?? Buffer.alloc(0);
  return Buffer.concat([frame.subarray(0, at), what, frame.subarray(at)]);
};

const repeatKey: Mutate<Buffer> = (random, frame) => {
  const name = pick(random, ['type', 'id', 'body', '__proto__', 'constructor']);
  return Buffer.from(
    frame.toString('latin1').replace('{', `{"${name}":${pick(random, ['1', '"bye"', '{}'])},`),
    'latin1',
  );
};

const oddNumber: Mutate<Buffer> = (random, frame) => {
  const text = frame.toString('latin1');
  const digits = [...text.matchAll(/\d/g)].map(({ index }) => index);
  const at = digits[random.below(Math.max(1, digits.length))];
  if (at === undefined) return frame;
  return Buffer.from(text.slice(0, at) + (NUMBERS[random.below(NUMBERS.length)] ?? '') + text.slice(at + 1), 'latin1');
};

const bury: Mutate<Buffer> = (random, frame) => {
  const depth = pick(random, [10, 5000, 100_000]);
  const [opening, closing] = pick(random, [
    ['[', ']'],
    ['{"body":', '}'],
  ] as const);
  const end = random.below(2) === 0 ? '' : closing.repeat(depth);
  return Buffer.concat([Buffer.from(opening.repeat(depth)), frame, Buffer.from(end)]);
};

const TREE = [swapType, swapType, nest, lengthen, addKey] as const;
const FRAME = [flip, cut, insert, repeatKey, oddNumber, bury] as const;

/** The frames of a message after some mutations; rarely there are two frames. */
export function mutated(random: Random, message: unknown): Buffer[] {
  let tree = message as Json;
  for (let count = random.below(3); count > 0; count -= 1) tree = pick(random, TREE)(random, tree);
  let frame: Buffer = Buffer.from(JSON.stringify(tree));
  for (let count = random.below(3); count > 0; count -= 1) frame = pick(random, FRAME)(random, frame);
  return random.below(16) === 0 ? [frame, pick(random, [frame, Buffer.alloc(0)])] : [frame];
}
