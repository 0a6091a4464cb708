// Publishing steps: what will change, the reason where a risk is taken, the second factor (asked for by the client), then what every
// name server shows, and the way back.
import { useState } from 'react';
import { api, api_with } from '../../api/client';
import { use_job } from '../../api/jobs';
import { queries } from '../../api/session';
import type { FixStep, Publication, Published } from '../../api/types';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Diff } from '../../parts/diff';
import { Field } from '../../parts/field';
import { Failed } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { State, Unknown } from '../../parts/state';
import { words } from '../../parts/texts';
import { before_after } from './record';
import { t } from './texts';

// A step that the reports do not clear is published only with a reason.
export function is_risky(step: FixStep): boolean {
  return (
    step.breaks !== null &&
    !step.proven &&
    (!step.breaks.known || (step.breaks.failing?.length ?? 0) > 0) &&
    /^(p|sp)-|^spf-hard-fail/.test(step.step)
  );
}

export function Publish(props: { domain: string; steps: readonly FixStep[]; answers: Publication['answers']; on_close: () => void }) {
  const [reason, set_reason] = useState('');
  const [busy, set_busy] = useState(false);
  const [error, set_error] = useState<unknown>(null);
  const [job, set_job] = useState<string | null>(null);
  const risky = props.steps.some(is_risky);
  const publish = async () => {
    set_busy(true);
    set_error(null);
    try {
      const body: Publication = { steps: props.steps.map(({ step, subject }) => ({ step, subject })) };
      if (reason.trim()) body.accept_risk = reason.trim();
      if (props.answers) body.answers = props.answers;
      const { data } = await api_with('domains_publish', { path: { domain: props.domain }, body });
      set_job(data.id);
    } catch (failed) {
      set_error(failed);
    } finally {
      set_busy(false);
    }
  };
  const close = () => {
    if (job) void queries.invalidateQueries({ queryKey: ['domain', props.domain] });
    props.on_close();
  };
  return (
    <Dialog title={t.publish_title} open on_close={close} wide alert>
      {job ? (
        <Outcome domain={props.domain} job={job} />
      ) : (
        <>
          <p className="soft">{t.publish_lead}</p>
          {props.steps.map((step) => (
            <div key={step.step + step.subject} className="stack">
              <p className="strong">
                <Words>{step.title}</Words>
              </p>
              {step.changes.map((change) => (
                <div key={change.name + change.data} className="step-change">
                  <Code>{`${change.name} ${change.type}`}</Code>
                  <Diff {...before_after(change)} />
                </div>
              ))}
              {step.breaks && !step.breaks.known && <Unknown why={t.breaks_unknown(step.breaks.why)} />}
            </div>
          ))}
          {risky && <Field label={t.publish_risk} hint={t.publish_risk_hint} value={reason} onChange={set_reason} isRequired />}
          {error !== null && <Failed error={error} />}
        </>
      )}
      <div className="dialog-actions">
        <Button onPress={close}>{job ? words.close : words.cancel}</Button>
        {!job && (
          <Button look="primary" isPending={busy} isDisabled={risky && reason.trim().length < 3} onPress={() => void publish()}>
            {t.publish_do}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Outcome({ domain, job: id }: { domain: string; job: string }) {
  const { data: job } = use_job(id);
  const [undo, set_undo] = useState<string | null>(null);
  const [error, set_error] = useState<unknown>(null);
  const undo_job = use_job(undo).data;
  if (!job || job.state === 'queued' || job.state === 'running') {
    return (
      <p className="row" role="status">
        <span className="spinner" aria-hidden="true" /> {t.publishing}
      </p>
    );
  }
  const result = job.result as Published | null;
  if (job.state !== 'done' || !result) {
    return (
      <p className="note note-bad" role="alert">
        {t.failed} {job.problem?.detail ?? job.state}
      </p>
    );
  }
  const take_back = async (rollback: string) => {
    try {
      set_undo((await api('domains_undo', { path: { domain, rollback } })).id);
    } catch (failed) {
      set_error(failed);
    }
  };
  return (
    <div className="stack" role="status">
      <p className="strong">{t.published(result.changed.length)}</p>
      <ul className="step-effects">
        {result.visible.map((each) => (
          <li key={each.server}>
            <State kind={each.shows ? 'good' : 'warn'}>
              <Name>{each.server}</Name> {each.shows ? t.visible : t.not_visible}
            </State>{' '}
            {each.why && <span className="soft">{each.why}</span>}
          </li>
        ))}
        {result.held_back.map((each) => (
          <li key={each.step}>
            <State kind="warn">{t.held_back}</State> {each.step}: {each.why}
          </li>
        ))}
      </ul>
      {undo_job?.state === 'done' ? (
        <p>{t.undone}</p>
      ) : (
        result.rollback && (
          <Button look="danger" isPending={undo !== null} onPress={() => void take_back(result.rollback ?? '')}>
            {t.undo}
          </Button>
        )
      )}
      {error !== null && <Failed error={error} />}
    </div>
  );
}
