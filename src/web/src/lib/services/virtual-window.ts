/** Rows of a long list of which only those in sight are made: `start` is the first, `end` the one after the last. */
export interface RowWindow {
  start: number;
  end: number;
}

/** Rows beyond either edge, so that a scroll shows no gap before the next frame. */
const SPARE = 5;

/**
 * @param above Pixels of the list that lie above the viewport; negative while the list begins further down.
 * @param height Pixels of the viewport.
 */
export function rowsInSight(above: number, height: number, rowHeight: number, count: number): RowWindow {
  if (rowHeight <= 0 || count <= 0) return { start: 0, end: 0 };
  const start = Math.max(0, Math.min(count, Math.floor(above / rowHeight) - SPARE));
  const end = Math.max(start, Math.min(count, Math.ceil((above + height) / rowHeight) + SPARE));
  return { start, end };
}

/**
 * How many rows came in above what the reader looks at (negative: went), so that the page scrolls by as many and nothing
 * moves before the eyes. `top` is the first row in sight; if it is gone itself, the next that is still there counts.
 */
export function rowsAdded(before: readonly string[], after: readonly string[], top: number): number {
  const places = new Map(after.map((id, place) => [id, place]));
  for (let old = Math.max(0, top); old < before.length; old++) {
    const place = places.get(before[old]!);
    if (place !== undefined) return place - Math.max(0, top);
  }
  return 0;
}

/**
 * Says which row of the document shows which item: an item in sight stays where it is, and one that comes in takes the row
 * of one that went. To fill a row anew costs a fraction of what it costs to make one.
 */
export class RowReuse {
  readonly #rows = new Map<string, number>();
  #next = 0;
  #held: string | undefined;

  /** The rows of these items, all different. `held` has the focus: when it goes, its row goes with it, for a focus must not come upon another item. */
  rowsOf(ids: readonly string[], held?: string): number[] {
    const inSight = new Set(ids);
    const free: number[] = [];
    for (const [id, row] of this.#rows) {
      if (inSight.has(id)) continue;
      this.#rows.delete(id);
      if (id !== this.#held) free.push(row);
    }
    this.#held = held;
    return ids.map((id) => {
      const row = this.#rows.get(id) ?? free.pop() ?? this.#next++;
      this.#rows.set(id, row);
      return row;
    });
  }
}
