import { describe, expect, it } from 'vitest';
import { atLocal, choicesFrom, toLocalInput } from './pause-times';

describe('times to pause until', () => {
  it('lie ahead', () => {
    const morning = new Date(2025, 2, 31, 9, 30);
    expect(choicesFrom(morning).map(({ label, at }) => [label, toLocalInput(at)])).toEqual([
      ['In an hour', '2025-03-31T10:30'],
      ['This evening', '2025-03-31T19:00'],
      ['Tomorrow morning', '2025-04-01T07:00'],
    ]);
    expect(choicesFrom(new Date(2025, 2, 31, 18, 30)).map(({ label }) => label)).toEqual(['In an hour', 'Tomorrow morning']);
  });

  it('are written for a field and read from it', () => {
    const instant = new Date(2025, 0, 2, 3, 4);
    expect(atLocal(toLocalInput(instant))).toEqual(instant);
    expect(atLocal('')).toBeNull();
    expect(atLocal('tomorrow')).toBeNull();
  });
});
