import { describe, expect, it } from 'vitest';
import type { SourceFacts, VideoFacts } from '../types';
import { formatPoint, fraction, readPoint, toNumber } from './timecode';
import { describeFacts, mayPlay, oddities, pictureOf, shotName } from './source-facts';

function facts(video: Partial<VideoFacts> = {}): SourceFacts {
  return {
    path: 'harbour/010.mp4',
    bytes: 1,
    identity: '',
    format: 'mov,mp4,m4a,3gp,3g2,mj2',
    video: {
      codec: 'h264',
      width: 720,
      height: 576,
      sampleAspect: '1',
      rotation: 0,
      rate: '25',
      variableRate: false,
      start: '0',
      duration: '4',
      frames: 100,
      pixelFormat: 'yuv420p',
      interlaced: false,
      ...video,
    } as VideoFacts,
    audio: null,
    startTimecode: null,
  };
}

describe('the facts of a source', () => {
  it('give the picture as it is shown: pixel shape and rotation taken in', () => {
    expect(pictureOf(facts({ sampleAspect: '64/45' }))).toMatchObject({ width: 1024, height: 576, frames: 100 });
    expect(pictureOf(facts({ rotation: 90 }))).toMatchObject({ width: 576, height: 720 });
    expect(pictureOf({ ...facts(), video: null })).toBeUndefined();
  });

  it('count by the rate that was found, also where no film has so many frames', () => {
    const slow = pictureOf({ ...facts({ rate: '240', duration: '2', frames: 480 }), startTimecode: '00:00:10:100' })!;
    expect([slow.frames, toNumber(slow.rate)]).toEqual([480, 240]);
    expect(formatPoint(350, slow.counting)).toBe('00:00:11:210');
    expect(readPoint('00:00:11:210', slow.counting)).toEqual({ ok: true, value: fraction(350, 240) });
    expect(describeFacts(facts({ rate: '240000/1001' }))).toContain('239.76 fps');
    expect(toNumber(pictureOf(facts({ rate: '1/2', duration: '8' }))!.rate)).toBe(0.5);
    expect(toNumber(pictureOf(facts({ rate: '0' }))!.rate)).toBe(25);
  });

  it('are said in words', () => {
    expect(describeFacts(facts({ rate: '30000/1001' }))).toEqual(['720×576', '29.97 fps', 'H.264']);
    const odd = oddities(facts({ variableRate: true, rotation: 90, interlaced: true, sampleAspect: '64/45' })).map(({ word }) => word);
    expect(odd).toEqual(['variable rate', 'turned 90°', 'interlaced', 'wide pixels', 'no sound']);
    expect(shotName('harbour/day 1/010.take.mp4')).toBe('010.take');
  });

  it('tell what a browser need not try', () => {
    const all = () => true;
    expect(mayPlay(facts(), all)).toBe(true);
    expect(mayPlay(facts({ pixelFormat: 'yuv422p10le' }), all)).toBe(false);
    expect(mayPlay(facts({ codec: 'prores' }), all)).toBe(false);
    expect(mayPlay(facts(), () => false)).toBe(false);
  });
});
