/** Aborts when the user does, and when nothing has arrived for a while. */
export class IdleTimeout {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  readonly #user: AbortSignal | undefined;
  readonly #onUser = () => this.#controller.abort();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, user: AbortSignal | undefined) {
    this.#milliseconds = milliseconds;
    this.#user = user;
    if (user?.aborted) this.#controller.abort();
    user?.addEventListener('abort', this.#onUser, { once: true });
    this.renew();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something arrived: the wait begins again. */
  renew(): void {
    clearTimeout(this.#timer);
    const expired = new Error(`nothing came for ${this.#milliseconds / 1000} s`);
    this.#timer = setTimeout(() => this.#controller.abort(expired), this.#milliseconds);
  }

  /** The request is over. The abort closes the connection of a response that was not read to its end. */
  end(): void {
    clearTimeout(this.#timer);
    this.#user?.removeEventListener('abort', this.#onUser);
    this.#controller.abort();
  }
}
