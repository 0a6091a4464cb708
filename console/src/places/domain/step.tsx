// One step of the fix plan: why, the record before and after, what it closes, whether mail would be lost, copy and publish.
import type { FixStep } from '../../api/types';
import { number } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Copy } from '../../parts/copy';
import { Diff } from '../../parts/diff';
import { Icon } from '../../parts/icon';
import { Code, Name, Words } from '../../parts/name';
import { State, Unknown } from '../../parts/state';
import { before_after, zone_line } from './record';
import { t } from './texts';

export function Step({ step, on_publish }: { step: FixStep; on_publish?: ((step: FixStep) => void) | undefined }) {
  return (
    <div className="step">
      <p className="step-title">
        <span className="step-number">{step.number === null ? t.later_step : t.step(step.number)}</span> <Words>{step.title}</Words>
      </p>
      <p className="soft" dir="auto">
        {step.why}
      </p>
      {step.refused && (
        <p className="note note-warn">
          {t.refused} <Words>{step.refused}</Words>
        </p>
      )}
      {step.serve && (
        <>
          <p>{t.serve}</p>
          <Code block>{step.serve}</Code>
        </>
      )}
      {step.changes.map((change) => {
        const { before, after } = before_after(change);
        return (
          <div key={change.action + change.name + change.type + change.data} className="step-change">
            <div className="row">
              <Code>{`${change.name} ${change.type}`}</Code>
              <span className="small faint">TTL {number(change.ttl)} s</span>
            </div>
            <Diff before={before} after={after} />
            {after !== null && (
              <div className="row">
                <Copy text={zone_line(change)} label={t.copy_record} />
                <Copy text={change.data} label={t.copy_value} />
              </div>
            )}
          </div>
        );
      })}
      <Effects step={step} />
      {on_publish && step.changes.length > 0 && step.number !== null && !step.refused && (
        <div className="row">
          <Button look="primary" onPress={() => on_publish(step)}>
            {t.publish}
          </Button>
        </div>
      )}
    </div>
  );
}

function Effects({ step }: { step: FixStep }) {
  const { closes, breaks } = step;
  return (
    <ul className="step-effects">
      {step.proven && (
        <li>
          <State kind="good">{t.proven}</State>
        </li>
      )}
      {breaks &&
        (!breaks.known ? (
          <li>
            <Unknown why={t.breaks_unknown(breaks.why)} />
          </li>
        ) : breaks.failing?.length ? (
          <li>
            <State kind="bad">{t.breaks}</State> <Failing items={breaks.failing} />
          </li>
        ) : (
          <li>
            <State kind="good">{t.breaks_none(breaks.senders)}</State>
          </li>
        ))}
      {closes && closes.findings.length > 0 && (
        <li className="soft">
          <Icon name="check" size={12} /> {t.closes} <Codes codes={closes.findings} />
        </li>
      )}
      {closes && !closes.holds && closes.why_not && (
        <li>
          <Unknown why={t.closes_not(closes.why_not)} />
        </li>
      )}
      {closes && closes.appears.length > 0 && (
        <li className="soft">
          {t.appears} <Codes codes={closes.appears} />
        </li>
      )}
    </ul>
  );
}

function Codes({ codes }: { codes: readonly string[] }) {
  return (
    <bdi dir="ltr">
      {codes.map((code, i) => (
        <span key={code}>
          {i > 0 && ', '}
          {code}
        </span>
      ))}
    </bdi>
  );
}

function Failing({ items }: { items: readonly unknown[] }) {
  return (
    <>
      {items.map((item, i) => (
        <span key={i}>
          {i > 0 && ', '}
          {typeof item === 'string' ? <Name>{item}</Name> : <Code>{JSON.stringify(item)}</Code>}
        </span>
      ))}
    </>
  );
}
