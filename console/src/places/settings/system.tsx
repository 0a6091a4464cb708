import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { System as Data } from '../../api/types';
import { bytes, number } from '../../i18n/format';
import { Loaded } from '../../parts/loaded';
import { Name, Words } from '../../parts/name';
import { Section } from '../../parts/page';
import { State, Unknown, type Kind } from '../../parts/state';
import { Ago } from '../../parts/time';
import { t } from './texts';

type Health = Data['parts'][number]['health'];
const kinds: Record<Health, Kind> = { good: 'good', warning: 'warn', bad: 'bad', unknown: 'unknown' };
const health: Record<Health, string> = { good: t.health_good, warning: t.health_warning, bad: t.health_bad, unknown: t.health_unknown };

export function System() {
  const system = useQuery({ queryKey: ['system'], queryFn: () => api('system_read'), refetchInterval: 30_000 });
  return (
    <Loaded query={system}>
      {(data) => (
        <>
          <Section title={t.parts}>
            <table className="table">
              <tbody>
                {data.parts.map((part) => (
                  <tr key={part.name}>
                    <td className="narrow">
                      <State kind={kinds[part.health]}>{health[part.health]}</State>
                    </td>
                    <td className="narrow">
                      <Name strong>{part.name}</Name>
                    </td>
                    <td>{part.health === 'unknown' ? <Unknown why={part.text} /> : <Words>{part.text}</Words>}</td>
                    <td className="soft narrow">
                      {part.since && (
                        <>
                          {t.since} <Ago time={part.since} />
                        </>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Section>
          <Section title={t.system}>
            <dl className="facts">
              <dt>{t.version}</dt>
              <dd>
                <Name>{data.version}</Name>
              </dd>
              <dt>{t.started}</dt>
              <dd>
                <Ago time={data.started} />
              </dd>
              <dt>{t.roles}</dt>
              <dd>
                <Name>{data.roles.join(', ')}</Name>
              </dd>
              <dt>{t.store}</dt>
              <dd>
                <Name>{`${data.store.backend} ${data.store.where}`}</Name>{' '}
                {data.store.bytes === null ? <Unknown why={t.size_unknown} /> : bytes(data.store.bytes)}
              </dd>
              <dt>{t.public_url}</dt>
              <dd>
                <Name>{data.public_url}</Name>
              </dd>
              <dt>{t.streams}</dt>
              <dd>{number(data.streams)}</dd>
              <dt>{t.jobs}</dt>
              <dd>{t.jobs_count(data.jobs.running, data.jobs.queued)}</dd>
            </dl>
          </Section>
        </>
      )}
    </Loaded>
  );
}
