#include "auth/dkim/verify.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/dkim/suite_runner.h"

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

using suite::football;
std::vector<Checked> verify(std::string_view bytes, auth::TestZone& zone) {
  return suite::verify(bytes, zone, kNow);
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

void expect_all(const std::filesystem::path& folder, int least) {
  const auto tally = suite::run_folder(folder);
  for (const auto& failure : tally.failures) ADD_FAILURE() << failure;
  EXPECT_GE(tally.passed, least);
}

TEST(DkimSuite, OurVectors) { expect_all(RAMPART_SOURCE_DIR "/src/auth/dkim/testdata", 170); }
TEST(DkimSuite, OthersMail) {
  if (shared("dkim/rfc6376.signed.msg").empty()) GTEST_SKIP() << "no conformance mail in $RAMPART_SHARED";
  const auto* root = std::getenv("RAMPART_SHARED");
  expect_all(
      std::filesystem::path(root == nullptr ? RAMPART_SOURCE_DIR "/../shared" : root) / "conformance/dkim",
      2);
}

}  // namespace
}  // namespace rampart::dkim
