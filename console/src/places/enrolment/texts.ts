import { number } from '../../i18n/format';
import { texts } from '../../i18n/texts';

export const t = texts({
  title: { en: 'Set up your account', ur: 'اپنا اکاؤنٹ قائم کریں' },
  owner: { en: 'You become the owner of this Rampart.', ur: 'آپ اس Rampart کے مالک بن رہے ہیں۔' },
  invitation: { en: 'You were invited.', ur: 'آپ کو دعوت دی گئی ہے۔' },
  recovery: {
    en: 'Your account was reset, or a recovery code was used: set up your second factors anew.',
    ur: 'آپ کا اکاؤنٹ بحال کیا گیا، یا بحالی کوڈ استعمال ہوا: دوسرے عوامل نئے سرے سے قائم کریں۔',
  },
  expires: { en: 'This link ends', ur: 'یہ ربط ختم ہوگا' },
  step: {
    en: (n: number, of: number) => `Step ${number(n)} of ${number(of)}`,
    ur: (n: number, of: number) => `قدم ${number(n)} از ${number(of)}`,
  },
  opening: { en: 'Opening the link', ur: 'ربط کھولا جا رہا ہے' },
  no_link: { en: 'This link is not whole.', ur: 'یہ ربط مکمل نہیں۔' },
  no_link_lead: {
    en: 'Everything behind # belongs to it; mail programs sometimes cut it. Open it again from where it was given to you, or ask for a new one.',
    ur: '# کے بعد سب کچھ اس کا حصہ ہے؛ میل پروگرام کبھی اسے کاٹ دیتے ہیں۔ اسے دوبارہ وہیں سے کھولیں جہاں ملا تھا، یا نیا مانگیں۔',
  },
  refused: {
    en: 'The link does not work: it was used, it is too old, or another browser opened it first.',
    ur: 'ربط نہیں چلتا: استعمال ہو چکا، پرانا ہے، یا کسی اور براؤزر نے پہلے کھولا۔',
  },
  name: { en: 'Your e-mail address', ur: 'آپ کا ای میل پتا' },
  name_hint: { en: 'You sign in with it.', ur: 'آپ اسی سے سائن اِن کریں گے۔' },
  shown_name: { en: 'Your name, as others see it', ur: 'آپ کا نام، جیسا دوسرے دیکھیں' },
  has_passkeys: { en: (n: number) => `${number(n)} ${n === 1 ? 'passkey' : 'passkeys'}`, ur: (n: number) => `${number(n)} پاس کی` },
  password: { en: 'Choose a password', ur: 'پاس ورڈ چنیں' },
  password_label: { en: 'New password', ur: 'نیا پاس ورڈ' },
  password_again: { en: 'The same again', ur: 'وہی دوبارہ' },
  password_hint: {
    en: (min: number) =>
      `At least ${number(min)} characters, any of them. A sentence is good. It is compared with lists of passwords that others have lost.`,
    ur: (min: number) => `کم از کم ${number(min)} حروف، کوئی بھی۔ ایک جملہ اچھا ہے۔ اسے گم شدہ پاس ورڈوں کی فہرست سے ملایا جاتا ہے۔`,
  },
  password_short: { en: (left: number) => `${number(left)} characters more`, ur: (left: number) => `مزید ${number(left)} حروف` },
  password_other: { en: 'The two are not the same.', ur: 'دونوں ایک جیسے نہیں۔' },
  factor: { en: 'Choose a second factor', ur: 'دوسرا عامل چنیں' },
  factor_lead: {
    en: 'Nobody signs in with a password alone. A passkey or security key cannot be phished; a code can be, but works everywhere.',
    ur: 'صرف پاس ورڈ سے کوئی سائن اِن نہیں کرتا۔ پاس کی یا سکیورٹی کی چرائی نہیں جا سکتی؛ کوڈ چرایا جا سکتا ہے، مگر ہر جگہ چلتا ہے۔',
  },
  passkey: { en: 'Passkey or security key', ur: 'پاس کی یا سکیورٹی کی' },
  passkey_lead: { en: 'The browser asks for your finger, face, PIN or key.', ur: 'براؤزر آپ کی انگلی، چہرہ، PIN یا کی مانگے گا۔' },
  passkey_name: { en: 'What you call it', ur: 'آپ اسے کیا کہتے ہیں' },
  passkey_default: { en: 'This device', ur: 'یہ آلہ' },
  passkey_add: { en: 'Add passkey', ur: 'پاس کی شامل کریں' },
  passkey_not_here: {
    en: 'This browser does not know passkeys, or the page was not opened over HTTPS or localhost.',
    ur: 'یہ براؤزر پاس کی نہیں جانتا، یا صفحہ HTTPS یا localhost پر نہیں کھلا۔',
  },
  passkey_stopped: { en: 'The browser stopped. Nothing was added; try again.', ur: 'براؤزر رک گیا۔ کچھ شامل نہیں ہوا؛ دوبارہ کوشش کریں۔' },
  totp: { en: 'Authenticator app', ur: 'تصدیقی ایپ' },
  totp_lead: { en: 'Scan this with the app, then enter the code that it shows.', ur: 'اسے ایپ سے اسکین کریں، پھر جو کوڈ دکھے وہ لکھیں۔' },
  totp_secret: { en: 'Or enter the key by hand:', ur: 'یا کی ہاتھ سے لکھیں:' },
  totp_qr: { en: 'QR code of the key', ur: 'کی کا QR کوڈ' },
  totp_code: { en: 'Code of six digits', ur: 'چھ ہندسوں کا کوڈ' },
  totp_add: { en: 'Add the app', ur: 'ایپ شامل کریں' },
  start_totp: { en: 'Use an app', ur: 'ایپ استعمال کریں' },
  has: { en: 'Set up:', ur: 'قائم شدہ:' },
  finish: { en: 'Recovery codes', ur: 'بحالی کوڈ' },
  finish_lead: {
    en: 'Ten codes come next. Each replaces your second factor once, should you lose it.',
    ur: 'آگے دس کوڈ ہیں۔ ہر ایک، اگر دوسرا عامل کھو جائے، ایک بار اس کی جگہ لیتا ہے۔',
  },
  finish_do: { en: 'Finish and show the codes', ur: 'مکمل کریں اور کوڈ دکھائیں' },
  codes: { en: 'Your recovery codes', ur: 'آپ کے بحالی کوڈ' },
  codes_lead: {
    en: 'They are shown this once. Keep them apart from this device: on paper, or in a password manager.',
    ur: 'یہ صرف ابھی دکھائے جا رہے ہیں۔ انہیں اس آلے سے الگ رکھیں: کاغذ پر، یا پاس ورڈ مینیجر میں۔',
  },
  codes_kept: { en: 'I have kept them where I will find them', ur: 'میں نے انہیں ایسی جگہ رکھ لیا ہے جہاں ڈھونڈ سکوں' },
  codes_done: { en: 'To the console', ur: 'کنسول پر' },
});
