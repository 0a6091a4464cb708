import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import { number } from '../../i18n/format';
import { Empty, Loaded } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Scroll } from '../../parts/page';
import { Passes, SourceKindState, t as s, trend_words } from '../../parts/sources';
import { Day } from '../../parts/time';
import { at, Link } from '../../router/router';
import { t } from './texts';
import { tabs } from './texts_tabs';

export function Senders({ domain }: { domain: string }) {
  const senders = useQuery({ queryKey: ['domain', domain, 'senders'], queryFn: () => api('domains_senders', { path: { domain } }) });
  return (
    <Loaded query={senders}>
      {(data) =>
        data.messages === 0 && data.sources.length === 0 ? (
          <Empty title={tabs.no_reports}>
            <p>{tabs.no_reports_lead}</p>
            <Code block>rampart reports import ~/dmarc-reports/</Code>
          </Empty>
        ) : (
          <>
            <p className="soft">
              {tabs.senders_lead(data.messages, data.reports, data.reporters)}, <Day time={data.from} /> – <Day time={data.to} />.{' '}
              {data.uncounted_reports > 0 && tabs.uncounted(data.uncounted_reports, data.uncounted_messages)}
            </p>
            <Scroll label={t.senders}>
              <table className="table">
                <thead>
                  <tr>
                    <th>{s.sender}</th>
                    <th>{s.kind}</th>
                    <th className="num">{s.messages}</th>
                    <th className="num">{s.passes}</th>
                    <th>{s.trend}</th>
                    <th>{s.last}</th>
                  </tr>
                </thead>
                <tbody>
                  {data.sources.map((source) => (
                    <tr key={source.id}>
                      <td>
                        <Link to={at`/senders/${source.id}`} className="strong">
                          <Words>{source.name}</Words>
                        </Link>
                        {source.evidence.slice(0, 2).map((evidence) => (
                          <div key={evidence.text} className="small soft">
                            <Words>{evidence.text}</Words>
                          </div>
                        ))}
                        {source.dkim_keys.map((key) => (
                          <div key={key.domain + key.selector} className="small faint">
                            DKIM <Name>{`${key.selector}._domainkey.${key.domain}`}</Name>
                          </div>
                        ))}
                      </td>
                      <td>
                        <SourceKindState kind={source.kind} confidence={source.confidence} />
                        {source.mark && (
                          <div className="small soft" dir="auto">
                            {source.mark.who}: {source.mark.reason}
                          </div>
                        )}
                      </td>
                      <td className="num">{number(source.messages)}</td>
                      <td className="num">
                        <Passes part={source.authenticated} all={source.messages} forged={source.kind === 'spoofing'} />
                      </td>
                      <td className="nowrap">{trend_words[source.trend]}</td>
                      <td className="nowrap">
                        <Day time={source.last_day} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          </>
        )
      }
    </Loaded>
  );
}
