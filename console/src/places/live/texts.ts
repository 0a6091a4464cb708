import { number } from '../../i18n/format';
import { plural, texts } from '../../i18n/texts';

export const t = texts({
  title: { en: 'Live mail', ur: 'رواں ڈاک' },
  minutes: { en: 'Last two hours', ur: 'پچھلے دو گھنٹے' },
  hours: { en: 'Last two days', ur: 'پچھلے دو دن' },
  by: { en: 'Shown', ur: 'دکھائیں' },
  speed: {
    en: (half: string, most: string) => `half of it judged within ${half} ms, 99 % within ${most} ms`,
    ur: (half: string, most: string) => `آدھی کا فیصلہ ${half} ms میں، 99 % کا ${most} ms میں`,
  },
  pause: { en: 'Pause', ur: 'روکیں' },
  go_on: { en: 'Go on', ur: 'جاری رکھیں' },
  live: { en: 'live', ur: 'رواں' },
  connecting: { en: 'connecting', ur: 'جڑ رہا ہے' },
  lost: { en: 'stopped; trying again', ur: 'رک گیا؛ دوبارہ کوشش' },
  held: {
    en: (n: number) => `${number(n)} new ${plural(n, 'message', 'messages')}: show`,
    ur: (n: number) => `${number(n)} نئے پیغامات: دکھائیں`,
  },
  held_why: { en: 'held while you read', ur: 'آپ کے پڑھنے تک روکے گئے' },
  subject: { en: 'In the subject', ur: 'موضوع میں' },
  action: { en: 'Outcome', ur: 'نتیجہ' },
  author: { en: 'From domain', ur: 'از ڈومین' },
  recipient: { en: 'Recipient', ur: 'وصول کنندہ' },
  time: { en: 'Time', ur: 'وقت' },
  from: { en: 'From', ur: 'از' },
  to: { en: 'To', ur: 'بنام' },
  about: { en: 'Subject', ur: 'موضوع' },
  why: { en: 'Why', ur: 'کیوں' },
  no_subject: { en: 'no subject', ur: 'کوئی موضوع نہیں' },
  more: { en: (n: number) => `and ${number(n)} more`, ur: (n: number) => `اور ${number(n)} مزید` },
  would: { en: 'watched only', ur: 'صرف دیکھا گیا' },
  would_title: {
    en: (what: string) => `In mode monitor nothing is kept or refused; in enforce: ${what}`,
    ur: (what: string) => `monitor میں کچھ روکا نہیں جاتا؛ enforce میں: ${what}`,
  },
  none_match: { en: 'No mail fits these filters.', ur: 'ان شرائط پر کوئی ڈاک نہیں۔' },
  none: { en: 'No mail has been seen yet.', ur: 'ابھی کوئی ڈاک نہیں دیکھی گئی۔' },
  none_lead: {
    en: 'Let Postfix ask the guard; each message shows here as it is judged:',
    ur: 'Postfix کو محافظ سے پوچھنے دیں؛ ہر پیغام فیصلہ ہوتے ہی یہاں نظر آئے گا:',
  },
  scan: { en: 'Judge a message', ur: 'پیغام جانچیں' },
  trace: { en: 'Trace: queue id or message-id', ur: 'سراغ: قطار نمبر یا message-id' },
  traced: { en: (q: string) => `Traces of ${q}`, ur: (q: string) => `${q} کے سراغ` },
  traced_none: {
    en: 'The guard saw no such message, or it is longer ago than events are kept.',
    ur: 'محافظ نے ایسا پیغام نہیں دیکھا، یا وہ محفوظ مدت سے پرانا ہے۔',
  },
});
