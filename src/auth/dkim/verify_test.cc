#include "auth/dkim/verify.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/zone_test.h"

namespace rampart::dkim {
namespace {

using ::testing::HasSubstr;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

std::string shared(const std::string& name) {
  const auto* root = std::getenv("RAMPART_SHARED");
  const auto path =
      std::filesystem::path(root == nullptr ? RAMPART_SOURCE_DIR "/../shared" : root) / "conformance" / name;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<Checked> verify(std::string_view bytes, auth::TestZone& zone, base::Time now = kNow) {
  const auto message = mail::Message::parse(bytes);
  if (!message) throw std::runtime_error(message.error().message());
  const mail::FieldIndex index(message->header);
  KeyCache keys;
  SignatureCheck check(*message, index, keys);
  Verifier verifier(check);
  return zone.run([&](facts::Facts& facts) { return verifier.results(facts, now); });
}

auth::TestZone football() {
  auth::TestZone zone;
  zone.txt("brisbane._domainkey.football.example.com",
           "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
      .txt("test._domainkey.football.example.com",
           "v=DKIM1; k=rsa; "
           "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/"
           "J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/"
           "8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOT"
           "IKT+l/K4w3QIDAQAB");
  return zone;
}

// RFC 8463 appendix A: one message with both signatures.
TEST(Verify, TheRfcsOwnMessage) {
  const auto message = shared("dkim/rfc6376.signed.msg");
  if (message.empty()) GTEST_SKIP() << "no conformance mail in $RAMPART_SHARED";
  auto zone = football();
  const auto results = verify(message, zone);
  ASSERT_EQ(results.size(), 2U);
  for (const auto& checked : results) EXPECT_EQ(checked.result, Result::pass) << checked.why;
  EXPECT_EQ(zone.rounds(), 1);
  // Bytes that a signature covers.
  for (const std::string_view place : {"dinner", "We lost", "suzie@", "Fri, 11"}) {
    auto changed = message;
    changed[changed.find(place)] = 'X';
    for (const auto& checked : verify(changed, zone)) EXPECT_EQ(checked.result, Result::fail) << place;
  }
}

TEST(Verify, ChainOfFaults) {
  const auto message = shared("dkim/rfc6376.signed.msg");
  if (message.empty()) GTEST_SKIP() << "no conformance mail in $RAMPART_SHARED";
  auth::TestZone nothing;
  nothing.exists("football.example.com");
  for (const auto& checked : verify(message, nothing)) {
    EXPECT_EQ(checked.result, Result::permerror);
    EXPECT_THAT(checked.why, HasSubstr("there is no key at"));
  }
  auth::TestZone failing;
  failing.fails_below("_domainkey.football.example.com", facts::Why::servfail);
  for (const auto& checked : verify(message, failing))
    EXPECT_EQ(checked.result, Result::temperror) << checked.why;
  auth::TestZone revoked;
  revoked.txt("brisbane._domainkey.football.example.com", "v=DKIM1; k=ed25519; p=")
      .txt("test._domainkey.football.example.com", "v=DKIM1; p=");
  for (const auto& checked : verify(message, revoked)) {
    EXPECT_EQ(checked.result, Result::permerror);
    EXPECT_THAT(checked.why, HasSubstr("revoked"));
  }
}

}  // namespace
}  // namespace rampart::dkim
