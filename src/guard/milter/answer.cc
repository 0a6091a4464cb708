#include "guard/milter/answer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/milter/frames.h"

namespace rampart::guard::milter {
namespace {

using base::Result;
using namespace std::string_view_literals;

constexpr std::size_t kMaxReplyText = 400;  // octets: a reply line has 512 (RFC 5321 section 4.5.3.1.5)

// Folds are a line feed and white space: an MTA makes CRLF of it. No other line end and no NUL gets through.
std::string value_of(std::string_view text, const Agreement& agreed) {
  std::string out = agreed.has(step::kLeadingSpace) ? " " : "";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0' || text[i] == '\r') continue;
    const bool fold = text[i] == '\n' && i + 1 < text.size() && base::is_wsp(text[i + 1]);
    out += text[i] == '\n' && !fold ? ' ' : text[i];
  }
  while (!out.empty() && out.size() > 1 && (out.back() == ' ' || out.back() == '\t')) out.pop_back();
  return out;
}

// Removed from the last up, so that no number changes its meaning on the way.
void format_removed(std::string& out, std::vector<FieldPlace> fields) {
  std::ranges::sort(fields, std::greater(), &FieldPlace::number);
  for (const auto& field : fields) {
    std::string payload;
    append_u32(payload, field.number);
    payload += field.name + '\0' + '\0';
    append_frame(out, Reply::change_header, payload);
  }
}

void format_added(std::string& out, const std::vector<NewField>& fields, const Agreement& agreed) {
  for (const auto& field : fields) {
    std::string payload;
    append_u32(payload, field.place);
    payload += field.name + '\0' + value_of(field.value, agreed) + '\0';
    append_frame(out, Reply::insert_header, payload);
  }
}

// A text with a percent sign is not taken by sendmail, which reads it as a format.
std::string reply_text(const SmtpReply& reply) {
  auto text = reply.text.substr(0, kMaxReplyText);
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c >= 0x7f || c == '%'; }, ' ');
  return fmt::format("{} {} {}", reply.code, reply.enhanced, text) + '\0';
}

Result<> check(const Answer& answer, const Agreement& agreed) {
  const auto lacks = [](std::string_view what) {
    return base::fail(base::ErrorKind::internal, fmt::format("the MTA did not agree to {}", what));
  };
  if (!answer.removed.empty() && !agreed.may(action::kChangeHeaders)) return lacks("fields being removed");
  if (!answer.added.empty() && !agreed.may(action::kAddHeaders)) return lacks("fields being added");
  if (!answer.not_for.empty() && !agreed.may(action::kDeleteRecipients))
    return lacks("recipients being removed");
  const unsigned first = answer.verdict == Answer::Verdict::reject ? 5 : 4;
  const bool replies =
      answer.verdict == Answer::Verdict::reject || answer.verdict == Answer::Verdict::tempfail;
  if (replies && !answer.reply.text.empty() && answer.reply.code / 100 != first)
    return base::fail(base::ErrorKind::internal,
                      fmt::format("{} is no reply of that verdict", answer.reply.code));
  return {};
}

}  // namespace

Result<std::string> format(const Answer& answer, const Agreement& agreed) {
  TRY(check(answer, agreed));
  std::string out;
  switch (answer.verdict) {
    case Answer::Verdict::discard:
      append_frame(out, Reply::discard);
      return out;
    case Answer::Verdict::reject:
    case Answer::Verdict::tempfail:
      if (!answer.reply.text.empty()) {
        append_frame(out, Reply::reply_code, reply_text(answer.reply));
      } else {
        append_frame(out, answer.verdict == Answer::Verdict::reject ? Reply::reject : Reply::tempfail);
      }
      return out;
    case Answer::Verdict::accept:
      break;
  }
  format_removed(out, answer.removed);
  format_added(out, answer.added, agreed);
  for (const auto& recipient : answer.not_for) append_frame(out, Reply::delete_recipient, recipient + '\0');
  append_frame(out, Reply::accept);
  return out;
}

}  // namespace rampart::guard::milter
