#include "audit/keys/records.h"

#include <gtest/gtest.h>

namespace rampart::audit::keys {
namespace {

constexpr auto kKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

TEST(SameKey, ByWhatAVerifierReads) {
  const auto ours = std::string("v=DKIM1; k=ed25519; p=") + kKey;
  EXPECT_TRUE(same_key(ours, ours));
  EXPECT_TRUE(same_key(ours, std::string("k=ed25519; t=s; n=by hand; p=") + kKey));
  EXPECT_FALSE(same_key(ours, "v=DKIM1; k=ed25519; p="));
  EXPECT_FALSE(same_key(ours, "v=DKIM1; k=ed25519; p=21qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
  EXPECT_TRUE(same_key("v=DKIM1; p=", "v=DKIM1; k=rsa; p="));
  EXPECT_FALSE(same_key("v=DKIM1; p=none", "v=DKIM1; p=else")) << "what cannot be read is nobody's";
}

dkim::ManagedDomain domain(bool delegated) {
  dkim::ManagedDomain out{.domain = *dns::Name::try_parse("bank.example"), .delegate = {}, .keys = {}};
  if (delegated) out.delegate = dns::Name::try_parse("keys.example");
  for (const auto* bytes : {"old", "new"})
    out.keys.push_back({.selector = "s", .public_key = bytes, .phase = dkim::KeyPhase::made});
  return out;
}

TEST(ReplacedBy, NothingOfAnybodyElse) {
  EXPECT_TRUE(replaced_by(domain(false), domain(false).keys[1]).empty());
  const auto delegated = domain(true);
  EXPECT_EQ(replaced_by(delegated, delegated.keys[1]),
            (std::vector<std::string>{"v=DKIM1; k=rsa; p=b2xk", "v=DKIM1; k=rsa; p="}));
  auto signing = delegated.keys[1];
  signing.phase = dkim::KeyPhase::signing;
  EXPECT_TRUE(replaced_by(delegated, signing).empty())
      << "a revoked record under a key that signs is an old list put back";
  auto retired = signing;
  retired.phase = dkim::KeyPhase::retired;
  EXPECT_EQ(replaced_by(domain(false), retired), std::vector<std::string>{"v=DKIM1; k=rsa; p=bmV3"});
}

TEST(Clock, TimesToComeAreAnError) {
  auto one = domain(false);
  const base::Time now{std::chrono::seconds(1'795'000'000)};
  EXPECT_TRUE(check_times(one, now));
  one.keys[0].seen = now + std::chrono::hours(1);
  EXPECT_FALSE(check_times(one, now));
}

}  // namespace
}  // namespace rampart::audit::keys
