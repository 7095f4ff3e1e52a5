// @vitest-environment happy-dom
import { mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutputInfo } from '../../types';
import FilmPlayer from './FilmPlayer.svelte';

const film: OutputInfo = { name: 'a.mp4', kind: 'film', preset: 'h264-720p', mediaType: 'video/mp4', bytes: 1, sha256: '', durationSeconds: 60, frames: 1500, url: '', tiles: null };
const props = $state({ film, url: '', poster: undefined, title: 'Harbour', story: null, chapters: [], sprite: null });
let player: object;

beforeEach(async () => {
  vi.stubGlobal('MediaError', { MEDIA_ERR_NETWORK: 2 });
  props.url = 'a.mp4';
  player = mount(FilmPlayer, { target: document.body, props });
  await tick();
});

afterEach(() => {
  void unmount(player);
  vi.unstubAllGlobals();
});

const video = () => document.querySelector('video')!;
const controls = () => document.querySelector('[data-testid=btn-play]');

async function break_(code: number): Promise<void> {
  Object.defineProperty(video(), 'error', { value: { code }, configurable: true });
  video().dispatchEvent(new Event('error'));
  await tick();
}

describe('a film that stops', () => {
  it('for want of a connection is loaded again, and goes on where it was', async () => {
    video().currentTime = 42;
    video().dispatchEvent(new Event('timeupdate'));
    await break_(2);
    expect(document.body.textContent).not.toContain('cannot play');
    const load = vi.spyOn(video(), 'load').mockImplementation(() => {
      video().currentTime = 0;
      video().dispatchEvent(new Event('timeupdate'));
    });
    document.querySelector<HTMLElement>('[data-testid=load-again]')!.click();
    await tick();
    expect(load).toHaveBeenCalledTimes(1);
    expect(controls()).not.toBeNull();
    video().dispatchEvent(new Event('loadedmetadata'));
    expect(video().currentTime).toBe(42);
  });

  it('because the browser does not know it says so, and another film begins anew', async () => {
    await break_(4);
    expect(document.body.textContent).toContain('This browser cannot play a.mp4');
    expect(controls()).toBeNull();
    props.url = 'b.mp4';
    await tick();
    expect(controls()).not.toBeNull();
  });
});
