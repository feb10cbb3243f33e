/** Aborts when the user does, and when nothing has happened for a while: a silent server must not be waited for. */
export class Patience {
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

  /** Something happened: the wait begins again. */
  renew(): void {
    clearTimeout(this.#timer);
    const silence = new Error(`nothing came for ${this.#milliseconds / 1000} s`);
    this.#timer = setTimeout(() => this.#controller.abort(silence), this.#milliseconds);
  }

  /** Whatever was waited for is over: an answer that nobody reads to its end is given up with its connection. */
  end(): void {
    clearTimeout(this.#timer);
    this.#user?.removeEventListener('abort', this.#onUser);
    this.#controller.abort();
  }
}
