#include "auth/results_field.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::auth {
namespace {

constexpr std::size_t kMaxReason = 120;      // characters of a comment
constexpr std::size_t kMaxShownValue = 320;  // characters of a value
constexpr std::size_t kShownSignature = 8;   // of b=, RFC 6008 section 4

// Whether a rule that searches the field for "dmarc=pass" would find a result that begins here, in a sender's words.
bool claims(std::string_view text) { return base::istarts_with(text, "=pass"); }
bool claims_anywhere(std::string_view text) {
  for (auto at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
    if (claims(text.substr(at))) return true;
  }
  return false;
}

// A comment's text: ASCII without what ends or nests comments.
std::string comment(std::string_view text) {
  std::string out;
  if (text.size() > kMaxReason) {
    text = text.substr(0, kMaxReason);
    // Not within a word, unless it is all one.
    if (const auto space = text.rfind(' '); space != std::string_view::npos) text = text.substr(0, space);
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool plain = c >= ' ' && c < 0x7f && c != '(' && c != ')' && c != '\\';
    out += plain && !claims(text.substr(i)) ? c : '_';
  }
  return out.empty() ? out : fmt::format(" ({})", out);
}

// In quotes (RFC 5322 section 3.2.4); what even they cannot hold is left out.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kMaxShownValue)) {
    if (c < ' ' || c >= 0x7f) continue;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// A token (RFC 2045 section 5.1), or an address of tokens.
bool is_token(std::string_view text) {
  constexpr std::string_view kNoToken = "()<>,;:\\\"/[]?= ";
  return std::ranges::all_of(
      text, [&](char c) { return c > ' ' && c < 0x7f && kNoToken.find(c) == std::string_view::npos; });
}

// A property's value: as it is, or in quotes, and what even quotes cannot hold, not at all.
std::optional<std::string> value(std::string_view text) {
  if (text.empty() || text.size() > kMaxShownValue) return std::nullopt;
  if (std::ranges::any_of(text, [](char c) { return c < ' ' || c >= 0x7f; })) return std::nullopt;
  return is_token(text) ? std::string(text) : quoted(text);
}

class Field {
 public:
  explicit Field(std::string_view authserv_id)
      : out_(fmt::format("Authentication-Results: {}", authserv_id)) {}

  void method(std::string_view name, std::string_view result, std::string_view why) {
    out_ += fmt::format(";\r\n\t{}={}{}", name, result, comment(why));
    any_ = true;
  }
  void property(std::string_view name, std::string_view text) {
    if (const auto shown = value(text)) out_ += fmt::format("\r\n\t {}={}", name, *shown);
  }
  std::string take() { return std::move(out_) + (any_ ? "\r\n" : "; none\r\n"); }

 private:
  std::string out_;
  bool any_ = false;
};

bool is_plain_domain(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return base::is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

// Empty for the root, and for a name that another reader would cut ("bank.example(.evil.example", "bank.example'.evil.example").
std::string domain_text(const dns::Name& domain) {
  auto text = domain.is_root() ? std::string() : domain.text();
  return is_plain_domain(text) ? text : std::string();
}

// A MAIL FROM, or its domain alone where another reader would end it at an @ that is not the last, and where it claims
// a result.
std::string sender_text(std::string_view address, const dns::Name& domain) {
  const auto at = address.find('@');
  const auto behind = at == std::string_view::npos ? address : address.substr(at + 1);
  return is_plain_domain(behind) && !claims_anywhere(address) ? std::string(address) : domain_text(domain);
}

void add_spf(Field& field, const Envelope& envelope, const SpfChecked& spf) {
  field.method("spf", spf::to_string(spf.outcome.result), spf.outcome.reason());
  if (spf.by_helo) {
    field.property("smtp.helo", domain_text(spf.domain));
  } else {
    field.property("smtp.mailfrom", sender_text(*envelope.mail_from, spf.domain));
  }
}

void add_dkim(Field& field, const std::vector<dkim::Checked>& signatures) {
  // Those that hold before the others, which anybody can add as many of as he likes.
  std::vector<const dkim::Checked*> shown;
  for (const bool passes : {true, false}) {
    for (const auto& checked : signatures) {
      if (checked.passes() == passes && shown.size() < kMaxReportedSignatures) shown.push_back(&checked);
    }
  }
  for (const auto* one : shown) {
    const auto& checked = *one;
    const auto& signature = *checked.signature;
    field.method("dkim", dkim::to_string(checked.result), checked.why);
    if (!signature.domain.is_root()) field.property("header.d", signature.domain.text());
    field.property("header.s", signature.selector);
    if (signature.type != dkim::KeyType::unknown) field.property("header.a", signature.algorithm);
    if (!signature.bytes.empty())
      field.property("header.b", base::encode_base64(signature.bytes).substr(0, kShownSignature));
  }
  if (signatures.empty()) field.method("dkim", "none", "no signature");
}

// RFC 8617 section 7.2.
void add_arc(Field& field, const Envelope& envelope, const arc::Validated& arc) {
  if (arc.result == arc::Result::none) return;
  field.method("arc", arc::to_string(arc.result), arc.why);
  if (arc.result == arc::Result::pass)
    field.property("header.oldest-pass", fmt::format("{}", arc.oldest_pass));
  if (envelope.ip) field.property("smtp.remote-ip", envelope.ip->text());
}

}  // namespace

std::string received_spf(std::string_view receiver, const Envelope& envelope, const SpfChecked& spf) {
  auto out =
      fmt::format("Received-SPF: {}{}", spf::to_string(spf.outcome.result), comment(spf.outcome.reason()));
  const auto add = [&](std::string_view name, std::string_view text) {
    out += fmt::format("\r\n\t{}={};", name, quoted(text));
  };
  add("client-ip", envelope.ip->text());
  if (envelope.mail_from) add("envelope-from", *envelope.mail_from);
  if (!envelope.helo.empty()) add("helo", envelope.helo);
  add("receiver", receiver);
  out += fmt::format("\r\n\tidentity={};", spf.by_helo ? "helo" : "mailfrom");
  if (const auto& mechanism = spf.outcome.term_text(); !mechanism.empty()) add("mechanism", mechanism);
  return out + "\r\n";
}

std::string results_field(std::string_view authserv_id, const Envelope& envelope,
                          const Authentication& result) {
  Field field(authserv_id);
  if (result.spf) add_spf(field, envelope, *result.spf);
  add_dkim(field, result.dkim);
  add_arc(field, envelope, result.arc);
  field.method("dmarc", dmarc::to_string(result.dmarc), result.why);
  if (!result.domains.empty()) {
    const auto& decided = result.domains[result.decided_by];
    field.property("header.from", decided.author.text());
    if (decided.verdict.discovery.status == dmarc::Discovery::Status::found)
      field.property("policy.dmarc", dmarc::to_string(decided.verdict.discovery.policy));
  }
  if (result.iprev) {
    field.method("iprev", to_string(result.iprev->result), result.iprev->why);
    field.property("policy.iprev", envelope.ip->text());
  }
  return field.take();
}

}  // namespace rampart::auth
