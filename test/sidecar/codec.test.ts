import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeRequest, foreignVersion, ProtocolViolation } from '../../src/sidecar/transport/codec.js';
import { fit } from './harness.js';

describe('encodeRequest', () => {
  it('writes the envelope', () => {
    expect(JSON.parse(encodeRequest('7', 'fit', fit))).toEqual({ type: 'fit', id: '7', body: fit });
  });

  it('names the invalid field', () => {
    expect(() => encodeRequest('7', 'fit', { ...fit, trees: 0 })).toThrow(/fit .* body\.trees/);
  });

  it('counts bytes, not characters', () => {
    const body = { digest: 'a'.repeat(64), genotype: '…', seed: 1 };
    const { length } = encodeRequest('1', 'evaluate', body);
    expect(encodeRequest('1', 'evaluate', body, length + 2)).toHaveLength(length);
    expect(() => encodeRequest('1', 'evaluate', body, length + 1)).toThrow(`has ${length + 2} bytes`);
  });
});

describe('decode', () => {
  it('reads a message', () => {
    const heartbeat = { type: 'heartbeat', id: '0', body: {} };
    expect(decodeMessage(JSON.stringify(heartbeat))).toEqual(heartbeat);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', 'null'],
    ['an unknown type', '{"type":"greet","id":"0","body":{}}'],
    ['what only the controller may send', '{"type":"shutdown","id":"1","body":{}}'],
    ['a field too many', '{"type":"bye","id":"1","body":{"tears":1}}'],
    ['a value that is not a number in JSON', '{"type":"fitted","id":"1","body":{"probabilities":[NaN],"seconds":0}}'],
    ['deep nesting', '['.repeat(100_000)],
  ])('refuses %s', (_, text) => {
    expect(() => decodeMessage(text)).toThrow(ProtocolViolation);
  });

  it('quotes the start of an invalid message on one line', () => {
    expect(() => decodeMessage(`\n\u0007${'x'.repeat(1000)}`)).toThrow(
      /^sent text that is not JSON: "\\n\\u0007x{78}" …$/,
    );
  });
});

describe('foreignVersion', () => {
  it.each([
    ['{"type":"hello","id":"0","body":{"protocol":2,"anything":[]}}', 2],
    ['{"type":"hello","id":"0","body":{"protocol":1}}', undefined],
    ['{"type":"hello","id":"0","body":{"protocol":"2"}}', undefined],
    ['{"type":"hello","id":"0","body":null}', undefined],
    ['{"type":"log","id":"0","body":{"protocol":2}}', undefined],
    ['[]', undefined],
  ])('of %s is %s', (text, version) => {
    expect(foreignVersion(text)).toBe(version);
  });
});
