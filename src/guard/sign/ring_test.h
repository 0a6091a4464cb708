// For tests only: a ring that holds what it is given, and a message with fields put before it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "auth/authenticate.h"
#include "auth/zone_test.h"
#include "base/text.h"
#include "guard/sign/key_ring.h"

namespace rampart::guard {

class TestRing : public KeyRing {
 public:
  TestRing& add(std::string_view domain, std::string_view selector,
                crypto::SignKey::Type type = crypto::SignKey::Type::ed25519) {
    const auto name = auth::TestZone::name(domain);
    keys_[name].push_back({.domain = name,
                           .selector = std::string(selector),
                           .key = std::make_shared<const crypto::SignKey>(*crypto::SignKey::make(type))});
    return *this;
  }
  // Publishes all of them.
  void publish(auth::TestZone& zone) const {
    for (const auto& [domain, keys] : keys_)
      for (const auto& one : keys)
        zone.txt(fmt::format("{}._domainkey.{}", one.selector, domain.text()),
                 fmt::format("v=DKIM1; k={}; p={}",
                             one.key->type() == crypto::SignKey::Type::rsa ? "rsa" : "ed25519",
                             base::encode_base64(one.key->public_key())));
  }
  void fail(bool fails = true) { fails_ = fails; }

  base::Result<FoundKeys> for_author(std::string_view address, const dns::Name& domain) override {
    asked_for = address;
    return for_domain(domain);
  }
  base::Result<FoundKeys> for_domain(const dns::Name& domain) override {
    if (fails_) return base::fail(base::ErrorKind::io, "cannot be read", "a key");
    const auto found = keys_.find(domain);
    if (found == keys_.end()) return FoundKeys{.keys = {}, .none = "no key is there for " + domain.text()};
    return FoundKeys{.keys = found->second, .none = {}};
  }

  std::string asked_for;  // the last author's address

 private:
  std::map<dns::Name, std::vector<RingKey>> keys_;
  bool fails_ = false;
};

// What a receiver finds.
inline auth::Authentication received(std::string_view bytes, auth::TestZone& zone, base::Time now) {
  const auto message = *mail::Message::parse(bytes);
  dkim::KeyCache keys;
  auth::Authenticator work(message, {}, keys);
  auto out = zone.run([&](facts::Facts& facts) { return work.run(facts, now); });
  return out;
}

}  // namespace rampart::guard
