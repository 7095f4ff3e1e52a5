import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../types';
import { hear, type HeardMessage, linesOfLog } from './message-log';
import { anUpdate } from './testing';

const log: LogEntry[] = [
  { at: '2025-03-01T12:00:00Z', level: 'info', message: 'Submitted' },
  { at: '2025-03-01T12:00:10Z', level: 'warning', message: 'Encode 14 was begun again' },
  { at: '2025-03-01T12:00:20Z', level: 'error', message: 'Failed' },
];

describe('hear', () => {
  it('keeps what is new and not what is said again and again', () => {
    let heard: readonly HeardMessage[] = [];
    for (const message of ['Encoding segment 1 of 2', 'Encoding segment 1 of 2', '', 'Encoding segment 2 of 2']) heard = hear(heard, anUpdate({ message }));
    expect(heard.map((each) => each.message)).toEqual(['Encoding segment 1 of 2', 'Encoding segment 2 of 2']);
  });

  it('stays bounded', () => {
    let heard: readonly HeardMessage[] = [];
    for (let i = 0; i < 1000; i++) heard = hear(heard, anUpdate({ message: `${i}` }));
    expect(heard).toHaveLength(300);
    expect(heard.at(-1)?.message).toBe('999');
  });
});

describe('linesOfLog', () => {
  const heard = [
    { at: '2025-03-01T12:00:05Z', message: 'Encoding segment 14 of 40' },
    { at: '2025-03-01T12:00:20Z', message: 'Failed' },
  ];

  it('joins both by time, newest first, and tells what was noted too once', () => {
    expect(linesOfLog(log, heard, 'all').map((line) => line.message)).toEqual(['Failed', 'Encode 14 was begun again', 'Encoding segment 14 of 40', 'Submitted']);
  });

  it('keeps the order of what was noted in the same moment', () => {
    const same = ['first', 'second'].map((message): LogEntry => ({ at: '2025-03-01T12:00:00Z', level: 'info', message }));
    expect(linesOfLog(same, [], 'all').map((line) => line.message)).toEqual(['second', 'first']);
  });

  it('is filtered by level', () => {
    expect(linesOfLog(log, heard, 'events')).toHaveLength(3);
    expect(linesOfLog(log, heard, 'problems').map((line) => line.level)).toEqual(['error', 'warning']);
  });
});
