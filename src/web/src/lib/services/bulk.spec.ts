import { describe, expect, it } from 'vitest';
import { describeBulk, withEach } from './bulk';

const refusal = { type: 'urn:x', title: 'Not now', status: 409, detail: 'It is about to end.' };

describe('describeBulk', () => {
  it.each([
    [3, 0, [], 'good', 'Paused 3 jobs', ''],
    [1, 2, [], 'good', 'Paused 1 job', '2 jobs left alone: none of them could be paused.'],
    [2, 1, [refusal], 'bad', 'Paused 2 of 3 jobs', '1 refused: It is about to end. 1 job left alone: none of them could be paused.'],
    [0, 4, [], 'plain', 'Nothing to pause', '4 jobs left alone: none of them could be paused.'],
  ])('of %s done, %s skipped', (done, skipped, refusals, tone, title, text) =>
    expect(describeBulk('pause', done, skipped, refusals)).toEqual({ tone, title, text }));
});

describe('withEach', () => {
  it('does a few at a time, and answers in order', async () => {
    let busy = 0;
    let most = 0;
    const answers = await withEach([...Array(20).keys()], async (n) => {
      most = Math.max(most, ++busy);
      await Promise.resolve();
      busy--;
      return n * 2;
    });
    expect(answers).toEqual([...Array(20).keys()].map((n) => n * 2));
    expect(most).toBe(6);
  });

  it('has nothing to do with none', async () => expect(await withEach([], async () => 1)).toEqual([]));
});
