#include "guard/sign/signing.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "auth/arc/seal.h"
#include "auth/dkim/sign.h"
#include "auth/dkim/signature.h"
#include "auth/results_parse.h"
#include "base/text.h"
#include "dns/domain.h"
#include "guard/mark/mark.h"
#include "guard/release/pass.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

using base::Result;

constexpr std::size_t kMaxAddress =
    320;  // octets: 64, @, and 255 (RFC 5321 sections 4.5.3.1.1 and 4.5.3.1.2)

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
                                                describe(writer), base::excerpt(address, kMaxAddress))));
      return Owned::no;
    }
    if (one == Owned::unknown) result = Owned::unknown;
  }
  if (result == Owned::unknown)
    out.causes.push_back(
        cause("author-unchecked", fmt::format("guard.senders_file has no line for {}", describe(writer))));
  return result;
}

// Whether a receiver of our own would read it. h= names each field that is signed, so whoever writes thousands makes it as long as he
// likes, and what nobody reads is worse than nothing: MTAs take only so much at a time from a milter.
bool is_read(const mail::Field& field) {
  if (field.is("ARC-Authentication-Results")) return true;
  const auto kind = field.is("ARC-Seal")                ? dkim::Kind::arc_seal
                    : field.is("ARC-Message-Signature") ? dkim::Kind::arc_message
                                                        : dkim::Kind::dkim;
  return dkim::parse_signature(field.value, kind).fault.empty();
}

constexpr auto kTooMany = "it has so many fields to be signed that nobody would read the signature";

// Whether all of these are read. One that is too long for any header is not.
bool all_read(std::string_view fields) {
  const auto header = mail::read_header(fields);
  return header && std::ranges::all_of(header->fields, is_read);
}

}  // namespace

std::string why_unowned(Owned owned) {
  return fmt::format("{} (guard.sign_unowned)", owned == Owned::no
                                                    ? "its author is not its writer's own"
                                                    : "nothing says that its author is its writer's own");
}

std::string plain_address(const std::string& address) {
  const auto domain = dns::parse_domain(mail::domain_part(address));
  return domain ? address.substr(0, address.rfind('@') + 1) + domain->text() : address;
}

const RingKey& sealing_key(const std::vector<RingKey>& keys) {
  const auto rsa =
      std::ranges::find(keys, crypto::SignKey::Type::rsa, [](const RingKey& key) { return key.key->type(); });
  return rsa == keys.end() ? keys.front() : *rsa;
}

namespace {

std::string_view whose_else(const mail::Header& header, std::string_view authserv_id,
                            const std::optional<dns::Name>& sealer) {
  const mail::FieldIndex index(header);
  if (!index.find(kPassName).empty()) return "it has a release pass: it was in quarantine";
  if (!index.find(kMarkName).empty()) return "it came from outside: it has our mark, and is handed on";
  for (const auto place : index.find("Authentication-Results"))
    if (base::iequals(auth::parse_results(header.fields[place].value).authserv_id, authserv_id))
      return "it came from outside: it has our Authentication-Results, and is handed on";
  // Each seal for itself: a stranger may have broken the chain below it.
  for (const auto place : index.find("ARC-Seal"))
    if (sealer && dkim::parse_signature(header.fields[place].value, dkim::Kind::arc_seal).domain == *sealer)
      return "it came from outside: it has our ARC seal, and is handed on";
  return {};
}

}  // namespace

std::string why_not_ours(const Standing& standing, bool came_back, const mail::Header& header,
                         std::string_view authserv_id, const std::optional<dns::Name>& sealer) {
  if (came_back) return "it came from outside: it was let through before, and is handed on";
  switch (standing.proof) {
    case Proof::login:
      return {};
    case Proof::network:
      return std::string(whose_else(header, authserv_id, sealer));
    case Proof::none:
      break;
  }
  return fmt::format(
      "nobody logged in, and {} is in no trusted network: that it came where users come is no proof",
      standing.ip ? standing.ip->text() : "the client");
}

Result<FoundKeys> keys_for(const mail::Author& author, Owned whose, KeyRing& ring,
                           const SigningRules& rules) {
  const auto none = [](std::string why) { return FoundKeys{.keys = {}, .none = std::move(why)}; };
  if (!author.fault.empty()) return none(fmt::format("it is signed for nobody: {}", author.fault));
  if (author.addresses.size() != 1 || author.domains.size() != 1)
    return none("it has several authors, and is signed for none of them");
  if (whose != Owned::yes && !rules.sign_unowned) return none(why_unowned(whose));
  // Every rule of a signing table may be tried on it.
  if (author.addresses.front().size() > kMaxAddress)
    return none("its author's address is longer than an address may be");
  return ring.for_author(plain_address(author.addresses.front()), author.domains.front());
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
  const auto found = TRY(keys_for(author, whose, ring, rules));
  if (found.keys.empty()) return unsigned_because(found.none);
  const mail::FieldIndex index(message.header);
  std::vector<std::string> fields;
  std::vector<std::string> by;
  for (const auto& key : found.keys) {
    fields.push_back(TRY(dkim::sign(
        message, index, *key.key,
        {.domain = key.domain, .selector = key.selector, .now = now, .expires = {}, .fields = {}})));
    if (!all_read(fields.back())) return unsigned_because(kTooMany);
    by.push_back(name_of(key));
  }
  out.fields = std::move(fields);
  out.by = std::move(by);
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
  if (!all_read(set)) return unsealed_because(kTooMany);
  const auto header = TRY(mail::read_header(set));
  for (const auto& field : header.fields) out.fields.emplace_back(field.raw);
  out.by.push_back(name_of(key));
  return out;
}

}  // namespace rampart::guard
