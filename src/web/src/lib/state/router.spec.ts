import { describe, expect, it } from 'vitest';
import { jobHref, jobsHref, parseRoute } from './router.svelte';

describe('parseRoute', () => {
  it.each([
    ['', { page: 'jobs', status: undefined }],
    ['#/', { page: 'jobs', status: undefined }],
    ['#/?status=failed', { page: 'jobs', status: 'failed' }],
    ['#/?status=nonsense', { page: 'jobs', status: undefined }],
    ['#/jobs/job-1', { page: 'job', id: 'job-1' }],
    ['#/jobs/%E0%A4', { page: 'unknown' }],
    ['#/elsewhere', { page: 'unknown' }],
    ['#/jobs/a/b', { page: 'unknown' }],
  ])('reads %s', (hash, route) => expect(parseRoute(hash)).toEqual(route));

  it('reads what the links say', () => {
    expect(parseRoute(jobHref('a/b c'))).toEqual({ page: 'job', id: 'a/b c' });
    expect(parseRoute(jobsHref('paused'))).toEqual({ page: 'jobs', status: 'paused' });
    expect(jobsHref()).toBe('#/');
  });
});
