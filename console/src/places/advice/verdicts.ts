import type { AdviceRow } from '../../api/types';
import type { Kind } from '../../parts/state';
import { t } from './texts';

export type Verdict = AdviceRow['verdict'];
export const verdicts: readonly Verdict[] = ['ready', 'proven', 'not-ready', 'stay', 'accepted', 'done', 'unknown'];
export const verdict_words: Record<Verdict, string> = {
  'not-ready': t.not_ready,
  ready: t.ready,
  proven: t.proven,
  stay: t.stay,
  done: t.done,
  accepted: t.accepted,
  unknown: t.unknown,
};
export const verdict_kinds: Record<Verdict, Kind> = {
  'not-ready': 'bad',
  ready: 'good',
  proven: 'good',
  stay: 'plain',
  done: 'good',
  accepted: 'plain',
  unknown: 'unknown',
};
