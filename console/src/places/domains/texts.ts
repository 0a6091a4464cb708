import { number } from '../../i18n/format';
import { plural, texts } from '../../i18n/texts';

export const t = texts({
  title: { en: 'Domains', ur: 'ڈومین' },
  find: { en: 'Find a domain', ur: 'ڈومین تلاش کریں' },
  status: { en: 'State', ur: 'حالت' },
  grade: { en: 'Grade', ur: 'درجہ' },
  organisation: { en: 'Organisation', ur: 'ادارہ' },
  sends: { en: 'Sends mail', ur: 'ڈاک بھیجتا ہے' },
  sends_yes: { en: 'yes', ur: 'ہاں' },
  sends_no: { en: 'no', ur: 'نہیں' },
  sends_unsaid: { en: 'nobody said', ur: 'کسی نے نہیں بتایا' },
  finding: { en: (code: string) => `With finding ${code}`, ur: (code: string) => `دریافت ${code} والے` },
  domain: { en: 'Domain', ur: 'ڈومین' },
  policy: { en: 'DMARC', ur: 'DMARC' },
  open: { en: 'Open', ur: 'کھلے' },
  open_title: { en: 'Findings that are open', ur: 'کھلی دریافتیں' },
  next_step: { en: 'Next step', ur: 'اگلا قدم' },
  audited: { en: 'Audited', ur: 'آڈٹ' },
  never: { en: 'never', ur: 'کبھی نہیں' },
  add: { en: 'Add domains', ur: 'ڈومین شامل کریں' },
  audit: { en: 'Audit', ur: 'آڈٹ' },
  none_match: { en: 'No domain fits these filters.', ur: 'ان شرائط پر کوئی ڈومین نہیں۔' },
  none: { en: 'No domain is looked after yet.', ur: 'ابھی کسی ڈومین کی نگرانی نہیں۔' },
  none_lead: { en: 'Add them here, or on the host:', ur: 'یہاں شامل کریں، یا سرور پر:' },
  add_lead: {
    en: 'One a line, or a CSV list with a header (domain, organisation, contact, sends …).',
    ur: 'ہر سطر میں ایک، یا سرخی والی CSV فہرست (domain, organisation, contact, sends …)۔',
  },
  add_label: { en: 'Domains', ur: 'ڈومین' },
  add_file: { en: 'Or choose a file', ur: 'یا فائل چنیں' },
  add_audit: { en: 'Audit them at once', ur: 'فوراً آڈٹ کریں' },
  add_do: {
    en: (n: number) => (n === 0 ? 'Add' : `Add ${number(n)}`),
    ur: (n: number) => (n === 0 ? 'شامل کریں' : `${number(n)} شامل کریں`),
  },
  added: {
    en: (added: number, known: number) =>
      `${number(added)} ${plural(added, 'domain', 'domains')} added, ${number(known)} were there already.`,
    ur: (added: number, known: number) => `${number(added)} ڈومین شامل ہوئے، ${number(known)} پہلے سے تھے۔`,
  },
  refused: { en: (n: number) => `${number(n)} could not be read:`, ur: (n: number) => `${number(n)} نہ پڑھے جا سکے:` },
  no_organisation: { en: 'none', ur: 'کوئی نہیں' },
  audit_title: { en: 'Audit domains', ur: 'ڈومین کا آڈٹ' },
  audit_what: { en: 'Which', ur: 'کون سے' },
  audit_all: { en: 'All domains', ur: 'سب ڈومین' },
  audit_probe: {
    en: 'Also connect to their mail and web servers (MTA-STS, STARTTLS, DANE)',
    ur: 'ان کے میل اور ویب سرور سے بھی جڑیں (MTA-STS, STARTTLS, DANE)',
  },
  audit_do: { en: 'Start', ur: 'شروع' },
  audit_running: {
    en: (done: number, of: string) => `Audit: ${number(done)} of ${of}`,
    ur: (done: number, of: string) => `آڈٹ: ${of} میں سے ${number(done)}`,
  },
  audit_done: {
    en: (audited: number, unknown: number) => 
      `Audit done: ${number(audited)} ${plural(audited, 'domain', 'domains')}, ${number(unknown)} could not be examined.`,
    ur: (audited: number, unknown: number) => `آڈٹ مکمل: ${number(audited)} ڈومین، ${number(unknown)} کا معائنہ نہ ہو سکا۔`,
  },
  audit_failed: { en: 'The audit stopped:', ur: 'آڈٹ رک گیا:' },
  sorted_up: { en: 'ascending', ur: 'صعودی' },
  sorted_down: { en: 'descending', ur: 'نزولی' },
});
