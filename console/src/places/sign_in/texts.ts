import { texts } from '../../i18n/texts';

export const t = texts({
  title: { en: 'Sign in', ur: 'سائن اِن' },
  name: { en: 'E-mail address', ur: 'ای میل پتا' },
  password: { en: 'Password', ur: 'پاس ورڈ' },
  sign_in: { en: 'Sign in', ur: 'سائن اِن کریں' },
  second: { en: 'Second factor', ur: 'دوسرا عامل' },
  second_lead: {
    en: 'The password is right. Nobody comes in with a password alone.',
    ur: 'پاس ورڈ درست ہے۔ صرف پاس ورڈ سے کوئی اندر نہیں آتا۔',
  },
  start_again: { en: 'Start again', ur: 'دوبارہ شروع کریں' },
  passkey_lead: { en: 'Use your passkey or security key.', ur: 'اپنی پاس کی یا سکیورٹی کی استعمال کریں۔' },
  passkey_use: { en: 'Use passkey', ur: 'پاس کی استعمال کریں' },
  passkey_stopped: {
    en: 'The browser stopped: it was cancelled, took too long, or this key is not one of yours. Try again.',
    ur: 'براؤزر رک گیا: منسوخ ہوا، دیر ہوئی، یا یہ کی آپ کی نہیں۔ دوبارہ کوشش کریں۔',
  },
  code: { en: 'Code of six digits', ur: 'چھ ہندسوں کا کوڈ' },
  code_hint: { en: 'From your authenticator app. Each code works once.', ur: 'آپ کی تصدیقی ایپ سے۔ ہر کوڈ ایک بار چلتا ہے۔' },
  recovery_code: { en: 'Recovery code', ur: 'بحالی کوڈ' },
  recovery_hint: {
    en: 'It is used up, and you set up your second factors anew right after.',
    ur: 'یہ ایک ہی بار چلتا ہے، اور فوراً بعد آپ دوسرے عوامل نئے سرے سے قائم کریں گے۔',
  },
  other_passkey: { en: 'Use a passkey instead', ur: 'اس کے بجائے پاس کی استعمال کریں' },
  other_code: { en: 'Use a code of the app instead', ur: 'اس کے بجائے ایپ کا کوڈ استعمال کریں' },
  other_recovery: { en: 'I have lost my second factor', ur: 'میرا دوسرا عامل کھو گیا ہے' },
  step_up_title: { en: 'Prove that it is you', ur: 'ثابت کریں کہ یہ آپ ہیں' },
  step_up_lead: {
    en: 'What you are about to do needs a second factor that was proven within five minutes.',
    ur: 'جو آپ کرنے جا رہے ہیں اس کے لیے پانچ منٹ کے اندر ثابت کیا گیا دوسرا عامل چاہیے۔',
  },
  with_provider: { en: (name: string) => `Sign in with ${name}`, ur: (name: string) => `${name} سے سائن اِن کریں` },
  first_start: { en: 'Nobody owns this server yet.', ur: 'ابھی اس سرور کا کوئی مالک نہیں۔' },
  first_start_lead: {
    en: 'The server’s start printed a link for the owner, valid for 30 minutes. It stands also in a file that only the server’s own account and root read. A new start makes a new one:',
    ur: 'سرور کے آغاز پر مالک کے لیے ایک ربط دکھایا گیا تھا جو 30 منٹ چلتا ہے۔ وہ ایک فائل میں بھی ہے جسے صرف سرور کا اپنا اکاؤنٹ اور root پڑھتے ہیں۔ نیا آغاز نیا ربط بناتا ہے:',
  },
  no_account: {
    en: 'No account, or no factor left? An administrator can invite or reset you.',
    ur: 'اکاؤنٹ نہیں، یا کوئی عامل باقی نہیں؟ منتظم آپ کو دعوت دے سکتا یا بحال کر سکتا ہے۔',
  },
  oidc_failed: { en: 'The identity provider’s answer was not accepted.', ur: 'شناخت فراہم کنندہ کا جواب قبول نہیں ہوا۔' },
});
