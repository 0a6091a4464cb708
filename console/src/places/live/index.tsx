import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { api } from '../../api/client';
import { use_live, use_live_state } from '../../api/live';
import { use_may } from '../../api/session';
import type { MailEvent } from '../../api/types';
import { clock_seconds, number, short_day } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Choice } from '../../parts/field';
import { FilterText } from '../../parts/filter_text';
import { Empty, Loaded, Skeleton } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Page, Section } from '../../parts/page';
import { State } from '../../parts/state';
import { StackChart } from '../../parts/stack_chart';
import { action_kinds, action_words, actions } from '../../parts/status';
import { words } from '../../parts/texts';
import { VirtualRows, type Column } from '../../parts/virtual_rows';
import { exact } from '../../i18n/format';
import { at, Link, navigate, use_query } from '../../router/router';
import { fits, is_filtered, mail_query, text_filters } from './filters';
import { arrive, release, type Stream } from './stream';
import { t } from './texts';
import './live.css';

export default function Live() {
  const [address, set] = use_query();
  const may = use_may();
  const trace = address.get('trace')?.trim();
  const trace_for = useCallback((q: string) => set({ trace: q }), [set]);
  return (
    <Page
      title={t.title}
      wide
      actions={
        <>
          <FilterText label={t.trace} value={trace ?? ''} onChange={trace_for} />
          {may('mail.scan') && (
            <Link to="/scan" className="button">
              {t.scan}
            </Link>
          )}
        </>
      }
    >
      {trace ? <Traced q={trace} /> : <Now address={address} set={set} />}
    </Page>
  );
}

function Traced({ q }: { q: string }) {
  const trace = useInfiniteQuery({
    queryKey: ['mail', 'trace', q],
    queryFn: async () => {
      const found = await api('mail_trace', { query: { q } });
      return { items: found.events, next: null, total: found.events.length };
    },
    initialPageParam: null,
    getNextPageParam: () => null,
  });
  return (
    <Section title={t.traced(q)}>
      <VirtualRows
        query={trace}
        columns={columns}
        row_key={(event) => event.id}
        on_row={open}
        label={t.traced(q)}
        empty={<Empty title={t.traced_none} />}
      />
    </Section>
  );
}

const open = (event: MailEvent) => navigate(at`/mail/${event.id}`);

function Now({ address, set }: { address: URLSearchParams; set: ReturnType<typeof use_query>[1] }) {
  const query = useMemo(() => mail_query(address), [address]);
  const key = JSON.stringify(query);
  const list = useInfiniteQuery({
    queryKey: ['mail', query],
    queryFn: ({ pageParam, signal }) => api('mail_list', { query: { ...query, after: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    // The stream brings what is new; asking again would move the list.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnMount: 'always',
  });
  const [paused, set_paused] = useState(false);
  const [stream, set_stream] = useState<Stream<MailEvent>>({ shown: [], held: [] });
  const box = useRef<HTMLDivElement>(null);
  const pointer = useRef(false);
  const known = useMemo(() => new Set(list.data?.pages.flatMap((page) => page.items.map((event) => event.id))), [list.data]);

  useEffect(() => set_stream({ shown: [], held: [] }), [key]);
  const is_free = () => !paused && !pointer.current && window.scrollY < 80 && !box.current?.contains(document.activeElement);
  use_live('mail', (data) => {
    const event = data as MailEvent;
    if (known.has(event.id) || !fits(query, event)) return;
    const free = is_free();
    set_stream((now) =>
      now.shown.some((each) => each.id === event.id) || now.held.some((each) => each.id === event.id) ? now : arrive(now, event, free),
    );
  });
  const show_held = () => set_stream(release);
  const leave = () => {
    pointer.current = false;
    if (is_free()) show_held();
  };
  const ahead = useMemo(() => stream.shown.filter((event) => !known.has(event.id)), [stream.shown, known]);
  return (
    <>
      <Rates address={address} set={set} />
      <Filters address={address} set={set} paused={paused} on_pause={() => set_paused(!paused)} />
      <div className="held" aria-live="polite">
        {stream.held.length > 0 && (
          <Button
            icon="up"
            onPress={() => {
              set_paused(false);
              show_held();
              window.scrollTo(0, 0);
            }}
          >
            {t.held(stream.held.length)}
          </Button>
        )}
        {stream.held.length > 0 && <span className="soft small">{t.held_why}</span>}
      </div>
      <div
        ref={box}
        onPointerEnter={() => {
          pointer.current = true;
        }}
        onPointerLeave={leave}
      >
        <VirtualRows
          query={list}
          ahead={ahead}
          columns={columns}
          row_key={(event) => event.id}
          on_row={open}
          label={t.title}
          empty={
            is_filtered(query) ? (
              <Empty title={t.none_match}>
                <Button onPress={() => navigate('/mail')}>{words.clear_filters}</Button>
              </Empty>
            ) : (
              <Empty title={t.none}>
                <p>{t.none_lead}</p>
                <Code block>{"postconf -e 'smtpd_milters = inet:127.0.0.1:11332' && postfix reload"}</Code>
              </Empty>
            )
          }
        />
      </div>
    </>
  );
}

type Set = ReturnType<typeof use_query>[1];

function Rates({ address, set }: { address: URLSearchParams; set: Set }) {
  const by = address.get('by') === 'hour' ? 'hour' : 'minute';
  const rates = useQuery({
    queryKey: ['mail', 'rates', by],
    queryFn: () => api('mail_rates', { query: by === 'hour' ? { by, back: 48 * 3600 } : { by, back: 120 * 60 } }),
    refetchInterval: by === 'hour' ? 5 * 60_000 : 20_000,
    placeholderData: (before) => before,
  });
  return (
    <div className="rates">
      <Loaded query={rates} shape={<Skeleton lines={1} height="8.75rem" />}>
        {(data) => (
          <>
            <StackChart buckets={data.buckets} step={data.by === 'hour' ? 3600 : 60} height={140} />
            <div className="row rates-foot">
              <Choice
                inline
                label={t.by}
                value={by}
                onChange={(next) => set({ by: next === 'minute' ? null : next })}
                options={[
                  { value: 'minute', name: t.minutes },
                  { value: 'hour', name: t.hours },
                ]}
              />
              {data.median_us !== null && data.p99_us !== null && (
                <span className="soft small">
                  {t.speed(number(Math.round(data.median_us / 1000)), number(Math.round(data.p99_us / 1000)))}
                </span>
              )}
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function Filters(props: { address: URLSearchParams; set: Set; paused: boolean; on_pause: () => void }) {
  const { address, set } = props;
  const live = use_live_state();
  const state = live === 'live' ? t.live : live === 'lost' ? t.lost : t.connecting;
  const text = useCallback((value: string) => set({ text: value }), [set]);
  const author = useCallback((value: string) => set({ author: value }), [set]);
  const recipient = useCallback((value: string) => set({ recipient: value }), [set]);
  const others = text_filters.filter((name) => !['text', 'author', 'recipient'].includes(name) && address.get(name));
  return (
    <div className="filters" role="search">
      <Button icon={props.paused ? 'play' : 'pause'} onPress={props.on_pause} aria-pressed={props.paused}>
        {props.paused ? t.go_on : t.pause}
      </Button>
      <State kind={live === 'live' ? (props.paused ? 'plain' : 'good') : live === 'lost' ? 'warn' : 'unknown'}>{state}</State>
      <FilterText label={t.subject} value={address.get('text') ?? ''} onChange={text} />
      <Choice
        inline
        label={t.action}
        value={address.get('action') ?? ''}
        onChange={(action) => set({ action })}
        options={[{ value: '', name: words.all }, ...actions.map((each) => ({ value: each, name: action_words[each] }))]}
      />
      <FilterText label={t.author} value={address.get('author') ?? ''} onChange={author} />
      <FilterText label={t.recipient} value={address.get('recipient') ?? ''} onChange={recipient} />
      {others.map((name) => (
        <Button key={name} icon="close" onPress={() => set({ [name]: null })}>
          {`${name}: ${address.get(name) ?? ''}`}
        </Button>
      ))}
    </div>
  );
}

function When({ event }: { event: MailEvent }) {
  const today = new Date(event.at).toDateString() === new Date().toDateString();
  return (
    <time dateTime={event.at} title={exact(event.at)} className="nowrap soft">
      {today ? clock_seconds(event.at) : `${short_day(event.at)} ${clock_seconds(event.at)}`}
    </time>
  );
}

const columns: readonly Column<MailEvent>[] = [
  { id: 'time', head: t.time, width: '5.5rem', cell: (event) => <When event={event} /> },
  {
    id: 'action',
    head: t.action,
    width: '9rem',
    cell: (event) => (
      <span title={event.asked !== event.answered ? t.would_title(action_words[event.asked]) : undefined}>
        <State kind={action_kinds[event.answered]}>{action_words[event.answered]}</State>
        {event.asked !== event.answered && <span className="small faint"> {t.would}</span>}
      </span>
    ),
  },
  {
    id: 'from',
    head: t.from,
    width: 'minmax(9rem, 1fr)',
    cell: (event) => (
      <span className="one-line" title={event.mail_from}>
        <Name>{event.author || event.mail_from}</Name>
      </span>
    ),
  },
  {
    id: 'about',
    head: t.about,
    width: 'minmax(11rem, 1.8fr)',
    cell: (event) => (
      <Link to={at`/mail/${event.id}`} className="one-line subject-link">
        {event.subject === '' ? <span className="faint">{t.no_subject}</span> : <Words>{event.subject}</Words>}
      </Link>
    ),
  },
  {
    id: 'to',
    head: t.to,
    width: 'minmax(9rem, 0.9fr)',
    from: 'middle',
    cell: (event) => (
      <span className="one-line soft" title={event.recipients.join(', ')}>
        <Name>{event.recipients[0] ?? ''}</Name> {event.recipients.length > 1 && t.more(event.recipients.length - 1)}
      </span>
    ),
  },
  {
    id: 'why',
    head: t.why,
    width: 'minmax(10rem, 1.4fr)',
    from: 'wide',
    cell: (event) => (
      <span className="one-line soft" title={event.causes.map((cause) => cause.text).join('\n')}>
        {event.causes[0] && <Words>{event.causes[0].text}</Words>}
      </span>
    ),
  },
];
