import { SvelteMap } from 'svelte/reactivity';
import { asProblem, isAbort } from '../services/api';
import { pictureOf, type Picture } from '../services/source-facts';
import type { ProblemDetails, SourceFacts } from '../types';

/** A probe reads the whole file, so only a few are asked for at a time. */
const AT_ONCE = 2;

export type Known = { state: 'loading' } | { state: 'ready'; facts: SourceFacts; picture: Picture | undefined } | { state: 'failed'; problem: ProblemDetails };

/** What is known of the sources that are used; each is asked for once, the first time somebody wants it. */
export class SourceLibrary {
  readonly #probe: (path: string, signal: AbortSignal) => Promise<SourceFacts>;
  readonly #known = new SvelteMap<string, Known>();
  readonly #stopped = new AbortController();
  #waiting: string[] = [];
  #running = 0;

  constructor(probe: (path: string, signal: AbortSignal) => Promise<SourceFacts>) {
    this.#probe = probe;
  }

  get(path: string): Known | undefined {
    return this.#known.get(path);
  }

  facts(path: string): SourceFacts | undefined {
    const known = this.#known.get(path);
    return known?.state === 'ready' ? known.facts : undefined;
  }

  picture(path: string): Picture | undefined {
    const known = this.#known.get(path);
    return known?.state === 'ready' ? known.picture : undefined;
  }

  /** Sees to it that a source is asked for. */
  want(path: string): void {
    if (!path || this.#known.has(path)) return;
    this.#known.set(path, { state: 'loading' });
    this.#waiting.push(path);
    this.#next();
  }

  /** Asks anew: it failed, or the file is another by now. */
  renew(path: string): void {
    if (this.#known.get(path)?.state === 'loading') return;
    this.#known.delete(path);
    this.want(path);
  }

  /** Asks anew for what nobody answered; the server is back. */
  renewUnanswered(): void {
    for (const [path, known] of [...this.#known]) if (known.state === 'failed' && known.problem.status === 0) this.renew(path);
  }

  stop(): void {
    this.#waiting = [];
    this.#stopped.abort();
  }

  #next(): void {
    while (this.#running < AT_ONCE && this.#waiting.length > 0) {
      this.#running++;
      void this.#ask(this.#waiting.shift()!);
    }
  }

  async #ask(path: string): Promise<void> {
    try {
      const facts = await this.#probe(path, this.#stopped.signal);
      this.#known.set(path, { state: 'ready', facts, picture: pictureOf(facts) });
    } catch (error) {
      if (!isAbort(error)) this.#known.set(path, { state: 'failed', problem: asProblem(error) });
    } finally {
      this.#running--;
      this.#next();
    }
  }
}
