import { describe, expect, it } from 'vitest';
import { boardHref, draftHref, jobHref, newHref, parseRoute } from './router.svelte';

const wholeBoard = { page: 'board', status: undefined, project: undefined, q: undefined };

describe('parseRoute', () => {
  it.each([
    ['', wholeBoard],
    ['#/', wholeBoard],
    ['#/?status=failed', { ...wholeBoard, status: 'failed' }],
    ['#/?status=nonsense&project=', wholeBoard],
    ['#/?project=harbour&q=who%3F', { ...wholeBoard, project: 'harbour', q: 'who?' }],
    ['#/?q=what?', { ...wholeBoard, q: 'what?' }],
    ['#/jobs/job-1', { page: 'job', id: 'job-1' }],
    ['#/jobs', { page: 'unknown' }],
    ['#/jobs/%E0%A4', { page: 'unknown' }],
    ['#/jobs/a/b', { page: 'unknown' }],
    ['#/new', { page: 'new', from: undefined }],
    ['#/new?from=job-1', { page: 'new', from: 'job-1' }],
    ['#/drafts/d1', { page: 'new', draft: 'd1' }],
    ['#/cluster', { page: 'cluster' }],
    ['#/settings', { page: 'settings' }],
    ['#/settings/more', { page: 'unknown' }],
    ['#/elsewhere', { page: 'unknown' }],
  ])('reads %s', (hash, route) => expect(parseRoute(hash)).toEqual(route));

  it('reads what the links say', () => {
    expect(parseRoute(jobHref('a/b c'))).toEqual({ page: 'job', id: 'a/b c' });
    expect(parseRoute(newHref('a&b'))).toEqual({ page: 'new', from: 'a&b' });
    expect(parseRoute(draftHref('d/1'))).toEqual({ page: 'new', draft: 'd/1' });
    expect(parseRoute(boardHref({ status: 'paused', project: 'a&b', q: 'ö #1' }))).toEqual({ page: 'board', status: 'paused', project: 'a&b', q: 'ö #1' });
    expect(boardHref()).toBe('#/');
    expect(boardHref({ q: '' })).toBe('#/');
    expect(newHref()).toBe('#/new');
  });
});
