#include "guard/digest/texts.h"

#include <vector>

#include "base/text.h"

namespace rampart::guard {
namespace {

constexpr DigestTexts kEnglish{
    .subject_one = "A message to you was kept back",
    .subject = "{0} messages to you were kept back",
    .intro_one = "A message to {0} was kept back and not delivered:",
    .intro = "{1} messages to {0} were kept back and not delivered:",
    .from = "From",
    .about = "Subject",
    .when = "Received",
    .why = "Why",
    .release = "Look at it, or have it delivered",
    .no_subject = "(none)",
    .claims = "Sender and subject are what the messages say of themselves; they may be false.",
    .ask = "Only whoever looks after your mail can release it.",
    .more = "And {0} more, which are not listed here. Whoever looks after your mail can list them.",
    .expires = "The links work until {0}. Nothing is delivered before you confirm it on the page they open.",
    .warning = "If you do not know a message, or did not wait for it, leave it: it is deleted in time.",
    .once = "You are told of each message once.",
    .footer =
        "A program (rampart quarantine) wrote this for the one address above. Do not pass it on: whoever has "
        "a link can have that message delivered to you.",
    .reasons =
        {"nothing proves that it comes from whom it names, and that sender's domain asks to keep such mail "
         "back",
         "nothing proves that it comes from whom it names, and that sender's domain asks to refuse such mail",
         "it claims to come from your own organisation, and nothing proves that",
         "it cannot be said whom it is from", "its sender is on a list of blocked senders",
         "it looks like bulk mail that nobody asked for", "it imitates a name or a domain that people know",
         "it looks like phishing or fraud",
         "it uses the name of your organisation, or of one of its people, and comes from elsewhere",
         "it holds something that does harm, such as a virus", "what it holds could not be checked",
         "it also went to others, from whom it had to be kept", "it was found suspicious"},
    .page_title = "A message that was kept back",
    .page_question =
        "Have it delivered to your mailbox? Do so only if you know the sender and waited for it.",
    .page_button = "Deliver this message",
    .page_released = "The message is on its way to your mailbox.",
    .page_was_released = "This message was released already, on {0}. It is not delivered again.",
    .page_perhaps =
        "This message may have been delivered already. Look into your mailbox; if it is not there, ask "
        "whoever looks after your mail.",
    .page_refused =
        "The mail server did not take the message, so it is kept as before. Ask whoever looks after your "
        "mail.",
    .page_later = "The mail server does not take the message now, so it is kept as before. Try again later.",
    .page_deleted = "This message was deleted on {0}.",
    .page_not_yours = "This message cannot be released by its recipient. Ask whoever looks after your mail.",
    .page_expired = "This link worked until {0}. Ask whoever looks after your mail.",
    .page_unknown = "This link is not valid. Copy it from your mail as a whole.",
    .page_busy = "This cannot be looked up now. Try again in a minute.",
};

constexpr DigestTexts kUrdu{
    .subject_one = "آپ کے نام ایک پیغام روک لیا گیا ہے",
    .subject = "آپ کے نام {0} پیغامات روک لیے گئے ہیں",
    .intro_one = "{0} کے نام ایک پیغام روک لیا گیا ہے اور پہنچایا نہیں گیا:",
    .intro = "{0} کے نام {1} پیغامات روک لیے گئے ہیں اور پہنچائے نہیں گئے:",
    .from = "از طرف",
    .about = "موضوع",
    .when = "موصول",
    .why = "وجہ",
    .release = "دیکھیں یا وصول کریں",
    .no_subject = "(کوئی نہیں)",
    .claims = "بھیجنے والا اور موضوع وہی ہیں جو پیغام خود بتاتا ہے؛ یہ جھوٹے بھی ہو سکتے ہیں۔",
    .ask = "اسے صرف آپ کی ڈاک کا منتظم جاری کر سکتا ہے۔",
    .more = "اور {0} مزید پیغامات، جو یہاں درج نہیں۔ آپ کی ڈاک کا منتظم ان کی فہرست دے سکتا ہے۔",
    .expires = "یہ لنک {0} تک کام کریں گے۔ جب تک آپ کھلنے والے صفحے پر تصدیق نہ کریں، کچھ نہیں پہنچایا جاتا۔",
    .warning =
        "اگر آپ کسی پیغام کو نہیں پہچانتے یا اس کے منتظر نہیں تھے تو اسے رہنے دیں؛ وہ وقت پر حذف ہو جائے گا۔",
    .once = "ہر پیغام کی اطلاع ایک ہی بار دی جاتی ہے۔",
    .footer =
        "یہ پیغام ایک پروگرام (rampart quarantine) نے صرف اوپر درج پتے کے لیے لکھا ہے۔ اسے آگے نہ بھیجیں: جس "
        "کے پاس لنک ہو "
        "وہ اس پیغام کو آپ تک پہنچوا سکتا ہے۔",
    .reasons = {"یہ ثابت نہیں کہ یہ اسی کی طرف سے ہے جس کا نام لکھا ہے، اور اس ڈومین کا مالک ایسی ڈاک روکنے "
                "کو کہتا ہے",
                "یہ ثابت نہیں کہ یہ اسی کی طرف سے ہے جس کا نام لکھا ہے، اور اس ڈومین کا مالک ایسی ڈاک رد "
                "کرنے کو کہتا ہے",
                "یہ آپ کے اپنے ادارے کی طرف سے ہونے کا دعویٰ کرتا ہے، اور یہ ثابت نہیں",
                "یہ معلوم نہیں ہو سکتا کہ یہ کس کی طرف سے ہے", "اس کا بھیجنے والا ممنوع فہرست میں ہے",
                "یہ بن مانگی اجتماعی ڈاک معلوم ہوتا ہے", "یہ کسی معروف نام یا ڈومین کی نقل کرتا ہے",
                "یہ دھوکہ دہی (فشنگ) معلوم ہوتا ہے",
                "یہ آپ کے ادارے یا اس کے کسی فرد کے نام سے ہے مگر کہیں اور سے آیا ہے",
                "اس میں کوئی نقصان دہ چیز ہے، مثلاً وائرس", "اس کے مواد کی جانچ نہیں ہو سکی",
                "یہ دوسروں کو بھی بھیجا گیا تھا، جن سے اسے روکنا پڑا", "یہ مشکوک پایا گیا"},
    .page_title = "روکا ہوا پیغام",
    .page_question =
        "کیا یہ آپ کے میل باکس میں پہنچا دیا جائے؟ صرف تب جب آپ بھیجنے والے کو جانتے ہوں اور اس کے منتظر "
        "ہوں۔",
    .page_button = "یہ پیغام پہنچا دیں",
    .page_released = "پیغام آپ کے میل باکس کی طرف روانہ ہے۔",
    .page_was_released = "یہ پیغام {0} کو جاری ہو چکا ہے۔ اسے دوبارہ نہیں پہنچایا جاتا۔",
    .page_perhaps =
        "ممکن ہے یہ پیغام پہنچ چکا ہو۔ اپنا میل باکس دیکھیں؛ اگر وہاں نہ ہو تو اپنی ڈاک کے منتظم سے پوچھیں۔",
    .page_refused =
        "میل سرور نے پیغام نہیں لیا، اس لیے وہ پہلے کی طرح رکا ہوا ہے۔ اپنی ڈاک کے منتظم سے پوچھیں۔",
    .page_later =
        "میل سرور ابھی پیغام نہیں لے رہا، اس لیے وہ پہلے کی طرح رکا ہوا ہے۔ بعد میں دوبارہ کوشش کریں۔",
    .page_deleted = "یہ پیغام {0} کو حذف کر دیا گیا۔",
    .page_not_yours = "یہ پیغام وصول کنندہ خود جاری نہیں کر سکتا۔ اپنی ڈاک کے منتظم سے پوچھیں۔",
    .page_expired = "یہ لنک {0} تک کام کرتا تھا۔ اپنی ڈاک کے منتظم سے پوچھیں۔",
    .page_unknown = "یہ لنک درست نہیں۔ اسے اپنے پیغام سے پورا نقل کریں۔",
    .page_busy = "یہ ابھی معلوم نہیں ہو سکتا۔ ایک منٹ بعد دوبارہ کوشش کریں۔",
};

}  // namespace

std::string_view to_string(DigestLanguage language) { return language == DigestLanguage::ur ? "ur" : "en"; }

std::optional<DigestLanguage> parse_digest_language(std::string_view text) {
  for (const auto language : {DigestLanguage::en, DigestLanguage::ur})
    if (to_string(language) == text) return language;
  return std::nullopt;
}

const DigestTexts& digest_texts(DigestLanguage language) {
  return language == DigestLanguage::ur ? kUrdu : kEnglish;
}

std::string fill_in(std::string_view text, std::initializer_list<std::string_view> arguments) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool place =
        text[at] == '{' && at + 2 < text.size() && base::is_digit(text[at + 1]) && text[at + 2] == '}';
    if (!place) {
      out += text[at];
      continue;
    }
    const auto number = static_cast<std::size_t>(text[at + 1] - '0');
    if (number < arguments.size()) out += arguments.begin()[number];
    at += 2;
  }
  return out;
}

}  // namespace rampart::guard
