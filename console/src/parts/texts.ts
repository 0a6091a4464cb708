import { texts } from '../i18n/texts';

// Words that every place needs.
export const words = texts({
  copy: { en: 'Copy', ur: 'نقل کریں' },
  copied: { en: 'Copied', ur: 'نقل ہو گیا' },
  close: { en: 'Close', ur: 'بند کریں' },
  cancel: { en: 'Cancel', ur: 'منسوخ کریں' },
  save: { en: 'Save', ur: 'محفوظ کریں' },
  delete: { en: 'Delete', ur: 'حذف کریں' },
  retry: { en: 'Try again', ur: 'دوبارہ کوشش کریں' },
  loading: { en: 'Loading', ur: 'لوڈ ہو رہا ہے' },
  more: { en: 'Show more', ur: 'مزید دکھائیں' },
  all: { en: 'All', ur: 'سب' },
  yes: { en: 'Yes', ur: 'ہاں' },
  no: { en: 'No', ur: 'نہیں' },
  unknown: { en: 'unknown', ur: 'نامعلوم' },
  none: { en: 'none', ur: 'کوئی نہیں' },
  back: { en: 'Back', ur: 'واپس' },
  continue: { en: 'Continue', ur: 'آگے بڑھیں' },
  download: { en: 'Download', ur: 'ڈاؤن لوڈ' },
  print: { en: 'Print', ur: 'پرنٹ' },
  before: { en: 'Before', ur: 'پہلے' },
  after: { en: 'After', ur: 'بعد میں' },
  not_there: { en: 'no record', ur: 'کوئی ریکارڈ نہیں' },
  done: { en: 'Done', ur: 'ہو گیا' },
  filter: { en: 'Filter', ur: 'چھانٹیں' },
  clear_filters: { en: 'Clear filters', ur: 'چھانٹی ہٹائیں' },
});
