#include "guard/sign/signing.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "auth/arc/seal.h"
#include "auth/dkim/sign.h"
#include "base/text.h"
#include "dns/domain.h"
#include "mail/domain_part.h"
#include "mail/from.h"

namespace rampart::guard {
namespace {

using base::Result;

std::string name_of(const RingKey& key) {
  return fmt::format("{}._domainkey.{}", key.selector, key.domain.text());
}

Cause cause(std::string code, std::string text, std::string section = {}) {
  return {.code = std::move(code), .text = std::move(text), .section = std::move(section)};
}

// Each author has to be the writer's own. What is known goes before what is not.
Owned owned(const mail::Author& author, const Writer& writer, const SigningRules& rules, Added& out) {
  if (!rules.owners) {
    out.causes.push_back(
        cause("author-unchecked", "nothing says in whose name users may write (guard.senders_file)"));
    return Owned::unknown;
  }
  auto result = Owned::yes;
  for (const auto& written : author.addresses) {
    const auto address = plain_address(written);
    const auto one = rules.owners->check(writer, address);
    if (one == Owned::no) {
      out.causes.push_back(
          cause("author-not-owned", fmt::format("{} may not write as {} (guard.senders_file)",
                                                describe(writer), base::printable(address))));
      return Owned::no;
    }
    if (one == Owned::unknown) result = Owned::unknown;
  }
  if (result == Owned::unknown)
    out.causes.push_back(
        cause("author-unchecked", fmt::format("guard.senders_file has no line for {}", describe(writer))));
  return result;
}

}  // namespace

std::string plain_address(const std::string& address) {
  const auto domain = dns::parse_domain(mail::domain_part(address));
  return domain ? address.substr(0, address.rfind('@') + 1) + domain->text() : address;
}

const RingKey& sealing_key(const std::vector<RingKey>& keys) {
  const auto rsa =
      std::ranges::find(keys, crypto::SignKey::Type::rsa, [](const RingKey& key) { return key.key->type(); });
  return rsa == keys.end() ? keys.front() : *rsa;
}

Result<Added> sign(const mail::Message& message, const Writer& writer, KeyRing& ring,
                   const SigningRules& rules, base::Time now) {
  Added out;
  const auto author = mail::read_author(message.header);
  const auto whose = owned(author, writer, rules, out);
  if (!rules.sign) return out;
  const auto unsigned_because = [&](std::string why) {
    out.causes.push_back(cause("not-signed", std::move(why)));
    return std::move(out);
  };
  if (!author.fault.empty())
    return unsigned_because(fmt::format("it is signed for nobody: {}", author.fault));
  if (author.addresses.size() != 1 || author.domains.size() != 1)
    return unsigned_because("it has several authors, and is signed for none of them");
  if (whose == Owned::no && !rules.sign_unowned)
    return unsigned_because("its author is not its writer's own (guard.sign_unowned)");
  const auto found = TRY(ring.for_author(plain_address(author.addresses.front()), author.domains.front()));
  if (found.keys.empty()) return unsigned_because(found.none);
  const mail::FieldIndex index(message.header);
  for (const auto& key : found.keys) {
    out.fields.push_back(TRY(dkim::sign(
        message, index, *key.key,
        {.domain = key.domain, .selector = key.selector, .now = now, .expires = {}, .fields = {}})));
    out.by.push_back(name_of(key));
  }
  return out;
}

Result<Added> seal(const mail::Message& message, arc::Result found, std::string_view results, KeyRing& ring,
                   const dns::Name& sealer, base::Time now) {
  Added out;
  const auto unsealed_because = [&](std::string why, std::string section = {}) {
    out.causes.push_back(cause("not-sealed", std::move(why), std::move(section)));
    return std::move(out);
  };
  // A seal would say what is not known.
  if (found == arc::Result::temperror)
    return unsealed_because("whether its ARC chain holds could not be found out");
  const auto keys = TRY(ring.for_domain(sealer));
  if (keys.keys.empty()) return unsealed_because(keys.none);
  const auto& key = sealing_key(keys.keys);
  const mail::FieldIndex index(message.header);
  const auto set = TRY(arc::seal(message, index, *key.key, found, results,
                                 {.domain = key.domain, .selector = key.selector, .now = now, .names = {}}));
  if (set.empty())
    return unsealed_because("its ARC chain has failed before, or has as many sets as it may",
                            "RFC 8617 section 5.1");
  const auto header = TRY(mail::read_header(set));
  for (const auto& field : header.fields) out.fields.emplace_back(field.raw);
  out.by.push_back(name_of(key));
  return out;
}

}  // namespace rampart::guard
