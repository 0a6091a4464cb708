import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { api } from '../../api/client';
import { use_live } from '../../api/live';
import { queries, use_may } from '../../api/session';
import type { Kept, MailEvent, Operations } from '../../api/types';
import { Button } from '../../parts/button';
import { Choice } from '../../parts/field';
import { FilterText } from '../../parts/filter_text';
import { Empty } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Page } from '../../parts/page';
import { State } from '../../parts/state';
import { words } from '../../parts/texts';
import { Ago } from '../../parts/time';
import { Total, VirtualRows, type Column } from '../../parts/virtual_rows';
import { at, Link, navigate, use_query } from '../../router/router';
import { DeleteKept, ReleaseKept } from './dialogs';
import { kept_kinds, kept_states, kept_words } from './states';
import { t } from './texts';
import './quarantine.css';

type Query = NonNullable<Operations['quarantine_list']['query']>;

// Nothing said means what is kept now; `state=all` shows what was, too.
export function quarantine_query(address: URLSearchParams): Query {
  const query: Query = { limit: 100 };
  const state = address.get('state');
  if (state !== 'all') query.state = kept_states.find((each) => each === state) ?? 'kept';
  for (const name of ['text', 'recipient', 'author', 'cause'] as const) {
    const value = address.get(name)?.trim();
    if (value) query[name] = value;
  }
  return query;
}

export default function Quarantine() {
  const [address, set] = use_query();
  const query = quarantine_query(address);
  const may = use_may();
  const [chosen, set_chosen] = useState<ReadonlyMap<string, Kept>>(new Map());
  const [doing, set_doing] = useState<'release' | 'delete' | null>(null);
  const list = useInfiniteQuery({
    queryKey: ['quarantine', query],
    queryFn: ({ pageParam, signal }) => api('quarantine_list', { query: { ...query, after: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  use_live('mail', (data) => {
    if ((data as MailEvent).kept)
      void queries.invalidateQueries({
        queryKey: ['quarantine'],
        refetchType: chosen.size === 0 && window.scrollY < 80 ? 'active' : 'none',
      });
  });
  const shown = list.data?.pages.flatMap((page) => page.items).filter((item) => item.state === 'kept') ?? [];
  const choose = (item: Kept, on: boolean) => {
    const next = new Map(chosen);
    if (on) next.set(item.id, item);
    else next.delete(item.id);
    set_chosen(next);
  };
  const all = shown.length > 0 && shown.every((item) => chosen.has(item.id));
  const find = useCallback((text: string) => set({ text }), [set]);
  const recipient = useCallback((text: string) => set({ recipient: text }), [set]);
  const author = useCallback((text: string) => set({ author: text }), [set]);
  const acts = may('quarantine.release') || may('quarantine.delete');
  const close = () => {
    set_doing(null);
    set_chosen(new Map());
  };
  return (
    <Page title={t.title} wide>
      <div className="filters" role="search">
        <FilterText label={t.find} value={address.get('text') ?? ''} onChange={find} />
        <Choice
          inline
          label={t.state}
          value={address.get('state') === 'all' ? 'all' : (query.state ?? 'kept')}
          onChange={(state) => set({ state: state === 'kept' ? null : state })}
          options={[...kept_states.map((each) => ({ value: each, name: kept_words[each] })), { value: 'all', name: words.all }]}
        />
        <FilterText label={t.recipient} value={address.get('recipient') ?? ''} onChange={recipient} />
        <FilterText label={t.author} value={address.get('author') ?? ''} onChange={author} />
        <Total query={list} />
      </div>
      {chosen.size > 0 && (
        <div className="chosen" role="toolbar" aria-label={t.chosen(chosen.size)}>
          <strong>{t.chosen(chosen.size)}</strong>
          {may('quarantine.release') && (
            <Button look="primary" onPress={() => set_doing('release')}>
              {t.release}
            </Button>
          )}
          {may('quarantine.delete') && (
            <Button look="danger" onPress={() => set_doing('delete')}>
              {words.delete}
            </Button>
          )}
          <Button look="quiet" onPress={() => set_chosen(new Map())}>
            {words.cancel}
          </Button>
        </div>
      )}
      <VirtualRows
        query={list}
        columns={columns({
          acts,
          chosen,
          choose,
          all,
          choose_all: (on) => set_chosen(on ? new Map(shown.map((item) => [item.id, item])) : new Map()),
        })}
        row_key={(item) => item.id}
        on_row={(item) => navigate(at`/quarantine/${item.id}`)}
        row_class={(item) => (chosen.has(item.id) ? 'row-chosen' : '')}
        label={t.title}
        empty={
          Object.keys(query).length > 2 || address.get('state') ? (
            <Empty title={t.none_match}>
              <Button onPress={() => navigate('/quarantine')}>{words.clear_filters}</Button>
            </Empty>
          ) : (
            <Empty title={t.none}>
              <p>{t.none_lead}</p>
              <Code block>{'# rampart.toml\n[guard]\nmode = "enforce"'}</Code>
            </Empty>
          )
        }
      />
      {doing === 'release' && <ReleaseKept items={[...chosen.values()]} on_close={close} />}
      {doing === 'delete' && <DeleteKept items={[...chosen.values()]} on_close={close} />}
    </Page>
  );
}

function columns(props: {
  acts: boolean;
  chosen: ReadonlyMap<string, Kept>;
  choose: (item: Kept, on: boolean) => void;
  all: boolean;
  choose_all: (on: boolean) => void;
}): Column<Kept>[] {
  const box: Column<Kept>[] = props.acts
    ? [
        {
          id: 'choose',
          width: '1.5rem',
          head: (
            <input
              type="checkbox"
              aria-label={t.select_all}
              checked={props.all}
              onChange={(event) => props.choose_all(event.target.checked)}
            />
          ),
          cell: (item) =>
            item.state === 'kept' && (
              <label className="row-box">
                <input
                  type="checkbox"
                  aria-label={t.select(item.subject || item.id)}
                  checked={props.chosen.has(item.id)}
                  onChange={(event) => props.choose(item, event.target.checked)}
                />
              </label>
            ),
        },
      ]
    : [];
  return [
    ...box,
    {
      id: 'received',
      head: t.received,
      width: '6.5rem',
      cell: (item) => (
        <span className="soft nowrap">
          <Ago time={item.received} />
        </span>
      ),
    },
    {
      id: 'from',
      head: t.from,
      width: 'minmax(10rem, 1.2fr)',
      cell: (item) => (
        <span className="one-line" title={item.from}>
          <Name>{item.from || item.author}</Name>
        </span>
      ),
    },
    {
      id: 'subject',
      head: t.subject,
      width: 'minmax(11rem, 1.6fr)',
      cell: (item) => (
        <Link to={at`/quarantine/${item.id}`} className="one-line">
          {item.subject ? <Words>{item.subject}</Words> : '–'}
        </Link>
      ),
    },
    {
      id: 'recipient',
      head: t.recipient,
      width: 'minmax(9rem, 1fr)',
      from: 'middle',
      cell: (item) => (
        <span className="one-line soft" title={item.recipients.join(', ')}>
          <Name>{item.recipients.join(', ')}</Name>
        </span>
      ),
    },
    {
      id: 'why',
      head: t.why,
      width: 'minmax(10rem, 1.3fr)',
      from: 'wide',
      cell: (item) => (
        <span className="one-line soft" title={item.causes.map((cause) => cause.text).join('\n')}>
          {item.causes[0] && <Words>{item.causes[0].text}</Words>}
        </span>
      ),
    },
    { id: 'state', head: t.state, width: '8.5rem', cell: (item) => <State kind={kept_kinds[item.state]}>{kept_words[item.state]}</State> },
  ];
}
