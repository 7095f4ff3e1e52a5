import type { LogEntry, ProgressUpdate } from '../types';

/** What happened to a job: the server's own notes, and in between what the job said it was doing while the page watched. */

export type LogLevel = 'detail' | LogEntry['level'];

export interface LogLine {
  /** For keyed lists: the same line has the same one at each look. */
  key: string;
  at: Date;
  level: LogLevel;
  message: string;
}

export type LogFilter = 'all' | 'events' | 'problems';

const MOST_MESSAGES = 300;

/** A message that came with progress, at its time. */
export interface HeardMessage {
  at: string;
  message: string;
}

/** Adds what an update says, where it says something else than the last. Gives the same list back where it does not. */
export function hear(heard: readonly HeardMessage[], update: ProgressUpdate): readonly HeardMessage[] {
  if (!update.message || heard.at(-1)?.message === update.message) return heard;
  const kept = heard.length >= MOST_MESSAGES ? heard.slice(heard.length - MOST_MESSAGES + 1) : heard;
  return [...kept, { at: update.lastUpdate, message: update.message }];
}

/** Both together, newest first; a message that the server noted too is told once. */
export function linesOfLog(log: readonly LogEntry[], heard: readonly HeardMessage[], filter: LogFilter): LogLine[] {
  const noted = new Set(log.map((entry) => entry.message));
  const lines: LogLine[] = log.map((entry, i) => ({ key: `n${i}-${entry.at}`, at: new Date(entry.at), level: entry.level, message: entry.message }));
  for (const { at, message } of heard) {
    if (!noted.has(message)) lines.push({ key: `h${at}-${message}`, at: new Date(at), level: 'detail', message });
  }
  return lines
    .map((line, i) => ({ line, i }))
    .sort((a, b) => b.line.at.getTime() - a.line.at.getTime() || b.i - a.i)
    .map(({ line }) => line)
    .filter((line) => passes(line.level, filter));
}

function passes(level: LogLevel, filter: LogFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'events':
      return level !== 'detail';
    case 'problems':
      return level === 'warning' || level === 'error';
  }
}
