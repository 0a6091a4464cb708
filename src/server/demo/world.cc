#include "server/demo/world.h"

#include <array>

#include <fmt/format.h>

#include "auth/dkim/sign.h"
#include "base/text.h"
#include "mail/message.h"
#include "server/demo/built_in.h"

namespace rampart::server::demo {
namespace {

using base::Result;

constexpr std::array kOrganisations{
    Organisation{"ministry", "Ministry of Public Works", "government", "mail@ministry.example", "ur"},
    Organisation{"finance", "Treasury and Revenue", "government", "soc@treasury.example", "en"},
    Organisation{"bank", "State Bank", "finance", "soc@bank.example", "en"},
    Organisation{"health", "National Hospital", "health", "it@hospital.example", "en"},
    Organisation{"education", "National University", "education", "postmaster@university.example", "en"},
    Organisation{"infrastructure", "Networks and Transport", "infrastructure", "noc@telecom.example", "en"},
};

constexpr std::array kDomains{
    Domain{"ministry.example", "ministry", "yes", ""},
    Domain{"xn--mgbai9azgqp6j.example", "ministry", "", "The country's name, in its own script"},
    Domain{"census.example", "ministry", "no", "Parked since the last census"},
    Domain{"treasury.example", "finance", "yes", ""},
    Domain{"tax.example", "finance", "yes", ""},
    Domain{"bank.example", "bank", "yes", "On the way to p=reject"},
    Domain{"hospital.example", "health", "yes", ""},
    Domain{"university.example", "education", "yes", ""},
    Domain{"cs.university.example", "education", "yes", "Has a zone of its own"},
    Domain{"library.example", "education", "yes", ""},
    Domain{"telecom.example", "infrastructure", "yes", ""},
    Domain{"airline.example", "infrastructure", "yes", ""},
    Domain{"power.example", "infrastructure", "yes", ""},
    Domain{"post.example", "infrastructure", "yes", ""},
};

constexpr std::array<std::string_view, 5> kOwn{"ministry.example", "treasury.example", "bank.example",
                                               "hospital.example", "telecom.example"};

// Whose mail is signed in the demo.
constexpr std::array<std::string_view, 5> kSigners{"treasury.example", "bank.example", "telecom.example",
                                                   "hospital.example", "mailhost.example"};

// What is added to a zone of the example portfolio, or made of nothing.
struct Addition {
  std::string_view zone;
  std::string_view text;
  std::string_view before;  // instead of `text`, until kChangedBefore
};
constexpr std::array kAdditions{
    // The bank reads reports since three weeks, and is told when its next step is safe.
    Addition{"bank.example",
             "_dmarc TXT \"v=DMARC1; p=none; rua=mailto:dmarc@bank.example\"\n"
             "mail A 192.0.2.84\n",
             "_dmarc TXT \"v=DMARC1; p=none; rua=mailto:dmarc@bank.example\"\n"
             "mail A 192.0.2.84\n"},
    Addition{"payroll.example",
             "$ORIGIN payroll.example.\n$TTL 3600\n"
             "@ SOA ns1.nic.example. hostmaster.nic.example. 1 7200 900 1209600 300\n@ NS ns1.nic.example.\n"
             "@ MX 10 mail\n@ TXT \"v=spf1 ip4:198.51.100.200 -all\"\nmail A 198.51.100.200\n",
             ""},
    Addition{"113.0.203.in-addr.arpa",
             "$ORIGIN 113.0.203.in-addr.arpa.\n$TTL 3600\n"
             "@ SOA ns1.nic.example. hostmaster.nic.example. 1 7200 900 1209600 300\n@ NS ns1.nic.example.\n",
             ""},
};

// What was otherwise before: the record's text as it is now, and as it was.
struct Change {
  std::string_view zone;
  std::string_view now;
  std::string_view before;
};
constexpr std::array kChanges{
    Change{"treasury.example", "p=reject; sp=reject; np=reject;", "p=quarantine; sp=quarantine;"},
    Change{"power.example", " include:spf.oldmailer.example", ""},
    Change{"hospital.example", "include:_spf.mailhost.example -all", "include:_spf.mailhost.example ~all"},
};

std::string key_record(const crypto::SignKey& key) {
  return fmt::format("{}._domainkey TXT \"v=DKIM1; k=ed25519; p={}\"\n", World::kSelector,
                     base::encode_base64(key.public_key()));
}

}  // namespace

std::span<const Organisation> organisations() { return kOrganisations; }
std::span<const Domain> domains() { return kDomains; }
std::span<const std::string_view> own_domains() { return kOwn; }

Result<std::unique_ptr<World>> World::make() {
  std::unique_ptr<World> out(new World);
  for (const auto domain : kSigners)
    out->keys_.emplace(std::string(domain), TRY(crypto::SignKey::make(crypto::SignKey::Type::ed25519)));
  TRY(out->add_zones());
  return out;
}

Result<> World::add_zones() {
  std::map<std::string, std::string, std::less<>> texts;
  for (const auto& zone : built_in_zones()) texts.emplace(zone.name, zone.text);
  auto old = texts;
  for (const auto& addition : kAdditions) {
    texts[std::string(addition.zone)] += addition.text;
    old[std::string(addition.zone)] += addition.before.empty() ? addition.text : addition.before;
  }
  for (const auto& [domain, key] : keys_) {
    const auto record = fmt::format("$ORIGIN {}.\n{}", domain, key_record(key));
    texts[domain] += record;
    old[domain] += record;
  }
  for (const auto& change : kChanges) {
    auto& text = old[std::string(change.zone)];
    const auto at = text.find(change.now);
    if (at == std::string::npos)
      return base::fail(base::ErrorKind::internal, "the demo's zone has changed", std::string(change.zone));
    text.replace(at, change.now.size(), change.before);
  }
  const auto make = [](const auto& all) -> Result<std::unique_ptr<facts::Zones>> {
    auto out = std::make_unique<facts::Zones>();
    for (const auto& [name, text] : all) TRY(out->add_text(text, name + ".zone"));
    return out;
  };
  now_ = TRY(make(texts));
  before_ = TRY(make(old));
  return {};
}

Result<std::string> World::sign(std::string_view message, std::string_view domain, base::Time now) const {
  const auto key = keys_.find(domain);
  if (key == keys_.end())
    return base::fail(base::ErrorKind::internal, "the demo has no key of it", std::string(domain));
  const auto parsed = TRY(mail::Message::parse(message));
  const mail::FieldIndex index(parsed.header);
  return dkim::sign(parsed, index, key->second,
                    {.domain = TRY(dns::Name::parse(domain)),
                     .selector = std::string(kSelector),
                     .now = now,
                     .expires = {},
                     .fields = {}});
}

}  // namespace rampart::server::demo
