// @vitest-environment happy-dom
import { mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProgressStore } from '../services/progress-store';
import { aJob, anUpdate } from '../services/testing';
import type { App } from '../state/app.svelte';
import type { Router } from '../state/router.svelte';
import { Shortcuts } from '../state/shortcuts.svelte';
import BoardPage from './BoardPage.svelte';

const jobs = ['1', '2', '3'].map((id) => aJob({ id, title: `Scene ${id}`, progress: anUpdate({ jobId: id, elapsed: 80 }) }));
/** Whole pages take their time on a busy machine. */
const WAIT = { timeout: 10_000 };
const act = vi.fn(async () => undefined);
const actOnAll = vi.fn(async () => undefined);
let page: object;

beforeEach(async () => {
  // A window high enough for all rows; happy-dom measures nothing.
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 800, 70));
  Element.prototype.scrollIntoView = () => undefined;
  vi.clearAllMocks();
  const api = { listJobs: async () => ({ items: jobs, nextCursor: null }), queue: async () => null, projects: async () => ({ items: [], nextCursor: null }), absolute: (url: string) => url };
  const app = { api, act, actOnAll, store: new ProgressStore(), shortcuts: new Shortcuts(), overall: { words: '' }, liveCount: 0, knowTitle: () => undefined };
  page = mount(BoardPage, { target: document.body, props: { app: app as unknown as App, router: {} as Router } });
  await vi.waitFor(() => expect(all('job-row').length).toBe(3), WAIT);
});

afterEach(() => unmount(page));

function all(testid: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[data-testid=${testid}]`)];
}

async function press(key: string, ctrlKey = false): Promise<void> {
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true }));
  await tick();
}

async function confirm(): Promise<void> {
  await vi.waitFor(() => expect(all('confirm-cancel').length).toBe(1), WAIT);
  all('confirm-cancel')[0]!.click();
  await vi.waitFor(() => expect(document.querySelector('[role=dialog]')).toBeNull(), WAIT);
}

const question = () => document.querySelector('[role=dialog]')?.textContent;

describe('a cancel from the board', { timeout: 30_000 }, () => {
  it.each([
    ['the button of a row', async () => all('btn-cancel')[0]!.click()],
    ['a key', async () => (await press('j'), await press('c'))],
  ])('by %s is done only after a question that says what is lost', async (_, ask) => {
    await ask();
    await vi.waitFor(() => expect(question()).toContain('Cancel Scene'), WAIT);
    expect(question()).toContain('1 min 20 s of work will be lost.');
    expect(act).not.toHaveBeenCalled();
    await confirm();
    expect(act.mock.calls).toMatchObject([[expect.stringMatching(/[123]/), 'cancel']]);
  });

  it('of many says what all of them lose', async () => {
    await press('a', true);
    await press('c');
    await vi.waitFor(() => expect(question()).toContain('Cancel 3 jobs?'), WAIT);
    expect(question()).toContain('4 min 00 s of work will be lost.');
    await confirm();
    expect(actOnAll).toHaveBeenCalledWith(expect.arrayContaining(['1', '2', '3']), 'cancel');
  });
});
