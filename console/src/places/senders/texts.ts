import { number } from '../../i18n/format';
import { texts } from '../../i18n/texts';

export const t = texts({
  title: { en: 'Senders', ur: 'بھیجنے والے' },
  lead: {
    en: 'Who sends in your names, as receivers report it, over the last 30 days.',
    ur: 'پچھلے 30 دن میں آپ کے ناموں سے کون بھیجتا ہے، وصول کنندگان کی رپورٹوں کے مطابق۔',
  },
  find: { en: 'Find a sender', ur: 'بھیجنے والا تلاش کریں' },
  whose: { en: 'Whose', ur: 'کس کا' },
  empty: { en: 'No report has been read yet.', ur: 'ابھی کوئی رپورٹ نہیں پڑھی گئی۔' },
  empty_lead: {
    en: 'Receivers send reports to the address in rua=. Read those that you have:',
    ur: 'وصول کنندگان rua= کے پتے پر رپورٹیں بھیجتے ہیں۔ اپنی رپورٹیں پڑھیں:',
  },
  none_match: { en: 'No sender fits these filters.', ur: 'ان شرائط پر کوئی بھیجنے والا نہیں۔' },
  domains: { en: 'Domains it sends as', ur: 'جن ڈومین کے نام سے بھیجتا ہے' },
  domain: { en: 'Domain', ur: 'ڈومین' },
  fails: { en: 'Fail', ur: 'ناکام' },
  how: { en: 'How it passes', ur: 'کیسے پاس ہوتا ہے' },
  how_counts: {
    en: (dkim: number, spf: number) => `DKIM ${number(dkim)}, SPF alone ${number(spf)}`,
    ur: (dkim: number, spf: number) => `DKIM ${number(dkim)}، صرف SPF ${number(spf)}`,
  },
  evidence: { en: 'Known by', ur: 'پہچان' },
  addresses: { en: 'Addresses', ur: 'پتے' },
  marks: { en: 'What you said of it', ur: 'آپ نے اس کے بارے میں کیا کہا' },
  marks_none: {
    en: 'Nobody has said whose it is; it is classified by what is seen.',
    ur: 'کسی نے نہیں بتایا کہ یہ کس کا ہے؛ جو دیکھا گیا اس سے درجہ دیا گیا۔',
  },
  mark: { en: 'Say whose it is', ur: 'بتائیں یہ کس کا ہے' },
  mark_reason: { en: 'Why you know', ur: 'آپ کیسے جانتے ہیں' },
  mark_lead: {
    en: 'It goes before what was found out, counts in the advice, and is logged with your name.',
    ur: 'یہ معلوم شدہ پر مقدم ہوگا، مشورے میں شمار ہوگا، اور آپ کے نام سے درج ہوگا۔',
  },
  unmark: { en: 'Take back', ur: 'واپس لیں' },
  fix: { en: 'How to make it pass', ur: 'اسے کیسے پاس کرائیں' },
  fix_lead: {
    en: 'Have it sign with DKIM as the domain itself (d= the domain), with a key that you publish: that also survives forwarding. The domain’s Fix page has the record.',
    ur: 'اسے خود ڈومین کے نام پر DKIM دستخط کرنے دیں (d= ڈومین)، ایسی کی سے جو آپ شائع کریں: یہ آگے بھیجنے پر بھی قائم رہتا ہے۔ ریکارڈ ڈومین کے درستی صفحے پر ہے۔',
  },
});
