import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { api } from '../../api/client';
import { use_live } from '../../api/live';
import { queries, use_may } from '../../api/session';
import type { DomainRow, Status } from '../../api/types';
import { number } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Choice } from '../../parts/field';
import { FilterText } from '../../parts/filter_text';
import { Icon } from '../../parts/icon';
import { Empty } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { OrganisationChoice } from '../../parts/organisation_choice';
import { Page } from '../../parts/page';
import { Grade, State, Unknown } from '../../parts/state';
import { policy_words, severity_kinds, severity_words, status_kinds, status_words } from '../../parts/status';
import { words } from '../../parts/texts';
import { Ago } from '../../parts/time';
import { Total, VirtualRows, type Column } from '../../parts/virtual_rows';
import { at, Link, navigate, use_query } from '../../router/router';
import { AddDomains, AuditProgress, StartAudit } from './dialogs';
import { domains_query, grade_families, is_filtered, next_sort, sort_of, type Sort } from './filters';
import { t } from './texts';
import './domains.css';

export default function Domains() {
  const [address, set] = use_query();
  const may = use_may();
  const query = useMemo(() => domains_query(address), [address]);
  const list = useInfiniteQuery({
    queryKey: ['domains', query],
    queryFn: ({ pageParam, signal }) => api('domains_list', { query: { ...query, after: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  use_live('finding', () => void queries.invalidateQueries({ queryKey: ['domains'], refetchType: 'none' }));
  const doing = address.get('do');
  const job = address.get('job');
  const close = (started: string | null) => set({ do: null, job: started });
  return (
    <Page
      title={t.title}
      wide
      actions={
        <>
          {may('audits.run') && <Button onPress={() => set({ do: 'audit' })}>{t.audit}</Button>}
          {may('domains.write') && (
            <Button look="primary" icon="plus" onPress={() => set({ do: 'add' })}>
              {t.add}
            </Button>
          )}
        </>
      }
    >
      {job && <AuditProgress id={job} on_end={() => set({ job: null })} />}
      <Filters address={address} set={set} total={<Total query={list} />} />
      <VirtualRows
        query={list}
        columns={use_columns(address, set)}
        row_key={(row) => row.domain}
        on_row={(row) => navigate(at`/domains/${row.domain}`)}
        label={t.title}
        empty={<Nothing filtered={is_filtered(address)} clear={() => navigate('/domains')} />}
      />
      {doing === 'add' && <AddDomains on_close={close} />}
      {doing === 'audit' && <StartAudit on_close={close} />}
    </Page>
  );
}

type Set = ReturnType<typeof use_query>[1];

function Filters({ address, set, total }: { address: URLSearchParams; set: Set; total: React.ReactNode }) {
  const find = useCallback((text: string) => set({ text }), [set]);
  const statuses: Status[] = ['spoofable', 'partly-protected', 'protected', 'unknown'];
  const finding = address.get('finding');
  return (
    <div className="filters" role="search">
      <FilterText label={t.find} value={address.get('text') ?? ''} onChange={find} />
      <Choice
        inline
        label={t.status}
        value={address.get('status') ?? ''}
        onChange={(status) => set({ status })}
        options={[{ value: '', name: words.all }, ...statuses.map((each) => ({ value: each, name: status_words[each] }))]}
      />
      <Choice
        inline
        label={t.grade}
        value={address.get('grade') ?? ''}
        onChange={(grade) => set({ grade })}
        options={[{ value: '', name: words.all }, ...grade_families.map((each) => ({ value: each, name: each }))]}
      />
      <OrganisationChoice
        inline
        label={t.organisation}
        value={address.get('organisation') ?? ''}
        nothing={words.all}
        onChange={(organisation) => set({ organisation })}
      />
      <Choice
        inline
        label={t.sends}
        value={address.get('sends') ?? ''}
        onChange={(sends) => set({ sends })}
        options={[
          { value: '', name: words.all },
          { value: 'yes', name: t.sends_yes },
          { value: 'no', name: t.sends_no },
          { value: 'unsaid', name: t.sends_unsaid },
        ]}
      />
      {finding && (
        <Button icon="close" onPress={() => set({ finding: null })}>
          {t.finding(finding)}
        </Button>
      )}
      {is_filtered(address) && (
        <Button look="quiet" onPress={() => navigate('/domains')}>
          {words.clear_filters}
        </Button>
      )}
      {total}
    </div>
  );
}

function Nothing({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  if (filtered) {
    return (
      <Empty title={t.none_match}>
        <Button onPress={clear}>{words.clear_filters}</Button>
      </Empty>
    );
  }
  return (
    <Empty title={t.none}>
      <p>{t.none_lead}</p>
      <Code block>rampart audit --list domains.csv</Code>
    </Empty>
  );
}

function use_columns(address: URLSearchParams, set: Set): Column<DomainRow>[] {
  const sort = sort_of(address);
  const head = (by: Sort, name: string, title?: string) => (
    <button
      type="button"
      title={title}
      aria-label={sort.by === by ? `${name}, ${sort.down ? t.sorted_down : t.sorted_up}` : name}
      onClick={() => set({ sort: next_sort(address, by) })}
    >
      {name} {sort.by === by && <Icon name={sort.down ? 'down' : 'up'} size={10} />}
    </button>
  );
  return [
    { id: 'grade', head: head('grade', t.grade), width: '3.25rem', cell: (row) => <Grade grade={row.grade} /> },
    {
      id: 'domain',
      head: head('name', t.domain),
      width: 'minmax(11rem, 1.5fr)',
      cell: (row) => (
        <Link to={at`/domains/${row.domain}`} className="domain-link" title={row.domain}>
          <span className="two-lines">
            <Name strong>{row.unicode ?? row.domain}</Name>
          </span>
        </Link>
      ),
    },
    {
      id: 'status',
      head: head('status', t.status),
      width: 'minmax(8.5rem, 0.7fr)',
      cell: (row) => <State kind={status_kinds[row.status]}>{status_words[row.status]}</State>,
    },
    { id: 'policy', head: t.policy, width: '7rem', from: 'middle', cell: (row) => <Policy row={row} /> },
    {
      id: 'open',
      head: head('open_findings', t.open, t.open_title),
      width: '4.5rem',
      end: true,
      from: 'middle',
      cell: (row) =>
        row.open_findings === 0 ? (
          <span className="faint">0</span>
        ) : (
          <span title={row.worst ? severity_words[row.worst] : undefined} className={row.worst ? `state-${severity_kinds[row.worst]}` : ''}>
            {number(row.open_findings)}
          </span>
        ),
    },
    {
      id: 'next',
      head: t.next_step,
      width: 'minmax(10rem, 1.6fr)',
      cell: (row) =>
        row.why ? (
          <Unknown why={<span className="two-lines">{row.why}</span>} />
        ) : row.next_step ? (
          <span className="two-lines">
            <Words>{row.next_step.text}</Words>
          </span>
        ) : (
          <span className="faint">–</span>
        ),
    },
    {
      id: 'organisation',
      head: t.organisation,
      width: 'minmax(8rem, 0.9fr)',
      from: 'wide',
      cell: (row) =>
        row.organisation && (
          <span className="one-line soft">
            <Words>{row.organisation.name}</Words>
          </span>
        ),
    },
    {
      id: 'audited',
      head: head('last_audit', t.audited),
      width: '6.5rem',
      from: 'middle',
      end: true,
      cell: (row) => <span className="soft">{row.last_audit ? <Ago time={row.last_audit} /> : t.never}</span>,
    },
  ];
}

function Policy({ row }: { row: DomainRow }) {
  if (row.policy === 'unknown' || row.policy === null) return <Unknown why={words.unknown} />;
  return (
    <span className={row.policy === 'missing' || row.policy === 'none' ? 'soft' : ''}>
      {row.policy === 'missing' ? policy_words(row.policy) : <bdi dir="ltr">{policy_words(row.policy)}</bdi>}
    </span>
  );
}
