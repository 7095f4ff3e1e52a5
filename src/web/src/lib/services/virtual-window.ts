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
