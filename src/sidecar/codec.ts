/** Between texts and messages: nothing that is not in the protocol passes, in either direction. */
import type { z } from 'zod';
import { SidecarError } from '../errors.js';
import {
  type FromSidecar,
  fromSidecarSchema,
  PROTOCOL_VERSION,
  type RequestBody,
  type RequestType,
  toSidecarSchema,
} from '../protocol/messages.js';
import { MAX_MESSAGE_BYTES } from './transport.js';

/** The peer said what the protocol does not know; the message says what, to follow "the sidecar". */
export class ProtocolViolation extends Error {}

/**
 * @throws SidecarError `invalid-message` for a body that the protocol does not know, `message-too-large` for one that
 *   no transport takes.
 */
export function encodeRequest<T extends RequestType>(
  id: string,
  type: T,
  body: RequestBody<T>,
  maxBytes = MAX_MESSAGE_BYTES,
): string {
  const { data, error } = toSidecarSchema.safeParse({ type, id, body });
  if (error !== undefined) {
    throw new SidecarError(`The request ${type} is not in the protocol: ${firstIssue(error)}`, {
      code: 'invalid-message',
      cause: error,
    });
  }
  const text = JSON.stringify(data);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new SidecarError(`The request ${type} has ${bytes} bytes; at most ${maxBytes} can be sent.`, {
      code: 'message-too-large',
    });
  }
  return text;
}

/** @throws ProtocolViolation */
export function decode(text: string): FromSidecar {
  const { data, error } = fromSidecarSchema.safeParse(parseJson(text));
  if (error !== undefined) {
    throw new ProtocolViolation(`sent a message that is not in the protocol: ${firstIssue(error)}: ${excerpt(text)}`);
  }
  return data;
}

/**
 * The version in the hello of a peer that speaks another protocol than this one, of whose messages no more can be
 * understood; undefined for anything else.
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
    throw new ProtocolViolation(`sent what is not JSON: ${excerpt(text)}`);
  }
}

function hasKey<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const text = issue === undefined ? error.message : `${issue.path.join('.') || 'message'}: ${issue.message}`;
  // The path and the issue name keys of the peer's, which may be as long as its message.
  return text.length > LONGEST_ISSUE ? `${text.slice(0, LONGEST_ISSUE)}…` : text;
}

const LONGEST_ISSUE = 400;

const EXCERPT = 80;

/** The beginning of a text, on one line and printable. */
function excerpt(text: string): string {
  const start = JSON.stringify(text.slice(0, EXCERPT));
  return text.length > EXCERPT ? `${start} …` : start;
}
