import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ERROR_CODES, fromSidecarSchema, REPLY_OF, toSidecarSchema } from '../../src/protocol/messages.js';

interface Examples {
  valid: { type: string; body: Record<string, unknown> }[];
  invalid: { why: string; where: string; message: unknown }[];
}

/** python/tests/test_protocol.py validates the same examples in the sidecar. */
const corpus: Record<'toSidecar' | 'fromSidecar', Examples> = JSON.parse(
  readFileSync(new URL('../corpus/messages.json', import.meta.url), 'utf8'),
);

const directions: [keyof typeof corpus, z.ZodType, readonly z.ZodLiteral<string>[]][] = [
  ['toSidecar', toSidecarSchema, toSidecarSchema.options.map((option) => option.shape.type)],
  ['fromSidecar', fromSidecarSchema, fromSidecarSchema.options.map((option) => option.shape.type)],
];

describe.each(directions)('the corpus %s', (direction, schema, types) => {
  const { valid, invalid } = corpus[direction];

  it.each(valid.map((message) => [message.type, message] as const))('has a valid %s', (_type, message) => {
    expect(schema.parse(message)).toEqual(message);
  });

  it.each(invalid.map(({ why, message }) => [why, message] as const))('has an invalid message: %s', (_why, message) => {
    expect(schema.safeParse(message).success).toBe(false);
  });

  it('has a valid example of every type', () => {
    expect(new Set(valid.map(({ type }) => type))).toEqual(new Set(types.map(({ value }) => value)));
  });
});

describe('the protocol', () => {
  it('has an example of every error code', () => {
    const codes = corpus.fromSidecar.valid.filter(({ type }) => type === 'error').map(({ body }) => body.code);
    expect(codes).toEqual([...ERROR_CODES]);
  });

  it('has a reply for every request except the heartbeat', () => {
    const sent = new Set(corpus.fromSidecar.valid.map(({ type }) => type));
    const requests = new Set(corpus.toSidecar.valid.map(({ type }) => type));
    requests.delete('heartbeat');
    expect(new Set(Object.keys(REPLY_OF))).toEqual(requests);
    for (const reply of Object.values(REPLY_OF)) expect(sent).toContain(reply);
  });
});
