import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { atMostEvery } from './at-most-every';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('atMostEvery', () => {
  it('does it at once, then once more for all that asked meanwhile', async () => {
    const action = vi.fn(async () => undefined);
    const { ask } = atMostEvery(2_000, action);
    ask();
    ask();
    ask();
    expect(action).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(action).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(action).toHaveBeenCalledTimes(2);
  });

  it('waits for an answer that takes longer, and for one that fails', async () => {
    let fail = () => undefined as void;
    const action = vi.fn(() => new Promise((_, reject) => (fail = () => reject(new Error('away')))));
    const { ask } = atMostEvery(2_000, action);
    ask();
    ask();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(action).toHaveBeenCalledTimes(1);
    fail();
    await vi.advanceTimersByTimeAsync(0);
    expect(action).toHaveBeenCalledTimes(2);
  });

  it('does nothing more when it is stopped', async () => {
    const action = vi.fn(async () => undefined);
    const { ask, stop } = atMostEvery(2_000, action);
    ask();
    ask();
    stop();
    await vi.advanceTimersByTimeAsync(10_000);
    ask();
    expect(action).toHaveBeenCalledTimes(1);
  });
});
