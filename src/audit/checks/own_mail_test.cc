#include "audit/checks/own_mail.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/sample.h"
#include "audit/zone_audit_test.h"

namespace rampart::audit {
namespace {

using ::testing::HasSubstr;

std::string mail(std::string_view signature, std::string_view more = "") {
  return fmt::format("From: \"News, of us\" <news@right.example>\r\n{}{}\r\nhello\r\n", signature, more);
}
constexpr std::string_view kSigned =
    "DKIM-Signature: v=1; d=right.example; s=default; h=from:list-unsubscribe :\r\n List-Unsubscribe-Post; "
    "b=x\r\n";
constexpr std::string_view kUnsubscribe =
    "List-Unsubscribe: <mailto:u@right.example>, <https://right.example/u>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

DomainReport shown(std::string_view message, const Domain& domain = {}) {
  auto zone = zone_of(domain);
  auto input = input_of("right.example");
  const auto sample = read_sample(message);
  if (!sample) throw std::runtime_error(sample.error().message());
  input.sample = std::make_shared<const Sample>(*sample);
  return audit_in(zone, input);
}

std::string own(const DomainReport& report) {
  std::string out;
  for (const auto& finding : report.findings) {
    if (finding.code.starts_with("sample-") || finding.code.starts_with("sender-"))
      out += fmt::format("{}{}", out.empty() ? "" : " ", finding.code);
  }
  return out;
}

TEST(OwnMail, AMessageAsItShouldBe) { EXPECT_EQ(own(shown(mail(kSigned, kUnsubscribe))), ""); }

TEST(OwnMail, EveryFaultOfAMessage) {
  EXPECT_EQ(own(shown(mail(""))), "sample-unsigned sample-no-one-click");
  EXPECT_EQ(own(shown(mail("", kUnsubscribe))), "sample-unsigned sample-one-click-unsigned");
  EXPECT_EQ(own(shown(mail("DKIM-Signature: d=mailer.example; s=a; h=from\r\n", kUnsubscribe))),
            "sample-unaligned sample-one-click-unsigned");
  EXPECT_EQ(own(shown(mail("DKIM-Signature: d=right.example; s=default; h=from:list-unsubscribe\r\n",
                           kUnsubscribe))),
            "sample-one-click-unsigned");
  EXPECT_EQ(own(shown(mail("DKIM-Signature: d=right.example; s=gone; h=from\r\n"))),
            "sample-key-missing sample-no-one-click");
  EXPECT_EQ(own(shown(mail(kSigned, "List-Unsubscribe: <https://right.example/u>\r\n"))),
            "sample-no-one-click");
  EXPECT_EQ(own(shown(mail(kSigned, "List-Unsubscribe: <http://right.example/u>\r\n"))),
            "sample-no-one-click");
}

TEST(OwnMail, AKeyThatCannotBeLookedUpIsUnknown) {
  auto zone = zone_of({.dkim = ""});
  zone.fails("default._domainkey.right.example", facts::Why::servfail);
  auto input = input_of("right.example");
  input.sample = std::make_shared<const Sample>(*read_sample(mail(kSigned, kUnsubscribe)));
  const auto report = audit_in(zone, input);
  const auto* finding = find(report, "sample-key-unknown");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->status, FindingStatus::unknown);
  EXPECT_FALSE(has(report, "sample-key-missing"));
}

TEST(OwnMail, MessagesThatAreRefused) {
  const auto fault = [](std::string_view message) {
    const auto sample = read_sample(message);
    return sample ? sample->from.text() : sample.error().message();
  };
  EXPECT_THAT(fault(""), HasSubstr("no From"));
  EXPECT_THAT(fault("From: a@one.example, b@two.example\r\n\r\n"), HasSubstr("not from one domain"));
  EXPECT_THAT(fault("From: a@one.example\r\nFrom: a@one.example\r\n\r\n"), HasSubstr("not from one domain"));
  EXPECT_THAT(fault("From: nobody\r\n\r\n"), HasSubstr("not from one domain"));
  EXPECT_EQ(fault("From: a@one.example, b@ONE.example\r\n\r\n"), "one.example");
  EXPECT_EQ(fault("From: \"x@two.example\" <a@one.example> (at y@three.example)\r\n\r\n"), "one.example");
  EXPECT_EQ(fault("From: \"a, b\"@one.example\r\n\r\n"), "one.example");
}

DomainReport sending(std::string_view address, void (*change)(Zone&)) {
  auto zone = zone_of({});
  change(zone);
  auto input = input_of("right.example");
  input.sending = {*base::IpAddress::parse(address)};
  return audit_in(zone, input);
}

TEST(OwnMail, TheAddressesThatItIsSentFrom) {
  const auto right = [](Zone& zone) {
    zone.target("21.2.0.192.in-addr.arpa", dns::RrType::ptr, "mail.right.example");
  };
  EXPECT_EQ(own(sending("192.0.2.21", right)), "");
  EXPECT_EQ(own(sending("192.0.2.21", [](Zone&) {})), "sender-reverse-missing");
  EXPECT_EQ(own(sending("192.0.2.21",
                        [](Zone& zone) {
                          zone.target("21.2.0.192.in-addr.arpa", dns::RrType::ptr, "www.right.example");
                        })),
            "sender-reverse-mismatch");
  EXPECT_EQ(own(sending("192.0.2.99",
                        [](Zone& zone) {
                          zone.target("99.2.0.192.in-addr.arpa", dns::RrType::ptr, "other.right.example");
                          zone.address("other.right.example", "192.0.2.99");
                        })),
            "sender-spf-fails");
  const auto failing =
      sending("192.0.2.21", [](Zone& zone) { zone.fails("21.2.0.192.in-addr.arpa", facts::Why::servfail); });
  ASSERT_NE(find(failing, "sender-reverse-unknown"), nullptr);
  EXPECT_EQ(find(failing, "sender-reverse-unknown")->status, FindingStatus::unknown);
}

TEST(OwnMail, ADomainThatSendsNothingSaysSo) {
  auto input = input_of("right.example");
  input.sends = Sends::no;
  auto zone = zone_of({});
  auto report = audit_in(zone, input);
  EXPECT_TRUE(has(report, "parked-spf-authorises"));
  EXPECT_TRUE(has(report, "parked-keys-open"));
  EXPECT_EQ(find(report, "parked-spf-authorises")->remedies.front().data, "v=spf1 -all");
  auto parked = zone_of({.spf = "v=spf1 -all", .dkim = "", .mx = ".", .www = false});
  parked.txt("*._domainkey.right.example", "v=DKIM1; p=");
  report = audit_in(parked, input);
  EXPECT_FALSE(has(report, "parked-spf-authorises"));
  EXPECT_FALSE(has(report, "parked-keys-open"));
  auto sends = zone_of({});
  EXPECT_FALSE(has(audit_in(sends, input_of("right.example")), "parked-spf-authorises"));
}

}  // namespace
}  // namespace rampart::audit
