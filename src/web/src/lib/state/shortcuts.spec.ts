// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nameOf, Shortcuts } from './shortcuts.svelte';

const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

afterEach(() => document.body.replaceChildren());

function press(target: EventTarget, key: string): boolean {
  return !target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}

describe('nameOf', () => {
  it.each([
    [{ ...none, key: 'j' }, 'j'],
    [{ ...none, key: 'J', shiftKey: true }, 'Shift+j'],
    [{ ...none, key: '?', shiftKey: true }, '?'],
    [{ ...none, key: ' ' }, 'Space'],
    [{ ...none, key: 'a', metaKey: true }, 'Ctrl+a'],
    [{ ...none, key: 'ArrowDown', shiftKey: true }, 'Shift+ArrowDown'],
  ])('%o is %s', (event, name) => expect(nameOf(event)).toBe(name));
});

describe('Shortcuts', () => {
  it('are heard until they are taken away, and not while someone types', () => {
    const run = vi.fn();
    const shortcuts = new Shortcuts();
    const remove = shortcuts.add('Board', [{ keys: ['p'], does: 'Pause', run }]);
    const field = document.body.appendChild(document.createElement('input'));
    expect(press(document.body, 'p')).toBe(true);
    expect(press(field, 'p')).toBe(false);
    expect(run).toHaveBeenCalledTimes(1);
    remove();
    press(document.body, 'p');
    expect(run).toHaveBeenCalledTimes(1);
    expect(shortcuts.groups).toEqual([]);
  });

  it('leave Enter and the space bar to the button that has the focus', () => {
    const run = vi.fn();
    new Shortcuts().add('Board', [{ keys: ['Space', 'p'], does: 'Choose', run }]);
    const button = document.body.appendChild(document.createElement('button'));
    press(button, ' ');
    expect(run).not.toHaveBeenCalled();
    press(button, 'p');
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('leave a key alone that they had no use for', () => {
    new Shortcuts().add('Board', [{ keys: ['Escape'], does: 'Let go', run: () => false }]);
    expect(press(document.body, 'Escape')).toBe(false);
  });
});
