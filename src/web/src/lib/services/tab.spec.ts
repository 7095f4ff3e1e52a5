import { describe, expect, it } from 'vitest';
import { percentUnderWay, tabIcon, tabTitle } from './tab';
import { anUpdate } from './testing';

describe('a tab', () => {
  it('says how far the work is before whose it is', () => {
    expect(tabTitle('42 %', 'Harbour')).toBe('42 % · Harbour · OrleansAssembly');
    expect(tabTitle('', 'Settings')).toBe('Settings · OrleansAssembly');
    expect(tabTitle('', '')).toBe('OrleansAssembly');
  });

  it.each([
    ['a job that runs', anUpdate({ progress: 42.9 }), 42],
    ['one that is paused', anUpdate({ progress: 42.9, status: 'paused' }), 42],
    ['one that waits', anUpdate({ progress: 0, status: 'pending' }), 0],
    ['one that has ended', anUpdate({ progress: 100, status: 'completed' }), null],
    ['one that failed', anUpdate({ progress: 42, status: 'failed' }), null],
    ['one that is not known', undefined, null],
  ])('knows how far %s is', (_, progress, percent) => expect(percentUnderWay(progress)).toBe(percent));

  it('has a ring as its icon, filled as far, and the usual one when nothing goes on', () => {
    expect(tabIcon(null)).toBe('./favicon.svg');
    expect(decodeURIComponent(tabIcon(50))).toContain('stroke-dasharray="37.7 75.4"');
  });
});
