import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import { Diff } from '../../parts/diff';
import { Empty, Loaded } from '../../parts/loaded';
import { Code, Words } from '../../parts/name';
import { Scroll, Section } from '../../parts/page';
import { Grade, State } from '../../parts/state';
import { severity_kinds, severity_words, status_kinds, status_words } from '../../parts/status';
import { Day } from '../../parts/time';
import { tabs } from './texts_tabs';

const what = { appeared: tabs.appeared, changed: tabs.changed, went: tabs.went };

export function History({ domain }: { domain: string }) {
  const history = useQuery({ queryKey: ['domain', domain, 'history'], queryFn: () => api('domains_history', { path: { domain } }) });
  const drift = useQuery({ queryKey: ['domain', domain, 'drift'], queryFn: () => api('domains_drift', { path: { domain } }) });
  return (
    <>
      <Loaded query={drift}>
        {(data) => (
          <Section
            title={tabs.changes}
            note={
              <>
                <Day time={data.before} /> – <Day time={data.after} />: <Grade grade={data.grade_before} />{' '}
                <Grade grade={data.grade_after} />
              </>
            }
          >
            {data.changes.length === 0 ? (
              <p className="soft">{tabs.no_changes}</p>
            ) : (
              data.changes.map((change) => (
                <div key={change.what + change.key} className="step-change">
                  <p>
                    <strong>{what[change.what]}</strong> <Code>{change.key}</Code> {change.title && <Words>{change.title}</Words>}
                  </p>
                  {change.subject === 'record' && <Diff before={change.before ?? null} after={change.after ?? null} />}
                </div>
              ))
            )}
          </Section>
        )}
      </Loaded>
      <Loaded query={history}>
        {(data) =>
          data.states.length === 0 ? (
            <Empty title={tabs.no_history} />
          ) : (
            <>
              <Section title={tabs.states}>
                <Scroll label={tabs.states}>
                  <table className="table">
                    <thead>
                      <tr>
                        <th>{tabs.from}</th>
                        <th>{tabs.to}</th>
                        <th>{tabs.grade}</th>
                        <th>{tabs.state}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {[...data.states].reverse().map((state) => (
                        <tr key={state.number}>
                          <td className="nowrap">
                            <Day time={state.first} />
                          </td>
                          <td className="nowrap">
                            <Day time={state.last} />
                          </td>
                          <td>
                            <Grade grade={state.grade} />
                          </td>
                          <td>
                            <State kind={status_kinds[state.status]}>{status_words[state.status]}</State>
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </Scroll>
              </Section>
              <Section title={tabs.findings}>
                <Scroll label={tabs.findings}>
                  <table className="table">
                    <thead>
                      <tr>
                        <th>{tabs.severity}</th>
                        <th>{tabs.finding}</th>
                        <th>{tabs.from}</th>
                        <th>{tabs.to}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {data.findings.map((span) => (
                        <tr key={span.code + span.since}>
                          <td className="nowrap">
                            <State kind={span.gone ? 'plain' : severity_kinds[span.effective]}>{severity_words[span.effective]}</State>
                          </td>
                          <td dir="auto">
                            {span.title} <Code>{span.code}</Code>
                          </td>
                          <td className="nowrap">
                            <Day time={span.since} />
                          </td>
                          <td className="nowrap">{span.gone ? <Day time={span.gone} /> : <strong>{tabs.open}</strong>}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </Scroll>
              </Section>
            </>
          )
        }
      </Loaded>
    </>
  );
}
