import type { ReactNode } from 'react';
import { duration, number } from '../../i18n/format';
import { plural, texts } from '../../i18n/texts';

export const t = texts({
  title: { en: 'Overview', ur: 'جائزہ' },
  can_be: {
    en: (n: number, all: number) => (
      <>
        {n === 0 ? 'None' : number(n)} of {number(all)} {plural(all, 'domain', 'domains')} can be spoofed
      </>
    ),
    ur: (n: number, all: number) => (
      <>
        {number(all)} میں سے {n === 0 ? 'کسی ڈومین' : `${number(n)} ڈومین`} کے نام پر جعل سازی ممکن {n === 0 ? 'نہیں' : 'ہے'}
      </>
    ),
  },
  attacked: {
    en: (names: ReactNode, more: number) => (
      <>
        {names}
        {more > 0 && <> and {number(more)} more</>} {more > 0 ? 'are' : 'is'} being spoofed now.
      </>
    ),
    ur: (names: ReactNode, more: number) => (
      <>
        {names}
        {more > 0 && <> اور مزید {number(more)}</>} کے نام پر اس وقت جعل سازی ہو رہی ہے۔
      </>
    ),
  },
  nobody: { en: <>nobody is being spoofed now.</>, ur: <>اس وقت کسی کے نام پر جعل سازی نہیں ہو رہی۔</> },
  not_seen: {
    en: <>whether anybody is being spoofed now is not known: no guard has told.</>,
    ur: <>اس وقت جعل سازی ہو رہی ہے یا نہیں، معلوم نہیں: کسی محافظ نے نہیں بتایا۔</>,
  },
  attack: {
    en: (name: ReactNode, messages: number, seconds: number, delivered: number) => (
      <>
        {number(messages)} forged {plural(messages, 'message', 'messages')} as {name} in {duration(seconds)},{' '}
        {delivered === 0 ? 'none delivered' : `${number(delivered)} delivered`}
      </>
    ),
    ur: (name: ReactNode, messages: number, seconds: number, delivered: number) => (
      <>
        {duration(seconds)} میں {name} کے نام پر {number(messages)} جعلی پیغامات،{' '}
        {delivered === 0 ? 'کوئی نہیں پہنچا' : `${number(delivered)} پہنچ گئے`}
      </>
    ),
  },
  see_mail: { en: 'See them', ur: 'دیکھیں' },
  counts: { en: 'Domains by state', ur: 'حالت کے لحاظ سے ڈومین' },
  unknown_count: {
    en: (n: number) => `${number(n)} could not be examined`,
    ur: (n: number) => `${number(n)} کا معائنہ نہ ہو سکا`,
  },
  worst: { en: 'Do these first', ur: 'پہلے یہ کریں' },
  worst_note: {
    en: (n: number) => `the worst of ${number(n)} that can be spoofed`,
    ur: (n: number) => `جعل سازی کے قابل ${number(n)} میں سے بدترین`,
  },
  worst_none: {
    en: 'No domain can be spoofed. Nothing is waiting here.',
    ur: 'کسی ڈومین کے نام پر جعل سازی ممکن نہیں۔ یہاں کچھ باقی نہیں۔',
  },
  domain: { en: 'Domain', ur: 'ڈومین' },
  next_step: { en: 'Next step', ur: 'اگلا قدم' },
  organisation: { en: 'Organisation', ur: 'ادارہ' },
  grade: { en: 'Grade', ur: 'درجہ' },
  mail: { en: 'Mail of the last day', ur: 'پچھلے دن کی ڈاک' },
  mail_live: { en: 'Live mail', ur: 'رواں ڈاک' },
  no_mail: { en: 'No mail has been seen.', ur: 'کوئی ڈاک نہیں دیکھی گئی۔' },
  no_mail_step: {
    en: 'Let Postfix ask the guard, then mail shows here within a minute:',
    ur: 'Postfix کو محافظ سے پوچھنے دیں، پھر ایک منٹ میں ڈاک یہاں نظر آئے گی:',
  },
  changes: { en: 'Changed', ur: 'تبدیلیاں' },
  changes_since: { en: 'since you last looked,', ur: 'جب سے آپ نے آخری بار دیکھا،' },
  changes_none: { en: 'No finding came or went.', ur: 'کوئی دریافت نہ آئی نہ گئی۔' },
  changes_more: { en: (n: number) => `${number(n)} more`, ur: (n: number) => `مزید ${number(n)}` },
  appeared: { en: 'came', ur: 'آیا' },
  went: { en: 'mended', ur: 'ٹھیک ہوا' },
  deadlines: { en: 'Deadlines', ur: 'آخری تاریخیں' },
  deadlines_none: { en: 'Nothing ends or falls due.', ur: 'کچھ ختم یا واجب نہیں ہو رہا۔' },
  empty: { en: 'No domain is looked after yet.', ur: 'ابھی کسی ڈومین کی نگرانی نہیں ہو رہی۔' },
  empty_lead: {
    en: 'Add your domains, and within a minute you see who can send in their names and what to do about it. On the host the same is:',
    ur: 'اپنے ڈومین شامل کریں، ایک منٹ میں آپ دیکھیں گے کہ ان کے نام سے کون بھیج سکتا ہے اور کیا کرنا ہے۔ سرور پر یہی کام یوں ہوتا ہے:',
  },
  add: { en: 'Add domains', ur: 'ڈومین شامل کریں' },
  all_domains: { en: 'All domains', ur: 'سب ڈومین' },
});
