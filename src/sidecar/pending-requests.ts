/** Matches replies to requests. */
import { type FromSidecar, type Progress, REPLY_OF, type RequestType } from '../protocol/messages.js';
import { ErrorReply } from './failures.js';
import { ProtocolViolation } from './transport/codec.js';

/** An encoded request. It can be sent more than once. */
export interface OutgoingRequest {
  readonly id: string;
  readonly type: RequestType;
  /** The whole message. */
  readonly text: string;
  readonly onProgress: (progress: Progress) => void;
}

/** The body of a reply; `REPLY_OF` names its type for each request. */
export type Reply = FromSidecar['body'];

interface PendingRequest {
  readonly request: OutgoingRequest;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** The requests that one peer has not answered yet. */
export class PendingRequests {
  readonly #pending = new Map<string, PendingRequest>();

  /** Rejects with an ErrorReply, or with the error given to `rejectAll`. */
  add(request: OutgoingRequest): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#pending.set(request.id, { request, resolve, reject });
    });
  }

  /**
   * Delivers a reply or a progress message.
   * @returns false when no request is pending under its id.
   * @throws ProtocolViolation when its type cannot answer the request.
   */
  accept(message: FromSidecar): boolean {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return false;
    const { request } = pending;
    if (message.type === 'progress') {
      request.onProgress(message.body);
      return true;
    }
    if (message.type !== 'error' && message.type !== REPLY_OF[request.type]) {
      throw new ProtocolViolation(`answered ${request.type} with ${message.type}`);
    }
    this.#pending.delete(message.id);
    if (message.type === 'error') pending.reject(new ErrorReply(message.body));
    else pending.resolve(message.body);
    return true;
  }

  rejectAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
