import type { SegmentInfo, SegmentMap } from '../types';

/** From the parts of the films to cells, words and counts: pure functions. */

export type CellState = SegmentInfo['status'];

export interface SegmentCounts {
  all: number;
  waiting: number;
  running: number;
  done: number;
  /** Begun again at least once, whatever their state is now. */
  retried: number;
}

export interface SegmentRow {
  /** Preset of the output. */
  output: string;
  segments: SegmentInfo[];
  counts: SegmentCounts;
}

/** One row an output, in the order of the outputs; each in the order of the film. */
export function rowsOf(map: SegmentMap): SegmentRow[] {
  const rows: SegmentRow[] = map.outputs.map((output) => ({ output, segments: [], counts: none() }));
  for (const segment of map.segments) {
    const row = rows[segment.output];
    if (!row) continue;
    row.segments.push(segment);
    count(row.counts, segment);
  }
  for (const row of rows) row.segments.sort((a, b) => a.index - b.index);
  return rows;
}

export function countsOf(map: SegmentMap): SegmentCounts {
  const counts = none();
  for (const segment of map.segments) count(counts, segment);
  return counts;
}

/** `3 of 40 segments done, 2 in work, 35 waiting, 1 begun again`: what the map shows, in words. */
export function describeCounts(counts: SegmentCounts): string {
  if (counts.all === 0) return 'No segments yet';
  const parts = [`${counts.done.toLocaleString()} of ${counts.all.toLocaleString()} ${counts.all === 1 ? 'segment' : 'segments'} done`];
  if (counts.running > 0) parts.push(`${counts.running} in work`);
  if (counts.waiting > 0) parts.push(`${counts.waiting.toLocaleString()} waiting`);
  if (counts.retried > 0) parts.push(`${counts.retried} begun again`);
  return parts.join(', ');
}

/** What is known of one segment, for the line below the map and for a screen reader. */
export function describeSegment(segment: SegmentInfo, output: string, rate: number | null): string {
  const parts = [`Segment ${segment.index + 1}`, output, stateWords(segment), place(segment, rate)];
  if (segment.tries > 0) parts.push(segment.tries === 1 ? 'begun again once' : `begun again ${segment.tries} times`);
  if (segment.silo) parts.push(segment.status === 'done' ? `by ${segment.silo}` : `on ${segment.silo}`);
  return parts.join(' · ');
}

/** Who made, or makes, how many. Most first; segments found finished from an earlier try belong to nobody. */
export function silosOf(map: SegmentMap): { silo: string; done: number; running: number }[] {
  const silos = new Map<string, { silo: string; done: number; running: number }>();
  for (const { silo, status } of map.segments) {
    if (!silo || status === 'waiting') continue;
    const entry = silos.get(silo) ?? { silo, done: 0, running: 0 };
    silos.set(silo, entry);
    entry[status]++;
  }
  return [...silos.values()].sort((a, b) => b.done + b.running - (a.done + a.running) || a.silo.localeCompare(b.silo));
}

/** Edge of a cell in pixels, so that five segments are no specks and two thousand no wall. */
export function cellSize(segments: number): number {
  if (segments <= 60) return 26;
  if (segments <= 200) return 18;
  if (segments <= 800) return 12;
  return 8;
}

/** Few segments are shown as wide as they are long, like the film itself. */
export function isStrip(segments: number): boolean {
  return segments <= 24;
}

/** How long to wait between two looks at the map: it is the longer the more there is to send. */
export function lookEvery(segments: number): number {
  return Math.max(1_500, Math.min(10_000, segments * 2));
}

/** Where an arrow key leads in a map of rows that are `columns` wide; null for other keys. */
export function moved(key: string, at: number, all: number, columns: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return Math.min(all - 1, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'ArrowDown':
      return at + columns < all ? at + columns : at;
    case 'ArrowUp':
      return at - columns >= 0 ? at - columns : at;
    case 'Home':
      return 0;
    case 'End':
      return all - 1;
    case 'PageDown':
      return Math.min(all - 1, at + 10 * columns);
    case 'PageUp':
      return Math.max(0, at - 10 * columns);
    default:
      return null;
  }
}

/**
 * The map as it may be shown after the one before: what is done stays done and no fraction falls, unless the segment
 * was begun again. A look that was answered late must not take anything back.
 */
export function settleMap(before: SegmentMap | null, next: SegmentMap): SegmentMap {
  if (!before || before.segments.length !== next.segments.length) return next;
  const segments = next.segments.map((segment, i) => {
    const old = before.segments[i]!;
    const isSameTry = old.index === segment.index && old.output === segment.output && old.tries === segment.tries && segment.status === 'running';
    return isSameTry && old.status === 'running' && old.fraction > segment.fraction ? { ...segment, fraction: old.fraction } : segment;
  });
  return { outputs: next.outputs, segments };
}

function stateWords(segment: SegmentInfo): string {
  if (segment.status === 'running') return `in work, ${Math.floor(segment.fraction * 100)} %`;
  return segment.status === 'done' ? 'done' : 'waiting';
}

function place(segment: SegmentInfo, rate: number | null): string {
  const frames = segment.endFrame - segment.startFrame;
  if (!rate) return `${frames} frames`;
  return `${clock(segment.startFrame / rate)} to ${clock(segment.endFrame / rate)}, ${frames} frames`;
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  return `${minutes}:${String(whole % 60).padStart(2, '0')}.${Math.floor((seconds - whole) * 10)}`;
}

function none(): SegmentCounts {
  return { all: 0, waiting: 0, running: 0, done: 0, retried: 0 };
}

function count(counts: SegmentCounts, segment: SegmentInfo): void {
  counts.all++;
  counts[segment.status]++;
  if (segment.tries > 0) counts.retried++;
}
