import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, api_with } from '../../api/client';
import { use_job } from '../../api/jobs';
import { queries, use_may } from '../../api/session';
import type { DomainDetail } from '../../api/types';
import { Button } from '../../parts/button';
import { Failed, Skeleton } from '../../parts/loaded';
import { Name, Words } from '../../parts/name';
import { Page, Tabs } from '../../parts/page';
import { Grade, State, Unknown } from '../../parts/state';
import { status_kinds, status_words } from '../../parts/status';
import { Ago } from '../../parts/time';
import { at, Link, use_query, type Values } from '../../router/router';
import { AuditProgress } from '../domains/dialogs';
import { Details } from './details';
import { Facts } from './facts';
import { Fix } from './fix';
import { History } from './history';
import { Keys } from './keys';
import { Rollbacks } from './rollbacks';
import { Senders } from './senders';
import { Tls } from './tls';
import { t } from './texts';
import './domain.css';

const tab_names = ['fix', 'senders', 'keys', 'history', 'facts'] as const;
type Tab = (typeof tab_names)[number];

export default function Domain({ values }: { values: Values }) {
  const domain = values.domain ?? '';
  const tab: Tab = tab_names.find((each) => each === values.tab) ?? 'fix';
  const [address, set] = use_query();
  const [editing, set_editing] = useState(false);
  const may = use_may();
  const query = useQuery({
    queryKey: ['domain', domain, 'detail'],
    queryFn: () => api_with('domains_read', { path: { domain } }),
  });
  const detail = query.data?.data;
  const job = address.get('job') ?? detail?.job ?? null;
  const audited = use_job(job);
  const auditing = job !== null && !audited.isError && (!audited.data || ['queued', 'running'].includes(audited.data.state));
  const audit = async () => {
    const started = await api('audits_start', { body: { domains: [domain] } });
    set({ job: started.id });
  };
  const tabs = tab_names.filter((name) => name !== 'senders' || may('reports.read'));
  return (
    <Page
      title={domain}
      heading={
        <span className="domain-heading">
          {detail && <Grade grade={detail.row.grade} />} <Name>{detail?.row.unicode ?? domain}</Name>
        </span>
      }
      crumbs={[{ to: '/domains', name: t.domains }]}
      lead={detail && <Lead detail={detail} />}
      actions={
        <>
          <Link to={at`/advice/${domain}`} className="button">
            {t.advice}
          </Link>
          {may('domains.write') && detail && <Button onPress={() => set_editing(true)}>{t.details}</Button>}
          {may('audits.run') && (
            <Button onPress={() => void audit()} isDisabled={auditing}>
              {t.audit}
            </Button>
          )}
        </>
      }
    >
      {job && (
        <AuditProgress
          id={job}
          on_end={() => {
            set({ job: null });
            void queries.invalidateQueries({ queryKey: ['domain', domain] });
          }}
        />
      )}
      <Tabs
        label={t.tabs}
        tabs={tabs.map((name) => ({
          to: name === 'fix' ? at`/domains/${domain}` : at`/domains/${domain}/${name}`,
          name: t[name],
          current: name === tab,
        }))}
      />
      {query.isError && !detail ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : !detail ? (
        <Skeleton lines={10} />
      ) : detail.row.last_audit === null ? (
        <Unknown block why={detail.row.why ? `${t.not_found_out} ${detail.row.why}` : t.never_audited} />
      ) : (
        <Content tab={tab} domain={domain} />
      )}
      {editing && detail && <Details detail={detail} etag={query.data?.etag ?? null} on_close={() => set_editing(false)} />}
    </Page>
  );
}

function Lead({ detail }: { detail: DomainDetail }) {
  const { row } = detail;
  return (
    <div className="stack domain-lead">
      <p className="row">
        <State kind={status_kinds[row.status]}>{status_words[row.status]}</State>
        {row.organisation && (
          <Link to={at`/organisations/${row.organisation.id}`}>
            <Words>{row.organisation.name}</Words>
          </Link>
        )}
        <span>{row.sends === null ? t.sends_unsaid : row.sends ? t.sends : t.sends_not}</span>
        {row.last_audit && (
          <span>
            {t.audited} <Ago time={row.last_audit} />
          </span>
        )}
        {row.unicode && <Name>{row.domain}</Name>}
        {detail.tags.map((tag) => (
          <span key={tag.name} className="tag" dir="auto">
            {tag.value === null ? tag.name : `${tag.name}: ${tag.value}`}
          </span>
        ))}
      </p>
      {row.why && <Unknown why={`${t.not_found_out} ${row.why}`} />}
      {detail.note && <p dir="auto">{detail.note}</p>}
    </div>
  );
}

function Content({ tab, domain }: { tab: Tab; domain: string }) {
  switch (tab) {
    case 'fix':
      return <Fix domain={domain} />;
    case 'senders':
      return (
        <>
          <Senders domain={domain} />
          <Tls domain={domain} />
        </>
      );
    case 'keys':
      return <Keys domain={domain} />;
    case 'history':
      return (
        <>
          <Rollbacks domain={domain} />
          <History domain={domain} />
        </>
      );
    case 'facts':
      return <Facts domain={domain} />;
  }
}
