import { SvelteSet } from 'svelte/reactivity';

/** Which rows of a list are chosen. It knows ids and their order only; what is done with them is another's matter. */
export class Selection {
  readonly #chosen = new SvelteSet<string>();
  /** Where a range begins. */
  #anchor: string | undefined;

  get size(): number {
    return this.#chosen.size;
  }

  get ids(): string[] {
    return [...this.#chosen];
  }

  has(id: string): boolean {
    return this.#chosen.has(id);
  }

  toggle(id: string): void {
    if (!this.#chosen.delete(id)) this.#chosen.add(id);
    this.#anchor = id;
  }

  /** Chooses all from the row that was last chosen or left, to this one, as `order` has them. */
  extend(id: string, order: readonly string[]): void {
    const to = order.indexOf(id);
    const from = this.#anchor === undefined ? to : order.indexOf(this.#anchor);
    if (to < 0) return;
    if (from < 0) {
      this.#chosen.add(id);
      this.#anchor = id;
      return;
    }
    for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1)) this.#chosen.add(between);
    this.#anchor ??= id;
  }

  /** Where a range begins when it is extended next, without choosing it yet. */
  startAt(id: string): void {
    this.#anchor = id;
  }

  choose(ids: readonly string[]): void {
    for (const id of ids) this.#chosen.add(id);
  }

  clear(): void {
    this.#chosen.clear();
    this.#anchor = undefined;
  }

  /** Lets go of what is no longer there. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#chosen) {
      if (!ids.has(id)) this.#chosen.delete(id);
    }
  }
}
