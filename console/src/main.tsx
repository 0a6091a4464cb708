import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { App } from './app';
import { start_idle } from './api/idle';
import { queries } from './api/session';
import { start_step_up } from './api/step_up';
import { direction, language, locale } from './i18n/language';
import { start_router } from './router/router';
import { find_place } from './shell/places';
import { start_theme } from './shell/theme';
import { start_trusted_types } from './shell/trusted';
import './tokens.css';
import './base.css';

async function start(): Promise<void> {
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  start_trusted_types();
  start_theme();
  start_router();
  start_step_up();
  start_idle();
  // The place's code comes while the session is asked for. A failure is shown when the place is.
  find_place(window.location.pathname)
    ?.place.load()
    .catch(() => undefined);
  if (language === 'ur') (await import('./i18n/aria_urdu')).speak_urdu();
  const root = document.getElementById('root');
  if (!root) return;
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <I18nProvider locale={locale}>
        <App />
      </I18nProvider>
    </QueryClientProvider>,
  );
}

void start();
