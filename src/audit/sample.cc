#include "audit/sample.h"

#include <algorithm>

#include "auth/tags.h"
#include "base/text.h"
#include "dns/domain.h"
#include "mail/header.h"

namespace rampart::audit {
namespace {

using base::ErrorKind;

constexpr std::size_t kMaxSignatures = 100;  // our own, as RFC 9990 section 3.1.3 has it for reports
constexpr std::size_t kMaxComments = 50;     // one in another; our own

// The field without comments and quoted texts (RFC 5322 section 3.2): of an address what is left holds its domain.
std::string bare(std::string_view text) {
  std::string out;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && (quoted || depth != 0)) {
      ++i;
    } else if (c == '"' && depth == 0) {
      quoted = !quoted;
      if (!quoted) out += '_';  // a quoted local part is one, too
    } else if (quoted) {
      continue;
    } else if (c == '(' && depth < kMaxComments) {
      ++depth;
    } else if (c == ')' && depth != 0) {
      --depth;
    } else if (depth == 0 && c != '\r' && c != '\n') {
      out += c;
    }
  }
  return out;
}

// The domains of a From field's addresses, each once.
std::vector<dns::Name> domains_of(std::string_view field) {
  std::vector<dns::Name> out;
  const auto text = bare(field);
  for (const auto part : base::split(text, ',')) {
    auto address = base::trim(part);
    if (const auto open = address.rfind('<'); open != std::string_view::npos) {
      address = address.substr(open + 1);
      address = address.substr(0, address.find('>'));
    }
    const auto at = address.rfind('@');
    if (at == std::string_view::npos) continue;
    const auto domain = dns::parse_domain(std::string(base::trim(address.substr(at + 1))));
    if (domain && std::ranges::find(out, *domain) == out.end()) out.push_back(*domain);
  }
  return out;
}

std::optional<Sample::Signature> signature_of(std::string_view value) {
  Sample::Signature out;
  bool has_domain = false;
  bool unsubscribe = false;
  bool post = false;
  const auto text = mail::unfold(value);
  for (const auto& tag : auth::split_tags(text)) {
    if (tag.name == "d") {
      const auto name = dns::Name::try_parse(base::lower(tag.value));
      if (!name) return std::nullopt;
      out.domain = *name;
      has_domain = true;
    } else if (tag.name == "s") {
      out.selector = base::lower(tag.value);
    } else if (tag.name == "h") {
      for (const auto field : base::split(tag.value, ':')) {
        unsubscribe = unsubscribe || base::iequals(base::trim(field), "list-unsubscribe");
        post = post || base::iequals(base::trim(field), "list-unsubscribe-post");
      }
    }
  }
  if (!has_domain || out.selector.empty()) return std::nullopt;
  out.covers_unsubscribe = unsubscribe && post;
  return out;
}

}  // namespace

base::Result<Sample> read_sample(std::string_view message) {
  const auto header = TRY(mail::read_header(message));
  Sample out;
  std::size_t froms = 0;
  for (const auto& field : header.fields) {
    if (field.is("From")) {
      const auto domains = domains_of(field.value);
      if (++froms > 1 || domains.size() != 1)
        return base::fail(ErrorKind::input,
                          "the message is not from one domain: receivers judge no such mail", {},
                          "give a message with one From field and one address in it");
      out.from = domains.front();
    } else if (field.is("DKIM-Signature") && out.signatures.size() < kMaxSignatures) {
      if (auto signature = signature_of(field.value)) out.signatures.push_back(*std::move(signature));
    } else if (field.is("List-Unsubscribe")) {
      out.has_unsubscribe_uri = out.has_unsubscribe_uri ||
                                base::lower(mail::unfold(field.value)).find("<https://") != std::string::npos;
    } else if (field.is("List-Unsubscribe-Post")) {
      out.one_click =
          out.one_click || base::iequals(base::trim(mail::unfold(field.value)), "List-Unsubscribe=One-Click");
    }
  }
  if (froms == 0)
    return base::fail(ErrorKind::input, "the message has no From field", {},
                      "give a whole message, as an .eml file");
  return out;
}

}  // namespace rampart::audit
