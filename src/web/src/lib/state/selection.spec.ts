// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { Selection } from './selection.svelte';

const order = ['a', 'b', 'c', 'd', 'e'];

describe('Selection', () => {
  it('takes one, and lets it go again', () => {
    const selection = new Selection();
    selection.toggle('b');
    expect(selection.has('b')).toBe(true);
    selection.toggle('b');
    expect(selection.size).toBe(0);
  });

  it.each([
    ['b', 'd', ['b', 'c', 'd']],
    ['d', 'b', ['b', 'c', 'd']],
    ['c', 'c', ['c']],
  ])('takes all from %s to %s', (from, to, all) => {
    const selection = new Selection();
    selection.toggle(from);
    selection.extend(to, order);
    expect(selection.ids.sort()).toEqual(all);
  });

  it('goes on from the same row when it is extended again', () => {
    const selection = new Selection();
    selection.toggle('b');
    selection.extend('c', order);
    selection.extend('e', order);
    expect(selection.ids.sort()).toEqual(['b', 'c', 'd', 'e']);
  });

  it('begins at the row itself where none was chosen, or where that one is gone', () => {
    const selection = new Selection();
    selection.extend('c', order);
    expect(selection.ids).toEqual(['c']);
    selection.toggle('gone');
    selection.extend('e', order);
    expect(selection.ids.sort()).toEqual(['c', 'e', 'gone']);
  });

  it('lets go of what is no longer listed, and of all', () => {
    const selection = new Selection();
    selection.choose(order);
    selection.keepOnly(new Set(['a', 'e']));
    expect(selection.ids).toEqual(['a', 'e']);
    selection.clear();
    expect(selection.size).toBe(0);
  });
});
