// Light, dark, or what the system says. Kept in the browser: it belongs to the screen, not to the account.
export type Theme = 'system' | 'light' | 'dark';
const stored_as = 'rampart.theme';
const system = typeof window !== 'undefined' && window.matchMedia ? window.matchMedia('(prefers-color-scheme: dark)') : null;

export function theme(): Theme {
  try {
    const stored = window.localStorage.getItem(stored_as);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

function show(): void {
  const wanted = theme();
  document.documentElement.dataset.theme = wanted === 'system' ? (system?.matches ? 'dark' : 'light') : wanted;
  window.dispatchEvent(new Event('rampart.theme'));
}

export function set_theme(next: Theme): void {
  try {
    if (next === 'system') window.localStorage.removeItem(stored_as);
    else window.localStorage.setItem(stored_as, next);
  } catch {
    // Shown now, forgotten later.
  }
  show();
}

export function start_theme(): void {
  show();
  system?.addEventListener('change', show);
}
