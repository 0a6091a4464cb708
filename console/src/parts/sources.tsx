// A table of who sends: of one domain, or of all.
import { number, percent } from '../i18n/format';
import { texts } from '../i18n/texts';
import type { SenderRow } from '../api/types';
import { State, type Kind } from './state';

export const t = texts({
  own: { en: 'Yours', ur: 'آپ کے' },
  service: { en: 'A service of yours', ur: 'آپ کی سروس' },
  forwarder: { en: 'Forwards your mail', ur: 'آپ کی ڈاک آگے بھیجتا ہے' },
  spoofing: { en: 'Forges your name', ur: 'آپ کے نام کی جعل سازی' },
  unknown: { en: 'Not classified', ur: 'غیر متعین' },
  fresh: { en: 'new', ur: 'نیا' },
  rising: { en: 'rising', ur: 'بڑھتا' },
  steady: { en: 'steady', ur: 'یکساں' },
  falling: { en: 'falling', ur: 'گھٹتا' },
  quiet: { en: 'quiet', ur: 'خاموش' },
  sender: { en: 'Sender', ur: 'بھیجنے والا' },
  kind: { en: 'Whose', ur: 'کس کا' },
  messages: { en: 'Messages', ur: 'پیغامات' },
  passes: { en: 'Pass DMARC', ur: 'DMARC پاس' },
  of: { en: (part: string, all: string) => `${part} of ${all}`, ur: (part: string, all: string) => `${all} میں سے ${part}` },
  trend: { en: 'Trend', ur: 'رجحان' },
  domains: { en: 'Domains', ur: 'ڈومین' },
  last: { en: 'Last seen', ur: 'آخری بار' },
  likely: { en: 'likely', ur: 'غالباً' },
});

type SourceKind = SenderRow['kind'];
export const source_words: Record<SourceKind, string> = {
  own: t.own,
  service: t.service,
  forwarder: t.forwarder,
  spoofing: t.spoofing,
  unknown: t.unknown,
};
const kinds: Record<SourceKind, Kind> = { own: 'good', service: 'good', forwarder: 'plain', spoofing: 'bad', unknown: 'unknown' };
export const trend_words: Record<SenderRow['trend'], string> = {
  fresh: t.fresh,
  rising: t.rising,
  steady: t.steady,
  falling: t.falling,
  quiet: t.quiet,
};

export function SourceKindState({ kind, confidence }: { kind: SourceKind; confidence?: string }) {
  return (
    <State kind={kinds[kind]}>
      {source_words[kind]}
      {confidence === 'likely' && kind !== 'unknown' && <span className="soft"> ({t.likely})</span>}
    </State>
  );
}

// How much of a sender's mail passes: a number of how many, and a bar of it.
export function Passes({ part, all, forged }: { part: number; all: number; forged: boolean }) {
  const share = all === 0 ? 0 : part / all;
  return (
    <span className="passes" title={t.of(number(part), number(all))}>
      <span className={forged || share > 0.98 ? '' : share > 0.5 ? 'state-warn' : 'state-bad'}>{percent(share)}</span>{' '}
      <span className="faint small">{t.of(number(part), number(all))}</span>
    </span>
  );
}
