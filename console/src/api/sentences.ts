// What went wrong, as a sentence of the reader's language: the problem's type gives the sentence, the server's detail (always
// English: it names records, lines and members) stands below it.
import { texts } from '../i18n/texts';
import { number } from '../i18n/format';
import { Failure } from './client';

const t = texts({
  unreachable: { en: 'The server did not answer.', ur: 'سرور نے جواب نہیں دیا۔' },
  unreachable_hint: {
    en: 'What you entered is still here. Check the connection, or whether “rampart serve” runs.',
    ur: 'جو آپ نے لکھا وہ محفوظ ہے۔ رابطہ دیکھیں، یا یہ کہ ”rampart serve“ چل رہا ہے۔',
  },
  malformed: { en: 'The server could not read the request.', ur: 'سرور درخواست نہیں پڑھ سکا۔' },
  sign_in: { en: 'Your session has ended. Sign in again.', ur: 'آپ کا سیشن ختم ہو گیا۔ دوبارہ سائن اِن کریں۔' },
  not_allowed: { en: 'Your role does not allow this.', ur: 'آپ کا کردار اس کی اجازت نہیں دیتا۔' },
  step_up: { en: 'A second factor has to be proven first.', ur: 'پہلے دوسرا عامل ثابت کرنا ہوگا۔' },
  csrf: { en: 'The request did not come from this page. Load it again.', ur: 'درخواست اس صفحے سے نہیں آئی۔ صفحہ دوبارہ لوڈ کریں۔' },
  enrolment: { en: 'Set up your second factors first.', ur: 'پہلے اپنے دوسرے عوامل قائم کریں۔' },
  not_found: { en: 'It is not there, or not yours to see.', ur: 'یہ موجود نہیں، یا آپ کے دیکھنے کا نہیں۔' },
  conflict: { en: 'It cannot be done as things stand.', ur: 'موجودہ حالت میں یہ نہیں ہو سکتا۔' },
  changed: {
    en: 'Somebody changed it meanwhile. Nothing of yours was written.',
    ur: 'اس دوران کسی نے اسے بدل دیا۔ آپ کا کچھ نہیں لکھا گیا۔',
  },
  too_large: { en: 'It is too large.', ur: 'یہ بہت بڑا ہے۔' },
  invalid: { en: 'Something in it is wrong. Nothing was changed.', ur: 'اس میں کچھ غلط ہے۔ کچھ نہیں بدلا گیا۔' },
  too_many: { en: 'Too often. Wait a little.', ur: 'بہت بار۔ تھوڑا انتظار کریں۔' },
  too_many_after: {
    en: (seconds: number) => `Too often. Try again in ${number(seconds)} seconds.`,
    ur: (seconds: number) => `بہت بار۔ ${number(seconds)} سیکنڈ بعد دوبارہ کوشش کریں۔`,
  },
  unavailable: { en: 'Something that this needs does not answer now.', ur: 'جس چیز کی ضرورت ہے وہ ابھی جواب نہیں دے رہی۔' },
  not_set_up: { en: 'This server is not set up for it.', ur: 'یہ سرور اس کے لیے تیار نہیں کیا گیا۔' },
  other: { en: 'The server failed.', ur: 'سرور ناکام رہا۔' },
  broken: { en: 'This page failed. That is our mistake.', ur: 'یہ صفحہ ناکام ہوا۔ غلطی ہماری ہے۔' },
});

const by_type: Record<string, string> = {
  unreachable: t.unreachable,
  malformed: t.malformed,
  'sign-in-required': t.sign_in,
  'not-allowed': t.not_allowed,
  'step-up-required': t.step_up,
  csrf: t.csrf,
  'enrolment-required': t.enrolment,
  'not-found': t.not_found,
  conflict: t.conflict,
  'changed-meanwhile': t.changed,
  'if-match-required': t.changed,
  'too-large': t.too_large,
  'unsupported-media-type': t.malformed,
  invalid: t.invalid,
  'too-many': t.too_many,
  unavailable: t.unavailable,
  'not-set-up': t.not_set_up,
};

export interface Sentence {
  title: string;
  detail: string;
  hint: string;
}

export function sentence(error: unknown): Sentence {
  if (!(error instanceof Failure)) {
    return { title: t.broken, detail: error instanceof Error ? error.message : String(error), hint: '' };
  }
  const { problem } = error;
  const type = error.name_of_type;
  if (type === 'unreachable') return { title: t.unreachable, detail: '', hint: t.unreachable_hint };
  const title = type === 'too-many' && error.retry_after ? t.too_many_after(error.retry_after) : (by_type[type] ?? t.other);
  const where = problem.where ? `${problem.where}: ` : '';
  const all = problem.problems?.length
    ? problem.problems.map((each) => `${each.where}: ${each.detail}`).join('\n')
    : problem.detail
      ? where + problem.detail
      : '';
  return { title, detail: all, hint: problem.hint ?? '' };
}

// For one field of a form: what is wrong with `body.name`, or nothing.
export function wrong_at(error: unknown, where: string): string | undefined {
  if (!(error instanceof Failure)) return undefined;
  const found = error.problem.problems?.find((each) => each.where === where);
  return found?.detail ?? (error.problem.where === where ? error.problem.detail : undefined);
}
