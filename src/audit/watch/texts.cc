#include "audit/watch/texts.h"

namespace rampart::audit::watch {
namespace {

constexpr Texts kEnglish{
    .record_appeared = "The record {0} has been published",
    .record_changed = "The record {0} has changed",
    .record_went = "The record {0} is gone; a second resolver and a second look agree",
    .record_unexamined = "The record {0} could not be found out, {1} times in a row: {2}",
    .record_examined_again = "The record {0} can be found out again",
    .record_flapping =
        "The record {0} changes all the time; nothing more is said of it until it stands still",
    .record_settled = "The record {0} stands still again",
    .finding_appeared = "New: {0}",
    .finding_went = "Mended: {0}",
    .finding_flapping = "This comes and goes; nothing more is said of it until it stands still: {0}",
    .finding_settled_present = "This stays now: {0}",
    .finding_settled_absent = "This is mended for good: {0}",
    .domain_unexamined = "{0} could not be examined, {1} times in a row: {2}",
    .domain_examined_again = "{0} can be examined again",
    .before = "before",
    .now = "now",
    .nothing = "(no record)",
    .levels = {"info", "low", "medium", "high", "critical"},
    .weaknesses = {},
    .grade = "grade {0}",
    .grade_changed = "grade {0}, was {1}",
    .subject = "Rampart: {0} in {1}",
    .subject_of = "Rampart: {0} in {1} of {2}",
    .one_change = "1 change",
    .changes = "{0} changes",
    .domains = "{0} domains",
    .worst = "{0} ({1})",
    .period = "What changed in DNS, seen from {0} to {1}.",
    .period_of = "What changed in DNS for {2}, seen from {0} to {1}.",
    .once =
        "Each change is told once. What each finding means and how it is mended: rampart audit, rampart fix "
        "plan.",
    .footer =
        "Written by a machine, rampart watch. An answer to this message reaches whoever runs it, or nobody.",
    .trouble_subject = "Rampart: the watch is in trouble: {0}",
    .over_subject = "Rampart: the watch goes on: {0}",
    .trouble_footer = "This is said once, and once more when it is over.",
};

constexpr Texts kUrdu{
    .record_appeared = "ریکارڈ {0} شائع ہوا ہے",
    .record_changed = "ریکارڈ {0} تبدیل ہوا ہے",
    .record_went = "ریکارڈ {0} اب موجود نہیں؛ دوسرے ریزولور اور دوسری بار کی جانچ نے اس کی تصدیق کی ہے",
    .record_unexamined = "ریکارڈ {0} لگاتار {1} بار معلوم نہ ہو سکا: {2}",
    .record_examined_again = "ریکارڈ {0} اب دوبارہ معلوم ہو سکتا ہے",
    .record_flapping =
        "ریکارڈ {0} بار بار بدل رہا ہے؛ جب تک یہ ایک حالت پر نہ ٹھہرے، اس کی مزید اطلاع نہیں دی جائے گی",
    .record_settled = "ریکارڈ {0} اب ایک حالت پر ٹھہر گیا ہے",
    .finding_appeared = "نئی خامی: {0}",
    .finding_went = "خامی دور ہو گئی: {0}",
    .finding_flapping = "یہ خامی بار بار آتی جاتی ہے؛ جب تک حالت نہ ٹھہرے، مزید اطلاع نہیں دی جائے گی: {0}",
    .finding_settled_present = "یہ خامی اب برقرار ہے: {0}",
    .finding_settled_absent = "یہ خامی مستقل طور پر دور ہو گئی: {0}",
    .domain_unexamined = "{0} کی لگاتار {1} بار جانچ نہ ہو سکی: {2}",
    .domain_examined_again = "{0} کی جانچ اب دوبارہ ہو سکتی ہے",
    .before = "پہلے",
    .now = "اب",
    .nothing = "(کوئی ریکارڈ نہیں)",
    .levels = {"اطلاع", "معمولی", "درمیانی", "سنگین", "انتہائی سنگین"},
    .weaknesses = {"", "SPF، DKIM اور DMARC میں سے کچھ بھی موجود نہیں", "DKIM موجود نہیں", "DMARC موجود نہیں",
                   "DMARC کی پالیسی none ہے، یعنی صرف نگرانی",
                   "DMARC میں sp موجود نہیں، ذیلی ڈومین صراحتاً محفوظ نہیں",
                   "SPF نرم ناکامی (softfail) پر ختم ہوتا ہے", "DMARC موجود ہے مگر نہ SPF ہے نہ DKIM"},
    .grade = "درجہ {0}",
    .grade_changed = "درجہ {0}، پہلے {1}",
    .subject = "ریمپارٹ: {1} میں {0}",
    .subject_of = "ریمپارٹ: {2}، {1} میں {0}",
    .one_change = "1 تبدیلی",
    .changes = "{0} تبدیلیاں",
    .domains = "{0} ڈومینز",
    .worst = "{0} ({1})",
    .period = "DNS میں جو تبدیلیاں {0} سے {1} تک دیکھی گئیں۔",
    .period_of = "{2} کے لیے DNS میں جو تبدیلیاں {0} سے {1} تک دیکھی گئیں۔",
    .once = "ہر تبدیلی کی اطلاع ایک ہی بار دی جاتی ہے۔ ہر خامی کا مطلب اور علاج: {0}",
    .footer =
        "یہ پیغام ایک پروگرام ({0}) نے لکھا ہے۔ اس کا جواب یا تو اسے چلانے والے تک پہنچے گا یا کسی تک نہیں۔",
    .trouble_subject = "ریمپارٹ: نگرانی میں مسئلہ: {0}",
    .over_subject = "ریمپارٹ: نگرانی دوبارہ جاری ہے: {0}",
    .trouble_footer = "اس کی اطلاع ایک بار دی جاتی ہے، اور ایک بار جب یہ ختم ہو۔",
};

}  // namespace

const Texts& texts(Language language) { return language == Language::ur ? kUrdu : kEnglish; }

}  // namespace rampart::audit::watch
