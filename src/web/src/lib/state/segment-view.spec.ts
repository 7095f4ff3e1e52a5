// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, unreachable } from '../services/api';
import { ProgressStore } from '../services/progress-store';
import { anUpdate } from '../services/testing';
import type { SegmentMap } from '../types';
import { SegmentView } from './segment-view.svelte';

function setUp() {
  const store = new ProgressStore();
  const server = { fraction: 0.1, isAway: false, isHidden: false };
  const getSegments = vi.fn(async (): Promise<SegmentMap> => {
    if (server.isAway) throw new ApiError(unreachable());
    return { outputs: ['h264-720p'], segments: [{ index: 0, output: 0, startFrame: 0, endFrame: 100, status: 'running', fraction: server.fraction, tries: 0, silo: 'a' }] };
  });
  const view = new SegmentView({ api: { getSegments }, store, isHidden: () => server.isHidden }, 'a');
  store.accept(anUpdate({ sequence: 1 }));
  return { store, server, getSegments, view, fraction: () => view.map?.segments[0]?.fraction };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('SegmentView', () => {
  it('looks again while progress comes, but seldom', async () => {
    const { store, server, getSegments, fraction } = setUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(getSegments).toHaveBeenCalledTimes(1);
    server.fraction = 0.5;
    for (let sequence = 2; sequence < 12; sequence++) {
      store.accept(anUpdate({ sequence }));
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(getSegments).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(600);
    expect(getSegments).toHaveBeenCalledTimes(2);
    expect(fraction()).toBe(0.5);
  });

  it('looks no more while nothing comes: a paused job stands still', async () => {
    const { getSegments } = setUp();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(getSegments).toHaveBeenCalledTimes(1);
  });

  it('looks at once when a step or the status changes', async () => {
    const { store, getSegments } = setUp();
    await vi.advanceTimersByTimeAsync(0);
    store.accept(anUpdate({ sequence: 2, status: 'paused' }));
    await vi.advanceTimersByTimeAsync(0);
    store.accept(anUpdate({ sequence: 3, stepIndex: 7 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(getSegments).toHaveBeenCalledTimes(3);
  });

  it('does not look while nobody does', async () => {
    const { store, server, getSegments } = setUp();
    await vi.advanceTimersByTimeAsync(0);
    server.isHidden = true;
    store.accept(anUpdate({ sequence: 2 }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(getSegments).toHaveBeenCalledTimes(1);
  });

  it('keeps what it has while the server is away', async () => {
    const { server, view, fraction } = setUp();
    await vi.advanceTimersByTimeAsync(0);
    server.isAway = true;
    await view.refresh();
    expect(fraction()).toBe(0.1);
  });

  it('tries again by itself until the server is back, but not while nobody looks', async () => {
    const { server, view, getSegments, fraction } = setUp();
    await vi.advanceTimersByTimeAsync(0);
    server.fraction = 0.5;
    server.isAway = true;
    await view.refresh();
    server.isHidden = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(getSegments).toHaveBeenCalledTimes(3);
    server.isHidden = false;
    await view.refresh();
    server.isAway = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(fraction()).toBe(0.5);
  });

  it('takes nothing back when an older answer comes late', async () => {
    const { server, view, fraction } = setUp();
    await vi.advanceTimersByTimeAsync(0);
    server.fraction = 0.7;
    await view.refresh();
    server.fraction = 0.6;
    await view.refresh();
    expect(fraction()).toBe(0.7);
  });

  it('hears nothing any more once it is stopped', async () => {
    const { store, view, getSegments } = setUp();
    await vi.advanceTimersByTimeAsync(0);
    view.stop();
    store.accept(anUpdate({ sequence: 2, stepIndex: 9 }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(getSegments).toHaveBeenCalledTimes(1);
  });
});
