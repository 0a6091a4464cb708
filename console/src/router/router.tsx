// The address is the state. `Route` is the path taken apart, `use_query` reads and writes what follows the question mark;
// nothing that a list or filter shows is kept anywhere else, so that back works and a link can be sent to a colleague.
import { useCallback, useEffect, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent, type ReactNode } from 'react';

export interface Address {
  path: string;
  query: URLSearchParams;
  hash: string;
}

const listeners = new Set<() => void>();
let current = read();
// Scroll positions by history entry: going back finds a list where it was left.
const positions = new Map<string, number>();
let entry = entry_key();

function read(): Address {
  if (typeof window === 'undefined') return { path: '/', query: new URLSearchParams(), hash: '' };
  return {
    path: window.location.pathname,
    query: new URLSearchParams(window.location.search),
    hash: window.location.hash,
  };
}

function entry_key(): string {
  if (typeof window === 'undefined') return '';
  const state = window.history.state as { key?: string } | null;
  return state?.key ?? 'first';
}

function changed(): void {
  current = read();
  for (const listener of listeners) listener();
}

let next_key = 0;
const fresh_key = () => `${Date.now().toString(36)}.${next_key++}`;

export interface How {
  replace?: boolean;
}

// Goes to a path of the console. `replace` for what is typed (a filter), so that back leaves the page, not a letter.
export function navigate(to: string, how: How = {}): void {
  if (how.replace) {
    window.history.replaceState({ key: entry }, '', to);
  } else {
    positions.set(entry, window.scrollY);
    entry = fresh_key();
    window.history.pushState({ key: entry }, '', to);
  }
  const before = current.path;
  changed();
  if (!how.replace && before !== current.path) window.scrollTo(0, 0);
}

export function start_router(): void {
  window.history.scrollRestoration = 'manual';
  window.addEventListener('popstate', () => {
    positions.set(entry, window.scrollY);
    entry = entry_key();
    changed();
    const wanted = positions.get(entry) ?? 0;
    // What is shown again comes from the cache, but is laid out a frame later.
    requestAnimationFrame(() => requestAnimationFrame(() => window.scrollTo(0, wanted)));
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function use_address(): Address {
  return useSyncExternalStore(subscribe, () => current);
}

export type Patch = Record<string, string | number | null | undefined>;

// `?a=1&b=2` with some members changed; null, undefined and '' take one away.
export function patched(query: URLSearchParams, patch: Patch): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined || value === '') next.delete(name);
    else next.set(name, String(value));
  }
  const text = next.toString();
  return text === '' ? '' : `?${text}`;
}

export function use_query(): [URLSearchParams, (patch: Patch, how?: How) => void] {
  const { query } = use_address();
  const set = useCallback((patch: Patch, how: How = { replace: true }) => {
    const now = read();
    navigate(now.path + patched(now.query, patch) + now.hash, how);
  }, []);
  return [query, set];
}

export type Values = Record<string, string>;

// "/domains/:domain/:tab?" against "/domains/a.example": {domain: "a.example"}, or null.
export function match(pattern: string, path: string): Values | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (given.length > wanted.length) return null;
  const values: Values = {};
  for (const [at, part] of wanted.entries()) {
    const found = given[at];
    if (part.startsWith(':')) {
      const optional = part.endsWith('?');
      if (found === undefined) {
        if (optional) continue;
        return null;
      }
      try {
        values[part.slice(1, optional ? -1 : undefined)] = decodeURIComponent(found);
      } catch {
        return null;
      }
    } else if (part !== found) {
      return null;
    }
  }
  return values;
}

// A path with names of strangers in it: at`/domains/${domain}`.
export function at(strings: TemplateStringsArray, ...values: (string | number)[]): string {
  return strings.reduce((all, part, i) => all + encodeURIComponent(values[i - 1] ?? '') + part);
}

export interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
  children: ReactNode;
}

export function Link({ to, onClick, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || rest.target) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a {...rest} href={to} onClick={follow}>
      {children}
    </a>
  );
}

export function use_title(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Rampart' : `${title} · Rampart`;
  }, [title]);
}
