// One message of the quarantine: verdict, causes, path, and its views.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import { use_may } from '../../api/session';
import type { Kept as Data, Rendering } from '../../api/types';
import { bytes } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Failed, Loaded, Skeleton } from '../../parts/loaded';
import { Name, Words } from '../../parts/name';
import { Page, Section, Tabs } from '../../parts/page';
import { State } from '../../parts/state';
import { words } from '../../parts/texts';
import { Ago } from '../../parts/time';
import { at, type Values } from '../../router/router';
import { DeleteKept, ReleaseKept } from '../quarantine/dialogs';
import { kept_kinds, kept_words } from '../quarantine/states';
import { Body, Headers, Parts, Raw, Text } from './body';
import { Causes } from './causes';
import { EventFacts } from './index';
import { PathDrawing, path_of_event } from './path';
import { t } from './texts';
import './message.css';

const views = ['body', 'text', 'headers', 'parts', 'raw'] as const;
type View = (typeof views)[number];
const view_names: Record<View, string> = { body: t.tab_body, text: t.tab_text, headers: t.tab_headers, parts: t.tab_parts, raw: t.tab_raw };

export default function Kept({ values }: { values: Values }) {
  const id = values.id ?? '';
  const view: View = views.find((each) => each === values.tab) ?? 'body';
  const may = use_may();
  const [doing, set_doing] = useState<'release' | 'delete' | null>(null);
  const [hot, set_hot] = useState<string | null>(null);
  const query = useQuery({ queryKey: ['kept', id], queryFn: () => api('quarantine_read', { path: { id } }) });
  const kept = query.data?.kept;
  const readable = may('quarantine.content') && kept !== undefined && kept.state !== 'deleted';
  const rendering = useQuery({
    queryKey: ['kept', id, 'message'],
    queryFn: () => api('quarantine_message', { path: { id } }),
    enabled: readable,
    staleTime: Infinity,
  });
  const event = query.data?.events[0];
  return (
    <Page
      title={kept?.subject || t.message}
      heading={kept ? kept.subject ? <Words>{kept.subject}</Words> : <span className="faint">{t.no_subject}</span> : t.message}
      crumbs={[{ to: '/quarantine', name: t.quarantine }]}
      lead={kept && <Lead kept={kept} verdict={query.data?.verdict ?? null} />}
      actions={
        kept?.state === 'kept' && (
          <>
            {may('quarantine.delete') && (
              <Button look="danger" onPress={() => set_doing('delete')}>
                {words.delete}
              </Button>
            )}
            {may('quarantine.release') && (
              <Button look="primary" onPress={() => set_doing('release')}>
                {t.release}
              </Button>
            )}
          </>
        )
      }
    >
      <Loaded query={query} shape={<Skeleton lines={10} />}>
        {(data) => (
          <>
            <Section title={t.causes} note={rendering.data ? t.causes_hint : undefined}>
              <Causes causes={with_marks(data.kept.causes, rendering.data)} hot={hot} on_hot={set_hot} />
            </Section>
            <Section title={t.path}>
              <PathDrawing path={rendering.data?.path ?? (event ? path_of_event(event) : null)} />
            </Section>
            <Tabs
              label={t.tabs}
              tabs={views.map((each) => ({
                to: each === 'body' ? at`/quarantine/${id}` : at`/quarantine/${id}/${each}`,
                name: view_names[each],
                current: each === view,
              }))}
            />
            {!may('quarantine.content') ? (
              <p className="note">{t.no_content}</p>
            ) : data.kept.state === 'deleted' ? (
              <p className="note">{t.gone}</p>
            ) : view === 'raw' ? (
              <Raw id={id} />
            ) : rendering.isError ? (
              <Failed error={rendering.error} retry={() => void rendering.refetch()} />
            ) : rendering.data ? (
              <Shown view={view} rendering={rendering.data} hot={hot} />
            ) : (
              <Skeleton lines={8} />
            )}
            {event && (
              <Section title={t.facts}>
                <EventFacts event={event} />
              </Section>
            )}
          </>
        )}
      </Loaded>
      {doing === 'release' && kept && <ReleaseKept items={[kept]} on_close={() => set_doing(null)} />}
      {doing === 'delete' && kept && <DeleteKept items={[kept]} on_close={() => set_doing(null)} />}
    </Page>
  );
}

// What the rendering marks and the verdict did not name is a cause to point at, too.
function with_marks(causes: Data['causes'], rendering: Rendering | undefined): Data['causes'] {
  const more = rendering?.marks.filter((mark) => !causes.some((cause) => cause.code === mark.code)) ?? [];
  return [...causes, ...more.map((mark) => ({ code: mark.code, text: `${mark.code}: ${mark.text}`, section: '' }))];
}

function Lead({ kept, verdict }: { kept: Data; verdict: string | null }) {
  return (
    <div className="stack">
      {verdict && (
        <p className="verdict" dir="auto">
          {verdict}
        </p>
      )}
      <p className="row">
        <State kind={kept_kinds[kept.state]}>{kept_words[kept.state]}</State>
        <span>
          <Ago time={kept.changed} /> {kept.by && t.by_whom(kept.by)}
        </span>
        <span>
          {t.from} <Name>{kept.from}</Name>
        </span>
        <span>
          {t.to} <Name>{kept.recipients.join(', ')}</Name>
        </span>
        <span>{bytes(kept.size)}</span>
      </p>
    </div>
  );
}

function Shown({ view, rendering, hot }: { view: View; rendering: Rendering; hot: string | null }) {
  if (view === 'headers') return <Headers rendering={rendering} hot={hot} />;
  if (view === 'parts') return <Parts rendering={rendering} hot={hot} />;
  if (view === 'text') return <Text rendering={rendering} hot={hot} />;
  return <Body rendering={rendering} hot={hot} />;
}
