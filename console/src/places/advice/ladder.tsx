import { State } from '../../parts/state';
import { t } from './texts';

export type RungName = 'missing' | 'none' | 'quarantine-test' | 'quarantine' | 'reject-test' | 'reject';
export interface Rung {
  rung: RungName;
  record: string | null;
  state: 'passed' | 'current' | 'next' | 'later';
}

export function RungWord({ rung }: { rung: RungName }) {
  if (rung === 'missing') return <>{t.rung_missing}</>;
  const test = rung.endsWith('-test');
  return <bdi dir="ltr">{`p=${rung.replace('-test', '')}${test ? '; t=y' : ''}`}</bdi>;
}

const order: readonly RungName[] = ['none', 'quarantine-test', 'quarantine', 'reject-test', 'reject'];

// The ladder from what stands in DNS, for a domain whose row is not at hand.
export function ladder_of(policy: string, test: boolean, published: boolean): Rung[] {
  const name = (policy + (test && policy !== 'none' ? '-test' : '')) as RungName;
  const at = published ? order.indexOf(name) : -1;
  return order.map((rung, i) => ({
    rung,
    record: null,
    state: i < at ? 'passed' : i === at ? 'current' : i === at + 1 ? 'next' : 'later',
  }));
}

export function SmallLadder({ rungs }: { rungs: readonly Rung[] }) {
  const current = rungs.find((rung) => rung.state === 'current');
  return (
    <span className="small-ladder">
      <span className="small-rungs" aria-hidden="true">
        {rungs.map((rung) => (
          <span key={rung.rung} className={`rung-dot rung-${rung.state}`} />
        ))}
      </span>
      <span className="small">{current ? <RungWord rung={current.rung} /> : t.rung_missing}</span>
    </span>
  );
}

export function Ladder({ rungs, days }: { rungs: readonly Rung[]; days: number }) {
  const words = { passed: t.passed, current: t.here_days(days), next: t.next, later: t.later };
  return (
    <ol className="ladder">
      {rungs.map((rung) => (
        <li key={rung.rung} className={`rung rung-${rung.state}`} aria-current={rung.state === 'current' ? 'step' : undefined}>
          <span className="rung-name">
            <RungWord rung={rung.rung} />
          </span>
          {rung.state === 'current' ? <State kind="good">{words.current}</State> : <span className="small soft">{words[rung.state]}</span>}
        </li>
      ))}
    </ol>
  );
}
