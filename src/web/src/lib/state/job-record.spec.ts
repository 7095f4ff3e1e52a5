// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { ProgressStore } from '../services/progress-store';
import { anUpdate } from '../services/testing';
import { JobRecords } from './job-record.svelte';

function setUp() {
  const store = new ProgressStore();
  return { store, records: new JobRecords(store, sessionStorage) };
}

beforeEach(() => sessionStorage.clear());

describe('JobRecords', () => {
  it('remembers the jobs that were opened, and no others', () => {
    const { store, records } = setUp();
    records.open('a');
    store.acceptAll([anUpdate({ jobId: 'a' }), anUpdate({ jobId: 'b' })]);
    expect(records.of('a').history).toHaveLength(1);
    expect(records.of('a').heard).toHaveLength(1);
    expect(records.of('b').history).toHaveLength(0);
  });

  it('remembers over a reload of the page', () => {
    const { store, records } = setUp();
    records.open('a');
    store.accept(anUpdate());
    dispatchEvent(new Event('pagehide'));
    expect(setUp().records.of('a')).toEqual(records.of('a'));
  });

  it('starts with nothing where what was kept cannot be read', () => {
    sessionStorage.setItem('job-records', '{');
    expect(setUp().records.of('a').history).toEqual([]);
  });

  it('forgets the job that was opened first', () => {
    const { store, records } = setUp();
    for (let i = 0; i < 13; i++) records.open(`${i}`);
    store.acceptAll([anUpdate({ jobId: '0' }), anUpdate({ jobId: '1' })]);
    expect(records.of('0').history).toHaveLength(0);
    expect(records.of('1').history).toHaveLength(1);
  });
});
