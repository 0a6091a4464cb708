// How encrypted delivery to the domain's mail servers went, as senders report it.
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import { number } from '../../i18n/format';
import { texts } from '../../i18n/texts';
import { Name, Words } from '../../parts/name';
import { Scroll, Section } from '../../parts/page';
import { State } from '../../parts/state';
import { Day } from '../../parts/time';

const t = texts({
  title: { en: 'Encrypted delivery to it', ur: 'اس تک خفیہ ترسیل' },
  note: {
    en: (failed: string, all: string, reports: string) => `${failed} of ${all} sessions failed, by ${reports} TLS reports`,
    ur: (failed: string, all: string, reports: string) => `${reports} TLS رپورٹوں کے مطابق ${all} میں سے ${failed} سیشن ناکام`,
  },
  failure: { en: 'What failed', ur: 'کیا ناکام ہوا' },
  server: { en: 'Mail server', ur: 'میل سرور' },
  sessions: { en: 'Sessions', ur: 'سیشن' },
  days: { en: 'Days', ur: 'دن' },
});

export function Tls({ domain }: { domain: string }) {
  const tls = useQuery({ queryKey: ['domain', domain, 'tls'], queryFn: () => api('reports_tls', { query: { domain } }) });
  const data = tls.data;
  if (!data || data.reports === 0) return null;
  const all = data.total.successful + data.total.failed;
  return (
    <Section title={t.title} note={t.note(number(data.total.failed), number(all), number(data.reports))}>
      {data.failures.length > 0 && (
        <Scroll label={t.title}>
          <table className="table">
            <thead>
              <tr>
                <th>{t.failure}</th>
                <th>{t.server}</th>
                <th className="num">{t.sessions}</th>
                <th>{t.days}</th>
              </tr>
            </thead>
            <tbody>
              {data.failures.map((failure) => (
                <tr key={failure.result + failure.mx}>
                  <td>
                    <State kind="bad">
                      <Words>{failure.meaning || failure.result}</Words>
                    </State>
                  </td>
                  <td>
                    <Name>{failure.mx}</Name>
                  </td>
                  <td className="num">{number(failure.sessions)}</td>
                  <td className="nowrap">
                    <Day time={failure.first_day} /> – <Day time={failure.last_day} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Section>
  );
}
