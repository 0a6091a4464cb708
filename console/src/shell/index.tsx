import { Component, lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { use_live, use_live_state } from '../api/live';
import { use_may, use_session } from '../api/session';
import { StepUp } from '../api/step_up';
import { Button } from '../parts/button';
import { Skeleton } from '../parts/loaded';
import { Code } from '../parts/name';
import { Link, use_address } from '../router/router';
import { Banner } from './banner';
import { Brand } from './brand';
import { Marks } from './marks';
import { find_place } from './places';
import { Rail } from './rail';
import { t } from './texts';
import './shell.css';

const Palette = lazy(() => import('./palette'));

export function Shell() {
  const session = use_session();
  const { path } = use_address();
  const [searching, set_searching] = useState(false);
  const [open, set_open] = useState(false);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  use_live('live', () => {});
  const live = use_live_state();

  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        set_searching(true);
      }
      if (event.key === 'Escape') set_open(false);
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  }, []);
  useEffect(() => {
    set_open(false);
    // A new place is where the keyboard goes on; the first one begins at the top of the page.
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <div className="frame">
      <a className="skip" href="#main">
        {t.skip}
      </a>
      <div className="shell">
        <header className="top">
          <Button look="quiet" icon="menu" aria-label={t.menu} aria-expanded={open} onPress={() => set_open(!open)} />
          <Brand /> Rampart
          <Button look="quiet" icon="search" className="top-end" aria-label={t.search} onPress={() => set_searching(true)} />
        </header>
        {open && <button type="button" className="rail-veil" aria-label={t.menu} onClick={() => set_open(false)} />}
        <Rail on_search={() => set_searching(true)} open={open} on_close={() => set_open(false)} />
        <div className="column">
          {session.demo && <Banner />}
          <Marks />
          {live === 'lost' && (
            <p className="banner banner-quiet" role="status">
              {t.lost}
            </p>
          )}
          <main className="main" id="main" tabIndex={-1} ref={main}>
            <Guarded key={path}>
              <Suspense fallback={<PageShape />}>
                <Current path={path} />
              </Suspense>
            </Guarded>
          </main>
        </div>
      </div>
      {searching && (
        <Suspense fallback={null}>
          <Palette on_close={() => set_searching(false)} />
        </Suspense>
      )}
      <StepUp />
    </div>
  );
}

function PageShape() {
  return (
    <div className="page">
      <Skeleton lines={9} />
    </div>
  );
}

function Current({ path }: { path: string }) {
  const may = use_may();
  const found = find_place(path);
  if (!found) return <Nowhere title={t.no_place} lead={t.no_place_lead} />;
  // Helpdesk has no overview; the quarantine is what it opens.
  if (!may(found.place.permission)) {
    if (path === '/' && may('quarantine.read')) {
      const kept = find_place('/quarantine');
      if (kept) return <kept.place.View values={{}} />;
    }
    return <Nowhere title={t.not_yours} lead="" />;
  }
  const { View } = found.place;
  return <View values={found.values} />;
}

function Nowhere({ title, lead }: { title: string; lead: string }) {
  return (
    <div className="page stack">
      <h1>{title}</h1>
      {lead && <p>{lead}</p>}
      <Link to="/" className="button">
        {t.to_overview}
      </Link>
    </div>
  );
}

// A mistake of ours in one place leaves the rest usable. Code that is no longer on the server means a newer console.
class Guarded extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    const old = /dynamically imported module|Importing a module script failed/i.test(error.message);
    return (
      <div className="page stack" role="alert">
        <h1>{old ? t.old_page : t.crashed}</h1>
        {!old && (
          <>
            <p>{t.crashed_lead}</p>
            <Code block>{`${error.name}: ${error.message}`}</Code>
          </>
        )}
        <Button look="primary" onPress={() => window.location.reload()}>
          {t.reload}
        </Button>
      </div>
    );
  }
}
