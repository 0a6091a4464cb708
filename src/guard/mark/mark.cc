#include "guard/mark/mark.h"

#include <array>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "auth/dkim/canon.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "crypto/ids.h"
#include "guard/mark/tags.h"

namespace rampart::guard {
namespace {

constexpr std::size_t kMaxValue = 300;  // octets of the field's value; ours has some 150

// In a form that relays leave as it is. A field that is not there is another text than one that is empty.
std::string digest_of(const mail::Header& header) {
  std::string text;
  for (const std::string_view name : {"From", "Date", "Message-ID"})
    for (const auto& field : header.fields)
      if (field.is(name)) dkim::add_header(dkim::Canon::relaxed, field.name, field.raw, text);
  return base::hex(crypto::sha256(text));
}

struct Mark {
  std::string_view id;
  base::Time until{};
  std::string_view signature;
};

// As make() writes it. Views of `text`.
std::optional<Mark> parse(std::string_view text) {
  const auto tags = read_tags(text, std::array<std::string_view, 4>{"v", "id", "until", "sig"}, kMaxValue);
  if (!tags) return std::nullopt;
  const auto& [version, id, life, signature] = *tags;
  const auto until = base::parse_number(life);
  if (version != "1" || !crypto::is_id(id) || !until || *until > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  return Mark{.id = id, .until = base::Time(std::chrono::seconds(*until)), .signature = signature};
}

MarkCheck refuse(std::string why) { return {.holds = false, .id = {}, .why = std::move(why)}; }

}  // namespace

std::string Marks::sign(std::string_view id, base::Time until, const mail::Header& header) const {
  return base::hex(crypto::hmac_sha256(
      key_, fmt::format("{}\n{}\n{}", id, until.time_since_epoch().count(), digest_of(header))));
}

std::string Marks::make(std::string_view id, const mail::Header& header, base::Time now) const {
  const auto until = now + kMarkLife;
  const auto signature = sign(id, until, header);
  if (signature.empty()) return {};
  return fmt::format("{}: v=1; id={};\r\n until={};\r\n sig={}\r\n", kMarkName, id,
                     until.time_since_epoch().count(), signature);
}

MarkCheck Marks::check(const mail::Header& header, base::Time now) const {
  const mail::Field* field = nullptr;
  for (const auto& one : header.fields) {
    if (!one.is(kMarkName)) continue;
    if (field != nullptr) return refuse("it has several marks of what was let through");
    field = &one;
  }
  if (field == nullptr) return {};
  const auto text = mail::unfold(field->value);
  const auto mark = parse(text);
  if (!mark) return refuse("what stands in its mark is none");
  // What OpenSSL cannot make is no signature, and matches none.
  const auto signature = sign(mark->id, mark->until, header);
  if (signature.empty() || !crypto::same_secret(signature, mark->signature))
    return refuse("its mark is not ours, or is of another message");
  if (now > mark->until)
    return refuse(fmt::format("its mark was good until {}", base::format_time(mark->until)));
  return {.holds = true, .id = std::string(mark->id), .why = {}};
}

}  // namespace rampart::guard
