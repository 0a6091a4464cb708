// Which language the page speaks. It is fixed for the life of a page: to change it is to store the choice and load the page
// again, so that no component has to listen for it and React Aria reads the right strings from the start.

export type Language = 'en' | 'ur';
export const languages: readonly { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'ur', name: 'اردو' },
];

const stored_as = 'rampart.language';

export function choose_language(stored: string | null, browser: readonly string[]): Language {
  if (stored === 'en' || stored === 'ur') return stored;
  for (const wish of browser) {
    const code = wish.toLowerCase().split('-')[0];
    if (code === 'en' || code === 'ur') return code;
  }
  return 'en';
}

function read(): Language {
  if (typeof window === 'undefined') return 'en';
  let stored: string | null = null;
  try {
    stored = window.localStorage.getItem(stored_as);
  } catch {
    // A browser that keeps nothing for us still has a language.
  }
  return choose_language(stored, window.navigator.languages ?? []);
}

export const language: Language = read();
export const locale = language === 'ur' ? 'ur-PK' : 'en-GB';
export const direction: 'ltr' | 'rtl' = language === 'ur' ? 'rtl' : 'ltr';

export function speak(next: Language): void {
  if (next === language) return;
  try {
    window.localStorage.setItem(stored_as, next);
  } catch {
    return;
  }
  window.location.reload();
}
