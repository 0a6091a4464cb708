// One message as the guard told of it.
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { MailEvent } from '../../api/types';
import { bytes, number } from '../../i18n/format';
import { Loaded, Skeleton } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Page, Section } from '../../parts/page';
import { State } from '../../parts/state';
import { action_kinds, action_words } from '../../parts/status';
import { Ago } from '../../parts/time';
import { at, Link, type Values } from '../../router/router';
import { Causes } from './causes';
import { PathDrawing, path_of_event } from './path';
import { t } from './texts';
import './message.css';

export default function Message({ values }: { values: Values }) {
  const id = values.id ?? '';
  const message = useQuery({ queryKey: ['mail', 'one', id], queryFn: () => api('mail_read', { path: { id } }) });
  const event = message.data?.event;
  return (
    <Page
      title={event?.subject || t.message}
      heading={event ? event.subject ? <Words>{event.subject}</Words> : <span className="faint">{t.no_subject}</span> : t.message}
      crumbs={[{ to: '/mail', name: t.mail }]}
      lead={event && <Verdict event={event} />}
      actions={message.data?.kept.map((kept) => (
        <Link key={kept.id} to={at`/quarantine/${kept.id}`} className="button button-primary">
          {t.kept_here}
        </Link>
      ))}
    >
      <Loaded query={message} shape={<Skeleton lines={10} />}>
        {(data) => (
          <>
            <Section title={t.causes}>
              <Causes causes={data.event.causes} />
            </Section>
            <Section title={t.path}>
              <PathDrawing path={path_of_event(data.event)} />
            </Section>
            <Section title={t.facts}>
              <EventFacts event={data.event} />
            </Section>
            {data.others.length > 0 && (
              <Section title={t.others}>
                <ul className="causes">
                  {data.others.map((other) => (
                    <li key={other.id} className="row">
                      <State kind={action_kinds[other.answered]}>{action_words[other.answered]}</State>
                      <Link to={at`/mail/${other.id}`}>
                        <Ago time={other.at} />
                      </Link>
                      <Name>{other.queue_id}</Name>
                    </li>
                  ))}
                </ul>
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Verdict({ event }: { event: MailEvent }) {
  const cause = event.causes[0];
  return (
    <div className="verdict">
      <State kind={action_kinds[event.answered]}>
        {event.answered === 'accept' && !cause ? t.delivered : t.was(action_words[event.answered])}
      </State>{' '}
      {cause && (
        <>
          <Words>{cause.text}</Words>.
        </>
      )}
      {event.asked !== event.answered && <div className="soft">{t.monitor(action_words[event.asked])}</div>}
    </div>
  );
}

export function EventFacts({ event }: { event: MailEvent }) {
  return (
    <dl className="facts">
      <dt>{t.time}</dt>
      <dd>
        <Ago time={event.at} />
      </dd>
      <dt>{t.from}</dt>
      <dd className="row">
        <Name>{event.author}</Name> <Link to={`/mail?author=${encodeURIComponent(event.author)}`}>{t.same_author}</Link>
      </dd>
      <dt>{t.sender}</dt>
      <dd>
        <Name>{event.mail_from || '<>'}</Name>
      </dd>
      <dt>{t.to}</dt>
      <dd>
        {(event.outcomes?.length ? event.outcomes : [{ action: event.answered, recipients: event.recipients }]).map((outcome, i) => (
          <div key={i} className="row">
            {event.outcomes && event.outcomes.length > 0 && (
              <State kind={action_kinds[outcome.action]}>{action_words[outcome.action]}</State>
            )}
            {outcome.recipients.map((recipient) => (
              <Name key={recipient}>{recipient}</Name>
            ))}
          </div>
        ))}
      </dd>
      <dt>{t.client}</dt>
      <dd>
        <Name>{event.client}</Name>
      </dd>
      {event.user && (
        <>
          <dt>{t.user}</dt>
          <dd>
            <Name>{event.user}</Name>
          </dd>
        </>
      )}
      <dt>{t.queue}</dt>
      <dd>
        <Name>{event.queue_id}</Name>
      </dd>
      <dt>
        <bdi dir="ltr">{t.message_id}</bdi>
      </dt>
      <dd>
        <Name>{event.message_id}</Name>
      </dd>
      <dt>{t.size}</dt>
      <dd>{bytes(event.size)}</dd>
      <dt>{t.took}</dt>
      <dd>
        <bdi dir="ltr">{number(Math.round(event.took_us / 100) / 10)} ms</bdi>
      </dd>
      <dt>
        <bdi dir="ltr">{t.results}</bdi>
      </dt>
      <dd>
        <Code>{event.results}</Code>
      </dd>
    </dl>
  );
}
