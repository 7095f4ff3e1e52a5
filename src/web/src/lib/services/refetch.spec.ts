import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refetch } from './refetch';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A fetch that each test answers itself. */
function setUp() {
  const answers: { resolve: () => void; reject: (error: Error) => void; signal: AbortSignal }[] = [];
  const fetch = vi.fn((signal: AbortSignal) => new Promise<void>((resolve, reject) => answers.push({ resolve, reject, signal })));
  return { fetch, answers, refetch: new Refetch(fetch) };
}

describe('Refetch', () => {
  it('fetches once more after, for all that asked meanwhile', async () => {
    const { fetch, answers, refetch } = setUp();
    const done = refetch.ask();
    void refetch.ask();
    void refetch.ask();
    expect(fetch).toHaveBeenCalledTimes(1);
    answers[0]!.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(fetch).toHaveBeenCalledTimes(2);
    answers[1]!.resolve();
    await done;
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('fetches again after a fetch that failed', async () => {
    const { fetch, answers, refetch } = setUp();
    const failed = refetch.ask();
    answers[0]!.reject(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    void refetch.ask();
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('fetches later once, and not at all if it was asked before', async () => {
    const { fetch, answers, refetch } = setUp();
    refetch.askIn(2_000);
    refetch.askIn(3_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(fetch).toHaveBeenCalledTimes(1);
    answers[0]!.resolve();
    await vi.advanceTimersByTimeAsync(5_000);
    refetch.askIn(2_000);
    void refetch.ask();
    answers[1]!.resolve();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('gives up what it fetches when it is stopped, and fetches nothing more', async () => {
    const { fetch, answers, refetch } = setUp();
    void refetch.ask();
    void refetch.ask();
    refetch.askIn(1_000);
    refetch.stop();
    expect(answers[0]!.signal.aborted).toBe(true);
    answers[0]!.resolve();
    await vi.advanceTimersByTimeAsync(5_000);
    void refetch.ask();
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});
