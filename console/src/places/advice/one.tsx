// One domain: the ladder, the gate to the next rung, and the rehearsal of a policy.
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { AdviseOne } from '../../api/types';
import { number } from '../../i18n/format';
import { Choice } from '../../parts/field';
import { Loaded, Skeleton } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Diff } from '../../parts/diff';
import { Copy } from '../../parts/copy';
import { Page, Scroll, Section } from '../../parts/page';
import { State, Unknown, type Kind } from '../../parts/state';
import { Day } from '../../parts/time';
import { at, Link, use_query } from '../../router/router';
import { Ladder, ladder_of, RungWord } from './ladder';
import { t } from './texts';
import { verdict_kinds } from './verdicts';

export function OneDomain({ domain }: { domain: string }) {
  const advice = useQuery({ queryKey: ['domain', domain, 'advice'], queryFn: () => api('domains_advice', { path: { domain } }) });
  return (
    <Page
      title={`${t.title} ${domain}`}
      heading={<Name>{domain}</Name>}
      crumbs={[{ to: '/advice', name: t.title }]}
      actions={
        <Link to={at`/domains/${domain}`} className="button">
          {t.to_domain}
        </Link>
      }
      lead={
        advice.data && (
          <span className="stack">
            <State kind={verdict_kinds[advice.data.verdict]}>
              <Words>{advice.data.headline}</Words>
            </State>
            <span dir="auto">{advice.data.sentence}</span>
          </span>
        )
      }
    >
      <Loaded query={advice} shape={<Skeleton lines={12} />}>
        {(data) => (
          <>
            <Standing data={data} />
            <Gates data={data} />
            <Blockers data={data} domain={domain} />
            <Next data={data} domain={domain} />
          </>
        )}
      </Loaded>
      <Rehearsal domain={domain} />
    </Page>
  );
}

function Standing({ data }: { data: AdviseOne }) {
  const rungs = ladder_of(data.current.policy, data.current.test, data.current.from !== 'nowhere');
  return (
    <Section title={t.stands} note={data.current.record && <Code>{data.current.record}</Code>}>
      <Ladder rungs={rungs} days={data.current.days} />
    </Section>
  );
}

type Gate = AdviseOne['gates'][number];
const gate_kinds: Record<Gate['state'], Kind> = { pass: 'good', wait: 'warn', block: 'bad', unknown: 'unknown', accepted: 'plain' };
const gate_states: Record<Gate['state'], string> = { pass: t.pass, wait: t.wait, block: t.block, unknown: t.unknown, accepted: t.accepted };

function Gates({ data }: { data: AdviseOne }) {
  const rung = data.next ? (
    <RungWord rung={data.next.policy === 'none' ? 'none' : `${data.next.policy}${data.next.test ? '-test' : ''}`} />
  ) : (
    <RungWord rung="reject" />
  );
  return (
    <Section title={t.gate_to(rung)} note={t.gates_count(data.gates.filter((gate) => gate.state === 'pass').length, data.gates.length)}>
      <ul className="gates">
        {data.gates.map((gate) => (
          <li key={gate.gate}>
            <details className="gate" open={gate.state === 'block' || undefined}>
              <summary>
                <span className="gate-state">
                  <State kind={gate_kinds[gate.state]}>{gate_states[gate.state]}</State>
                </span>
                <span className="gate-text">
                  <span className="strong">{t[gate.gate]}</span>
                  <span className="soft" dir="auto">
                    {gate.state === 'unknown' ? <Unknown why={gate.says} /> : gate.says}
                  </span>
                </span>
              </summary>
              {gate.evidence.length > 0 && (
                <ul className="gate-evidence soft">
                  {gate.evidence.map((line) => (
                    <li key={line} dir="auto">
                      {line}
                    </li>
                  ))}
                </ul>
              )}
            </details>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Blockers({ data, domain }: { data: AdviseOne; domain: string }) {
  if (data.blockers.length === 0) return null;
  return (
    <Section title={t.blockers} note={number(data.blockers.length)}>
      <ol className="blockers">
        {data.blockers.map((blocker) => (
          <li key={blocker.gate + blocker.says}>
            <State kind={blocker.accepted ? 'plain' : blocker.waits ? 'warn' : 'bad'}>
              <Words>{blocker.says}</Words>
            </State>
            <p dir="auto">
              <strong>{t.mend}</strong> {blocker.mend}
            </p>
            <p className="row soft">
              {blocker.until && (
                <span>
                  {t.until} <Day time={blocker.until} />
                </span>
              )}
              {blocker.source && <Link to={at`/senders/${blocker.source}`}>{t.sender_link}</Link>}
              <Link to={at`/domains/${domain}`}>{t.to_plan}</Link>
            </p>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Next({ data, domain }: { data: AdviseOne; domain: string }) {
  if (!data.next) return null;
  return (
    <Section title={t.next_record} note={data.next.now ? t.next_now : t.next_wait}>
      <div className="stack">
        <Code>{`${data.next.name} TXT`}</Code>
        <div className="next-record">
          <Diff before={data.current.own ? data.current.record : null} after={data.next.record} />
        </div>
        <p className="soft" dir="auto">
          {data.next.says}
        </p>
        <div className="row">
          <Copy text={data.next.record} />
          <Link to={at`/domains/${domain}`} className="button">
            {t.to_plan}
          </Link>
        </div>
        {data.rollback && (
          <p className="soft">
            {t.way_back}: <Code>{data.rollback}</Code>
          </p>
        )}
      </div>
    </Section>
  );
}

function Rehearsal({ domain }: { domain: string }) {
  const [address, set] = use_query();
  const policy = address.get('policy') === 'quarantine' ? 'quarantine' : 'reject';
  const rehearsal = useQuery({
    queryKey: ['domain', domain, 'rehearsal', policy],
    queryFn: () => api('domains_rehearsal', { path: { domain }, query: { policy } }),
    placeholderData: (before) => before,
  });
  return (
    <Section
      title={t.rehearsal}
      id="rehearsal"
      actions={
        <Choice
          inline
          label={t.policy}
          value={policy}
          onChange={(next) => set({ policy: next === 'reject' ? null : next })}
          options={[
            { value: 'quarantine', name: 'p=quarantine' },
            { value: 'reject', name: 'p=reject' },
          ]}
        />
      }
    >
      <Loaded query={rehearsal}>{(data) => <Losses data={data} policy={policy} />}</Loaded>
    </Section>
  );
}

const decimal = (n: number): string => number(n >= 10 ? Math.round(n) : Math.round(n * 100) / 100);

function Losses({ data, policy }: { data: AdviseOne; policy: string }) {
  const { blast } = data;
  const rows = blast.sources
    .map((loss) => ({ loss, source: data.sources.find((each) => each.id === loss.source) }))
    .sort((a, b) => Number(a.source?.standing === 'forged') - Number(b.source?.standing === 'forged') || b.loss.stopped - a.loss.stopped);
  const standings = { legitimate: t.legitimate, 'handed-on': t.handed_on, forged: t.forged, unclear: t.unclear };
  return (
    <>
      <p>
        {t.rehearsal_lead(
          <bdi dir="ltr">p={policy}</bdi>,
          number(blast.forged),
          number(blast.legitimate),
          number(blast.legitimate_messages),
        )}
      </p>
      <Scroll label={t.rehearsal}>
        <table className="table">
          <thead>
            <tr>
              <th>{t.sender}</th>
              <th>{t.whose}</th>
              <th className="num">{t.a_day}</th>
              <th className="num">{t.stopped}</th>
              <th>{t.do}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ loss, source }) => {
              const rate = loss.stopped_a_day;
              const forged = source?.standing === 'forged';
              const lost = loss.stopped > 0 && !forged;
              return (
                <tr key={loss.source}>
                  <td>
                    <Link to={at`/senders/${loss.source}`}>
                      <Words>{source?.name ?? loss.source}</Words>
                    </Link>
                  </td>
                  <td className="nowrap soft">{standings[source?.standing ?? 'unclear']}</td>
                  <td className="num">
                    <span className={lost ? 'state-bad strong' : ''}>{decimal(rate.mean)}</span>
                    <div className="small faint">
                      {rate.low === 0 && rate.high !== null
                        ? t.fewer(decimal(rate.high))
                        : t.between(decimal(rate.low), rate.high === null ? '∞' : decimal(rate.high))}
                    </div>
                  </td>
                  <td className="num">{t.gates_count(loss.stopped, loss.messages)}</td>
                  <td>
                    {forged ? (
                      <span className="soft">{t.do_nothing}</span>
                    ) : lost ? (
                      <Link to={at`/senders/${loss.source}`}>{t.do_fix}</Link>
                    ) : (
                      <span className="soft">{t.do_fine}</span>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
