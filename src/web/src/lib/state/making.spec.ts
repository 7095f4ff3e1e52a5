// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../services/api';
import type { MakingApi } from '../services/making-api';
import type { JobDetails, JobEstimate, JobSpec, SourceFacts } from '../types';
import { Making } from './making.svelte';

let refusal: ApiError | undefined;
let estimates: JobSpec[];
let created: JobSpec[];
let submitted: string[];
let deleted: string[];
let making: Making;

const facts = { path: 'a.mp4', format: 'mp4', video: null, audio: null } as unknown as SourceFacts;

beforeEach(async () => {
  vi.useFakeTimers();
  [refusal, estimates, created, submitted, deleted] = [undefined, [], [], [], []];
  const api: Partial<MakingApi> = {
    presets: () => Promise.resolve([{ name: 'h264-1080p' }] as never),
    projects: () => Promise.resolve({ items: [{ id: 'harbour' }], nextCursor: null } as never),
    listDrafts: () => Promise.resolve({ items: [], nextCursor: null }),
    probe: () => Promise.resolve(facts),
    listSources: () => Promise.reject(new ApiError({ type: 'urn:x', title: 'No room', status: 507, detail: '' })),
    estimate: (spec) => {
      estimates.push(spec);
      return refusal ? Promise.reject(refusal) : Promise.resolve({ frames: 1 } as JobEstimate);
    },
    submit: (text) => {
      submitted.push(text);
      return Promise.resolve({ id: 'job' } as JobDetails);
    },
    getDraft: () => Promise.reject(new ApiError({ type: 'urn:x', title: 'No such draft', status: 404, detail: '' })),
    createDraft: (spec) => (created.push(spec), Promise.resolve({ id: 'd', revision: 1, title: '', projectId: null, updatedAt: '2026-01-01T00:00:00Z', spec })),
    saveDraft: (id, spec, revision) => Promise.resolve({ id, revision: (revision ?? 0) + 1, title: '', projectId: null, updatedAt: '2026-01-01T00:00:00Z', spec }),
    deleteDraft: (id) => Promise.resolve(void deleted.push(id)),
  };
  making = new Making({
    api: api as MakingApi,
    jobs: { getJob: () => Promise.resolve({ spec: { type: 'assembly', title: 'Harbour, cut 3', projectId: 'harbour', timeline: { shots: [{ source: 'a.mp4' }] } } } as JobDetails) },
    ondraft: () => undefined,
  });
});

afterEach(() => {
  making.stop();
  vi.useRealTimers();
});

function pastTheEnd(): ApiError {
  return new ApiError({ type: 'invalid', title: '', status: 400, detail: '', errors: { 'timeline.shots[0].out': ['past the end'] } });
}

describe('a film in the making', () => {
  it('begins with the usual format, and says what is missing only when it is missed', async () => {
    await making.begin({});
    expect(making.cut.presets).toEqual(['h264-1080p']);
    expect(making.errors).toEqual({});
    expect(await making.submit()).toBeUndefined();
    expect(Object.keys(making.errors).sort()).toEqual(['projectId', 'shots', 'title']);
  });

  it('estimates before there are names, once typing pauses', async () => {
    await making.begin({});
    making.cut.addShot('a.mp4');
    making.changed();
    making.changed();
    await vi.advanceTimersByTimeAsync(1000);
    expect(estimates.length).toBe(1);
    expect(estimates[0]).toMatchObject({ title: 'Untitled', projectId: 'untitled' });
    expect(making.estimateState).toBe('known');
  });

  it('does not start what the sources do not bear, even where that was not known yet', async () => {
    await making.begin({ job: 'j' });
    making.cut.togglePreset('h264-1080p');
    refusal = pastTheEnd();
    expect(await making.submit()).toBeUndefined();
    const key = making.cut.shots[0]!.key;
    expect(making.errors).toEqual({ [`shot/${key}/out`]: ['past the end'] });
    expect(submitted).toEqual([]);
    refusal = undefined;
    making.changed();
    expect((await making.submit())?.id).toBe('job');
  });

  it('is not started without a shot whose upload failed, until that is tried again or taken from the list', async () => {
    await making.begin({ job: 'j' });
    making.cut.togglePreset('h264-1080p');
    making.uploads.add([{ file: new File(['x'], 'b.mp4'), path: 'b.mp4' }]);
    await vi.advanceTimersByTimeAsync(0);
    expect(making.uploads.failed).toHaveLength(1);
    expect(await making.submit()).toBeUndefined();
    expect(making.errors).toEqual({ shots: ['One upload failed: try it again, or take it from the list.'] });
    expect(submitted).toEqual([]);
    making.uploads.dismiss(making.uploads.failed[0]!);
    expect((await making.submit())?.id).toBe('job');
  });

  it('keeps a mistake with its shot when that is moved', async () => {
    await making.begin({ job: 'j' });
    making.cut.togglePreset('h264-1080p');
    refusal = pastTheEnd();
    making.changed();
    await vi.advanceTimersByTimeAsync(1000);
    const key = making.cut.shots[0]!.key;
    making.cut.addShot('b.mp4', 0);
    expect(Object.keys(making.errors)).toEqual([`shot/${key}/out`]);
  });

  it('copies a job under the next title, and leaves no draft behind once it is a job', async () => {
    await making.begin({ job: 'j' });
    expect(making.cut.title).toBe('Harbour, cut 4');
    making.cut.togglePreset('h264-1080p');
    making.changed();
    await vi.advanceTimersByTimeAsync(3000);
    expect(making.keeper.id).toBe('d');
    expect((await making.submit())?.id).toBe('job');
    expect(deleted).toEqual(['d']);
  });

  it('leaves no draft behind where it is left before it began', async () => {
    const beginning = making.begin({});
    making.stop();
    await beginning;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(created).toEqual([]);
  });

  it('leaves no draft behind where there was none to go on with', async () => {
    await making.begin({ draft: 'gone' });
    expect(making.state.state).toBe('failed');
    making.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(created).toEqual([]);
  });

  it('keeps what was changed at the last moment when it is left', async () => {
    await making.begin({});
    making.cut.title = 'Fog';
    making.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(created).toMatchObject([{ title: 'Fog' }]);
  });
});
