import { describe, expect, it } from 'vitest';
import type { SegmentInfo, SegmentMap } from '../types';
import { cellSize, countsOf, describeCounts, describeSegment, isStrip, lookEvery, moved, rowsOf, settleMap, silosOf } from './segment-map';

function aSegment(over: Partial<SegmentInfo> = {}): SegmentInfo {
  return { index: 0, output: 0, startFrame: 0, endFrame: 125, status: 'waiting', fraction: 0, tries: 0, silo: null, ...over };
}

const map: SegmentMap = {
  outputs: ['h264-1080p', 'prores-422hq'],
  segments: [
    aSegment({ index: 1, status: 'running', fraction: 0.456, silo: '10.0.0.2:11111' }),
    aSegment({ index: 0, status: 'done', fraction: 1, tries: 1, silo: '10.0.0.1:11111' }),
    aSegment({ output: 1, status: 'done', fraction: 1, silo: '10.0.0.1:11111' }),
    aSegment({ index: 1, output: 1 }),
    aSegment({ output: 7 }),
  ],
};

describe('the segment map', () => {
  it('has a row an output, each in the order of the film, and leaves out what belongs to none', () => {
    expect(rowsOf(map).map((row) => [row.output, row.segments.map((segment) => segment.index), row.counts.done])).toEqual([
      ['h264-1080p', [0, 1], 1],
      ['prores-422hq', [0, 1], 1],
    ]);
  });

  it('is told in words', () => {
    expect(describeCounts(countsOf({ ...map, segments: map.segments.slice(0, 4) }))).toBe('2 of 4 segments done, 1 in work, 1 waiting, 1 begun again');
    expect(describeCounts(countsOf({ outputs: [], segments: [] }))).toBe('No segments yet');
    expect(describeCounts(countsOf({ outputs: ['a'], segments: [aSegment({ status: 'done' })] }))).toBe('1 of 1 segment done');
  });

  it('tells of one segment what is known', () => {
    expect(describeSegment(map.segments[0]!, 'h264-1080p', 25)).toBe('Segment 2 · h264-1080p · in work, 45 % · 0:00.0 to 0:05.0, 125 frames · on 10.0.0.2:11111');
    expect(describeSegment(map.segments[1]!, 'h264-1080p', null)).toBe('Segment 1 · h264-1080p · done · 125 frames · begun again once · by 10.0.0.1:11111');
  });

  it('says which silo made how many', () => {
    expect(silosOf(map)).toEqual([
      { silo: '10.0.0.1:11111', done: 2, running: 0 },
      { silo: '10.0.0.2:11111', done: 0, running: 1 },
    ]);
  });

  it('makes cells smaller and looks less often the more there are', () => {
    expect([5, 60, 61, 500, 4000].map(cellSize)).toEqual([26, 26, 18, 12, 8]);
    expect([5, 4000, 100_000].map(lookEvery)).toEqual([1_500, 8_000, 10_000]);
    expect([24, 25].map(isStrip)).toEqual([true, false]);
  });

  it('is walked by keys and not left', () => {
    expect(moved('ArrowRight', 3, 10, 4)).toBe(4);
    expect(moved('ArrowRight', 9, 10, 4)).toBe(9);
    expect(moved('ArrowDown', 5, 10, 4)).toBe(9);
    expect(moved('ArrowDown', 7, 10, 4)).toBe(7);
    expect(moved('ArrowUp', 3, 10, 4)).toBe(3);
    expect(moved('End', 0, 10, 4)).toBe(9);
    expect(moved('PageUp', 9, 10, 4)).toBe(0);
    expect(moved('Enter', 0, 10, 4)).toBeNull();
  });
});

describe('settleMap', () => {
  const one = (over: Partial<SegmentInfo>): SegmentMap => ({ outputs: ['a'], segments: [aSegment(over)] });

  it('takes no part of a segment back', () => {
    const settled = settleMap(one({ status: 'running', fraction: 0.6 }), one({ status: 'running', fraction: 0.4 }));
    expect(settled.segments[0]?.fraction).toBe(0.6);
  });

  it('lets a segment that is begun again start at nothing', () => {
    const settled = settleMap(one({ status: 'running', fraction: 0.6 }), one({ status: 'running', fraction: 0, tries: 1 }));
    expect(settled.segments[0]?.fraction).toBe(0);
  });

  it('takes a new plan as it is', () => {
    const next = { outputs: ['a'], segments: [aSegment(), aSegment({ index: 1 })] };
    expect(settleMap(one({ status: 'done' }), next)).toBe(next);
  });
});
