// Who tries, as whom, what a receiver does with it, and which record decides.
import type { AuditAttempt } from '../../api/types';
import { Code, Name } from '../../parts/name';
import { Scroll, Section } from '../../parts/page';
import { State, Unknown, type Kind } from '../../parts/state';
import { t } from './texts';

type Disposition = AuditAttempt['rfc9989'];
const kinds: Record<Disposition, Kind> = { deliver: 'bad', quarantine: 'warn', reject: 'good', unknown: 'unknown' };
const words: Record<Disposition, string> = { deliver: t.deliver, quarantine: t.quarantine, reject: t.reject, unknown: t.unknown };
const identities = { domain: t.as_domain, subdomain: t.as_subdomain, invented: t.as_invented };
const origins = { stranger: t.stranger, shared: t.shared };

export function Spoofing({ attempts }: { attempts: readonly AuditAttempt[] }) {
  return (
    <Section title={t.spoofing}>
      <Scroll label={t.spoofing}>
        <table className="table spoofing">
          <thead>
            <tr>
              <th>{t.receiver}</th>
              <th>{t.as_whom}</th>
              <th>{t.who}</th>
              <th>{t.decided}</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt, i) => (
              <tr key={i}>
                <td className="nowrap">
                  {attempt.rfc9989 === 'unknown' ? (
                    <Unknown why={words.unknown} />
                  ) : (
                    <State kind={kinds[attempt.rfc9989]}>{words[attempt.rfc9989]}</State>
                  )}
                  {attempt.rfc7489 !== attempt.rfc9989 && <div className="small soft">{t.older(words[attempt.rfc7489])}</div>}
                </td>
                <td>
                  <Name>{attempt.from}</Name>
                  <div className="small soft">{identities[attempt.identity]}</div>
                </td>
                <td>
                  {origins[attempt.origin]}
                  <div className="small soft">
                    <Name>{attempt.address}</Name>
                    {attempt.via && <> {t.via(<Name>{attempt.via}</Name>)}</>}
                  </div>
                </td>
                <td>
                  <Code>{attempt.decided_by}</Code>
                  <div className="small soft" dir="auto">
                    {attempt.why}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Section>
  );
}
