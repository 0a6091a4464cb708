import { useState } from 'react';
import { language, languages, speak } from '../i18n/language';
import { Choice } from '../parts/field';
import { set_theme, theme, type Theme } from './theme';
import { t } from './texts';

export function LanguageChoice({ on_language }: { on_language?: (next: 'en' | 'ur') => void }) {
  return (
    <Choice
      inline
      label={t.language}
      value={language}
      options={languages.map((each) => ({ value: each.code, name: each.name }))}
      onChange={(next) => {
        on_language?.(next as 'en' | 'ur');
        speak(next as 'en' | 'ur');
      }}
    />
  );
}

export function ThemeChoice() {
  const [chosen, set_chosen] = useState<Theme>(theme());
  return (
    <Choice
      inline
      label={t.theme}
      value={chosen}
      options={[
        { value: 'system', name: t.theme_system },
        { value: 'light', name: t.theme_light },
        { value: 'dark', name: t.theme_dark },
      ]}
      onChange={(next) => {
        set_theme(next as Theme);
        set_chosen(next as Theme);
      }}
    />
  );
}
