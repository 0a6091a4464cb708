import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api } from '../../api/client';
import { use_live } from '../../api/live';
import { queries, use_may } from '../../api/session';
import type { ReportFile, ReportsRead } from '../../api/types';
import { number } from '../../i18n/format';
import { Button } from '../../parts/button';
import { use_act } from '../../parts/form';
import { Empty, Failed } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { State, type Kind } from '../../parts/state';
import { Ago, Day } from '../../parts/time';
import { Total, VirtualRows, type Column } from '../../parts/virtual_rows';
import { at, Link } from '../../router/router';
import { t } from './texts';

const kinds: Record<ReportFile['trust'], Kind> = { verified: 'good', given: 'good', unverified: 'plain', contradicted: 'bad' };
const trusts: Record<ReportFile['trust'], string> = {
  verified: t.trust_verified,
  given: t.trust_given,
  unverified: t.trust_unverified,
  contradicted: t.trust_contradicted,
};

export function Reports() {
  const may = use_may();
  const list = useInfiniteQuery({
    queryKey: ['reports'],
    queryFn: ({ pageParam }) => api('reports_list', { query: { limit: 100, after: pageParam ?? undefined } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  use_live('report', () => void queries.invalidateQueries({ queryKey: ['reports'] }));
  return (
    <>
      {may('reports.upload') && <Upload />}
      <div className="filters">
        <Total query={list} />
      </div>
      <VirtualRows
        query={list}
        columns={columns}
        row_key={(row) => row.id}
        label={t.reports}
        empty={
          <Empty title={t.reports_none}>
            <Code block>rampart reports import ~/dmarc-reports/</Code>
          </Empty>
        }
      />
    </>
  );
}

function Upload() {
  const input = useRef<HTMLInputElement>(null);
  const { busy, error, act } = use_act();
  const [read, set_read] = useState<ReportsRead[]>([]);
  const send = (files: FileList | null) => {
    set_read([]);
    void act(async () => {
      for (const file of files ?? []) {
        const one = await api('reports_upload', { query: { name: file.name }, body: file, type: 'application/octet-stream' });
        set_read((all) => [...all, one]);
      }
      await queries.invalidateQueries({ queryKey: ['reports'] });
    });
  };
  const sum = (name: 'read' | 'duplicates') => read.reduce((all, one) => all + one[name], 0);
  const aside = read.flatMap((one) => one.aside);
  return (
    <div className="stack upload">
      <div className="row">
        <Button isPending={busy} onPress={() => input.current?.click()}>
          {busy ? t.uploading : t.upload}
        </Button>
        <span className="soft">{t.upload_lead}</span>
        <input ref={input} type="file" multiple hidden aria-label={t.upload} onChange={(event) => send(event.target.files)} />
      </div>
      {read.length > 0 && !busy && (
        <div className="note" role="status">
          {t.upload_done(sum('read'), sum('duplicates'), aside.length)}
          {aside.map((one) => (
            <div key={one.origin} className="soft">
              <Words>{one.origin}</Words>: <Words>{one.reason}</Words>
            </div>
          ))}
        </div>
      )}
      {error !== null && <Failed error={error} />}
    </div>
  );
}

const columns: readonly Column<ReportFile>[] = [
  {
    id: 'domain',
    head: t.report_domain,
    width: 'minmax(10rem, 1fr)',
    cell: (row) => (
      <Link to={at`/domains/${row.domain}/senders`}>
        <Name>{row.domain}</Name>
      </Link>
    ),
  },
  {
    id: 'reporter',
    head: t.reporter,
    width: 'minmax(10rem, 1fr)',
    cell: (row) => (
      <span className="one-line" title={row.origin}>
        <Words>{row.reporter}</Words> <span className="faint small">{row.kind}</span>
      </span>
    ),
  },
  {
    id: 'period',
    head: t.period,
    width: 'minmax(11rem, 1fr)',
    from: 'middle',
    cell: (row) => (
      <span className="nowrap">
        <Day time={row.from} /> – <Day time={row.to} />
      </span>
    ),
  },
  { id: 'messages', head: t.messages, width: '6rem', end: true, cell: (row) => number(row.messages) },
  { id: 'trust', head: t.trust, width: 'minmax(9rem, 0.9fr)', cell: (row) => <State kind={kinds[row.trust]}>{trusts[row.trust]}</State> },
  {
    id: 'read',
    head: t.read,
    width: '7rem',
    end: true,
    from: 'middle',
    cell: (row) => (
      <span className="soft">
        <Ago time={row.read} />
      </span>
    ),
  },
];
