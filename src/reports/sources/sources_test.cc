#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "reports/sources/seen_test.h"
#include "reports/sources/source.h"

namespace rampart::reports {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kPass = AuthResult::pass;
constexpr auto kFail = AuthResult::fail;

std::vector<std::string> lines(const MailSource& source) {
  std::vector<std::string> out;
  out.reserve(source.evidence.size());
  for (const auto& evidence : source.evidence) out.push_back(evidence.text());
  return out;
}

std::string brief(const MailSource& source) {
  return fmt::format("{} | {} | {}", source.id, source.name, to_string(source.confidence));
}
std::vector<std::string> briefs(const std::vector<MailSource>& sources) {
  std::vector<std::string> out;
  out.reserve(sources.size());
  for (const auto& source : sources) out.push_back(brief(source));
  return out;
}

Outcome strict(const DkimSeen& seen) {
  auto out = outcome({seen}, "bank.example", kFail);
  out.dkim = Aligned::fail;
  return out;
}

// One address with one row, beside a Google Workspace whose key "google" is at home there.
struct Case {
  std::string_view what;
  std::string_view reverse_name;  // confirmed
  std::optional<bool> authorised;
  std::vector<std::string> through;
  Outcome outcome;
  std::string_view expected;
};

DkimSeen own_key() { return signature("bank.example", "google"); }
DkimSeen other_key() { return signature("bank.example", "k9"); }
DkimSeen ses_key() { return signature("amazonses.com", "ug7"); }

std::vector<Case> names() {
  const auto other = other_key();
  const auto ses = ses_key();
  return {
      {"a confirmed reverse name",
       "a8-31.smtp-out.amazonses.com",
       {},
       {},
       outcome({other}, "bank.example", kFail),
       "service:amazon-ses | Amazon SES | certain"},
      {"the SPF include that lists it",
       "",
       true,
       {"spf.mtasv.net"},
       outcome({}, "bank.example", kPass),
       "service:postmark | Postmark | certain"},
      {"the innermost include",
       "",
       true,
       {"spf.agency.example", "u1.wl.sendgrid.net"},
       outcome({}, "bank.example", kPass),
       "service:sendgrid | SendGrid | certain"},
      {"an include that nobody knows",
       "",
       true,
       {"spf.agency.example"},
       outcome({}, "bank.example", kPass),
       "service:agency.example | agency.example | likely"},
      {"a signature and bounces of the provider's own",
       "",
       {},
       {},
       outcome({other, ses}, "amazonses.com", kPass),
       "service:amazon-ses | Amazon SES | certain"},
      {"a signature of the provider's own, SPF for the owner",
       "",
       {},
       {},
       outcome({other, ses}, "bank.example", kPass),
       "service:amazon-ses | Amazon SES | likely"},
      {"a signature of the provider's own, nothing said of SPF",
       "",
       {},
       {},
       outcome({other, ses}, "", AuthResult::none),
       "service:amazon-ses | Amazon SES | likely"},
      {"the provider's signature unaligned, through its own bounces",
       "",
       {},
       {},
       outcome({ses}, "eu-west-1.amazonses.com", kPass),
       "unknown:amazon-ses | Unknown sender at Amazon SES | certain"},
      {"a name of the owner's",
       "mx.bank.example",
       {},
       {},
       outcome({other}, "bank.example", kFail),
       "own | Your own servers | certain"},
      {"a provider's machine with a name of the owner's",
       "o1.mail.bank.example",
       true,
       {"sendgrid.net"},
       outcome({other}, "bank.example", kPass),
       "service:sendgrid | SendGrid | certain"},
      {"a term of the owner's record",
       "",
       true,
       {},
       outcome({other}, "bank.example", kPass),
       "own | Your own servers | likely"},
      {"a term of the owner's record, at a rented machine",
       "static.1.clients.your-server.de",
       true,
       {},
       outcome({other}, "bank.example", kPass),
       "own | Your own servers | likely"},
      {"an include of the owner's own names",
       "",
       true,
       {"_spf.bank.example"},
       outcome({}, "bank.example", kPass),
       "own | Your own servers | likely"},
      {"who sends on another's machines",
       "a8-31.smtp-out.amazonses.com",
       {},
       {},
       outcome({other, signature("intercom-mail.com", "s")}, "intercom-mail.com", kPass),
       "service:intercom | Intercom | certain"},
  };
}

std::vector<Case> no_names() {
  const auto own = own_key();
  const auto other = other_key();
  const auto ses = ses_key();
  return {
      {"the owner's signature alone",
       "",
       {},
       {},
       outcome({other}, "bank.example", kFail),
       "unknown:192.0.2.0/24 | Unknown sender 192.0.2.1 | unknown"},
      {"SPF of the owner alone",
       "",
       {},
       {},
       outcome({}, "bank.example", kPass),
       "unknown:192.0.2.0/24 | Unknown sender 192.0.2.1 | unknown"},
      {"SPF of a provider's domain alone",
       "",
       {},
       {},
       outcome({}, "sendgrid.net", kPass),
       "spoofing-open | Spoofing, or a sender that nothing names | unknown"},
      {"a provider's signature that failed",
       "",
       false,
       {},
       outcome({signature("sendgrid.net", "s1", kFail)}, "bank.example", kFail),
       "spoofing | Spoofing | likely"},
      {"a provider's signature that came on from there",
       "",
       {},
       {},
       outcome({own, ses}, "bank.example", kFail),
       "forwarder:192.0.2.0/24 | Forwarder 192.0.2.1 | likely"},
      {"a signature of a spoofer's own",
       "",
       false,
       {},
       outcome({signature("spam.example", "default")}, "bank.example", kFail),
       "spoofing | Spoofing | likely"},
      {"an includer that does not list it",
       "",
       false,
       {"sendgrid.net"},
       outcome({}, "bank.example", kFail),
       "spoofing | Spoofing | likely"},
  };
}

std::vector<Case> forwarders() {
  const auto own = own_key();
  const auto other = other_key();
  return {
      {"a key of another service",
       "mail.uni.example",
       {},
       {},
       outcome({own}, "bank.example", kFail),
       "forwarder:uni.example | uni.example (handed on) | likely"},
      {"a key of another service at a mail host",
       "mout.gmx.net",
       {},
       {},
       outcome({own}, "gmx.net", kPass),
       "forwarder:gmx | GMX and web.de (handed on) | likely"},
      {"a machine of somebody else, a key of nobody's",
       "mail.uni.example",
       {},
       {},
       outcome({other}, "bank.example", AuthResult::softfail),
       "forwarder:uni.example | uni.example (handed on) | likely"},
      {"bounces to somebody else",
       "",
       {},
       {},
       outcome({other}, "uni.example", kPass),
       "forwarder:192.0.2.0/24 | Forwarder 192.0.2.1 | likely"},
      {"an own key and own bounces of an organisation",
       "mta1.esp.example",
       {},
       {},
       outcome({other}, "bounce.esp.example", kPass),
       "service:esp.example | esp.example | likely"},
      {"the receiver says mailing list",
       "lists.club.example",
       {},
       {},
       outcome({}, "lists.club.example", kPass, {{Override::mailing_list, ""}}),
       "forwarder:club.example | club.example (handed on) | certain"},
      {"the receiver says forwarded",
       "",
       {},
       {},
       outcome({}, "bank.example", kFail, {{Override::forwarded, ""}}),
       "forwarder:192.0.2.0/24 | Forwarder 192.0.2.1 | certain"},
      {"the receiver trusts the forwarder",
       "",
       {},
       {},
       outcome({}, "bank.example", kFail, {{Override::trusted_forwarder, ""}}),
       "forwarder:192.0.2.0/24 | Forwarder 192.0.2.1 | certain"},
      {"arc=pass",
       "mail-sor-f41.google.com",
       {},
       {},
       outcome({}, "bank.example", kFail, {{Override::local_policy, "arc=pass"}}),
       "forwarder:google-workspace | Google Workspace (handed on) | likely"},
      {"arc=passed is another word",
       "",
       false,
       {},
       outcome({}, "bank.example", kFail, {{Override::local_policy, "arc=passed"}}),
       "spoofing | Spoofing | likely"},
      {"a local policy says nothing",
       "",
       false,
       {},
       outcome({}, "bank.example", kFail, {{Override::local_policy, "arc=fail"}}),
       "spoofing | Spoofing | likely"},
      {"mailing lists live there",
       "web01.groups.io",
       {},
       {},
       outcome({}, "groups.io", kPass),
       "forwarder:groups-io | Groups.io (handed on) | likely"},
      {"a signature that broke on its way",
       "mail.uni.example",
       {},
       {},
       outcome({signature("bank.example", "google", kFail)}, "bank.example", kFail),
       "forwarder:uni.example | uni.example (handed on) | likely"},
      {"a filter in front of the receiver",
       "eu-smtp-1.mimecast.com",
       false,
       {},
       outcome({own}, "bank.example", kFail),
       "forwarder:mimecast | Mimecast (handed on) | likely"},
      {"the filter that the owner sends through",
       "eu-smtp-1.mimecast.com",
       true,
       {"eu._netblocks.mimecast.com"},
       outcome({own}, "bank.example", kPass),
       "service:mimecast | Mimecast | certain"},
  };
}

std::vector<Case> strangers() {
  const auto other = other_key();
  return {
      {"nobody", "", false, {}, outcome({}, "bank.example", kFail), "spoofing | Spoofing | likely"},
      {"nobody, and nobody looked",
       "",
       {},
       {},
       outcome({}, "spam.example", kPass),
       "spoofing-open | Spoofing, or a sender that nothing names | unknown"},
      {"a line of a connected home",
       "115-186-1-1.nayatel.pk",
       false,
       {},
       outcome({}, "bank.example", kFail),
       "spoofing | Spoofing | likely"},
      {"a copied signature",
       "",
       false,
       {},
       outcome({signature("bank.example", "google", kFail)}, "bank.example", kFail),
       "unknown:192.0.2.0/24 | Unknown sender 192.0.2.1 | unknown"},
      {"a copied signature of no key that verifies",
       "",
       false,
       {},
       outcome({signature("bank.example", "no", kFail)}, "bank.example", kFail),
       "spoofing | Spoofing | likely"},
      {"who authenticates as himself",
       "mta.esp.example",
       false,
       {},
       outcome({signature("esp.example", "s")}, "bounce.esp.example", kPass),
       "unknown:esp.example | Unknown sender at esp.example | unknown"},
      {"who authenticates as somebody else than his name",
       "mta.esp.example",
       false,
       {},
       outcome({signature("spam.example", "s")}, "spam.example", kPass),
       "spoofing | Spoofing | likely"},
      {"somebody at a known service",
       "mail-sor-f41.google.com",
       false,
       {},
       outcome({}, "gmail.com", kPass),
       "unknown:google-workspace | Unknown sender at Google Workspace | certain"},
      {"a rented machine with the owner's key",
       "static.1.clients.your-server.de",
       {},
       {},
       outcome({other}, "bank.example", kFail),
       "unknown:192.0.2.0/24 | Unknown sender at Hetzner servers (192.0.2.1) | unknown"},
      {"the owner's signature under strict alignment",
       "",
       {},
       {},
       strict(other),
       "unknown:192.0.2.0/24 | Unknown sender 192.0.2.1 | unknown"},
      {"the owner's signature under strict alignment, at a service",
       "o1.ptr.sendgrid.net",
       {},
       {},
       strict(other),
       "service:sendgrid | SendGrid | certain"},
      {"authorised, but unaligned",
       "",
       true,
       {"spf.mtasv.net"},
       outcome({}, "pm.mtasv.net", kPass),
       "service:postmark | Postmark | certain"},
  };
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (auto& part : {names(), no_names(), forwarders(), strangers()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(Sources, OneAddressEach) {
  for (const auto& c : cases()) {
    SeenMail seen;
    auto& google = seen.at("2001:db8::1", "mail-sor-f1.google.com");
    seen.row(google, outcome({signature("bank.example", "google")}, "bank.example", kPass), 1000);
    google.authorised = true;
    google.through = {"_spf.google.com"};
    auto& address = seen.at("192.0.2.1", c.reverse_name);
    address.authorised = c.authorised;
    address.through = c.through;
    seen.row(address, c.outcome, 10);
    if (c.reverse_name.ends_with(".google.com")) seen.addresses.erase(seen.addresses.begin());
    const auto sources = seen.find();
    ASSERT_FALSE(sources.empty()) << c.what;
    EXPECT_EQ(brief(sources.back()), c.expected)
        << c.what << "\n  " << fmt::format("{}", fmt::join(lines(sources.back()), "\n  "));
    EXPECT_EQ(sources.back().tally.messages(), 10U) << c.what;
    // Each decision is explained.
    EXPECT_TRUE(std::ranges::any_of(sources.back().evidence, [](const auto& line) {
      return line.kind == EvidenceKind::reason;
    })) << c.what;
  }
}

// The same marks without what a spoofer cannot choose: no case of the table is named then.
TEST(Sources, NothingIsNamedByWhatASpooferChooses) {
  for (const auto& c : cases()) {
    for (const auto result : {kFail, AuthResult::softfail, AuthResult::none, AuthResult::temperror}) {
      SeenMail seen;
      auto& address = seen.at("192.0.2.1");
      address.reverse_name = c.reverse_name;
      address.through = c.through;
      address.authorised = false;
      auto forged = c.outcome;
      forged.reasons.clear();
      forged.dkim = forged.spf = Aligned::fail;
      for (auto& one : forged.dkim_seen) one.result = result;
      for (auto& one : forged.spf_seen) one.result = result;
      seen.row(address, forged);
      const auto sources = seen.find();
      ASSERT_EQ(sources.size(), 1U) << c.what;
      EXPECT_EQ(sources[0].provider, nullptr) << c.what;
      EXPECT_EQ(sources[0].id, "spoofing") << c.what;
    }
  }
}

TEST(Sources, OneAddressMaySendAndHandOn) {
  SeenMail seen;
  auto& google = seen.at("209.85.220.41", "mail-sor-f41.google.com");
  google.authorised = true;
  google.through = {"_spf.google.com"};
  seen.row(google, outcome({signature("bank.example", "google")}, "bank.example", kPass), 100);
  seen.row(google, outcome({signature("bank.example", "pm")}, "gmail.com", kPass), 5);
  seen.row(google, outcome({}, "bank.example", kFail, {{Override::local_policy, "arc=pass"}}), 2);
  auto& postmark = seen.at("50.31.156.100");
  seen.row(postmark, outcome({signature("bank.example", "pm")}, "pm.mtasv.net", kPass), 50);
  EXPECT_THAT(briefs(seen.find()),
              ElementsAre("service:google-workspace | Google Workspace | certain",
                          "service:postmark | Postmark | likely",
                          "forwarder:google-workspace | Google Workspace (handed on) | likely"));
}

// As Google's own report of a domain shows it: a group of the owner's at Google hands on what Amazon SES signed.
TEST(Sources, AKeyIsAtHomeWhereItsSignerIs) {
  SeenMail seen;
  const auto key = signature("bank.example", "awbr2rp4");
  const auto ses = signature("amazonses.com", "ug7nbtf4");
  auto& google = seen.at("209.85.220.41", "mail-sor-f41.google.com");
  seen.row(google, outcome({signature("bank.example", "google")}, "bank.example", kPass), 359);
  seen.row(google, outcome({key, ses}, "bank.example", kPass), 23);
  seen.row(google, outcome({key, ses}, "customer.example", AuthResult::none), 24);
  seen.row(google, outcome({key, ses}, "gmail.com", kPass), 2);
  auto& origin = seen.at("54.240.48.94", "a48-94.smtp-out.amazonses.com");
  seen.row(origin, outcome({key, ses}, "amazonses.com", kPass), 46);
  const auto sources = seen.find();
  EXPECT_THAT(briefs(sources),
              ElementsAre("service:google-workspace | Google Workspace | certain",
                          "service:amazon-ses | Amazon SES | certain",
                          "forwarder:google-workspace | Google Workspace (handed on) | likely"));
  EXPECT_EQ(sources[2].tally.dkim, 26U);
  EXPECT_THAT(lines(sources[2]),
              Contains("its signature is one that Amazon SES makes; it came on through here"));
}

TEST(Sources, WhoForwardsAlsoBreaksSignatures) {
  SeenMail seen;
  auto& home = seen.at("203.0.113.1", "mx.bank.example");
  seen.row(home, outcome({signature("bank.example", "s")}, "bank.example", kPass), 200);
  auto& host = seen.at("192.0.2.1");
  seen.row(host, outcome({signature("bank.example", "s")}, "bank.example", kFail), 10);
  seen.row(host, outcome({signature("bank.example", "s", AuthResult::fail)}, "bank.example", kFail), 90);
  auto sources = seen.find();
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[1].id, "forwarder:192.0.2.0/24");
  EXPECT_EQ(sources[1].tally, (SourceTally{.dkim = 10, .spf = 0, .fail = 90}));
  EXPECT_THAT(lines(sources[1]),
              Contains("the address forwards other mail of yours whose signature verifies"));
  EXPECT_THAT(lines(sources[1]),
              Contains("its signature is one that a server of your own makes; it came on through here"));
}

// Only what was handed on is handed on: what shares the address, and has no trace of the owner, is nobody's yet.
TEST(Sources, WhatSharesAForwardersAddressIsNotForwarded) {
  SeenMail seen;
  auto& home = seen.at("203.0.113.1", "mx.bank.example");
  seen.row(home, outcome({signature("bank.example", "s")}, "bank.example", kPass), 200);
  auto& host = seen.at("192.0.2.1");
  seen.row(host, outcome({signature("bank.example", "s")}, "bank.example", kFail), 19);
  seen.row(host, outcome({}, "bank.example", kFail), 190);
  auto sources = seen.find();
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[1].id, "unknown:192.0.2.0/24");
  EXPECT_EQ(sources[1].tally.fail, 190U);
  EXPECT_THAT(lines(sources[1]), Contains(testing::HasSubstr("that does not explain so much")));
  EXPECT_EQ(sources[2].id, "forwarder:192.0.2.0/24");
  EXPECT_EQ(sources[2].tally, (SourceTally{.dkim = 19, .spf = 0, .fail = 0}));
  // What is lost on any way is.
  seen.addresses[1].rows[0].count = 19'000;
  EXPECT_EQ(seen.find().size(), 2U);
  // A few forwarded messages do not make a flood the owner's.
  seen.addresses[1].rows[0].count = 19;
  seen.addresses[1].rows[1].count = 9'000;
  sources = seen.find();
  EXPECT_EQ(sources[0].id, "spoofing");
  EXPECT_EQ(sources[0].tally.fail, 9'000U);
}

// Much that SPF refuses makes nothing forged of which SPF says nothing.
TEST(Sources, WhatSpfRefusesAndWhatItLeavesOpenAreApart) {
  SeenMail seen;
  auto& open = seen.at("192.0.2.1");
  seen.row(open, outcome({}, "bureau.example", kPass), 120);
  auto& forger = seen.at("203.0.113.66");
  seen.row(forger, outcome({}, "bank.example", kFail), 5'000);
  const auto sources = seen.find();
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(brief(sources[0]), "spoofing | Spoofing | likely");
  EXPECT_EQ(brief(sources[1]), "spoofing-open | Spoofing, or a sender that nothing names | unknown");
}

// A question that DNS did not answer is no answer, and a name that is not there is one.
TEST(Sources, ANameThatWasNotLookedUpMakesNobodyAForger) {
  SeenMail seen;
  auto& bureau = seen.at("192.0.2.1");
  bureau.authorised = false;
  seen.row(bureau, outcome({}, "bureau.example", kPass), 120);
  auto& forger = seen.at("203.0.113.66");
  forger.authorised = false;
  seen.row(forger, outcome({}, "bank.example", kFail), 5'000);
  auto sources = seen.find();
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].id, "spoofing");
  seen.addresses[0].unanswered = "1.2.0.192.in-addr.arpa PTR: timeout";
  sources = seen.find();
  ASSERT_EQ(sources.size(), 2U) << "however much others forge";
  EXPECT_EQ(sources[1].id, "unknown:192.0.2.0/24");
  EXPECT_EQ(sources[1].confidence, Confidence::unknown);
  EXPECT_EQ(sources[1].unanswered, 120U);
  EXPECT_THAT(lines(sources[1]), Contains(testing::HasSubstr("1.2.0.192.in-addr.arpa PTR: timeout")));
  // Whom another mark names is named.
  seen.addresses[0].authorised = true;
  seen.addresses[0].through = {"sendgrid.net"};
  EXPECT_EQ(seen.find()[1].id, "service:sendgrid");
}

TEST(Sources, AServiceThatIsHalfSetUp) {
  SeenMail seen;
  auto& ses = seen.at("54.240.48.94", "a48-94.smtp-out.amazonses.com");
  seen.row(ses,
           outcome({signature("bank.example", "x"), signature("amazonses.com", "y")}, "amazonses.com", kPass),
           10);
  seen.row(ses, outcome({signature("amazonses.com", "y")}, "amazonses.com", kPass), 30);
  seen.row(ses, outcome({}, "bank.example", kPass), 5);
  const auto sources = seen.find();
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(brief(sources[0]), "service:amazon-ses | Amazon SES | certain");
  EXPECT_EQ(sources[0].tally, (SourceTally{.dkim = 10, .spf = 5, .fail = 30}));
  EXPECT_THAT(lines(sources[0]), AllOf(Contains("PTR a48-94.smtp-out.amazonses.com"),
                                       Contains("DKIM d=amazonses.com selector y verified"),
                                       Contains("in 54.240.0.0/18, which Amazon SES publishes"),
                                       Contains("SPF passes for MAIL FROM at amazonses.com")));
  ASSERT_EQ(sources[0].keys.size(), 1U);
  EXPECT_EQ(sources[0].keys[0].selector, "x");
  EXPECT_EQ(sources[0].keys[0].messages, 10U);
  EXPECT_THAT(sources[0].provider->enable, HasSubstr("Easy DKIM"));
}

TEST(Sources, AddressesOfOneSenderAreOneSource) {
  SeenMail seen;
  for (int i = 1; i <= 5; ++i) {
    auto& address = seen.at(fmt::format("192.0.2.{}", i), fmt::format("o{}.ptr.sendgrid.net", i));
    address.network_name = "SENDGRID";
    seen.row(address, outcome({signature("bank.example", "s1")}, "bank.example", kPass),
             static_cast<unsigned>(i));
  }
  const auto sources = seen.find();
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].addresses.size(), 5U);
  EXPECT_EQ(sources[0].addresses[0].messages, 5U);
  EXPECT_EQ(sources[0].addresses[0].reverse_name, "o5.ptr.sendgrid.net");
  EXPECT_EQ(sources[0].tally.dkim, 15U);
  EXPECT_THAT(lines(sources[0]), AllOf(Contains("PTR o5.ptr.sendgrid.net and 4 more below sendgrid.net"),
                                       Contains("network SENDGRID (5 addresses)")));
}

TEST(Sources, ReverseNamesAreBelievedWhenConfirmed) {
  SeenMail seen;
  auto& address = seen.at("192.0.2.1");
  address.reverse_name = "o1.ptr.sendgrid.net";
  seen.row(address, outcome({signature("bank.example", "s1")}, "bank.example", kFail));
  const auto sources = seen.find();
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].provider, nullptr);
  EXPECT_EQ(sources[0].addresses[0].reverse_name, "");
  EXPECT_THAT(lines(sources[0]), Contains("PTR o1.ptr.sendgrid.net, not confirmed and not believed"));
}

TEST(Sources, WhereMarksDisagree) {
  // The reverse name before the include; a rented machine's name gives way to it.
  SeenMail seen;
  auto& address = seen.at("192.0.2.1", "o1.ptr.sendgrid.net");
  address.authorised = true;
  address.through = {"spf.mtasv.net"};
  seen.row(address, outcome({}, "bank.example", kPass));
  EXPECT_EQ(brief(seen.find()[0]), "service:sendgrid | SendGrid | certain");
  seen.addresses[0].reverse_name = "ec2-192-0-2-1.compute-1.amazonaws.com";
  EXPECT_EQ(brief(seen.find()[0]), "service:postmark | Postmark | certain");
  // The include before a network that the data knows; a network with the name of its customer is still the provider's.
  seen.addresses[0].address = *base::IpAddress::parse("167.89.1.1");
  EXPECT_EQ(seen.find()[0].id, "service:postmark");
  seen.addresses[0].reverse_name = "o1.mail.customer.example";
  seen.addresses[0].through.clear();
  seen.addresses[0].authorised.reset();
  EXPECT_EQ(brief(seen.find()[0]), "service:sendgrid | SendGrid | likely");
}

TEST(Sources, ASignatureNamesWhatItIsOnMostly) {
  SeenMail seen;
  const auto ses = signature("amazonses.com", "x");
  const auto key = signature("bank.example", "k");
  auto& address = seen.at("192.0.2.1");
  seen.row(address, outcome({key, ses}, "amazonses.com", kPass), 50);
  seen.row(address, outcome({key}, "bank.example", kPass), 50);
  EXPECT_EQ(seen.find()[0].id, "service:amazon-ses");
  seen.addresses[0].rows[1].count = 51;
  for (const auto& source : seen.find()) EXPECT_EQ(source.provider, nullptr);
  // What the receiver says was handed on began elsewhere.
  seen.addresses[0].rows.pop_back();
  seen.outcomes[0].reasons = {{Override::forwarded, ""}};
  EXPECT_EQ(seen.find()[0].id, "forwarder:192.0.2.0/24");
  // Of whom the client greeted as, nothing follows.
  seen.outcomes[0].reasons.clear();
  seen.outcomes[0].spf_seen[0].helo = true;
  EXPECT_EQ(seen.find()[0].provider, nullptr);
}

TEST(Sources, EntriesOfTheOwner) {
  SeenMail seen;
  ASSERT_TRUE(
      seen.registry.add("[[provider]]\nid = \"payroll\"\nname = \"Payroll bureau\"\nkind = \"business\"\n"
                        "source = \"contract 12\"\nptr = [\"payroll.example\"]\n"
                        "[[provider]]\nid = \"branches\"\nname = \"Branches\"\nkind = \"own\"\n"
                        "source = \"the network plan\"\nnetworks = [\"198.51.100.0/24\"]",
                        "own.toml"));
  seen.own_domains.push_back(*dns::Name::parse("bank-group.example"));
  auto& bureau = seen.at("192.0.2.1", "mx.payroll.example");
  seen.row(bureau, outcome({signature("bank.example", "k")}, "bank.example", kFail), 3);
  auto& branch = seen.at("198.51.100.7", "line7.isp.example");
  seen.row(branch, outcome({}, "bank.example", kFail), 2);
  auto& group = seen.at("192.0.2.9", "mx.bank-group.example");
  seen.row(group, outcome({}, "bank.example", kFail), 2);
  EXPECT_THAT(briefs(seen.find()),
              ElementsAre("own | Your own servers | certain", "service:payroll | Payroll bureau | certain"));
}

TEST(Sources, DaysAndTrends) {
  struct Span {
    std::uint64_t count;
    std::int32_t first;  // days before today
    std::int32_t last;
  };
  struct TrendCase {
    std::vector<Span> rows;
    Trend expected;
  };
  const std::vector<TrendCase> trends = {
      {{{400, 34, 7}, {100, 6, 0}}, Trend::steady},
      {{{400, 34, 7}, {300, 6, 0}}, Trend::rising},
      {{{400, 34, 7}, {10, 6, 0}}, Trend::falling},
      {{{4, 34, 7}, {3, 6, 0}}, Trend::steady},
      {{{400, 34, 14}}, Trend::quiet},
      {{{400, 34, 13}}, Trend::falling},
      {{{5, 13, 0}}, Trend::fresh},
      {{{5, 14, 0}}, Trend::steady},
      {{{700, 20, 0}}, Trend::rising},
  };
  for (const auto& c : trends) {
    SeenMail seen;
    auto& old = seen.at("203.0.113.1", "mx.bank.example");
    seen.row(old, outcome({}, "bank.example", kPass), 1, kToday - 100);
    auto& address = seen.at("192.0.2.1", "o1.ptr.sendgrid.net");
    for (const auto& row : c.rows)
      seen.row(address, outcome({}, "bank.example", kPass), row.count, kToday - row.first, kToday - row.last);
    auto sources = seen.find();
    const auto& source = *std::ranges::find(sources, "service:sendgrid", &MailSource::id);
    EXPECT_EQ(to_string(source.trend), to_string(c.expected))
        << c.rows.front().count << ' ' << c.rows.front().first;
    EXPECT_EQ(source.first_day, kToday - c.rows.front().first);
    EXPECT_EQ(source.last_day, kToday - c.rows.back().last);
  }
  // Without a history nothing is new, and nothing has changed.
  SeenMail seen;
  auto& address = seen.at("192.0.2.1", "o1.ptr.sendgrid.net");
  seen.row(address, outcome({}, "bank.example", kPass), 5000);
  EXPECT_EQ(seen.find()[0].trend, Trend::steady);
}

TEST(Sources, BadInputCostsNothing) {
  SeenMail seen;
  EXPECT_THAT(seen.find(), IsEmpty());
  auto& address = seen.at("192.0.2.1");
  address.reverse_name = std::string(100'000, '.') + "\x1b[2J<script>";
  address.confirmed = true;
  address.authorised = true;
  address.through = {"", ".", "..", std::string(300, 'a'), "\xff\n.example"};
  address.network_name = "\x1b[31m";
  seen.row(address, outcome({signature("\x1b\n.example", "\xff")}, "\n", kPass),
           std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::int32_t>::min(),
           std::numeric_limits<std::int32_t>::max());
  seen.row(address, outcome({signature("bank.example", "\n")}, "..", kPass),
           std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::int32_t>::max(),
           std::numeric_limits<std::int32_t>::min());
  address.rows.push_back({.outcome = 99, .count = 7});
  for (const auto& source : seen.find()) {
    EXPECT_EQ(base::printable(source.name), source.name);
    for (const auto& line : lines(source)) EXPECT_EQ(base::printable(line), line);
    EXPECT_EQ(source.tally.messages(), std::numeric_limits<std::uint64_t>::max());
  }
}

// The order of what was seen decides nothing.
TEST(Sources, TheSameWhateverTheOrder) {
  SeenMail seen;
  int i = 0;
  for (const auto& c : cases()) {
    auto& address = seen.at(fmt::format("192.0.{}.1", ++i), c.reverse_name);
    address.authorised = c.authorised;
    address.through = c.through;
    seen.row(address, c.outcome, static_cast<unsigned>(i));
  }
  const auto describe = [](const std::vector<MailSource>& sources) {
    std::string out;
    for (const auto& source : sources)
      out +=
          fmt::format("{} {} {}\n", brief(source), source.tally.messages(), fmt::join(lines(source), "; "));
    return out;
  };
  const auto before = describe(seen.find());
  std::ranges::reverse(seen.addresses);
  EXPECT_EQ(describe(seen.find()), before);
}

}  // namespace
}  // namespace rampart::reports
