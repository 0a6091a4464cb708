import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../../api/client';
import type { Operations, SenderRow } from '../../api/types';
import { number } from '../../i18n/format';
import { Choice } from '../../parts/field';
import { FilterText } from '../../parts/filter_text';
import { Empty } from '../../parts/loaded';
import { Code, Words } from '../../parts/name';
import { Page } from '../../parts/page';
import { Passes, SourceKindState, source_words, t as s, trend_words } from '../../parts/sources';
import { words } from '../../parts/texts';
import { Day } from '../../parts/time';
import { Total, VirtualRows, type Column } from '../../parts/virtual_rows';
import { at, Link, navigate, use_query, type Values } from '../../router/router';
import { OneSender } from './one';
import { t } from './texts';

export default function Senders({ values }: { values: Values }) {
  return values.id ? <OneSender id={values.id} /> : <List />;
}

const kinds = ['own', 'service', 'forwarder', 'spoofing', 'unknown'] as const;
type Query = NonNullable<Operations['senders_list']['query']>;

function List() {
  const [address, set] = use_query();
  const query: Query = { limit: 100 };
  const kind = kinds.find((each) => each === address.get('kind'));
  if (kind) query.kind = kind;
  const text = address.get('text')?.trim();
  if (text) query.text = text;
  const list = useInfiniteQuery({
    queryKey: ['senders', query],
    queryFn: ({ pageParam, signal }) => api('senders_list', { query: { ...query, after: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const find = useCallback((next: string) => set({ text: next }), [set]);
  return (
    <Page title={t.title} lead={t.lead} wide>
      <div className="filters" role="search">
        <FilterText label={t.find} value={address.get('text') ?? ''} onChange={find} />
        <Choice
          inline
          label={t.whose}
          value={kind ?? ''}
          onChange={(next) => set({ kind: next })}
          options={[{ value: '', name: words.all }, ...kinds.map((each) => ({ value: each, name: source_words[each] }))]}
        />
        <Total query={list} />
      </div>
      <VirtualRows
        query={list}
        columns={columns}
        row_key={(row) => row.id}
        on_row={(row) => navigate(at`/senders/${row.id}`)}
        label={t.title}
        empty={
          kind || text ? (
            <Empty title={t.none_match} />
          ) : (
            <Empty title={t.empty}>
              <p>{t.empty_lead}</p>
              <Code block>rampart reports import ~/dmarc-reports/</Code>
            </Empty>
          )
        }
      />
    </Page>
  );
}

const columns: readonly Column<SenderRow>[] = [
  {
    id: 'name',
    head: s.sender,
    width: 'minmax(11rem, 1.6fr)',
    cell: (row) => (
      <Link to={at`/senders/${row.id}`} className="strong">
        <Words>{row.name}</Words>
      </Link>
    ),
  },
  { id: 'kind', head: s.kind, width: 'minmax(9rem, 1fr)', cell: (row) => <SourceKindState kind={row.kind} confidence={row.confidence} /> },
  { id: 'messages', head: s.messages, width: '6rem', end: true, cell: (row) => number(row.messages) },
  {
    id: 'passes',
    head: s.passes,
    width: 'minmax(9.5rem, 1fr)',
    end: true,
    cell: (row) => <Passes part={row.authenticated} all={row.messages} forged={row.kind === 'spoofing'} />,
  },
  { id: 'domains', head: s.domains, width: '5rem', end: true, from: 'middle', cell: (row) => number(row.domains) },
  { id: 'trend', head: s.trend, width: '5rem', from: 'middle', cell: (row) => trend_words[row.trend] },
  { id: 'last', head: s.last, width: '7rem', end: true, from: 'middle', cell: (row) => <Day time={row.last_day} /> },
];
