// What was published from here, and the way back.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import { use_job } from '../../api/jobs';
import { queries, use_may } from '../../api/session';
import { texts } from '../../i18n/texts';
import { Diff } from '../../parts/diff';
import { Sure } from '../../parts/form';
import { Code, Name, Words } from '../../parts/name';
import { Section } from '../../parts/page';
import { State } from '../../parts/state';
import { Ago } from '../../parts/time';
import { before_after } from './record';

const t = texts({
  title: { en: 'Published from here', ur: 'یہاں سے شائع شدہ' },
  at: { en: 'at', ur: 'بذریعہ' },
  risk: { en: (why: string) => `with an accepted risk: ${why}`, ur: (why: string) => `قبول شدہ خطرے کے ساتھ: ${why}` },
  undone: { en: 'taken back', ur: 'واپس لیا گیا' },
  undo: { en: 'Take it back', ur: 'واپس لیں' },
  undo_sure: { en: 'Press again: DNS is changed', ur: 'دوبارہ دبائیں: DNS بدلے گا' },
  running: { en: 'Taking it back', ur: 'واپس لیا جا رہا ہے' },
  failed: { en: (why: string) => `It was not taken back: ${why}`, ur: (why: string) => `واپس نہیں لیا گیا: ${why}` },
});

export function Rollbacks({ domain }: { domain: string }) {
  const may = use_may();
  const rollbacks = useQuery({
    queryKey: ['domain', domain, 'rollbacks'],
    queryFn: () => api('domains_rollbacks', { path: { domain } }),
    enabled: may('fixes.read'),
  });
  const [job, set_job] = useState<string | null>(null);
  const undoing = use_job(job).data;
  if (!rollbacks.data || rollbacks.data.items.length === 0) return null;
  return (
    <Section title={t.title}>
      {undoing?.state === 'failed' && <p className="note note-bad">{t.failed(undoing.problem?.detail ?? '')}</p>}
      {(undoing?.state === 'queued' || undoing?.state === 'running') && <p className="note">{t.running}</p>}
      {rollbacks.data.items.map((rollback) => (
        <div key={rollback.id} className="step">
          <p className="row">
            <Ago time={rollback.at} />
            <span className="soft">
              {t.at} <Name>{rollback.server}</Name>
            </span>
            {rollback.accepted_risk && <Words>{t.risk(rollback.accepted_risk)}</Words>}
            {rollback.undone && <State kind="plain">{t.undone}</State>}
          </p>
          {rollback.changes.map((change) => (
            <div key={change.action + change.name + change.data} className="step-change">
              <Code>{`${change.name} ${change.type}`}</Code>
              <Diff {...before_after(change)} />
            </div>
          ))}
          {!rollback.undone && may('fixes.publish') && (
            <Sure
              name={t.undo}
              sure={t.undo_sure}
              act={async () => {
                const started = await api('domains_undo', { path: { domain, rollback: rollback.id } });
                set_job(started.id);
                await queries.invalidateQueries({ queryKey: ['domain', domain, 'rollbacks'] });
              }}
            />
          )}
        </div>
      ))}
    </Section>
  );
}
