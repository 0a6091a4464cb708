import { useEffect, useState, type FormEvent } from 'react';
import { api, api_with } from '../../api/client';
import { use_job } from '../../api/jobs';
import { queries } from '../../api/session';
import type { AddedDomains, AuditResult } from '../../api/types';
import { number } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Check, Field } from '../../parts/field';
import { Failed } from '../../parts/loaded';
import { Words } from '../../parts/name';
import { OrganisationChoice } from '../../parts/organisation_choice';
import { words } from '../../parts/texts';
import { read_pasted } from './filters';
import { t } from './texts';

export function AddDomains({ on_close }: { on_close: (job: string | null) => void }) {
  const [text, set_text] = useState('');
  const [organisation, set_organisation] = useState('');
  const [audit, set_audit] = useState(true);
  const [busy, set_busy] = useState(false);
  const [error, set_error] = useState<unknown>(null);
  const [done, set_done] = useState<AddedDomains | null>(null);
  const pasted = read_pasted(text);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    set_busy(true);
    set_error(null);
    try {
      const added =
        pasted.kind === 'list'
          ? await api('domains_add', { body: pasted.csv as never, type: 'text/csv' })
          : await api('domains_add', { body: { domains: pasted.domains, organisation: organisation || null, audit } });
      await queries.invalidateQueries({ queryKey: ['domains'] });
      set_done(added);
    } catch (failed) {
      set_error(failed);
    } finally {
      set_busy(false);
    }
  };
  const close = () => on_close(done?.job ?? null);
  return (
    <Dialog title={t.add} open on_close={close} wide>
      {done ? (
        <div className="stack">
          <p role="status">{t.added(done.added, done.known)}</p>
          {done.refused.length > 0 && (
            <>
              <p className="field-error">{t.refused(done.refused.length)}</p>
              <ul className="refused">
                {done.refused.slice(0, 50).map((each) => (
                  <li key={each.where + each.text}>
                    {each.where}: <Words>{each.text}</Words>: <span className="soft">{each.why}</span>{' '}
                    {each.hint && <span className="soft">({each.hint})</span>}
                  </li>
                ))}
              </ul>
            </>
          )}
          <div className="dialog-actions">
            <Button look="primary" onPress={close}>
              {words.close}
            </Button>
          </div>
        </div>
      ) : (
        <form className="stack" onSubmit={(event) => void submit(event)}>
          <Field label={t.add_label} hint={t.add_lead} value={text} onChange={set_text} rows={8} ltr isRequired autoFocus />
          <label className="row">
            <span className="soft">{t.add_file}</span>
            <input
              type="file"
              accept=".csv,.txt,text/csv,text/plain"
              onChange={(event) => void event.target.files?.[0]?.text().then(set_text)}
            />
          </label>
          {pasted.kind === 'domains' && (
            <>
              <OrganisationChoice label={t.organisation} value={organisation} nothing={t.no_organisation} onChange={set_organisation} />
              <Check label={t.add_audit} checked={audit} onChange={set_audit} />
            </>
          )}
          {error !== null && <Failed error={error} />}
          <div className="dialog-actions">
            <Button onPress={close}>{words.cancel}</Button>
            <Button look="primary" type="submit" isPending={busy} isDisabled={pasted.count === 0}>
              {t.add_do(pasted.count)}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

export function StartAudit({ on_close }: { on_close: (job: string | null) => void }) {
  const [organisation, set_organisation] = useState('');
  const [probe, set_probe] = useState(false);
  const [error, set_error] = useState<unknown>(null);
  const [busy, set_busy] = useState(false);
  const start = async () => {
    set_busy(true);
    try {
      const { data } = await api_with('audits_start', { body: organisation ? { organisation, probe } : { all: true, probe } });
      on_close(data.id);
    } catch (failed) {
      set_error(failed);
      set_busy(false);
    }
  };
  return (
    <Dialog title={t.audit_title} open on_close={() => on_close(null)}>
      <OrganisationChoice label={t.audit_what} value={organisation} nothing={t.audit_all} onChange={set_organisation} />
      <Check label={t.audit_probe} checked={probe} onChange={set_probe} />
      {error !== null && <Failed error={error} />}
      <div className="dialog-actions">
        <Button onPress={() => on_close(null)}>{words.cancel}</Button>
        <Button look="primary" isPending={busy} onPress={() => void start()}>
          {t.audit_do}
        </Button>
      </div>
    </Dialog>
  );
}

// How an audit comes along; what it found shows in the list as it ends.
export function AuditProgress({ id, on_end }: { id: string; on_end: () => void }) {
  const job = use_job(id).data;
  const ended = job !== undefined && job.state !== 'queued' && job.state !== 'running';
  useEffect(() => {
    if (!ended) return;
    void queries.invalidateQueries({ queryKey: ['domains'] });
    void queries.invalidateQueries({ queryKey: ['domain'] });
  }, [ended]);
  if (!job) return null;
  if (job.state === 'queued' || job.state === 'running') {
    return (
      <p className="note row" role="status">
        <span className="spinner" aria-hidden="true" />
        {t.audit_running(job.progress.done, job.progress.of === null ? '…' : number(job.progress.of))}
      </p>
    );
  }
  const result = job.result as AuditResult | null;
  return (
    <div className={job.state === 'done' ? 'note row' : 'note note-bad row'} role="status">
      {job.state === 'done' && result
        ? t.audit_done(result.audited, result.unknown)
        : `${t.audit_failed} ${job.problem?.detail ?? job.state}`}
      <Button
        look="quiet"
        icon="close"
        aria-label={words.close}
        onPress={on_end}
      />
    </div>
  );
}
