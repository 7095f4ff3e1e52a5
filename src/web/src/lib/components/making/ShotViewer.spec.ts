// @vitest-environment happy-dom
import { mount, tick, unmount } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pictureOf } from '../../services/source-facts';
import type { SourceFacts } from '../../types';
import ShotViewer from './ShotViewer.svelte';

let viewer: Record<string, unknown> | undefined;

/** Four frames of a source; which the browser plays, or not. */
async function setUp(codec: 'h264' | 'prores'): Promise<void> {
  vi.spyOn(HTMLMediaElement.prototype, 'canPlayType').mockReturnValue('probably');
  const facts = {
    path: 'a.mov',
    format: 'mov,mp4',
    video: { codec, width: 160, height: 90, rate: '25', duration: '4/25', start: '0', sampleAspect: '1', rotation: 0, pixelFormat: 'yuv420p' },
    audio: null,
  } as unknown as SourceFacts;
  const props = { facts, picture: pictureOf(facts)!, name: 'a', url: 'a.mov', frameUrl: (seconds: number) => `frame?at=${Math.floor(seconds * 25)}`, inFrame: 0, outFrame: 4, onin: () => undefined, onout: () => undefined };
  viewer = mount(ShotViewer, { target: document.body, props });
  await tick();
}

afterEach(() => {
  if (viewer) void unmount(viewer);
  vi.restoreAllMocks();
});

const still = () => document.querySelector('img');

async function press(key: string): Promise<void> {
  (viewer!['press'] as (event: KeyboardEvent) => void)(new KeyboardEvent('keydown', { key }));
  await tick();
}

async function answer(type: 'load' | 'error'): Promise<void> {
  still()!.dispatchEvent(new Event(type));
  await tick();
}

describe('a source that the browser cannot play', () => {
  it('is shown frame by frame, the newest wish after what was being fetched', async () => {
    await setUp('prores');
    expect(still()?.getAttribute('src')).toBe('frame?at=0');
    await press('.');
    await press('.');
    expect(still()?.getAttribute('src')).toBe('frame?at=0');
    await answer('load');
    expect(still()?.getAttribute('src')).toBe('frame?at=2');
  });

  it('does not wait for a picture that is there already', async () => {
    await setUp('prores');
    await answer('load');
    await press(','); // there is none before the first
    await press('.');
    expect(still()?.getAttribute('src')).toBe('frame?at=1');
  });

  it('goes on after a picture that could not be fetched, and asks for that one again when it is wished for', async () => {
    await setUp('prores');
    await press('.');
    await answer('error');
    expect(still()?.getAttribute('src')).toBe('frame?at=1');
    await answer('error');
    expect(still()).toBeNull();
    await press('.');
    await press(',');
    await answer('load');
    expect(still()?.getAttribute('src')).toBe('frame?at=1');
  });
});

describe('a source that the browser can play', () => {
  it.each([
    ['AbortError', true],
    ['NotSupportedError', false],
  ])('and whose play ends in %s is still played: %s', async (name, isPlayed) => {
    await setUp('h264');
    vi.spyOn(HTMLMediaElement.prototype, 'play').mockRejectedValue(new DOMException('', name));
    await press(' ');
    await tick();
    expect(document.querySelector('video') !== null).toBe(isPlayed);
  });
});
