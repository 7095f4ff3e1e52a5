// @vitest-environment happy-dom
import { mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aJob } from '../../services/testing';
import type { App } from '../../state/app.svelte';
import type { JobsBoard } from '../../state/jobs-board.svelte';
import { Selection } from '../../state/selection.svelte';
import JobGrid from './JobGrid.svelte';

const jobs = ['1', '2', '3'].map((id) => aJob({ id }));
const board = { jobs, ids: ['1', '2', '3'], hasMore: false, isLoaded: true, progressOf: (job: (typeof jobs)[0]) => job.progress, loadMore: async () => undefined };
let chosen: Selection;
let grid: object;

beforeEach(async () => {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 800, 70));
  chosen = new Selection();
  const props = { app: {} as App, board: board as unknown as JobsBoard, chosen, currentId: null, onact: async () => undefined, onchooseall: () => chosen.choose(board.ids) };
  grid = mount(JobGrid, { target: document.body, props });
  await tick();
});

afterEach(() => unmount(grid));

function boxes(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>('input[type=checkbox]')];
}

async function click(index: number, shiftKey = false): Promise<void> {
  boxes()[index]!.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey }));
  await tick();
  await tick();
}

/** The box at the head, then those of the rows. */
const shown = () => boxes().map((box) => (box.indeterminate ? 'some' : box.checked ? 'yes' : 'no'));

describe('the boxes of the board', () => {
  it('show what is chosen when the one at the head lets go of some', async () => {
    await click(1);
    expect(shown()).toEqual(['some', 'yes', 'no', 'no']);
    await click(0);
    expect(shown()).toEqual(['no', 'no', 'no', 'no']);
    await click(0);
    expect(shown()).toEqual(['yes', 'yes', 'yes', 'yes']);
    await click(0);
    expect(shown()).toEqual(['no', 'no', 'no', 'no']);
  });

  it('show what is chosen when the end of a range was chosen before', async () => {
    await click(1);
    await click(3);
    await click(3, true);
    expect(shown()).toEqual(['some', 'yes', 'no', 'yes']);
    await click(1, true);
    expect(shown()).toEqual(['yes', 'yes', 'yes', 'yes']);
  });
});
