import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, unreachable } from '../services/api';
import type { JobDetails, JobSpec } from '../types';
import { Submission } from './submission';

const spec = (title: string): JobSpec => ({ type: 'assembly', title });
const busy = () => new ApiError({ type: 'urn:orleans-assembly:call-in-progress', title: '', status: 409, detail: '' });

/** A server that makes one job a key. */
function given() {
  const jobs = new Map<string, string>();
  const refusals: ApiError[] = [];
  let keys = 0;
  const submission = new Submission(
    {
      submit: (text, key) => {
        jobs.set(key, text);
        const refusal = refusals.shift();
        return refusal ? Promise.reject(refusal) : Promise.resolve({ id: key } as JobDetails);
      },
    },
    () => `key${++keys}`,
  );
  return { submission, jobs, refusals };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('starting a job', () => {
  it('makes one of a double click', async () => {
    const { submission, jobs } = given();
    const [first, second] = await Promise.all([submission.submit(spec('a')), submission.submit(spec('a'))]);
    expect([first.id, second.id, jobs.size]).toEqual(['key1', 'key1', 1]);
  });

  it('makes one where the answer was lost and it is tried again', async () => {
    const { submission, jobs, refusals } = given();
    refusals.push(new ApiError(unreachable()));
    await expect(submission.submit(spec('a'))).rejects.toThrow();
    expect((await submission.submit(spec('a'))).id).toBe('key1');
    expect(jobs.size).toBe(1);
  });

  it('makes another of what was changed since', async () => {
    const { submission } = given();
    await submission.submit(spec('a'));
    expect((await submission.submit(spec('b'))).id).toBe('key2');
  });

  it('waits for the first call where the server still works on it', async () => {
    const { submission, refusals } = given();
    refusals.push(busy(), busy());
    const job = submission.submit(spec('a'));
    await vi.advanceTimersByTimeAsync(3000);
    expect((await job).id).toBe('key1');
  });
});
