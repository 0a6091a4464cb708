// The policy on real messages: what authentication finds of them decides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/arc/seal.h"
#include "auth/results_field.h"
#include "auth/zone_test.h"
#include "base/text.h"
#include "crypto/sign_key.h"
#include "guard/policy/policy.h"

namespace rampart::guard {
namespace {

using auth::TestZone;
using testing::ElementsAre;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};
const std::string kMail = "From: News <news@bank.example>\r\nSubject: rates\r\n\r\nHello\r\n";

const crypto::SignKey& key() {
  static const auto kKey = *crypto::SignKey::make(crypto::SignKey::Type::rsa, 2048);
  return kKey;
}

TestZone zones(std::string_view all = "-all", std::string_view policy = "reject") {
  TestZone zone;
  zone.txt("bank.example", fmt::format("v=spf1 ip4:192.0.2.1 {}", all))
      .txt("_dmarc.bank.example", fmt::format("v=DMARC1; p={}", policy))
      .txt("s1._domainkey.list.example", "v=DKIM1; k=rsa; p=" + base::encode_base64(key().public_key()));
  return zone;
}

struct Judged {
  auth::Authentication result;
  Ruling ruling;
};

Judged judge(const std::string& text, TestZone zone, std::string_view ip, const LocalRules& local,
             const Inspected* inspected = nullptr) {
  const auto message = *mail::Message::parse(text);
  dkim::KeyCache keys;
  const auth::Envelope envelope{
      .ip = base::IpAddress::parse(ip), .helo = "h.example", .mail_from = "news@bank.example"};
  auth::Authenticator work(message, envelope, keys);
  Judged out{.result = zone.run([&](facts::Facts& facts) { return work.run(facts, kNow); }), .ruling = {}};
  out.ruling = decide({.authentication = &out.result,
                       .header = &message.header,
                       .local = &local,
                       .client = envelope.ip,
                       .mail_from = *envelope.mail_from,
                       .memory = {.passed_from_here = true, .deferred_since = {}},
                       .now = kNow,
                       .inspected = inspected});
  return out;
}

// As a list hands it on: with a footer, and sealed with what it saw.
std::string listed(std::string_view saw) {
  const auto text = kMail + "-- \r\nThe list\r\n";
  const auto message = *mail::Message::parse(text);
  const mail::FieldIndex index(message.header);
  const arc::SealOptions options{.domain = TestZone::name("list.example"), .selector = "s1", .now = kNow};
  return *arc::seal(message, index, key(), arc::Result::none, saw, options) + text;
}

std::vector<std::string> codes(const Ruling& ruling) {
  std::vector<std::string> out;
  for (const auto& cause : ruling.causes) out.push_back(cause.code);
  return out;
}

TEST(PolicyOnMail, RejectsWhatSpfForbidsAndNobodySigned) {
  const auto forged = judge(kMail, zones(), "198.51.100.9", {});
  EXPECT_EQ(forged.ruling.action, Action::reject);
  EXPECT_THAT(codes(forged.ruling), ElementsAre("dmarc-reject", "second-fact-spf-hard-fail"));
  EXPECT_EQ(judge(kMail, zones("~all"), "198.51.100.9", {}).ruling.action, Action::quarantine);
  EXPECT_EQ(judge(kMail, zones(), "192.0.2.1", {}).ruling.action, Action::accept);
}

TEST(PolicyOnMail, TakesTheWordOfASealerThatIsTrusted) {
  const LocalRules trusting{.overrides = {}, .own = {}, .trusted_sealers = {TestZone::name("list.example")}};
  const auto sealed = listed("mx.list.example; dmarc=pass header.from=bank.example");
  const auto trusted = judge(sealed, zones(), "198.51.100.9", trusting);
  EXPECT_EQ(trusted.ruling.action, Action::accept) << trusted.result.arc.why;
  EXPECT_EQ(trusted.ruling.override_type, "trusted_forwarder");
  EXPECT_EQ(judge(sealed, zones(), "198.51.100.9", {}).ruling.action, Action::quarantine) << "of nobody else";
  for (const auto* saw : {"mx.list.example; dmarc=fail header.from=bank.example", "mx.list.example; spf=pass",
                          "mx.list.example; dmarc=pass header.from=shop.example"})
    EXPECT_EQ(judge(listed(saw), zones(), "198.51.100.9", trusting).ruling.action, Action::quarantine) << saw;
  auto changed = sealed;
  changed.replace(changed.find("The list"), 8, "The lost");
  EXPECT_EQ(judge(changed, zones(), "198.51.100.9", trusting).ruling.action, Action::quarantine)
      << "a chain that fails";
  EXPECT_EQ(judge("From: x@else.example\r\n" + sealed, zones(), "198.51.100.9", trusting).ruling.action,
            Action::quarantine);
}

TEST(PolicyOnMail, ASealerVouchesForTheAuthorAndNotForWhatNobodySaw) {
  const LocalRules trusting{.overrides = {}, .own = {}, .trusted_sealers = {TestZone::name("list.example")}};
  const auto sealed = listed("mx.list.example; dmarc=pass header.from=bank.example");
  LocalRules blocking = trusting;
  const auto lists = std::make_shared<Lists>();
  lists->block.push_back(read_list("block", "https://evil.example/"));
  blocking.lists = lists;
  Inspected unseen;
  unseen.doubt("it has more links than are looked at");
  for (const auto* policy : {"quarantine", "reject"}) {
    const auto judged = judge(sealed, zones("-all", policy), "198.51.100.9", blocking, &unseen);
    EXPECT_EQ(judged.ruling.action, Action::quarantine);
    EXPECT_THAT(codes(judged.ruling), testing::IsSupersetOf({"inspection-failed", "trusted-forwarder"}));
    EXPECT_EQ(judged.ruling.override_type, "local_policy");
  }
  // Nor where the message would be rejected otherwise.
  auto enforcing = blocking;
  enforcing.overrides = {{.says = Override::Says::enforce,
                          .author = TestZone::name("bank.example"),
                          .mail_from = {},
                          .network = {},
                          .reason = {},
                          .by = {},
                          .until = {}}};
  EXPECT_EQ(judge(sealed, zones(), "198.51.100.9", enforcing).ruling.action, Action::accept);
  EXPECT_EQ(judge(sealed, zones(), "198.51.100.9", enforcing, &unseen).ruling.action, Action::quarantine);
  enforcing.trusted_sealers.clear();
  EXPECT_EQ(judge(sealed, zones(), "198.51.100.9", enforcing, &unseen).ruling.action, Action::reject);
}

}  // namespace
}  // namespace rampart::guard
