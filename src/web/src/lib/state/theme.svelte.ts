export type Theme = 'system' | 'light' | 'dark';

const KEY = 'theme';

/** Light, dark or what the system says; kept in this browser. The style sheet reads `data-theme` of the root element. */
export class ThemeChoice {
  #theme = $state<Theme>(read());

  constructor() {
    apply(this.#theme);
    // Another tab of the page has changed it.
    addEventListener('storage', (event) => {
      if (event.key !== KEY) return;
      this.#theme = read();
      apply(this.#theme);
    });
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    apply(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // A browser that keeps nothing: it holds until the page is closed.
    }
  }
}

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}
