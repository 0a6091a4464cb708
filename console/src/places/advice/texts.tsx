import type { ReactNode } from 'react';
import { number } from '../../i18n/format';
import { plural, texts } from '../../i18n/texts';

export const t = texts({
  title: { en: 'Advice', ur: 'مشورہ' },
  lead: {
    en: 'Whether a domain’s DMARC policy can become stricter, and whose mail that would stop.',
    ur: 'کیا کسی ڈومین کی DMARC پالیسی سخت ہو سکتی ہے، اور اس سے کس کی ڈاک رکے گی۔',
  },
  find: { en: 'Find a domain', ur: 'ڈومین تلاش کریں' },
  verdict: { en: 'Verdict', ur: 'فیصلہ' },
  domain: { en: 'Domain', ur: 'ڈومین' },
  ladder: { en: 'Ladder', ur: 'سیڑھی' },
  headline: { en: 'In one line', ur: 'ایک سطر میں' },
  look_again: { en: 'Look again', ur: 'پھر دیکھیں' },
  gates: { en: 'Gates', ur: 'شرائط' },
  gates_count: {
    en: (pass: number, all: number) => `${number(pass)} of ${number(all)}`,
    ur: (pass: number, all: number) => `${number(all)} میں سے ${number(pass)}`,
  },
  not_ready: { en: 'Not ready', ur: 'تیار نہیں' },
  ready: { en: 'Ready', ur: 'تیار' },
  proven: { en: 'Proven', ur: 'ثابت' },
  stay: { en: 'Stay', ur: 'ٹھہریں' },
  done: { en: 'Done', ur: 'مکمل' },
  accepted: { en: 'Risk accepted', ur: 'خطرہ قبول' },
  unknown: { en: 'Unknown', ur: 'نامعلوم' },
  empty: { en: 'No domain has reports yet.', ur: 'ابھی کسی ڈومین کی رپورٹیں نہیں۔' },
  empty_lead: {
    en: 'Advice goes by what receivers report. Publish rua= (a domain’s Fix page shows how), or read the reports that you have:',
    ur: 'مشورہ وصول کنندگان کی رپورٹوں پر چلتا ہے۔ rua= شائع کریں (ڈومین کا درستی صفحہ طریقہ بتاتا ہے)، یا اپنی رپورٹیں پڑھیں:',
  },
  none_match: { en: 'No domain fits these filters.', ur: 'ان شرائط پر کوئی ڈومین نہیں۔' },
  to_domain: { en: 'The domain', ur: 'ڈومین' },
  stands: { en: 'Where it stands', ur: 'کہاں کھڑا ہے' },
  rung_missing: { en: 'no record', ur: 'ریکارڈ نہیں' },
  here: { en: 'stands here', ur: 'یہاں ہے' },
  here_days: {
    en: (days: number) => `stands here for ${number(days)} ${plural(days, 'day', 'days')}`,
    ur: (days: number) => `${number(days)} دن سے یہاں ہے`,
  },
  next: { en: 'next', ur: 'اگلا' },
  passed: { en: 'passed', ur: 'گزر چکا' },
  later: { en: 'later', ur: 'بعد میں' },
  gate_to: { en: (rung: ReactNode) => <>What is asked before {rung}</>, ur: (rung: ReactNode) => <>{rung} سے پہلے کیا درکار ہے</> },
  gate: { en: 'Gate', ur: 'شرط' },
  pass: { en: 'passes', ur: 'پوری' },
  wait: { en: 'wait', ur: 'انتظار' },
  block: { en: 'blocks', ur: 'رکاوٹ' },
  coverage: { en: 'Reports cover it', ur: 'رپورٹیں کافی ہیں' },
  inventory: { en: 'All senders are known', ur: 'سب بھیجنے والے معلوم ہیں' },
  authentication: { en: 'Your senders authenticate', ur: 'آپ کے بھیجنے والے تصدیق شدہ ہیں' },
  'blast-radius': { en: 'None of your mail would be stopped', ur: 'آپ کی کوئی ڈاک نہ رکے گی' },
  indirect: { en: 'Forwarded mail and lists survive', ur: 'آگے بھیجی ڈاک اور فہرستیں بچتی ہیں' },
  subdomains: { en: 'Subdomains are covered', ur: 'ذیلی ڈومین شامل ہیں' },
  stability: { en: 'It stood long enough', ur: 'کافی عرصہ ایک حالت میں رہا' },
  rollback: { en: 'There is a way back', ur: 'واپسی کا راستہ ہے' },
  blockers: { en: 'In the way', ur: 'رکاوٹیں' },
  mend: { en: 'Mend:', ur: 'حل:' },
  until: { en: 'look again', ur: 'پھر دیکھیں' },
  sender_link: { en: 'The sender', ur: 'بھیجنے والا' },
  next_record: { en: 'The next record', ur: 'اگلا ریکارڈ' },
  next_now: { en: 'Nothing is in the way: publish it from the plan.', ur: 'کوئی رکاوٹ نہیں: منصوبے سے شائع کریں۔' },
  next_wait: { en: 'When nothing is in the way any more.', ur: 'جب کوئی رکاوٹ نہ رہے۔' },
  to_plan: { en: 'To the fix plan', ur: 'درستی کے منصوبے پر' },
  way_back: { en: 'The way back', ur: 'واپسی کا راستہ' },
  rehearsal: { en: 'Rehearsal', ur: 'مشق' },
  rehearsal_lead: {
    en: (policy: ReactNode, forged: string, lost: string, all: string) => (
      <>
        With {policy} in the last 30 days: {forged} forged messages stopped, {lost} of your {all} lost.
      </>
    ),
    ur: (policy: ReactNode, forged: string, lost: string, all: string) => (
      <>
        پچھلے 30 دن میں {policy} ہوتا تو: {forged} جعلی پیغامات رکتے، آپ کے {all} میں سے {lost} ضائع ہوتے۔
      </>
    ),
  },
  policy: { en: 'Policy', ur: 'پالیسی' },
  sender: { en: 'Sender', ur: 'بھیجنے والا' },
  whose: { en: 'Whose', ur: 'کس کا' },
  a_day: { en: 'Lost a day', ur: 'روزانہ ضائع' },
  between: { en: (low: string, high: string) => `${low} to ${high} (95 %)`, ur: (low: string, high: string) => `${low} تا ${high} (95 %)` },
  fewer: { en: (high: string) => `fewer than ${high} (95 %)`, ur: (high: string) => `${high} سے کم (95 %)` },
  stopped: { en: 'Stopped, of messages', ur: 'رکے، پیغامات میں سے' },
  do: { en: 'What to do', ur: 'کیا کریں' },
  do_fix: { en: 'Make it authenticate', ur: 'تصدیق قائم کریں' },
  do_nothing: { en: 'nothing: it is forged', ur: 'کچھ نہیں: جعلی ہے' },
  do_fine: { en: 'nothing: it arrives', ur: 'کچھ نہیں: پہنچتا ہے' },
  legitimate: { en: 'yours', ur: 'آپ کا' },
  handed_on: { en: 'handed on', ur: 'آگے بھیجا' },
  forged: { en: 'forged', ur: 'جعلی' },
  unclear: { en: 'unclear', ur: 'غیر واضح' },
});
