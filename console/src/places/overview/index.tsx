// Eight in the morning: can anyone send as us, what is being thrown at us, what should I do next.
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '../../api/client';
import { use_live } from '../../api/live';
import { queries, use_may } from '../../api/session';
import type { Overview as Data } from '../../api/types';
import { number } from '../../i18n/format';
import { Empty, Loaded, Skeleton } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Page, Scroll, Section } from '../../parts/page';
import { Grade, State, Unknown } from '../../parts/state';
import { StackChart } from '../../parts/stack_chart';
import { severity_kinds, severity_words, status_kinds, status_words } from '../../parts/status';
import { Ago, Day } from '../../parts/time';
import { at, Link } from '../../router/router';
import { last_look } from './last_look';
import { t } from './texts';
import './overview.css';

export default function Overview() {
  const [since] = useState(last_look);
  const overview = useQuery({
    queryKey: ['overview', since],
    queryFn: () => api('overview_read', { query: since ? { since } : {} }),
    refetchInterval: 60_000,
  });
  use_live('finding', () => void queries.invalidateQueries({ queryKey: ['overview'] }));
  const data = overview.data;
  return (
    <Page title={t.title} heading={data ? <Sentence data={data} /> : t.title}>
      <Loaded query={overview} shape={<Shape />}>
        {(loaded) => (loaded.domains.total === 0 ? <NoDomains /> : <Content data={loaded} />)}
      </Loaded>
    </Page>
  );
}

function Sentence({ data }: { data: Data }) {
  if (data.domains.total === 0) return <>{t.title}</>;
  const [first, second, ...rest] = data.under_attack;
  const names = first && (
    <>
      <Name strong>{first.domain}</Name>
      {second && (
        <>
          , <Name strong>{second.domain}</Name>
        </>
      )}
    </>
  );
  return (
    <span className="overview-sentence">
      {t.can_be(data.domains.spoofable, data.domains.total)};{' '}
      {names ? t.attacked(names, rest.length) : data.mail.known ? t.nobody : t.not_seen}
    </span>
  );
}

function Content({ data }: { data: Data }) {
  return (
    <>
      <States data={data} />
      {data.under_attack.length > 0 && (
        <ul className="attacks">
          {data.under_attack.slice(0, 5).map((attack) => (
            <li key={attack.domain}>
              <State kind={attack.delivered > 0 ? 'bad' : 'warn'}>
                {t.attack(
                  <Name>{attack.domain}</Name>,
                  attack.messages,
                  (Date.parse(data.now) - Date.parse(attack.since)) / 1000,
                  attack.delivered,
                )}
              </State>{' '}
              <Link to={`/mail?author=${encodeURIComponent(attack.domain)}`}>{t.see_mail}</Link>
            </li>
          ))}
        </ul>
      )}
      <Worst data={data} />
      <Mail data={data} />
      <div className="overview-pair">
        <Changes data={data} />
        <Deadlines data={data} />
      </div>
    </>
  );
}

function States({ data }: { data: Data }) {
  const { domains } = data;
  const parts = [
    ['spoofable', domains.spoofable],
    ['partly-protected', domains.partly_protected],
    ['protected', domains.protected],
    ['unknown', domains.unknown],
  ] as const;
  return (
    <ul className="states" aria-label={t.counts}>
      {parts
        .filter(([, count]) => count > 0)
        .map(([status, count]) => (
          <li key={status}>
            <Link to={`/domains?status=${status}`}>
              <State kind={status_kinds[status]}>{status_words[status]}</State>
              <span className="states-count">{number(count)}</span>
            </Link>
          </li>
        ))}
    </ul>
  );
}

function Worst({ data }: { data: Data }) {
  return (
    <Section title={t.worst} note={data.domains.spoofable > 0 ? t.worst_note(data.domains.spoofable) : undefined}>
      {data.worst.length === 0 ? (
        <Empty title={t.worst_none} />
      ) : (
        <Scroll label={t.worst}>
          <table className="table">
            <thead>
              <tr>
                <th>{t.grade}</th>
                <th>{t.domain}</th>
                <th>{t.next_step}</th>
                <th className="cell-middle">{t.organisation}</th>
              </tr>
            </thead>
            <tbody>
              {data.worst.map((row) => (
                <tr key={row.domain}>
                  <td className="narrow">
                    <Grade grade={row.grade} />
                  </td>
                  <td>
                    <Link to={at`/domains/${row.domain}`} className="worst-domain">
                      <Name strong>{row.unicode ?? row.domain}</Name>
                    </Link>
                  </td>
                  <td>
                    {row.next_step ? (
                      <Link to={at`/domains/${row.domain}`}>
                        <Words>{row.next_step.text}</Words>
                      </Link>
                    ) : (
                      row.why && <Unknown why={row.why} />
                    )}
                  </td>
                  <td className="soft cell-middle">{row.organisation && <Words>{row.organisation.name}</Words>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Section>
  );
}

function Mail({ data }: { data: Data }) {
  const { mail } = data;
  const may = use_may();
  const annotations = useMemo(
    () => mail.annotations.map((each) => ({ at: each.at, text: each.domain ? `${each.domain}: ${each.text}` : each.text })),
    [mail.annotations],
  );
  return (
    <Section title={t.mail} actions={may('mail.read') && <Link to="/mail">{t.mail_live}</Link>}>
      {mail.known ? (
        <StackChart buckets={mail.buckets} step={mail.step_seconds} annotations={annotations} />
      ) : (
        <Empty title={t.no_mail}>
          {mail.why && <Unknown why={<Words>{mail.why}</Words>} />}
          <p>{t.no_mail_step}</p>
          <Code block>{"postconf -e 'smtpd_milters = inet:127.0.0.1:11332' && postfix reload"}</Code>
        </Empty>
      )}
    </Section>
  );
}

function Changes({ data }: { data: Data }) {
  const { changes } = data;
  return (
    <Section
      title={t.changes}
      note={
        <>
          {t.changes_since} <Ago time={changes.since} />
        </>
      }
    >
      {changes.items.length === 0 ? (
        <p className="soft">{t.changes_none}</p>
      ) : (
        <ul className="lines">
          {changes.items.map((change) => (
            <li key={change.at + change.domain + change.code}>
              <State kind={change.what === 'went' ? 'good' : severity_kinds[change.effective]}>
                {change.what === 'went' ? t.went : severity_words[change.effective]}
              </State>
              <span className="lines-text">
                <Link to={at`/domains/${change.domain}`}>
                  <Name>{change.domain}</Name>
                </Link>{' '}
                <Words>{change.title}</Words>
              </span>
              <span className="faint nowrap">
                <Ago time={change.at} />
              </span>
            </li>
          ))}
          {changes.more > 0 && (
            <li>
              <Link to="/domains?sort=-last_audit">{t.changes_more(changes.more)}</Link>
            </li>
          )}
        </ul>
      )}
    </Section>
  );
}

function Deadlines({ data }: { data: Data }) {
  return (
    <Section title={t.deadlines}>
      {data.deadlines.length === 0 ? (
        <p className="soft">{t.deadlines_none}</p>
      ) : (
        <ul className="lines">
          {data.deadlines.map((deadline) => (
            <li key={deadline.at + deadline.text}>
              <span className="nowrap strong">
                <Day time={deadline.at} />
              </span>
              <span className="lines-text">
                {deadline.domain && (
                  <>
                    <Link to={at`/domains/${deadline.domain}/${deadline.kind === 'key' ? 'keys' : 'fix'}`}>
                      <Name>{deadline.domain}</Name>
                    </Link>{' '}
                  </>
                )}
                <Words>{deadline.text}</Words>
              </span>
              <span className="faint nowrap">
                <Ago time={deadline.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function NoDomains() {
  const may = use_may();
  return (
    <Empty title={t.empty}>
      <p>{t.empty_lead}</p>
      <Code block>rampart audit your-domain.example</Code>
      {may('domains.write') && (
        <Link to="/domains?do=add" className="button button-primary">
          {t.add}
        </Link>
      )}
    </Empty>
  );
}

function Shape() {
  return (
    <>
      <Skeleton lines={6} />
      <Skeleton lines={1} height="11rem" />
      <Skeleton lines={4} />
    </>
  );
}
