/** Encodes and decodes messages. Both directions are validated against the protocol's schemas. */
import type { z } from 'zod';
import { SidecarError } from '../../errors.js';
import {
  type FromSidecar,
  fromSidecarSchema,
  PROTOCOL_VERSION,
  type RequestBody,
  type RequestType,
  toSidecarSchema,
} from '../../protocol/messages.js';
import { MAX_MESSAGE_BYTES } from './transport.js';

/** The peer sent an invalid message. The error's message is a phrase that follows "the sidecar". */
export class ProtocolViolation extends Error {}

/**
 * @throws SidecarError `invalid-message` when the body does not match its schema, `message-too-large` when the text
 *   exceeds `maxBytes`.
 */
export function encodeRequest<T extends RequestType>(
  id: string,
  type: T,
  body: RequestBody<T>,
  maxBytes = MAX_MESSAGE_BYTES,
): string {
  const { data, error } = toSidecarSchema.safeParse({ type, id, body });
  if (error !== undefined) {
    throw new SidecarError(`The request ${type} does not match the protocol: ${firstIssue(error)}`, {
      code: 'invalid-message',
      cause: error,
    });
  }
  const text = JSON.stringify(data);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new SidecarError(`The request ${type} has ${bytes} bytes; the limit is ${maxBytes}.`, {
      code: 'message-too-large',
    });
  }
  return text;
}

/** @throws ProtocolViolation */
export function decodeMessage(text: string): FromSidecar {
  const { data, error } = fromSidecarSchema.safeParse(parseJson(text));
  if (error !== undefined) {
    throw new ProtocolViolation(
      `sent a message that does not match the protocol: ${firstIssue(error)}: ${excerpt(text)}`,
    );
  }
  return data;
}

/**
 * Returns the protocol version in the hello of an incompatible peer. Undefined for a compatible hello and for every
 * other message.
 */
export function foreignVersion(text: string): number | undefined {
  const message: unknown = parseJson(text);
  if (!hasKey(message, 'type') || message.type !== 'hello' || !hasKey(message, 'body')) return undefined;
  const { body } = message;
  if (!hasKey(body, 'protocol') || typeof body.protocol !== 'number') return undefined;
  return body.protocol === PROTOCOL_VERSION ? undefined : body.protocol;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolViolation(`sent text that is not JSON: ${excerpt(text)}`);
  }
}

function hasKey<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const text = issue === undefined ? error.message : `${issue.path.join('.') || 'message'}: ${issue.message}`;
  // The issue quotes keys of the message, and those can be very long.
  return text.length > MAX_ISSUE_LENGTH ? `${text.slice(0, MAX_ISSUE_LENGTH)}…` : text;
}

const MAX_ISSUE_LENGTH = 400;
const EXCERPT_LENGTH = 80;

/** The start of a text, as printable characters on one line. */
function excerpt(text: string): string {
  const start = JSON.stringify(text.slice(0, EXCERPT_LENGTH));
  return text.length > EXCERPT_LENGTH ? `${start} …` : start;
}
