// Findings in the order of the fix plan, each opening to what was seen and to the step that mends it. Which is open is in the address.
import { useState } from 'react';
import { api } from '../../api/client';
import { queries, use_may } from '../../api/session';
import type { DomainFinding, FixPlan, FixStep } from '../../api/types';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
import { Empty, Failed } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Section } from '../../parts/page';
import { State, Unknown } from '../../parts/state';
import { severity_kinds, severity_words } from '../../parts/status';
import { words } from '../../parts/texts';
import { Ago, Day } from '../../parts/time';
import { use_query } from '../../router/router';
import { Step } from './step';
import { t } from './texts';

interface Props {
  domain: string;
  findings: readonly DomainFinding[];
  plan: FixPlan | undefined;
  on_publish?: ((step: FixStep) => void) | undefined;
}

export function Findings({ domain, findings, plan, on_publish }: Props) {
  const [query, set] = use_query();
  const [accepting, set_accepting] = useState<string | null>(null);
  const steps_of = (each: DomainFinding) =>
    plan?.steps.filter((step) => each.steps.includes(step.step) || step.closes?.findings.includes(each.finding.code)) ?? [];
  const open = findings.filter((each) => each.finding.effective !== 'info');
  const notes = findings.filter((each) => each.finding.effective === 'info');
  const show = (each: DomainFinding) => {
    return (
      <Finding
        key={each.finding.code}
        item={each}
        steps={steps_of(each)}
        open={query.get('open') === each.finding.code}
        on_open={(opened) => {
          if (opened) set({ open: each.finding.code });
          else if (query.get('open') === each.finding.code) set({ open: null });
        }}
        on_publish={on_publish}
        on_accept={() => set_accepting(each.finding.code)}
        domain={domain}
      />
    );
  };
  return (
    <Section title={t.findings} note={t.findings_note(open.length)}>
      {open.length === 0 ? <Empty title={t.findings_none} /> : <div className="findings">{open.map(show)}</div>}
      {notes.length > 0 && (
        <details className="notes" open={notes.some((each) => each.finding.code === query.get('open')) || undefined}>
          <summary>{t.notes(notes.length)}</summary>
          <div className="findings">{notes.map(show)}</div>
        </details>
      )}
      {accepting && <AcceptRisk domain={domain} code={accepting} on_close={() => set_accepting(null)} />}
    </Section>
  );
}

function Finding(props: {
  domain: string;
  item: DomainFinding;
  steps: readonly FixStep[];
  open: boolean;
  on_open: (open: boolean) => void;
  on_publish: ((step: FixStep) => void) | undefined;
  on_accept: () => void;
}) {
  const { finding, since, accepted } = props.item;
  const may = use_may();
  return (
    <details className="finding" id={finding.code} open={props.open} onToggle={(event) => props.on_open(event.currentTarget.open)}>
      <summary>
        <span className="finding-level">
          {finding.status === 'unknown' ? (
            <State kind="unknown">{words.unknown}</State>
          ) : (
            <State kind={accepted ? 'plain' : severity_kinds[finding.effective]}>{severity_words[finding.effective]}</State>
          )}
        </span>
        <span className="finding-title" dir="auto">
          {finding.title}
        </span>
        <span className="faint small nowrap">
          {since && (
            <>
              {t.since} <Day time={since} />
            </>
          )}
        </span>
      </summary>
      <div className="finding-body">
        {accepted && (
          <div className="note row">
            <span>
              {t.accepted(accepted.who, accepted.reason)}{' '}
              {accepted.until && (
                <>
                  ({t.accepted_until} <Day time={accepted.until} />)
                </>
              )}
            </span>
            {may('domains.write') && <Withdraw domain={props.domain} code={finding.code} />}
          </div>
        )}
        <h3>{t.evidence}</h3>
        <ul className="evidence">
          {finding.evidence.map((evidence, i) => (
            <li key={i}>
              {evidence.why ? <Unknown why={`${evidence.text}: ${evidence.why}`} /> : <Words>{evidence.text}</Words>}
              {evidence.record && <Code block>{evidence.record}</Code>}
              {evidence.server && <span className="small faint"> {t.says(<Name>{evidence.server}</Name>)}</span>}
            </li>
          ))}
        </ul>
        <h3>{t.what_to_do}</h3>
        <p dir="auto">{finding.advice}</p>
        {props.steps.map((step) => (
          <Step key={step.step + step.subject} step={step} on_publish={props.on_publish} />
        ))}
        <div className="row finding-foot">
          <span className="small faint">
            <bdi dir="ltr">{finding.code}</bdi>
            {finding.references.length > 0 && (
              <>
                {' · '}
                {t.references} <bdi dir="ltr">{finding.references.join(', ')}</bdi>
              </>
            )}
          </span>
          {!accepted && may('domains.write') && finding.effective !== 'info' && (
            <Button look="quiet" onPress={props.on_accept}>
              {t.accept}
            </Button>
          )}
        </div>
      </div>
    </details>
  );
}

function refresh(domain: string): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['domain', domain] });
}

function Withdraw({ domain, code }: { domain: string; code: string }) {
  const [busy, set_busy] = useState(false);
  return (
    <Button
      isPending={busy}
      onPress={() => {
        set_busy(true);
        void api('risks_withdraw', { path: { domain, code } })
          .then(() => refresh(domain))
          .finally(() => set_busy(false));
      }}
    >
      {t.withdraw}
    </Button>
  );
}

function AcceptRisk({ domain, code, on_close }: { domain: string; code: string; on_close: () => void }) {
  const [reason, set_reason] = useState('');
  const [until, set_until] = useState('');
  const [error, set_error] = useState<unknown>(null);
  const [busy, set_busy] = useState(false);
  const accept = async () => {
    set_busy(true);
    try {
      await api('risks_accept', { path: { domain }, body: { code, reason: reason.trim(), until: until ? `${until}T00:00:00Z` : null } });
      await refresh(domain);
      on_close();
    } catch (failed) {
      set_error(failed);
      set_busy(false);
    }
  };
  return (
    <Dialog title={t.accept} open on_close={on_close}>
      <p className="soft">{t.accept_lead}</p>
      <p>
        <Code>{code}</Code>
      </p>
      <Field label={t.accept_reason} value={reason} onChange={set_reason} isRequired autoFocus />
      <Field label={t.accept_until} type="date" value={until} onChange={set_until} />
      {error !== null && <Failed error={error} />}
      <div className="dialog-actions">
        <Button onPress={on_close}>{words.cancel}</Button>
        <Button look="primary" isPending={busy} isDisabled={reason.trim() === ''} onPress={() => void accept()}>
          {t.accept}
        </Button>
      </div>
    </Dialog>
  );
}

export function Mended({ spans }: { spans: readonly { code: string; title: string; gone: string | null }[] }) {
  if (spans.length === 0) return null;
  return (
    <Section title={t.mended}>
      <ul className="evidence">
        {spans.map((span) => (
          <li key={span.code}>
            <State kind="good">
              <Words>{span.title}</Words>
            </State>{' '}
            <span className="faint">
              <Ago time={span.gone} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
