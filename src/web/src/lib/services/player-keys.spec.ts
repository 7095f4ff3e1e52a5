import { describe, expect, it } from 'vitest';
import { commandOf, faster, frameOf, timeOfFrame } from './player-keys';

const press = (key: string, over: Partial<Parameters<typeof commandOf>[0]> = {}) => ({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...over });

describe('commandOf', () => {
  it('knows the keys of players and editing desks', () => {
    expect([' ', 'j', 'K', 'l', ',', '.'].map((key) => commandOf(press(key))?.do)).toEqual(['toggle', 'back', 'stop', 'forward', 'step', 'step']);
    expect(commandOf(press('ArrowLeft'))).toEqual({ do: 'skip', seconds: -5 });
    expect(commandOf(press('ArrowRight', { shiftKey: true }))).toEqual({ do: 'skip', seconds: 1 });
    expect(commandOf(press('>', { shiftKey: true }))).toEqual({ do: 'step', frames: 10 });
  });

  it('leaves the browser its own', () => {
    expect(commandOf(press('l', { ctrlKey: true }))).toBeNull();
    expect(commandOf(press('ArrowLeft', { altKey: true }))).toBeNull();
    expect(commandOf(press('Tab'))).toBeNull();
  });
});

describe('frames', () => {
  it.each([24000 / 1001, 25, 30000 / 1001, 60])('are stepped one by one at %f', (rate) => {
    for (let frame = 0; frame < 5_000; frame += 7) {
      expect(frameOf(timeOfFrame(frame, rate), rate)).toBe(frame);
      expect(frameOf(frame / rate, rate)).toBe(frame);
    }
  });

  it('do not go below the first', () => {
    expect(timeOfFrame(-3, 25)).toBe(0.02);
  });
});

describe('faster', () => {
  it('doubles up to eight', () => {
    expect([1, 2, 4, 8].map(faster)).toEqual([2, 4, 8, 8]);
  });
});
