import { describe, expect, it } from 'vitest';
import { RowReuse, rowsAdded, rowsInSight } from './virtual-window';

describe('rowsInSight', () => {
  it.each([
    ['at the top', 0, 600, 60, 1000, { start: 0, end: 15 }],
    ['in the middle', 6000, 600, 60, 1000, { start: 95, end: 115 }],
    ['at the end', 59_400, 600, 60, 1000, { start: 985, end: 1000 }],
    ['while the list begins below the viewport', -2000, 600, 60, 1000, { start: 0, end: 0 }],
    ['while it begins inside it', -300, 600, 60, 1000, { start: 0, end: 10 }],
    ['beyond its end', 90_000, 600, 60, 1000, { start: 1000, end: 1000 }],
    ['of a list that fits', 0, 600, 60, 3, { start: 0, end: 3 }],
    ['of an empty list', 0, 600, 60, 0, { start: 0, end: 0 }],
    ['before anything was measured', 0, 0, 0, 1000, { start: 0, end: 0 }],
  ])('%s', (_, above, height, row, count, rows) => expect(rowsInSight(above, height, row, count)).toEqual(rows));

  it('makes no more rows for a longer list', () => {
    const size = (count: number) => {
      const { start, end } = rowsInSight(3000, 900, 60, count);
      return end - start;
    };
    expect(size(100_000)).toBe(size(1_000));
  });
});

describe('rowsAdded', () => {
  it.each([
    ['new ones on top', ['a', 'b', 'c'], ['x', 'y', 'a', 'b', 'c'], 1, 2],
    ['new ones below', ['a', 'b'], ['a', 'b', 'c'], 1, 0],
    ['one that went above', ['a', 'b', 'c'], ['b', 'c'], 2, -1],
    ['the first one in sight gone', ['a', 'b', 'c'], ['a', 'c'], 1, 0],
    ['another list altogether', ['a', 'b'], ['x', 'y'], 1, 0],
    ['nothing before', [], ['x'], 0, 0],
  ])('%s', (_, before, after, top, added) => expect(rowsAdded(before, after, top)).toBe(added));
});

describe('RowReuse', () => {
  it('leaves what stays in sight where it is, and fills the rows of what went', () => {
    const reuse = new RowReuse();
    expect(reuse.rowsOf(['a', 'b', 'c', 'd'])).toEqual([0, 1, 2, 3]);
    const [c, d, e, f] = reuse.rowsOf(['c', 'd', 'e', 'f']);
    expect([c, d]).toEqual([2, 3]);
    expect([e, f].sort()).toEqual([0, 1]);
  });

  it('makes a row where none is free, and never gives one to two items', () => {
    const reuse = new RowReuse();
    reuse.rowsOf(['a', 'b', 'c']);
    reuse.rowsOf(['a']);
    expect(reuse.rowsOf(['x', 'a', 'y', 'z'])).toHaveLength(4);
    expect(new Set(reuse.rowsOf(['x', 'a', 'y', 'z', 'b'])).size).toBe(5);
  });

  it('takes the row away with what had the focus', () => {
    const reuse = new RowReuse();
    const [a] = reuse.rowsOf(['a', 'b'], 'a');
    expect(reuse.rowsOf(['a', 'b', 'c'], 'a')[0]).toBe(a);
    expect(reuse.rowsOf(['b', 'c', 'd'], 'b')).not.toContain(a);
  });
});
