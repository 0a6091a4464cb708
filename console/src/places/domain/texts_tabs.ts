import { number } from '../../i18n/format';
import { plural, texts } from '../../i18n/texts';

export const tabs = texts({
  senders_lead: {
    en: (messages: number, reports: number, reporters: number) =>
      `${number(messages)} messages in ${number(reports)} reports of ${number(reporters)} ${plural(reporters, 'receiver', 'receivers')}`,
    ur: (messages: number, reports: number, reporters: number) =>
      `${number(reporters)} وصول کنندگان کی ${number(reports)} رپورٹوں میں ${number(messages)} پیغامات`,
  },
  uncounted: {
    en: (reports: number, messages: number) =>
      `${number(reports)} reports of ${number(messages)} messages are not counted: nobody proved who sent them.`,
    ur: (reports: number, messages: number) =>
      `${number(messages)} پیغامات کی ${number(reports)} رپورٹیں شمار نہیں: کسی نے ثابت نہیں کیا کہ کس نے بھیجیں۔`,
  },
  no_reports: { en: 'No receiver has reported on this domain.', ur: 'کسی وصول کنندہ نے اس ڈومین کی رپورٹ نہیں دی۔' },
  no_reports_lead: {
    en: 'Publish rua= in its DMARC record (Fix shows how). The first reports come after a day. To read those that you have:',
    ur: 'اس کے DMARC ریکارڈ میں rua= شائع کریں (درستی میں طریقہ ہے)۔ پہلی رپورٹیں ایک دن بعد آتی ہیں۔ جو آپ کے پاس ہیں انہیں پڑھنے کے لیے:',
  },
  key_selector: { en: 'Selector', ur: 'سلیکٹر' },
  key_kind: { en: 'Kind', ur: 'قسم' },
  key_seen: { en: 'First seen', ur: 'پہلی بار' },
  key_due: { en: 'Replace by', ur: 'بدلیں' },
  key_state: { en: 'State', ur: 'حالت' },
  key_revoked: { en: 'revoked', ur: 'منسوخ' },
  key_weak: { en: 'too short', ur: 'بہت چھوٹی' },
  key_in_dns: { en: 'in DNS', ur: 'DNS میں' },
  key_active: { en: 'signs now', ur: 'ابھی دستخط کرتی ہے' },
  key_next: { en: 'signs next', ur: 'اگلی باری' },
  key_retiring: { en: 'signs no more', ur: 'اب دستخط نہیں کرتی' },
  key_record: { en: 'Record', ur: 'ریکارڈ' },
  keys_none: { en: 'No DKIM key was found.', ur: 'کوئی DKIM کی نہیں ملی۔' },
  keys_tried: {
    en: (n: number, proven: boolean) =>
      proven ? 'The zone proves that there are no others.' : `${number(n)} selectors were tried; others may exist.`,
    ur: (n: number, proven: boolean) =>
      proven ? 'زون ثابت کرتا ہے کہ اور کوئی نہیں۔' : `${number(n)} سلیکٹر آزمائے گئے؛ اور بھی ہو سکتے ہیں۔`,
  },
  states: { en: 'How it stood', ur: 'کیسی حالت رہی' },
  state: { en: 'State', ur: 'حالت' },
  grade: { en: 'Grade', ur: 'درجہ' },
  from: { en: 'From', ur: 'از' },
  to: { en: 'To', ur: 'تا' },
  findings: { en: 'Findings', ur: 'دریافتیں' },
  finding: { en: 'Finding', ur: 'دریافت' },
  severity: { en: 'Severity', ur: 'شدت' },
  open: { en: 'open', ur: 'کھلا' },
  changes: { en: 'Changed between the last two audits', ur: 'پچھلے دو آڈٹ کے درمیان تبدیلیاں' },
  no_changes: { en: 'Nothing changed.', ur: 'کچھ نہیں بدلا۔' },
  no_history: { en: 'It was audited once; history begins with the second time.', ur: 'ایک بار آڈٹ ہوا؛ تاریخ دوسری بار سے شروع ہوتی ہے۔' },
  appeared: { en: 'appeared', ur: 'آیا' },
  changed: { en: 'changed', ur: 'بدلا' },
  went: { en: 'went', ur: 'گیا' },
  asked: { en: 'Asked', ur: 'سوال' },
  answer: { en: 'Answer', ur: 'جواب' },
  server: { en: 'Server', ur: 'سرور' },
  ttl: { en: 'TTL', ur: 'TTL' },
  absent: { en: 'no such record', ur: 'ایسا ریکارڈ نہیں' },
  not_asked: { en: 'could not be asked', ur: 'پوچھا نہ جا سکا' },
  facts_as_of: { en: 'as of the audit', ur: 'بوقتِ آڈٹ' },
  organisation: { en: 'Organisation', ur: 'ادارہ' },
  none: { en: 'none', ur: 'کوئی نہیں' },
  contact: { en: 'Contact', ur: 'رابطہ' },
  sector: { en: 'Sector', ur: 'شعبہ' },
  selectors: { en: 'DKIM selectors to look for', ur: 'تلاش کے DKIM سلیکٹر' },
  selectors_hint: { en: 'Separated by spaces', ur: 'خالی جگہ سے الگ' },
  note: { en: 'Note', ur: 'نوٹ' },
  sends: { en: 'Does it send mail?', ur: 'کیا یہ ڈاک بھیجتا ہے؟' },
  unsaid: { en: 'not said', ur: 'نہیں بتایا' },
  details: { en: 'Details of the domain', ur: 'ڈومین کی تفصیل' },
  remove: { en: 'Look after it no more', ur: 'نگرانی ختم کریں' },
  remove_sure: { en: 'Press again to remove it from the list', ur: 'فہرست سے ہٹانے کو دوبارہ دبائیں' },
});
