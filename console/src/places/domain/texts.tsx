import type { ReactNode } from 'react';
import { number } from '../../i18n/format';
import { plural, texts } from '../../i18n/texts';

export const t = texts({
  fix: { en: 'Fix', ur: 'درستی' },
  senders: { en: 'Senders', ur: 'بھیجنے والے' },
  keys: { en: 'Keys', ur: 'کیز' },
  history: { en: 'History', ur: 'تاریخ' },
  facts: { en: 'Facts', ur: 'حقائق' },
  tabs: { en: 'Parts of this domain', ur: 'اس ڈومین کے حصے' },
  domains: { en: 'Domains', ur: 'ڈومین' },
  audit: { en: 'Audit now', ur: 'ابھی آڈٹ کریں' },
  details: { en: 'Details', ur: 'تفصیل' },
  advice: { en: 'Advice', ur: 'مشورہ' },
  audited: { en: 'audited', ur: 'آڈٹ' },
  never_audited: { en: 'It has not been audited yet.', ur: 'اس کا ابھی آڈٹ نہیں ہوا۔' },
  not_found_out: { en: 'The last audit could not find out:', ur: 'پچھلا آڈٹ معلوم نہ کر سکا:' },
  sends: { en: 'sends mail', ur: 'ڈاک بھیجتا ہے' },
  sends_not: { en: 'sends no mail', ur: 'ڈاک نہیں بھیجتا' },
  sends_unsaid: { en: 'nobody said whether it sends mail', ur: 'کسی نے نہیں بتایا کہ یہ ڈاک بھیجتا ہے یا نہیں' },

  spoofing: { en: 'Who can send as this domain', ur: 'اس ڈومین کے نام سے کون بھیج سکتا ہے' },
  who: { en: 'Who tries', ur: 'کون کوشش کرتا ہے' },
  as_whom: { en: 'As whom', ur: 'کس کے نام سے' },
  receiver: { en: 'A receiver', ur: 'وصول کنندہ' },
  decided: { en: 'What decides', ur: 'فیصلہ کس سے' },
  stranger: { en: 'A stranger, from any server', ur: 'اجنبی، کسی بھی سرور سے' },
  shared: { en: 'Another customer of a service that you allow', ur: 'جس سروس کو آپ اجازت دیتے ہیں اس کا کوئی اور گاہک' },
  via: { en: (name: ReactNode) => <>by {name}</>, ur: (name: ReactNode) => <>{name} سے</> },
  as_domain: { en: 'the domain itself', ur: 'خود ڈومین' },
  as_subdomain: { en: 'a subdomain that exists', ur: 'موجود ذیلی ڈومین' },
  as_invented: { en: 'an invented subdomain', ur: 'فرضی ذیلی ڈومین' },
  deliver: { en: 'delivers it', ur: 'پہنچا دیتا ہے' },
  quarantine: { en: 'puts it into spam', ur: 'سپیم میں ڈالتا ہے' },
  reject: { en: 'rejects it', ur: 'مسترد کرتا ہے' },
  unknown: { en: 'cannot be said', ur: 'کہا نہیں جا سکتا' },
  older: { en: (what: string) => `an older one ${what}`, ur: (what: string) => `پرانا والا ${what}` },

  findings: { en: 'What to do, in this order', ur: 'کیا کرنا ہے، اسی ترتیب سے' },
  findings_note: { en: (open: number) => `${number(open)} open`, ur: (open: number) => `${number(open)} کھلے` },
  findings_none: {
    en: 'Nothing is open. Receivers refuse what is forged in its name.',
    ur: 'کچھ کھلا نہیں۔ وصول کنندہ اس کے نام کی جعل سازی رد کرتے ہیں۔',
  },
  notes: { en: (n: number) => `${number(n)} ${plural(n, 'note', 'notes')} that harm nobody`, ur: (n: number) => `${number(n)} بے ضرر نوٹ` },
  since: { en: 'since', ur: 'از' },
  evidence: { en: 'What was seen', ur: 'کیا دیکھا گیا' },
  what_to_do: { en: 'What to do', ur: 'کیا کریں' },
  says: { en: (server: ReactNode) => <>says {server}</>, ur: (server: ReactNode) => <>بقول {server}</> },
  references: { en: 'By', ur: 'بموجب' },
  step: { en: (n: number) => `Step ${number(n)}`, ur: (n: number) => `قدم ${number(n)}` },
  later_step: { en: 'Waits for an answer', ur: 'جواب کا منتظر' },
  proven: { en: 'proven: no mail of yours was lost by it in a rehearsal', ur: 'ثابت: مشق میں اس سے آپ کی کوئی ڈاک ضائع نہیں ہوئی' },
  closes: { en: 'closes', ur: 'بند کرتا ہے' },
  closes_not: {
    en: (why: string) => `it is not proven that this closes the finding: ${why}`,
    ur: (why: string) => `ثابت نہیں کہ اس سے دریافت بند ہوگی: ${why}`,
  },
  appears: { en: 'shows next', ur: 'اس کے بعد نظر آئے گا' },
  breaks_none: {
    en: (senders: number) => `Of ${number(senders)} ${plural(senders, 'sender', 'senders')} in the reports none would lose mail.`,
    ur: (senders: number) => `رپورٹوں کے ${number(senders)} بھیجنے والوں میں سے کسی کی ڈاک ضائع نہ ہوگی۔`,
  },
  breaks: { en: 'Would lose mail:', ur: 'ان کی ڈاک ضائع ہوگی:' },
  breaks_unknown: { en: (why: string) => `Whether mail would be lost: ${why}`, ur: (why: string) => `ڈاک ضائع ہوگی یا نہیں: ${why}` },
  serve: { en: 'Serve this first:', ur: 'پہلے یہ پیش کریں:' },
  refused: { en: 'Not done:', ur: 'نہیں کیا گیا:' },
  copy_record: { en: 'Copy the record', ur: 'ریکارڈ نقل کریں' },
  copy_value: { en: 'Copy the value', ur: 'قدر نقل کریں' },
  publish: { en: 'Publish', ur: 'شائع کریں' },
  mended: { en: 'Mended lately', ur: 'حال میں ٹھیک ہوئے' },
  accept: { en: 'Accept as a risk', ur: 'خطرہ قبول کریں' },
  accepted: {
    en: (who: string, reason: string) => `Accepted as a risk by ${who}: ${reason}`,
    ur: (who: string, reason: string) => `${who} نے خطرہ قبول کیا: ${reason}`,
  },
  accepted_until: { en: 'until', ur: 'تک' },
  withdraw: { en: 'Accept it no more', ur: 'قبولیت واپس لیں' },
  accept_reason: { en: 'Why it is accepted', ur: 'کیوں قبول ہے' },
  accept_until: { en: 'Until', ur: 'کب تک' },
  accept_lead: {
    en: 'It is logged with your name, counts no more, and comes back when the time is over.',
    ur: 'یہ آپ کے نام سے درج ہوگا، شمار نہیں ہوگا، اور وقت پورا ہونے پر واپس آئے گا۔',
  },

  other_steps: { en: 'Further steps of the plan', ur: 'منصوبے کے باقی قدم' },
  questions: { en: 'What only you can answer', ur: 'جو صرف آپ بتا سکتے ہیں' },
  questions_lead: {
    en: 'With these answers the plan goes on. They stay in the address of this page.',
    ur: 'ان جوابات سے منصوبہ آگے بڑھتا ہے۔ یہ اس صفحے کے پتے میں رہتے ہیں۔',
  },
  report_to: { en: 'Address that reports go to', ur: 'رپورٹوں کا پتا' },
  sender: { en: 'Who sends for you (addresses or services)', ur: 'آپ کے لیے کون بھیجتا ہے (پتے یا سروسیں)' },
  dkim: { en: 'DKIM key, as SELECTOR=RECORD', ur: 'DKIM کی، بطور SELECTOR=RECORD' },
  mta_sts_host: { en: 'Web server of the MTA-STS policy', ur: 'MTA-STS پالیسی کا ویب سرور' },
  plan_again: { en: 'Plan with these', ur: 'ان سے منصوبہ بنائیں' },
  zone_file: { en: 'Zone file', ur: 'زون فائل' },
  nsupdate: { en: 'nsupdate script', ur: 'nsupdate اسکرپٹ' },
  from_to: {
    en: (from: ReactNode, to: ReactNode, steps: number) => (
      <>
        The plan leads from {from} to {to} in {number(steps)} {plural(steps, 'step', 'steps')}.
      </>
    ),
    ur: (from: ReactNode, to: ReactNode, steps: number) => (
      <>
        منصوبہ {number(steps)} قدم میں {from} سے {to} تک لے جاتا ہے۔
      </>
    ),
  },
  publish_safe: { en: 'Publish what can lose no mail', ur: 'جس سے ڈاک ضائع نہ ہو وہ شائع کریں' },

  publish_title: { en: 'Publish in DNS', ur: 'DNS میں شائع کریں' },
  publish_lead: {
    en: 'These records are changed at the zone’s own server, signed (TSIG), and looked at afterwards. It can be taken back.',
    ur: 'یہ ریکارڈ زون کے اپنے سرور پر دستخط (TSIG) کے ساتھ بدلے جائیں گے اور بعد میں دیکھے جائیں گے۔ واپس لیا جا سکتا ہے۔',
  },
  publish_risk: {
    en: 'It is not proven that no mail is lost. Why publish it all the same?',
    ur: 'ثابت نہیں کہ ڈاک ضائع نہ ہوگی۔ پھر بھی کیوں شائع کریں؟',
  },
  publish_risk_hint: { en: 'It is written into the audit log with your name.', ur: 'یہ آپ کے نام سے آڈٹ لاگ میں لکھا جائے گا۔' },
  publish_do: { en: 'Publish now', ur: 'ابھی شائع کریں' },
  publishing: { en: 'Publishing, and asking every name server', ur: 'شائع ہو رہا ہے، اور ہر نیم سرور سے پوچھا جا رہا ہے' },
  published: {
    en: (n: number) => `${number(n)} ${plural(n, 'record', 'records')} changed.`,
    ur: (n: number) => `${number(n)} ریکارڈ بدلے۔`,
  },
  visible: { en: 'shows it', ur: 'دکھا رہا ہے' },
  not_visible: { en: 'does not show it yet', ur: 'ابھی نہیں دکھا رہا' },
  held_back: { en: 'Held back:', ur: 'روکے گئے:' },
  undo: { en: 'Take it back', ur: 'واپس لیں' },
  undone: { en: 'It was taken back.', ur: 'واپس لے لیا گیا۔' },
  failed: { en: 'It was not published:', ur: 'شائع نہیں ہوا:' },
});
