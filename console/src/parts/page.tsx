// The head of a place: what it is, one line about it, and what can be done here.
import type { ReactNode } from 'react';
import { Link, use_title } from '../router/router';

export function Page(props: {
  title: string;
  heading?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  crumbs?: readonly { to: string; name: ReactNode }[];
  wide?: boolean;
  children: ReactNode;
}) {
  use_title(props.title);
  return (
    <div className={props.wide ? 'page page-wide' : 'page'}>
      <header className="page-head">
        {props.crumbs && (
          <nav className="crumbs">
            {props.crumbs.map((crumb) => (
              <Link key={crumb.to} to={crumb.to}>
                {crumb.name}
              </Link>
            ))}
          </nav>
        )}
        <div className="page-title">
          <h1>{props.heading ?? props.title}</h1>
          {props.actions && <div className="page-actions">{props.actions}</div>}
        </div>
        {props.lead && <div className="page-lead">{props.lead}</div>}
      </header>
      {props.children}
    </div>
  );
}

export function Section(props: { title: ReactNode; note?: ReactNode; actions?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <section className="section" id={props.id}>
      <div className="section-head">
        <h2>{props.title}</h2>
        {props.note && <span className="soft">{props.note}</span>}
        {props.actions && <div className="section-actions">{props.actions}</div>}
      </div>
      {props.children}
    </section>
  );
}

// Tabs are addresses: each can be linked to.
export function Tabs(props: { label: string; tabs: readonly { to: string; name: ReactNode; current: boolean }[] }) {
  return (
    <nav className="tabs" aria-label={props.label}>
      {props.tabs.map((tab) => (
        <Link key={tab.to} to={tab.to} aria-current={tab.current ? 'page' : undefined}>
          {tab.name}
        </Link>
      ))}
    </nav>
  );
}

// A table that scrolls sideways on its own when the screen is narrow.
export function Scroll({ children, label }: { children: ReactNode; label: string }) {
  return (
    <div className="table-scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
