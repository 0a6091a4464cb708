// The words of the API's enumerations, once.
import { texts } from '../i18n/texts';
import type { Action, Severity, Status } from '../api/types';
import type { Kind } from './state';

const t = texts({
  spoofable: { en: 'Spoofable', ur: 'جعل سازی ممکن' },
  partly: { en: 'Partly protected', ur: 'جزوی محفوظ' },
  protected: { en: 'Protected', ur: 'محفوظ' },
  unknown: { en: 'Unknown', ur: 'نامعلوم' },
  critical: { en: 'critical', ur: 'انتہائی' },
  high: { en: 'high', ur: 'زیادہ' },
  medium: { en: 'medium', ur: 'درمیانہ' },
  low: { en: 'low', ur: 'کم' },
  info: { en: 'note', ur: 'نوٹ' },
  accept: { en: 'Delivered', ur: 'پہنچایا' },
  quarantine: { en: 'Quarantined', ur: 'قرنطینہ' },
  tempfail: { en: 'Deferred', ur: 'مؤخر' },
  reject: { en: 'Rejected', ur: 'مسترد' },
  missing: { en: 'no record', ur: 'ریکارڈ نہیں' },
});

export const status_words: Record<Status, string> = {
  spoofable: t.spoofable,
  'partly-protected': t.partly,
  protected: t.protected,
  unknown: t.unknown,
};
export const status_kinds: Record<Status, Kind> = {
  spoofable: 'bad',
  'partly-protected': 'warn',
  protected: 'good',
  unknown: 'unknown',
};

export const severity_words: Record<Severity, string> = {
  critical: t.critical,
  high: t.high,
  medium: t.medium,
  low: t.low,
  info: t.info,
};
export const severity_kinds: Record<Severity, Kind> = {
  critical: 'bad',
  high: 'bad',
  medium: 'warn',
  low: 'plain',
  info: 'plain',
};

export const action_words: Record<Action, string> = {
  accept: t.accept,
  quarantine: t.quarantine,
  tempfail: t.tempfail,
  reject: t.reject,
};
export const action_kinds: Record<Action, Kind> = {
  accept: 'good',
  quarantine: 'warn',
  tempfail: 'unknown',
  reject: 'bad',
};
export const actions: readonly Action[] = ['accept', 'quarantine', 'tempfail', 'reject'];

// A DMARC policy as people write it; nothing and unknown are told apart.
export function policy_words(policy: string | null | undefined): string {
  if (policy === 'missing') return t.missing;
  if (policy === null || policy === undefined || policy === 'unknown') return t.unknown;
  return `p=${policy}`;
}
