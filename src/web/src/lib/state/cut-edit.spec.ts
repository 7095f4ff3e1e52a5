// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { fraction } from '../services/timecode';
import type { Picture } from '../services/source-facts';
import type { JobSpec } from '../types';
import { CutEdit, fieldOf, measure, nextTitle, placeOf, projectIdOf } from './cut-edit.svelte';

function picture(rate = fraction(25), seconds = fraction(4)): Picture {
  return { width: 320, height: 180, rate, duration: seconds, frames: 100, start: 0, counting: { rate, startTimecode: null } };
}

let cut: CutEdit;
const order = () => cut.shots.map((shot) => shot.source);
const keyOf = (source: string) => cut.shots.find((shot) => shot.source === source)!.key;

beforeEach(() => {
  cut = new CutEdit();
  for (const source of ['a', 'b', 'c', 'd']) cut.addShot(source);
});

describe('the order of shots', () => {
  it('moves one to a place and no further than the ends', () => {
    expect(cut.moveShot(keyOf('a'), 2)).toBe(2);
    expect(order()).toEqual(['b', 'c', 'a', 'd']);
    expect(cut.moveShot(keyOf('b'), -1)).toBe(0);
    expect(cut.moveShot(keyOf('b'), 99)).toBe(3);
    expect(order()).toEqual(['c', 'a', 'd', 'b']);
  });

  it('keeps keys, so that a field stays with its shot', () => {
    const key = keyOf('c');
    cut.moveShot(key, 0);
    expect(cut.shots[0]!.key).toBe(key);
  });

  it('takes one out and puts it back where it was', () => {
    const undo = cut.removeShot(keyOf('b'))!;
    expect(order()).toEqual(['a', 'c', 'd']);
    undo();
    expect(order()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('uses a source once more with the same points, joined by a cut', () => {
    cut.setTransition(cut.shots[1]!, 'dissolve');
    cut.shots[1]!.in = '1s';
    const again = cut.repeatShot(keyOf('b'))!;
    expect(order()).toEqual(['a', 'b', 'b', 'c', 'd']);
    expect(again).toMatchObject({ in: '1s', transition: 'cut' });
    expect(again.key).not.toBe(cut.shots[1]!.key);
  });

  it('follows the order of the files, whichever came over first', () => {
    expect(placeOf([], 1)).toBe(0);
    expect(placeOf([3], 1)).toBe(0);
    expect(placeOf([1, 3], 2)).toBe(1);
    expect(placeOf([-1, -1], 0)).toBe(2);
    expect(placeOf([-1, 0, -1], 1)).toBe(2);
  });
});

describe('a job and its fields', () => {
  const job: JobSpec = {
    type: 'assembly',
    projectId: 'harbour',
    title: 'Harbour, cut 3',
    timeline: {
      frameRate: '30000/1001',
      width: 1920,
      height: 1080,
      startTimecode: '01:00:00;00',
      dropFrame: true,
      shots: [
        { source: 'a.mp4', in: '00:00:01:00', out: '00:00:04:12', name: '010', scene: '1', take: 3, reel: 'A001' },
        { source: 'b.mov', in: '2.5s', out: '6s', transition: { type: 'dissolve', frames: 12 } },
      ],
      audio: [{ source: 'm.flac', start: '1.5s', gainDb: -6, fadeOut: '2s' }],
    },
    outputs: [{ preset: 'h264-1080p' }, { preset: 'prores-422hq' }],
    priority: 70,
    notifications: { on: ['completed'], email: ['a@example.org'] },
    progressWeighting: 'time',
  };

  it('go both ways with nothing lost', () => {
    cut.load(job);
    expect(cut.toSpec()).toEqual(job);
  });

  it('leave out webhooks whose secrets are masked, and say which', () => {
    const known = { url: 'https://a.example.org/', secret: 'whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=' };
    const masked = [{ url: 'https://b.example.org/', secret: 'whsec_********' }, { url: 'https://c.example.org/', secret: null, secrets: ['whsec_********'] }];
    cut.load({ ...job, notifications: { on: ['failed'], webhooks: [masked[0]!, known, masked[1]!] } });
    expect(cut.lostHooks).toEqual(['https://b.example.org/', 'https://c.example.org/']);
    expect(cut.toSpec().notifications).toEqual({ on: ['failed'], webhooks: [known] });
    cut.load({ ...job, notifications: { webhooks: [masked[0]!] } });
    expect(cut.toSpec().notifications).toEqual({ webhooks: [] });
    cut.load(job);
    expect(cut.lostHooks).toEqual([]);
  });

  it('say nothing that was left open', () => {
    const empty = new CutEdit();
    empty.addShot('a.mp4');
    expect(empty.toSpec().timeline).toEqual({ shots: [{ source: 'a.mp4' }] });
  });

  it('count as asked for, else as the start timecode is written, else as the first shot does', () => {
    const at = (startTimecode: string): Picture => ({ ...picture(fraction(30000, 1001)), counting: { rate: fraction(30000, 1001), startTimecode } });
    const drop = at('01:00:00;00');
    const open = new CutEdit();
    expect([open.isDropFrame(undefined), open.isDropFrame(drop), open.isDropFrame(at('01:00:00:00'))]).toEqual([false, true, false]);
    open.frameRate = '25';
    expect(open.isDropFrame(drop)).toBe(false);
    open.frameRate = '';
    open.startTimecode = '01:00:00:00';
    expect(open.isDropFrame(drop)).toBe(false);
    open.startTimecode = '';
    open.dropFrame = false;
    expect([open.isDropFrame(drop), open.toSpec().timeline?.dropFrame]).toEqual([false, false]);
  });

  it('find the field of a path, wherever its shot has moved', () => {
    cut.load(job);
    const [first, second] = cut.shots.map((shot) => shot.key);
    expect(cut.fieldOf('timeline.shots[1].transition.frames')).toBe(`shot/${second}/transition`);
    expect(cut.fieldOf('timeline.shots[0].in')).toBe(`shot/${first}/in`);
    expect(cut.fieldOf('timeline.shots[0]')).toBe(`shot/${first}/source`);
    expect(cut.fieldOf('timeline.audio[0].gainDb')).toBe(`sound/${cut.sounds[0]!.key}/gainDb`);
    expect(fieldOf('timeline.shots[9].in', [], [])).toBe('form');
    expect([fieldOf('title', [], []), fieldOf('outputs[0].preset', [], []), fieldOf('sourceJobId', [], [])]).toEqual(['title', 'outputs', 'form']);
  });
});

describe('the length of a film', () => {
  it('comes from exact sums, so that three thirds are a whole', () => {
    for (const shot of cut.shots) shot.out = '00:00:00:01';
    const length = measure(cut.shots, () => picture(fraction(75)), fraction(25));
    // Boundaries at 1/3, 2/3, 3/3 and 4/3 of a frame.
    expect(length.shots.map((shot) => shot.frames)).toEqual([0, 1, 0, 0]);
    expect(length.frames).toBe(1);
  });

  it('counts in the film’s rate what is cut in the sources’', () => {
    cut.shots[0]!.in = '00:00:01:00';
    cut.shots[0]!.out = '00:00:03:00';
    const length = measure(cut.shots.slice(0, 2), (source) => picture(source === 'a' ? fraction(25) : fraction(30)), fraction(24));
    expect(length).toMatchObject({ frames: 144, isWhole: true });
    expect(length.shots[1]).toMatchObject({ startFrame: 48, frames: 96, in: 0, out: 4 });
  });

  it('is open while a source is unknown or a point wrong, and counts the others', () => {
    cut.shots[0]!.in = 'soon';
    cut.shots[1]!.in = '3s';
    cut.shots[1]!.out = '2s';
    const length = measure(cut.shots, (source) => (source === 'c' ? undefined : picture()), fraction(25));
    expect(length).toMatchObject({ frames: 100, isWhole: false });
    expect(length.shots.map((shot) => shot.frames)).toEqual([null, null, null, 100]);
  });
});

describe('names', () => {
  it('count on', () => {
    expect([nextTitle('Harbour, cut 3'), nextTitle('Harbour'), nextTitle('9')]).toEqual(['Harbour, cut 4', 'Harbour 2', '10']);
  });

  it('make a project’s id', () => {
    expect([projectIdOf('Häfen & Boote'), projectIdOf('  --A_b '), projectIdOf('…')]).toEqual(['hafen-boote', 'a_b', '']);
  });
});
