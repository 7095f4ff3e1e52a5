import { describe, expect, it } from 'vitest';
import {
  clampPercent,
  formatBytes,
  formatClock,
  formatDuration,
  formatLength,
  formatPercent,
  formatRange,
  formatSpeed,
  formatStepTime,
} from './format';

describe('words and numbers', () => {
  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [65, '1 min 05 s'],
    [3599.7, '1 h 00 min'],
    [7500, '2 h 05 min'],
    [90_000, '1 d 1 h'],
    [Number.NaN, '–'],
    [-1, '–'],
    [null, '–'],
  ])('duration of %s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [0.04, '< 0.1 s'],
    [0.05, '0.1 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [undefined, '–'],
  ])('step time of %s is %s', (seconds, text) => expect(formatStepTime(seconds)).toBe(text));

  it.each([
    [7, '0:07'],
    [725, '12:05'],
    [3723, '1:02:03'],
    [null, '–'],
  ])('length of %s is %s', (seconds, text) => expect(formatLength(seconds)).toBe(text));

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [48_123_456, '48.1 MB'],
    [999_950_000, '1.0 GB'],
    [812_345, '812 kB'],
    [4e12, '4.0 TB'],
    [9e15, '9000 TB'],
  ])('%s bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [48.25, 'fps', '48.3 fps'],
    [212.4, 'MB/s', '212 MB/s'],
    [0, 'fps', '–'],
    [Number.POSITIVE_INFINITY, 'fps', '–'],
  ])('speed %s %s is %s', (speed, unit, text) => expect(formatSpeed(speed, unit)).toBe(text));

  it('says 100 % only of what is done', () => {
    expect(formatPercent(99.97)).toBe('99 %');
    expect(formatPercent(100)).toBe('100 %');
    expect(formatPercent(100, false)).toBe('99 %');
    expect(formatPercent(-3)).toBe('0 %');
    expect(clampPercent(Number.NaN)).toBe(0);
    expect(clampPercent(120)).toBe(100);
  });

  it('gives the day only where it is another one', () => {
    const now = new Date('2025-03-01T12:00:00Z');
    expect(formatClock(new Date('2025-03-01T14:31:20Z'), now, 'en-GB', 'UTC')).toBe('14:31');
    expect(formatClock(new Date('2025-03-02T01:05:00Z'), now, 'en-GB', 'UTC')).toMatch(/^Sun,? 01:05$/);
    expect(formatClock(new Date('2025-03-12T01:05:00Z'), now, 'en-GB', 'UTC')).toMatch(/^12 Mar,? 01:05$/);
  });

  it.each([
    [28.2, 37.4, '28 to 37 s'],
    [537, 702, '8.9 to 11.7 min'],
    [3000, 5000, '50 to 83 min'],
    [5800, 7600, '1.6 to 2.1 h'],
    [10.1, 10.2, null],
    [0, 0, null],
    [9, 8, null],
    [Number.NaN, 8, null],
  ])('from %s to %s reads %s', (low, high, text) => expect(formatRange(low, high)).toBe(text));
});
