/** Which reply belongs to which request. */
import { type FromSidecar, type Progress, REPLY_OF, type RequestType } from '../protocol/messages.js';
import { ProtocolViolation } from './codec.js';
import { Refusal } from './failures.js';

/** A request, ready to be sent as often as it takes. */
export interface OutgoingRequest {
  readonly id: string;
  readonly type: RequestType;
  /** The whole message. */
  readonly text: string;
  readonly onProgress: (progress: Progress) => void;
}

/** The body of a reply: of the type that REPLY_OF names for the request. */
export type Reply = FromSidecar['body'];

interface Exchange {
  readonly request: OutgoingRequest;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** The requests that one peer has not answered yet. */
export class Exchanges {
  readonly #open = new Map<string, Exchange>();

  /** Rejects with a Refusal, or with whatever `rejectAll` is told. */
  open(request: OutgoingRequest): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#open.set(request.id, { request, resolve, reject });
    });
  }

  /**
   * Hands a reply or a progress message on.
   * @returns false when it belongs to no open request.
   * @throws ProtocolViolation when it cannot be an answer to its request.
   */
  accept(message: FromSidecar): boolean {
    const exchange = this.#open.get(message.id);
    if (exchange === undefined) return false;
    const { request } = exchange;
    if (message.type === 'progress') {
      request.onProgress(message.body);
      return true;
    }
    if (message.type !== 'error' && message.type !== REPLY_OF[request.type]) {
      throw new ProtocolViolation(`answered ${request.type} with ${message.type}`);
    }
    this.#open.delete(message.id);
    if (message.type === 'error') exchange.reject(new Refusal(message.body));
    else exchange.resolve(message.body);
    return true;
  }

  rejectAll(error: Error): void {
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }
}
