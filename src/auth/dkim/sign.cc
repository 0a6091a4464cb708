#include "auth/dkim/sign.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "auth/dkim/key_record.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::dkim {
namespace {

constexpr std::size_t kWidth = 72;  // characters of a line of base64

// Fields that come once: a second one would be shown in place of the first, or have the body read in another way.
constexpr auto kOnce =
    std::to_array<std::string_view>({"from", "subject", "to", "cc", "date", "reply-to", "mime-version",
                                     "content-type", "content-transfer-encoding"});

// In lines that begin with white space.
std::string folded(std::string_view base64) {
  std::string out;
  for (std::size_t at = 0; at < base64.size(); at += kWidth) {
    if (at != 0) out += "\r\n\t ";
    out += base64.substr(at, kWidth);
  }
  return out;
}

}  // namespace

std::string folded_names(const std::vector<std::string>& names) {
  std::string out;
  std::size_t line = 0;
  for (const auto& name : names) {
    if (!out.empty()) out += ':';
    if (line + name.size() > kWidth) {
      out += "\r\n\t ";
      line = 0;
    }
    out += name;
    line += name.size() + 1;
  }
  return out;
}

const std::vector<std::string>& usual_fields() {
  static const std::vector<std::string> kFields{"from",
                                                "to",
                                                "cc",
                                                "subject",
                                                "date",
                                                "message-id",
                                                "reply-to",
                                                "in-reply-to",
                                                "references",
                                                "mime-version",
                                                "content-type",
                                                "content-transfer-encoding",
                                                "list-id",
                                                "list-help",
                                                "list-unsubscribe",
                                                "list-unsubscribe-post",
                                                "list-subscribe",
                                                "list-post",
                                                "list-owner",
                                                "list-archive",
                                                "resent-date",
                                                "resent-from",
                                                "resent-to",
                                                "resent-cc"};
  return kFields;
}

std::vector<std::string> signed_names(const std::vector<std::string>& fields, const mail::FieldIndex& index) {
  std::vector<std::string> names;
  for (const auto& name : fields) {
    const auto count = index.find(name).size();
    const bool once = std::ranges::find(kOnce, name) != kOnce.end();
    for (std::size_t i = 0; i < count + (once ? 1 : 0); ++i) names.push_back(name);
  }
  if (std::ranges::find(names, "from") == names.end()) names.insert(names.begin(), {"from", "from"});
  return names;
}

base::Result<std::string> sign(const mail::Message& message, const mail::FieldIndex& index,
                               const crypto::SignKey& key, const SignOptions& options) {
  if (const auto count = index.find("from").size(); count != 1)
    return base::fail(
        base::ErrorKind::input,
        count == 0 ? "a message without From cannot be signed (RFC 6376 section 5.4)"
                   : "a message with several From fields is signed for nobody (RFC 6376 section 8.15)");
  const auto names = signed_names(options.fields.empty() ? usual_fields() : options.fields, index);

  BodyHash body(options.body_canon);
  body.update(message.body);
  auto field = fmt::format("DKIM-Signature: v=1; a={}-sha256; c={}/{}; d={};\r\n\ts={}; t={};",
                           key.type() == crypto::SignKey::Type::rsa ? "rsa" : "ed25519",
                           to_string(options.header_canon), to_string(options.body_canon),
                           options.domain.text(), options.selector,
                           std::chrono::floor<std::chrono::seconds>(options.now).time_since_epoch().count());
  if (options.expires)
    field += fmt::format(
        " x={};", std::chrono::floor<std::chrono::seconds>(*options.expires).time_since_epoch().count());
  field +=
      fmt::format("\r\n\th={};\r\n\tbh={};\r\n\tb=", folded_names(names), base::encode_base64(body.finish()));

  std::string text;
  add_fields(options.header_canon, names, message.header, index, text);
  add_header(options.header_canon, "DKIM-Signature", field, text);
  text.resize(text.size() - 2);
  const auto bytes = key.sign(crypto::sha256(text));
  if (bytes.empty()) return base::fail(base::ErrorKind::internal, "OpenSSL did not sign");
  return field + folded(base::encode_base64(bytes)) + "\r\n";
}

}  // namespace rampart::dkim
