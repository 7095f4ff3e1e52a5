import type { ProgressUpdate } from '../types';

/** What was seen of a job's speed and estimate over its running time: the lines of the chart. */

export interface HistoryPoint {
  /** Seconds of running time. */
  at: number;
  speed: number;
  unit: string;
  /** Seconds of running time that were thought to remain. */
  remaining: number;
  low: number;
  high: number;
}

/** At this many points every other one is left out, so that a job of days costs no more than one of minutes. */
const MOST_POINTS = 600;
/** Running time between two points, at least. */
const STEP_SECONDS = 0.25;

/** Adds what an update says. Gives the same list back where there is nothing to add. */
export function record(history: readonly HistoryPoint[], update: ProgressUpdate): readonly HistoryPoint[] {
  const last = history.at(-1);
  // A retry counts its running time anew.
  if (last && update.elapsed < last.at - 1) return record([], update);
  if (update.status !== 'running' || (last && update.elapsed - last.at < STEP_SECONDS)) return history;
  const point: HistoryPoint = {
    at: update.elapsed,
    speed: update.processingSpeed,
    unit: update.processingSpeedUnit,
    remaining: update.estimatedTimeRemaining,
    low: update.etaLow,
    high: update.etaHigh,
  };
  const thinned = history.length >= MOST_POINTS ? history.filter((_, i) => i % 2 === 0) : history;
  return [...thinned, point];
}

export interface ChartLines {
  unit: string;
  at: number[];
  /** Null where another unit was counted in: steps count frames, shots or megabytes. */
  speed: (number | null)[];
  /** Null while there was no estimate. */
  remaining: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
}

/** The columns of the chart. The speed is that of the unit that was counted in longest; no line joins two units. */
export function linesOf(history: readonly HistoryPoint[]): ChartLines {
  const unit = mainUnit(history);
  const estimated = (value: (point: HistoryPoint) => number) => history.map((point) => (point.remaining > 0 ? value(point) : null));
  return {
    unit,
    at: history.map((point) => point.at),
    speed: history.map((point) => (point.unit === unit && point.speed > 0 ? point.speed : null)),
    remaining: estimated((point) => point.remaining),
    low: estimated((point) => point.low),
    high: estimated((point) => point.high),
  };
}

/** A few points, evenly spread over the running time, with the first and the last: the chart as a table. */
export function sample(history: readonly HistoryPoint[], most: number): HistoryPoint[] {
  if (history.length <= most) return [...history];
  const [first, last] = [history[0]!.at, history.at(-1)!.at];
  const picked: HistoryPoint[] = [];
  let i = 0;
  for (let k = 0; k < most; k++) {
    const wanted = first + ((last - first) * k) / (most - 1);
    while (i < history.length - 1 && history[i]!.at < wanted) i++;
    if (picked.at(-1) !== history[i]) picked.push(history[i]!);
  }
  return picked;
}

function mainUnit(history: readonly HistoryPoint[]): string {
  const seconds = new Map<string, number>();
  for (const [i, point] of history.entries()) {
    if (point.speed <= 0) continue;
    const length = point.at - (history[i - 1]?.at ?? point.at);
    seconds.set(point.unit, (seconds.get(point.unit) ?? 0) + length);
  }
  let best = history.at(-1)?.unit ?? '';
  let most = 0;
  for (const [unit, length] of seconds) {
    if (length > most) [best, most] = [unit, length];
  }
  return best;
}
