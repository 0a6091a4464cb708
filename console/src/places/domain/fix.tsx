import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { address as api_address, api } from '../../api/client';
import { use_may } from '../../api/session';
import type { FixPlan, FixStep, Operations } from '../../api/types';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { Loaded } from '../../parts/loaded';
import { Words } from '../../parts/name';
import { Section } from '../../parts/page';
import { Grade } from '../../parts/state';
import { use_query } from '../../router/router';
import { Findings, Mended } from './findings';
import { is_risky, Publish } from './publish';
import { Spoofing } from './spoofing';
import { Step } from './step';
import { t } from './texts';

type PlanQuery = NonNullable<Operations['domains_plan']['query']>;
const answer_names = ['report_to', 'mta_sts_host', 'dkim', 'sender'] as const;

function answers_of(address: URLSearchParams): PlanQuery {
  const query: PlanQuery = {};
  const one = (name: string) => address.get(name)?.trim() || undefined;
  const many = (name: string) =>
    one(name)
      ?.split(/[\s,]+/)
      .filter(Boolean);
  const report_to = one('report_to');
  if (report_to) query.report_to = report_to;
  const host = one('mta_sts_host');
  if (host) query.mta_sts_host = host;
  const dkim = one('dkim');
  if (dkim) query.dkim = dkim.split(/\s*\n\s*/).filter(Boolean);
  const sender = many('sender');
  if (sender) query.sender = sender;
  return query;
}

export function Fix({ domain }: { domain: string }) {
  const [address] = use_query();
  const may = use_may();
  const answers = answers_of(address);
  const [publishing, set_publishing] = useState<readonly FixStep[] | null>(null);
  const report = useQuery({ queryKey: ['domain', domain, 'report'], queryFn: () => api('domains_report', { path: { domain } }) });
  const findings = useQuery({ queryKey: ['domain', domain, 'findings'], queryFn: () => api('domains_findings', { path: { domain } }) });
  const plan = useQuery({
    queryKey: ['domain', domain, 'plan', answers],
    queryFn: () => api('domains_plan', { path: { domain }, query: answers }),
    enabled: may('fixes.read'),
    placeholderData: (before) => before,
  });
  const publish = may('fixes.publish') ? (step: FixStep) => set_publishing([step]) : undefined;
  const given: NonNullable<Parameters<typeof Publish>[0]['answers']> = {};
  if (answers.report_to) given.report_to = answers.report_to;
  if (answers.mta_sts_host) given.mta_sts_host = answers.mta_sts_host;
  if (answers.dkim) given.dkim = answers.dkim;
  if (answers.sender) given.senders = answers.sender;
  return (
    <>
      <Loaded query={report}>{(data) => <Spoofing attempts={data.spoofing} />}</Loaded>
      <Loaded query={findings}>
        {(data) => (
          <>
            <Findings domain={domain} findings={data.items} plan={plan.data} on_publish={publish} />
            {plan.data && (
              <Plan
                domain={domain}
                plan={plan.data}
                told={new Set(data.items.flatMap((each) => [each.finding.code]))}
                on_publish={publish}
                on_all={set_publishing}
                answers={answers}
              />
            )}
            <Mended spans={data.mended} />
          </>
        )}
      </Loaded>
      {publishing && <Publish domain={domain} steps={publishing} answers={given} on_close={() => set_publishing(null)} />}
    </>
  );
}

function Plan(props: {
  domain: string;
  plan: FixPlan;
  told: ReadonlySet<string>;
  answers: PlanQuery;
  on_publish: ((step: FixStep) => void) | undefined;
  on_all: (steps: readonly FixStep[]) => void;
}) {
  const { plan } = props;
  const others = plan.steps.filter((step) => !step.closes?.findings.some((code) => props.told.has(code)));
  const ready = plan.steps.filter((step) => step.number !== null && step.changes.length > 0 && !step.refused);
  const safe = ready.filter((step) => !is_risky(step));
  const file = (format: 'zone' | 'nsupdate') =>
    api_address('/domains/{domain}/plan/zone-file', { domain: props.domain }, { ...props.answers, format });
  return (
    <>
      {plan.questions.length > 0 && <Questions plan={plan} />}
      {ready.length > 0 && (
        <Section
          title={t.other_steps}
          note={t.from_to(<Grade grade={plan.before.grade} />, <Grade grade={plan.after.grade} />, ready.length)}
          actions={
            <>
              <a className="button" href={file('zone')} download={`${props.domain}.zone`}>
                {t.zone_file}
              </a>
              <a className="button" href={file('nsupdate')} download={`${props.domain}.nsupdate`}>
                {t.nsupdate}
              </a>
              {props.on_publish && safe.length > 1 && <Button onPress={() => props.on_all(safe)}>{t.publish_safe}</Button>}
            </>
          }
        >
          <div className="findings plan-steps">
            {others.map((step) => (
              <details key={step.step + step.subject} className="finding">
                <summary>
                  <span className="finding-level soft">{step.number === null ? t.later_step : t.step(step.number)}</span>
                  <span className="finding-title">
                    <Words>{step.title}</Words>
                  </span>
                </summary>
                <div className="finding-body">
                  {step.question && (
                    <p className="note" dir="auto">
                      {plan.questions.find((each) => each.name === step.question)?.question ?? step.question}
                    </p>
                  )}
                  <Step step={step} on_publish={props.on_publish} />
                </div>
              </details>
            ))}
          </div>
        </Section>
      )}
    </>
  );
}

function Questions({ plan }: { plan: FixPlan }) {
  const [address, set] = use_query();
  const [values, set_values] = useState<Record<string, string>>(() =>
    Object.fromEntries(answer_names.map((name) => [name, address.get(name) ?? ''])),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set(values, {});
  };
  const labels = { report_to: t.report_to, mta_sts_host: t.mta_sts_host, dkim: t.dkim, sender: t.sender };
  return (
    <Section title={t.questions}>
      <p className="soft">{t.questions_lead}</p>
      <ul className="evidence">
        {plan.questions.map((question) => (
          <li key={question.name} dir="auto">
            {question.question}
          </li>
        ))}
      </ul>
      <form className="questions" onSubmit={submit}>
        {answer_names.map((name) => (
          <Field
            key={name}
            label={labels[name]}
            value={values[name] ?? ''}
            onChange={(value) => set_values({ ...values, [name]: value })}
            ltr
            {...(name === 'dkim' ? { rows: 2 } : {})}
          />
        ))}
        <Button type="submit">{t.plan_again}</Button>
      </form>
    </Section>
  );
}
