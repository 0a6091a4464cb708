import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import { number } from '../../i18n/format';
import { Loaded } from '../../parts/loaded';
import { Code, Name } from '../../parts/name';
import { Scroll } from '../../parts/page';
import { Unknown } from '../../parts/state';
import { Ago } from '../../parts/time';
import { t } from './texts';
import { tabs } from './texts_tabs';

export function Facts({ domain }: { domain: string }) {
  const facts = useQuery({ queryKey: ['domain', domain, 'facts'], queryFn: () => api('domains_facts', { path: { domain } }) });
  return (
    <Loaded query={facts}>
      {(data) => (
        <>
          <p className="soft">
            {tabs.facts_as_of} <Ago time={data.at} />
          </p>
          <Scroll label={t.facts}>
            <table className="table">
              <thead>
                <tr>
                  <th>{tabs.asked}</th>
                  <th>{tabs.answer}</th>
                  <th className="num">{tabs.ttl}</th>
                  <th>{tabs.server}</th>
                </tr>
              </thead>
              <tbody>
                {data.facts.map((fact) => (
                  <tr key={fact.name + fact.type}>
                    <td>
                      <Name>{fact.name}</Name> <strong>{fact.type}</strong>
                    </td>
                    <td className="record-cell">
                      {fact.status === 'unknown' ? (
                        <Unknown why={`${tabs.not_asked}: ${fact.why}`} />
                      ) : fact.status === 'absent' ? (
                        <span className="soft">
                          {tabs.absent} {fact.why && <bdi dir="ltr">({fact.why})</bdi>}
                        </span>
                      ) : (
                        fact.records.map((record) => (
                          <div key={record}>
                            <Code>{record}</Code>
                          </div>
                        ))
                      )}
                    </td>
                    <td className="num">{fact.ttl === null ? '' : number(fact.ttl)}</td>
                    <td className="small faint">{fact.server && <Name>{fact.server}</Name>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
    </Loaded>
  );
}
