import { number } from '../../i18n/format';
import { plural, texts } from '../../i18n/texts';

export const t = texts({
  title: { en: 'Quarantine', ur: 'قرنطینہ' },
  find: { en: 'In the subject', ur: 'موضوع میں' },
  state: { en: 'State', ur: 'حالت' },
  recipient: { en: 'Recipient', ur: 'وصول کنندہ' },
  author: { en: 'From domain', ur: 'از ڈومین' },
  received: { en: 'Received', ur: 'موصول' },
  from: { en: 'From', ur: 'از' },
  subject: { en: 'Subject', ur: 'موضوع' },
  why: { en: 'Why', ur: 'کیوں' },
  select: { en: (subject: string) => `Choose ${subject}`, ur: (subject: string) => `منتخب کریں ${subject}` },
  select_all: { en: 'Choose all that are shown', ur: 'دکھائے گئے سب منتخب کریں' },
  chosen: { en: (n: number) => `${number(n)} chosen`, ur: (n: number) => `${number(n)} منتخب` },
  release: { en: 'Release', ur: 'جاری کریں' },
  release_title: {
    en: (n: number) => (n === 1 ? 'Release this message' : `Release ${number(n)} messages`),
    ur: (n: number) => (n === 1 ? 'یہ پیغام جاری کریں' : `${number(n)} پیغامات جاری کریں`),
  },
  delete_title: {
    en: (n: number) => (n === 1 ? 'Delete this message' : `Delete ${number(n)} messages`),
    ur: (n: number) => (n === 1 ? 'یہ پیغام حذف کریں' : `${number(n)} پیغامات حذف کریں`),
  },
  release_lead: {
    en: 'Each is delivered as it came, to all that it was kept from.',
    ur: 'ہر پیغام جیسا آیا تھا ویسا سب وصول کنندگان کو پہنچایا جائے گا۔',
  },
  release_to: { en: 'Deliver to', ur: 'پہنچائیں' },
  again: { en: 'Also to those of whom nobody knows whether it arrived', ur: 'انہیں بھی جن کے بارے میں معلوم نہیں کہ پہنچا یا نہیں' },
  delete_lead: {
    en: 'What is deleted cannot be brought back. What was told of it stays in the log.',
    ur: 'حذف شدہ واپس نہیں آ سکتا۔ جو بتایا گیا وہ لاگ میں رہتا ہے۔',
  },
  progress: {
    en: (done: number, of: number) => `${number(done)} of ${number(of)}`,
    ur: (done: number, of: number) => `${number(of)} میں سے ${number(done)}`,
  },
  some_failed: {
    en: (n: number) => `${number(n)} ${plural(n, 'message was', 'messages were')} left as they were:`,
    ur: (n: number) => `${number(n)} پیغامات ویسے ہی رہے:`,
  },
  none_match: { en: 'Nothing fits these filters.', ur: 'ان شرائط پر کچھ نہیں۔' },
  none: { en: 'Nothing is kept.', ur: 'کچھ محفوظ نہیں۔' },
  none_lead: {
    en: 'Mail that is forged or dangerous is kept here once the guard enforces. What it would keep shows in Live mail before. To switch it on:',
    ur: 'محافظ کے enforce ہونے پر جعلی یا خطرناک ڈاک یہاں رکھی جاتی ہے۔ اس سے پہلے رواں ڈاک میں نظر آتا ہے کہ کیا رکھا جاتا۔ چالو کرنے کے لیے:',
  },
});
