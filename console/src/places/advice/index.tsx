import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../../api/client';
import type { AdviceRow, Operations } from '../../api/types';
import { Choice } from '../../parts/field';
import { FilterText } from '../../parts/filter_text';
import { Empty } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { OrganisationChoice } from '../../parts/organisation_choice';
import { Page } from '../../parts/page';
import { State } from '../../parts/state';
import { words } from '../../parts/texts';
import { Day } from '../../parts/time';
import { Total, VirtualRows, type Column } from '../../parts/virtual_rows';
import { at, Link, navigate, use_query, type Values } from '../../router/router';
import { SmallLadder } from './ladder';
import { OneDomain } from './one';
import { t } from './texts';
import { verdict_kinds, verdict_words, verdicts } from './verdicts';
import './advice.css';

export default function Advice({ values }: { values: Values }) {
  return values.domain ? <OneDomain domain={values.domain} /> : <List />;
}

type Query = NonNullable<Operations['advice_list']['query']>;

function query_of(address: URLSearchParams): Query {
  const query: Query = { limit: 100 };
  const verdict = verdicts.find((each) => each === address.get('verdict'));
  if (verdict) query.verdict = verdict;
  const organisation = address.get('organisation');
  if (organisation) query.organisation = organisation;
  const text = address.get('text')?.trim();
  if (text) query.text = text;
  return query;
}

function List() {
  const [address, set] = use_query();
  const query = query_of(address);
  const list = useInfiniteQuery({
    queryKey: ['advice', query],
    queryFn: ({ pageParam, signal }) => api('advice_list', { query: { ...query, after: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const find = useCallback((text: string) => set({ text }), [set]);
  const filtered = Object.keys(query).length > 1;
  return (
    <Page title={t.title} lead={t.lead} wide>
      <div className="filters" role="search">
        <FilterText label={t.find} value={address.get('text') ?? ''} onChange={find} />
        <Choice
          inline
          label={t.verdict}
          value={query.verdict ?? ''}
          onChange={(verdict) => set({ verdict })}
          options={[{ value: '', name: words.all }, ...verdicts.map((each) => ({ value: each, name: verdict_words[each] }))]}
        />
        <OrganisationChoice
          inline
          label={words.filter}
          value={query.organisation ?? ''}
          nothing={words.all}
          onChange={(organisation) => set({ organisation })}
        />
        <Total query={list} />
      </div>
      <VirtualRows
        query={list}
        columns={columns}
        row_key={(row) => row.domain}
        on_row={(row) => navigate(at`/advice/${row.domain}`)}
        label={t.title}
        empty={
          filtered ? (
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

const columns: readonly Column<AdviceRow>[] = [
  {
    id: 'domain',
    head: t.domain,
    width: 'minmax(11rem, 1.1fr)',
    cell: (row) => (
      <Link to={at`/advice/${row.domain}`} className="domain-link">
        <span className="two-lines">
          <Name strong>{row.domain}</Name>
        </span>
      </Link>
    ),
  },
  {
    id: 'verdict',
    head: t.verdict,
    width: '8.5rem',
    cell: (row) => <State kind={verdict_kinds[row.verdict]}>{verdict_words[row.verdict]}</State>,
  },
  { id: 'ladder', head: t.ladder, width: '10rem', cell: (row) => <SmallLadder rungs={row.ladder} /> },
  {
    id: 'headline',
    head: t.headline,
    width: 'minmax(8.5rem, 2fr)',
    cell: (row) => (
      <span className="two-lines">
        <Words>{row.headline}</Words>
      </span>
    ),
  },
  {
    id: 'gates',
    head: t.gates,
    width: '4.5rem',
    end: true,
    from: 'wide',
    cell: (row) => {
      const all = row.gates.pass + row.gates.wait + row.gates.block + row.gates.unknown + row.gates.accepted;
      return t.gates_count(row.gates.pass, all);
    },
  },
  { id: 'again', head: t.look_again, width: '7rem', end: true, from: 'middle', cell: (row) => <Day time={row.look_again} /> },
];
