import { describe, expect, it } from 'vitest';
import type { Story } from '../types';
import { chapterAt, chaptersOf, chapterWords, momentsOf, tileAt } from './chapters';

const shot = (name: string, durationSeconds: number, take: number | null = null) => ({
  index: 0,
  name,
  take,
  source: `${name}.mp4`,
  sourceIn: '00:00:00:00',
  sourceOut: '00:00:01:00',
  recordIn: '01:00:00:00',
  recordOut: '01:00:01:00',
  durationSeconds,
  tags: [],
});

const story: Story = {
  title: 'Harbour',
  projectId: 'harbour',
  frameRate: '25',
  frames: 150,
  durationSeconds: 6,
  startTimecode: '01:00:00:00',
  scenes: [
    { name: '1', startFrame: 0, endFrame: 75, startSeconds: 0, durationSeconds: 3, shots: [shot('010', 1, 3), shot('020', 2)] },
    { name: '030', startFrame: 75, endFrame: 150, startSeconds: 3, durationSeconds: 3, shots: [shot('030', 3)] },
  ],
};

describe('chapters', () => {
  const chapters = chaptersOf(story);

  it('are the shots, each from where the one before ended', () => {
    expect(chapters.map(({ start, end, name, scene }) => [start, end, name, scene])).toEqual([
      [0, 1, '010', '1'],
      [1, 3, '020', '1'],
      [3, 6, '030', '030'],
    ]);
  });

  it('are found by time', () => {
    expect([0, 0.99, 1, 2.99996, 5, 99].map((seconds) => chapterAt(chapters, seconds))).toEqual([0, 0, 1, 2, 2, 2]);
    expect(chapterAt([], 1)).toBe(-1);
  });

  it('are told in words', () => {
    expect(chapters.map(chapterWords)).toEqual(['010 · scene 1 · take 3', '020 · scene 1', '030']);
  });
});

describe('the sprite', () => {
  const tiles = { columns: 10, rows: 3, width: 160, height: 90, secondsEach: 2, count: 25 };

  it('has a tile for each moment, and the last for what comes after', () => {
    expect(tileAt(tiles, 0)).toEqual({ x: 0, y: 0, width: 160, height: 90 });
    expect(tileAt(tiles, 25)).toMatchObject({ x: 320, y: 90 });
    expect(tileAt(tiles, 999)).toMatchObject({ x: 640, y: 180 });
  });

  it('gives moments over the whole film', () => {
    expect(momentsOf(tiles, 5)).toEqual([1, 11, 21, 31, 41]);
    expect(momentsOf({ ...tiles, count: 2 }, 5)).toEqual([1, 3]);
  });
});
