/**
 * Fetches when it is asked to, one fetch at a time. Asked again meanwhile, however often, it fetches once more after, so
 * that the last answer is newer than the last question. What goes wrong, the fetch tells itself.
 */
export class Refetch {
  readonly #fetch: (signal: AbortSignal) => Promise<unknown>;
  readonly #stopped = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isFetching = false;
  #isAsked = false;

  constructor(fetch: (signal: AbortSignal) => Promise<unknown>) {
    this.#fetch = fetch;
  }

  /** Fetches at once, or right after what is being fetched. Resolves when its own fetches are done; at once where others are under way. */
  async ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isAsked = true;
    if (this.#isFetching) return;
    this.#isFetching = true;
    try {
      while (this.#isAsked && !this.#stopped.signal.aborted) {
        this.#isAsked = false;
        await this.#fetch(this.#stopped.signal);
      }
    } finally {
      this.#isFetching = false;
    }
  }

  /** Fetches in so many milliseconds, unless it is asked to before; asked for later once more, the first time holds. */
  askIn(milliseconds: number): void {
    this.#timer ??= setTimeout(() => void this.ask(), milliseconds);
  }

  /** Nothing more is fetched, and what is being fetched is given up. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped.abort();
  }
}
