// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, unreachable } from '../services/api';
import type { Draft, JobSpec } from '../types';
import { DraftKeeper } from './draft-keeper.svelte';

/** The server's drafts, with their rule of revisions. */
class Drafts {
  revision = 0;
  saved: string[] = [];
  deleted: string[] = [];
  refusal: ApiError | undefined;

  createDraft = (draft: JobSpec) => this.#keep(draft);
  getDraft = () => Promise.resolve(this.#draft({ type: 'assembly', title: this.saved.at(-1)! }));
  deleteDraft = (id: string) => Promise.resolve(void this.deleted.push(id));

  saveDraft = (_: string, draft: JobSpec, revision: number | undefined) =>
    revision !== undefined && revision !== this.revision
      ? Promise.reject(new ApiError({ type: 'stale', title: 'Stale', status: 412, detail: '' }))
      : this.#keep(draft);

  #keep(draft: JobSpec): Promise<Draft> {
    if (this.refusal) return Promise.reject(this.refusal);
    this.revision++;
    this.saved.push(draft.title!);
    return Promise.resolve(this.#draft(draft));
  }

  #draft(spec: JobSpec): Draft {
    return { id: 'd1', revision: this.revision, updatedAt: '2026-01-01T00:00:00Z', title: spec.title ?? '', projectId: 'p', spec };
  }
}

let drafts: Drafts;
let title: string;
let created: string[];
let keeper: DraftKeeper;

beforeEach(() => {
  vi.useFakeTimers();
  drafts = new Drafts();
  title = '';
  created = [];
  keeper = new DraftKeeper(drafts, () => ({ type: 'assembly', title }), (id) => created.push(id));
  keeper.baseline();
});

afterEach(() => vi.useRealTimers());

async function change(to: string): Promise<void> {
  title = to;
  keeper.touch();
  await vi.advanceTimersByTimeAsync(2000);
}

describe('keeping a draft', () => {
  it('makes one with the first change and saves it over after that', async () => {
    await change('a');
    expect([keeper.state, keeper.id, keeper.isUnsaved]).toEqual(['saved', 'd1', false]);
    await change('b');
    expect(created).toEqual(['d1']);
    expect(drafts.saved).toEqual(['a', 'b']);
  });

  it('waits for a pause in typing', async () => {
    for (const text of ['a', 'ab', 'abc']) {
      title = text;
      keeper.touch();
      await vi.advanceTimersByTimeAsync(500);
    }
    expect([keeper.state, keeper.isUnsaved, drafts.saved]).toEqual(['dirty', true, []]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(drafts.saved).toEqual(['abc']);
  });

  it('saves nothing where nothing changed', async () => {
    keeper.touch();
    await vi.advanceTimersByTimeAsync(5000);
    expect([keeper.state, drafts.saved]).toEqual(['none', []]);
  });

  it('saves what changed while it was saving', async () => {
    title = 'a';
    const saving = keeper.save();
    title = 'b';
    await saving;
    await vi.advanceTimersByTimeAsync(2000);
    expect(drafts.saved).toEqual(['a', 'b']);
  });

  it('tells of a conflict and goes on by no means without an answer', async () => {
    await change('a');
    drafts.revision = 7; // another window
    await change('b');
    expect([keeper.state, keeper.isUnsaved]).toEqual(['conflict', true]);
    await change('c');
    expect(drafts.saved).toEqual(['a']);
    await keeper.keepMine();
    expect([keeper.state, drafts.saved]).toEqual(['saved', ['a', 'c']]);
  });

  it('takes the other’s where that is wanted', async () => {
    await change('a');
    drafts.revision = 7;
    await change('b');
    const theirs = await keeper.takeTheirs();
    title = theirs!.title;
    keeper.open(theirs!);
    expect([title, keeper.state]).toEqual(['a', 'saved']);
    await change('d');
    expect(drafts.saved).toEqual(['a', 'd']);
  });

  it('tries again until the server is back', async () => {
    drafts.refusal = new ApiError(unreachable());
    await change('a');
    expect([keeper.state, keeper.isUnsaved]).toEqual(['failed', true]);
    drafts.refusal = undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([keeper.state, drafts.saved]).toEqual(['saved', ['a']]);
  });

  it('is gone when it has become a job', async () => {
    await change('a');
    await keeper.discard();
    expect(drafts.deleted).toEqual(['d1']);
    await change('b');
    expect([drafts.saved, keeper.isUnsaved]).toEqual([['a'], false]);
  });
});
