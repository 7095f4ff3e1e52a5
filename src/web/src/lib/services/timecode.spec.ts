import { describe, expect, it } from 'vitest';
import {
  add,
  canDropFrame,
  completePoint,
  formatPoint,
  formatTimecode,
  fraction,
  frameAt,
  framesOfDay,
  parseRate,
  parseSeconds,
  parseTimecode,
  ownPoint,
  readPoint,
  showRate,
  timeOf,
  toNumber,
  writeFraction,
  writeSeconds,
  ZERO,
  type Rate,
} from './timecode';

const NTSC = fraction(30000, 1001);
const NTSC60 = fraction(60000, 1001);
const FILM = fraction(24000, 1001);
const PAL = fraction(25);

function frameOf(text: string, rate: Rate): number {
  const read = parseTimecode(text, rate);
  if (!read.ok) throw new Error(read.error);
  return read.value.frame;
}

describe('rates', () => {
  it.each([
    ['24000/1001', '24000/1001'],
    ['23.976', '24000/1001'],
    ['23.98', '24000/1001'],
    ['29.97', '30000/1001'],
    ['59.94', '60000/1001'],
    ['25', '25'],
    ['50/2', '25'],
    ['12.5', '25/2'],
  ])('reads %s as %s', (text, exact) => {
    expect(writeFraction(parseRate(text)!)).toBe(exact);
  });

  it.each(['', '0', '0.5', '121', '24000/0', 'fast', null])('refuses %s', (text) => {
    expect(parseRate(text)).toBeUndefined();
  });

  it('shows them as people say them', () => {
    expect([FILM, PAL, NTSC, NTSC60].map(showRate)).toEqual(['23.976', '25', '29.97', '59.94']);
    expect([FILM, PAL, NTSC, NTSC60].map(canDropFrame)).toEqual([false, false, true, true]);
  });
});

describe('timecode', () => {
  it('counts drop-frame at 29.97 over the minutes', () => {
    expect(formatTimecode(1799, NTSC, true)).toBe('00:00:59;29');
    expect(formatTimecode(1800, NTSC, true)).toBe('00:01:00;02');
    expect(formatTimecode(17981, NTSC, true)).toBe('00:09:59;29');
    expect(formatTimecode(17982, NTSC, true)).toBe('00:10:00;00');
    expect(formatTimecode(107892, NTSC, true)).toBe('01:00:00;00');
  });

  it('counts drop-frame at 59.94 over the minutes', () => {
    expect(formatTimecode(3599, NTSC60, true)).toBe('00:00:59;59');
    expect(formatTimecode(3600, NTSC60, true)).toBe('00:01:00;04');
    expect(formatTimecode(215784, NTSC60, true)).toBe('01:00:00;00');
  });

  it('counts 23.976 by 24, and wraps after a day', () => {
    expect(formatTimecode(24 * 3600, FILM)).toBe('01:00:00:00');
    expect(formatTimecode(framesOfDay(FILM, false) + 5, FILM)).toBe('00:00:00:05');
    expect(formatTimecode(-1, PAL)).toBe('23:59:59:24');
  });

  it.each([
    [NTSC, true],
    [NTSC60, true],
    [NTSC, false],
    [FILM, false],
    [PAL, false],
    [fraction(120), false],
  ] as const)('reads back what it writes at every frame around the minutes', (rate, drop) => {
    const minute = Math.round(toNumber(rate) * 60);
    for (let m = 0; m < 25; m++) {
      for (let frame = m * minute - 6; frame < m * minute + 6; frame++) {
        if (frame < 0) continue;
        expect(frameOf(formatTimecode(frame, rate, drop), rate)).toBe(frame);
      }
    }
  });

  it.each([
    ['00:01:00;00', NTSC, /00:01:00;02/],
    ['00:00:00:25', PAL, /00 to 24/],
    ['00:00:60:00', PAL, /Seconds/],
    ['24:00:00:00', PAL, /Hours/],
    ['00:00:01;00', PAL, /only at 29.97/],
    ['1 o’clock', PAL, /HH:MM:SS:FF/],
  ] as const)('refuses %s and says why', (text, rate, why) => {
    const read = parseTimecode(text, rate);
    expect(read.ok ? 'read' : read.error).toMatch(why);
  });
});

describe('times', () => {
  it('finds the nearest frame without rounding in between', () => {
    expect(frameAt(fraction(1), FILM)).toBe(24);
    expect(frameAt(fraction(1, 2), PAL)).toBe(13); // 12.5: halves go up
    expect(frameAt(ZERO, PAL)).toBe(0);
    const tenHours = timeOf(862_993, FILM);
    expect(frameAt(tenHours, FILM)).toBe(862_993);
  });

  it('does not drift over ten thousand shots', () => {
    let time = ZERO;
    for (let i = 0; i < 10_000; i++) time = add(time, timeOf(7, FILM));
    expect(frameAt(time, FILM)).toBe(70_000);
  });

  it('reads and writes seconds exactly', () => {
    expect(parseSeconds('2.5s')).toEqual(fraction(5, 2));
    expect(parseSeconds('0s')).toEqual(ZERO);
    expect([parseSeconds('2.5'), parseSeconds('-1s'), parseSeconds('345601s')]).toEqual([undefined, undefined, undefined]);
    expect([writeSeconds(fraction(5, 2)), writeSeconds(fraction(4)), writeSeconds(fraction(1001, 24000))]).toEqual(['2.5s', '4s', '0.041708333s']);
  });
});

describe('points in a source', () => {
  const plain = { rate: PAL };
  const clocked = { rate: PAL, startTimecode: '10:00:00:00' };
  const drop = { rate: NTSC, startTimecode: '01:00:00;00' };

  it('counts from the timecode that the file carries', () => {
    expect(formatPoint(30, clocked)).toBe('10:00:01:05');
    expect(readPoint('10:00:01:05', clocked)).toEqual({ ok: true, value: fraction(30, 25) });
    expect(readPoint('00:00:01:05', clocked)).toEqual({ ok: true, value: fraction(30, 25) });
    expect(formatPoint(1800, drop)).toBe('01:01:00;02');
    expect(readPoint('01:01:00:02', drop)).toEqual({ ok: true, value: timeOf(1800, NTSC) });
  });

  it('reads both points of a shot from the same start', () => {
    const late = { rate: PAL, startTimecode: '00:00:05:00' };
    const both = (start: string, end: string) => [readPoint(start, late, end), readPoint(end, late, start)].map((read) => (read.ok ? toNumber(read.value) : read.error));
    expect(both('00:00:02:00', '00:00:10:00')).toEqual([2, 10]);
    expect(both('00:00:06:00', '00:00:10:00')).toEqual([1, 5]);
    expect(both('1s', '00:00:10:00')).toEqual([1, 5]);
    expect(readPoint('00:00:10:00', late)).toEqual({ ok: true, value: fraction(5) });
  });

  it('writes a point so that it stands by itself', () => {
    const late = { rate: PAL, startTimecode: '00:00:05:00' };
    expect(ownPoint('00:00:10:00', late, '00:00:02:00')).toBe('00:00:15:00');
    expect(ownPoint('00:00:10:00', late, '00:00:06:00')).toBe('00:00:10:00');
    expect(['', '2.5s', 'later'].map((text) => ownPoint(text, late))).toEqual(['', '2.5s', 'later']);
    expect(ownPoint('00:00:20:00', { rate: PAL, startTimecode: '23:59:50:00' })).toBe('00:00:20:00');
    expect(ownPoint('00:00:01:05', plain)).toBe('00:00:01:05');
  });

  it('counts from nought where it carries none', () => {
    expect(formatPoint(30, plain)).toBe('00:00:01:05');
    expect(readPoint('2.5s', plain)).toEqual({ ok: true, value: fraction(5, 2) });
    expect(readPoint('00:00:01:25', plain).ok).toBe(false);
  });

  it.each([
    ['112', '00:00:01:12'],
    ['1:12', '00:00:01:12'],
    ['10203', '00:01:02:03'],
    ['1.2.3', '00:01:02:03'],
    ['1:120', '00:00:01:120'],
    ['+10', '00:00:04:10'],
    ['-50', '00:00:02:00'],
    ['-500', '00:00:00:00'],
    ['2.5s', '2.5s'],
    ['2 s', '2s'],
    ['later', 'later'],
  ])('completes %s to %s', (typed, complete) => {
    expect(completePoint(typed, plain, 100)).toBe(complete);
  });
});
