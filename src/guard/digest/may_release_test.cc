#include "guard/digest/may_release.h"

#include <gtest/gtest.h>

namespace rampart::guard {
namespace {

KeptMessage kept(std::initializer_list<std::string_view> codes, std::string author = "shop.example",
                 std::string recipient = "a@else.example") {
  KeptMessage out;
  out.author = std::move(author);
  out.recipients = {std::move(recipient)};
  for (const auto code : codes) out.causes.push_back({.code = std::string(code), .text = {}, .section = {}});
  return out;
}

TEST(MayRelease, GoesByItsTable) {
  for (const auto& codes : {std::initializer_list<std::string_view>{"dmarc-quarantine"},
                            {"bulk"},
                            {"lookalike"},
                            {"cannot-remove"},
                            {"dmarc-quarantine", "another-recipient"},
                            {"dmarc-quarantine", "pass-refused"},
                            {"not-enforced", "cannot-remove"}})
    EXPECT_TRUE(may_release(kept(codes))) << *codes.begin();
  for (const auto& codes : {std::initializer_list<std::string_view>{},
                            {"dmarc-reject"},
                            {"dmarc-reject", "list-trace"},
                            {"dmarc-reject", "second-fact-spf-hard-fail", "another-recipient"},
                            {"malware"},
                            {"executive-impersonation"},
                            {"bulk", "malware"},
                            {"dmarc-quarantine", "executive-impersonation"},
                            {"dmarc-reject", "cannot-remove"},
                            {"own-domain"},
                            {"from-malformed"},
                            {"blocked"},
                            {"dmarc-quarantine", "blocked"},
                            {"list-trace"},
                            {"dmarc-quarantine", "of-a-later-version"},
                            {"DMARC-QUARANTINE"},
                            {""}})
    EXPECT_FALSE(may_release(kept(codes))) << (codes.size() == 0 ? "none" : *codes.begin());
}

TEST(MayRelease, NobodyReleasesWhatClaimsToBeHisOwnOrganisations) {
  for (const auto* author : {"else.example", "ELSE.example", "ceo.else.example", "shop.example else.example",
                             "shop.example, mail.else.example"})
    EXPECT_FALSE(may_release(kept({"dmarc-quarantine"}, author))) << author;
  EXPECT_FALSE(may_release(kept({"dmarc-quarantine"}, "else.example", "a@hq.else.example")));
  EXPECT_FALSE(may_release(kept({"dmarc-quarantine"}, "xn--bcher-kva.example", "a@b\u00FCcher.example")));
  EXPECT_TRUE(may_release(kept({"dmarc-quarantine"}, "nelse.example")));
  EXPECT_TRUE(may_release(kept({"dmarc-quarantine"}, "", "a")));
}

TEST(MayRelease, TellsTheGravestReason) {
  EXPECT_EQ(reason_of(kept({"dmarc-quarantine"})), Reason::unproven);
  EXPECT_EQ(reason_of(kept({"dmarc-quarantine"}, "else.example")), Reason::own);
  EXPECT_EQ(reason_of(kept({"dmarc-reject", "no-second-fact"})), Reason::forged);
  EXPECT_EQ(reason_of(kept({"dmarc-quarantine", "blocked"})), Reason::blocked);
  EXPECT_EQ(reason_of(kept({"content", "bulk", "malware"})), Reason::malware);
  EXPECT_EQ(reason_of(kept({"content", "executive-impersonation", "dmarc-quarantine"})), Reason::executive);
  EXPECT_EQ(reason_of(kept({"content", "lookalike"})), Reason::lookalike);
  EXPECT_EQ(reason_of(kept({"content", "bulk"})), Reason::bulk);
  EXPECT_EQ(reason_of(kept({"content"})), Reason::fraud);
  EXPECT_EQ(reason_of(kept({"content", "dmarc-reject"})), Reason::forged);
  EXPECT_EQ(reason_of(kept({"inspection-failed"})), Reason::unseen);
  EXPECT_EQ(reason_of(kept({"cannot-remove"})), Reason::together);
  EXPECT_EQ(reason_of(kept({"of-a-later-version"})), Reason::other);
}

}  // namespace
}  // namespace rampart::guard
