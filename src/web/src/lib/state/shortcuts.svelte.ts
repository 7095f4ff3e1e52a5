/** A key and what it does. */
export interface Shortcut {
  /** As it is pressed and shown: `j`, `?`, `Shift+j`, `Ctrl+a`, `Space`, `Escape`, `Enter`, `ArrowDown`. */
  keys: readonly string[];
  /** For the list of shortcuts. */
  does: string;
  /** Returns false where it had nothing to do, so that the key keeps its own meaning. */
  run: (event: KeyboardEvent) => boolean | void;
  /** Also while a control has the focus that has a use of its own for the key, such as Enter on a link. */
  isEverywhere?: boolean;
}

interface Group {
  title: string;
  shortcuts: readonly Shortcut[];
}

/** All keys of the page are heard in one place, so that each is listed for the reader and none is heard while typing. */
export class Shortcuts {
  #groups = $state.raw<readonly Group[]>([]);

  constructor() {
    addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** What can be pressed right now. */
  get groups(): readonly Group[] {
    return this.#groups;
  }

  /** Holds until the returned function is called. */
  add(title: string, shortcuts: readonly Shortcut[]): () => void {
    const group = { title, shortcuts };
    this.#groups = [...this.#groups, group];
    return () => (this.#groups = this.#groups.filter((other) => other !== group));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || isTyping(event.target) || document.querySelector('[role=dialog], [role=menu], [role=listbox]')) return;
    const name = nameOf(event);
    const isOnControl = event.target instanceof Element && event.target.closest('a, button, input, select, summary, video, [role=option]') !== null;
    for (const { shortcuts } of this.#groups) {
      for (const { keys, run, isEverywhere } of shortcuts) {
        if (!keys.includes(name) || (isOnControl && !isEverywhere && (name === 'Space' || name === 'Enter'))) continue;
        if (run(event) !== false) event.preventDefault();
        return;
      }
    }
  }
}

/** How a key is called here. Shift belongs to the name only where it does not make another character. */
export function nameOf(event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  const key = event.key === ' ' ? 'Space' : event.key;
  const isCharacter = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  const shift = event.shiftKey && !isCharacter ? 'Shift+' : '';
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${key.length === 1 ? key.toLowerCase() : key}`;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio';
}
