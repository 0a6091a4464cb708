#include "reports/archive/claim.h"

#include <gtest/gtest.h>

namespace rampart::reports {
namespace {

// A user of a host of mailboxes, and the host, which reports.
constexpr auto kHost = "dmarc@r2.example";
constexpr auto kMallory = "mallory@r2.example";

Claimant verified(std::string sender, std::string contact = kHost, std::uint64_t counted = 5) {
  return {.trust = Trust::verified,
          .sender = std::move(sender),
          .contact = std::move(contact),
          .counted = counted};
}
Claimant given(std::string contact = kHost, std::uint64_t counted = 5) {
  return {.trust = Trust::imported, .sender = {}, .contact = std::move(contact), .counted = counted};
}
Claimant anybodys(std::string contact = kHost) {
  return {.trust = Trust::unverified, .sender = {}, .contact = std::move(contact), .counted = 5};
}

TEST(Claim, TheReportersOwnCorrectionReplaces) {
  EXPECT_EQ(settle(verified(kHost), verified(kHost)), Claim::replaces);
  // Google's TLS reports come from another mailbox than they name, always the same.
  EXPECT_EQ(settle(verified("noreply-smtp-tls-reporting@google.com", "smtp-tls-reporting@google.com"),
                   verified("noreply-smtp-tls-reporting@google.com", "smtp-tls-reporting@google.com")),
            Claim::replaces);
  EXPECT_EQ(settle(given(), verified(kHost)), Claim::replaces);
  EXPECT_EQ(settle(given(), given()), Claim::replaces);
  EXPECT_EQ(settle(anybodys(), verified(kHost)), Claim::replaces);
  EXPECT_EQ(settle(anybodys(), given()), Claim::replaces);
}

TEST(Claim, AUserOfTheHostReplacesNothingOfIts) {
  EXPECT_EQ(settle(verified(kHost), verified(kMallory)), Claim::refused) << "in the host's name";
  EXPECT_EQ(settle(given(), verified(kMallory)), Claim::refused);
  EXPECT_EQ(settle(verified(kHost), verified(kMallory, kMallory)), Claim::beside) << "in her own";
  EXPECT_EQ(settle(given(), verified(kMallory, kMallory)), Claim::beside);
  EXPECT_EQ(settle(verified("noreply@r2.example"), verified(kMallory)), Claim::beside);
  // A mail of several authors is nobody's.
  EXPECT_EQ(settle(verified(""), verified("")), Claim::beside);
}

TEST(Claim, WhoGuessedAnIdKeepsNobodyOut) {
  EXPECT_EQ(settle(verified(kMallory), verified(kHost)), Claim::replaces)
      << "it spoke for the host, and was not it";
  EXPECT_EQ(settle(verified(kMallory, kMallory), verified(kHost)), Claim::beside);
  EXPECT_EQ(settle(verified(kMallory), verified("noreply@r2.example")), Claim::beside);
  EXPECT_EQ(settle(anybodys("x@evil.example"), verified(kHost)), Claim::replaces);
}

TEST(Claim, NothingTakesThePlaceOfWhatIsBelievedOrSaysMore) {
  EXPECT_EQ(settle(verified(kHost), given()), Claim::refused);
  EXPECT_EQ(settle(given(), anybodys()), Claim::refused);
  EXPECT_EQ(settle(verified(kHost), verified(kHost, kHost, 0)), Claim::refused);
  EXPECT_EQ(settle(given(), given(kHost, 0)), Claim::refused);
  EXPECT_EQ(settle(given(kHost, 0), given(kHost, 0)), Claim::replaces);
  EXPECT_EQ(settle(verified(kHost, kHost, 0), verified(kHost)), Claim::replaces);
}

TEST(Claim, OfTwoThatNothingProvesTheDomainsDecide) {
  EXPECT_EQ(settle(given(), given("other@r2.example")), Claim::replaces);
  EXPECT_EQ(settle(given(), given("x@evil.example")), Claim::beside);
  EXPECT_EQ(settle(given(), given("")), Claim::replaces) << "an export that lost it";
  EXPECT_EQ(settle(anybodys(), anybodys("x@evil.example")), Claim::beside);
}

}  // namespace
}  // namespace rampart::reports
