// Live events: one EventSource for the page. The browser resumes with Last-Event-ID; where events were lost the server says
// `gap` and what is shown is asked for again. An ended session closes the stream: then the session is asked, not the stream.
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { base } from './client';
import { ask_session_again, queries } from './session';

export type LiveState = 'off' | 'connecting' | 'live' | 'lost';
type Listener = (data: unknown, id: string) => void;

export const event_types = ['mail', 'job', 'finding', 'report', 'session', 'gap', 'live'] as const;
export type EventType = (typeof event_types)[number];

const listeners = new Map<EventType, Set<Listener>>();
const state_listeners = new Set<() => void>();
let source: EventSource | null = null;
let state: LiveState = 'off';
let users = 0;
let attempts = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function set_state(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const listener of state_listeners) listener();
}

function tell(type: EventType, event: MessageEvent<string>): void {
  set_state('live');
  attempts = 0;
  let data: unknown;
  try {
    data = JSON.parse(event.data);
  } catch {
    return;
  }
  if (type === 'gap') void queries.invalidateQueries();
  if (type === 'session') void ask_session_again();
  for (const listener of listeners.get(type) ?? []) listener(data, event.lastEventId);
}

// Between tries: 1 s, doubled to 30 s, and a part of chance, so that all consoles do not come back at once.
export function wait_before(attempt: number, chance: number): number {
  return Math.min(30_000, 1000 * 2 ** attempt) * (0.5 + chance / 2);
}

function connect(): void {
  set_state('connecting');
  source = new EventSource(`${base}/events`);
  source.onopen = () => {
    attempts = 0;
    set_state('live');
  };
  source.onerror = () => {
    set_state('lost');
    if (source?.readyState !== EventSource.CLOSED) return;
    source = null;
    // A new stream knows nothing of the old one's place: what is shown is asked for again, as after a gap.
    void ask_session_again();
    void queries.invalidateQueries();
    timer = setTimeout(connect, wait_before(attempts++, Math.random()));
  };
  for (const type of event_types) source.addEventListener(type, (event) => tell(type, event as MessageEvent<string>));
}

function join(): () => void {
  users += 1;
  if (users === 1 && typeof EventSource !== 'undefined') connect();
  return () => {
    users -= 1;
    if (users > 0) return;
    clearTimeout(timer);
    source?.close();
    source = null;
    set_state('off');
  };
}

// Calls with each event of a type while the component is shown.
export function use_live(type: EventType, listener: Listener): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => {
    const own: Listener = (data, id) => latest.current(data, id);
    const set = listeners.get(type) ?? new Set();
    listeners.set(type, set);
    set.add(own);
    const leave = join();
    return () => {
      set.delete(own);
      leave();
    };
  }, [type]);
}

export function use_live_state(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      state_listeners.add(listener);
      return () => state_listeners.delete(listener);
    },
    () => state,
  );
}
