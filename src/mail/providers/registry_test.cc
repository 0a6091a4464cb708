#include "mail/providers/registry.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace rampart::mail {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHead =
    "[[provider]]\nid = \"one\"\nname = \"One\"\nkind = \"bulk\"\nsource = \"x\"\n";

std::string fault(std::string_view text) {
  Registry registry;
  const auto added = registry.add(text, "own.toml");
  EXPECT_EQ(added.has_value(), !registry.providers().empty());
  return added ? "none" : fmt::format("{} ({})", added.error().message(), added.error().hint);
}
std::string fault_of(std::string_view rest) { return fault(fmt::format("{}{}\n", kHead, rest)); }

std::string_view id_of(const Registry::Match& match) {
  return match ? std::string_view(match.provider->id) : "-";
}

TEST(Registry, TheBuiltInOneIsRight) {
  const auto& registry = built_in_registry();
  EXPECT_GE(registry.providers().size(), 150U);
  std::map<ProviderKind, int> kinds;
  for (const auto& provider : registry.providers()) {
    EXPECT_THAT(provider.source, ::testing::StartsWith("https://")) << provider.id;
    EXPECT_TRUE(provider.help.empty() || provider.help.starts_with("https://")) << provider.id;
    EXPECT_TRUE(provider.enable.empty() || provider.enable.ends_with('.')) << provider.id;
    EXPECT_NE(provider.kind, ProviderKind::own) << provider.id;
    ++kinds[provider.kind];
  }
  EXPECT_EQ(kinds.size(), kProviderKinds - 1);
  EXPECT_EQ(registry.by_id("amazon-ses")->name, "Amazon SES");
  EXPECT_EQ(registry.by_id("nobody"), nullptr);
}

// Where reports come from, strangers have no addresses: they could send reports in the provider's name.
TEST(Registry, ReportsComeFromDomainsOfTheirOwn) {
  const auto& registry = built_in_registry();
  for (const auto* name : {"google.com", "microsoft.com", "dmarc.yahoo.com", "corp.mail.ru",
                           "fastmaildmarc.com", "us-1.mimecastreport.com", "sicher.gmx.net", "sicher.web.de"})
    EXPECT_TRUE(registry.find(MarkKind::reports, name)) << name;
  for (const auto* name :
       {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "onmicrosoft.com", "yahoo.com",
        "aol.com", "mail.ru", "fastmail.com", "gmx.net", "web.de", "comcast.net", "evil.example"})
    EXPECT_FALSE(registry.find(MarkKind::reports, name)) << name;
}

// Names as they are seen in the wild, and whose they are.
TEST(Registry, NamesAreFound) {
  struct Case {
    MarkKind kind;
    std::string_view name;
    std::string_view id;
  };
  constexpr Case kCases[] = {
      {MarkKind::ptr, "mail-sor-f69.google.com", "google-workspace"},
      {MarkKind::ptr, "mail-sor-f69.google.com.", "google-workspace"},
      {MarkKind::ptr, "34.1.2.3.bc.googleusercontent.com", "google-cloud"},
      {MarkKind::ptr, "a8-31.smtp-out.amazonses.com", "amazon-ses"},
      {MarkKind::ptr, "ec2-1-2-3-4.compute-1.amazonaws.com", "amazon-ec2"},
      {MarkKind::ptr, "mail-he1eur01on2052.outbound.protection.outlook.com", "microsoft-365"},
      {MarkKind::ptr, "o7463194126.static.reverse.sendgrid.net", "sendgrid"},
      {MarkKind::ptr, "mail52.sea31.mcsv.net", "mailchimp"},
      {MarkKind::ptr, "mail180-21.suw31.mandrillapp.com", "mandrill"},
      {MarkKind::ptr, "m182-8.mailgun.net", "mailgun"},
      {MarkKind::ptr, "s18.avl4.acemsrvd.com", "activecampaign"},
      {MarkKind::ptr, "mx0a-0024a201.pphosted.com", "proofpoint"},
      {MarkKind::ptr, "pv50p00im-zteg10011401.me.com", "apple-icloud"},
      {MarkKind::ptr, "nl-srv-smtpout8.hostinger.io", "hostinger"},
      {MarkKind::ptr, "mout.gmx.net", "gmx"},
      {MarkKind::ptr, "sonic312-47.consmr.mail.bf2.yahoo.com", "yahoo"},
      {MarkKind::ptr, "static.1.2.3.4.clients.your-server.de", "hetzner-servers"},
      {MarkKind::ptr, "www123.your-server.de", "hetzner"},
      {MarkKind::ptr, "8.mo178.mail-out.ovh.net", "ovh"},
      {MarkKind::ptr, "vps-1234.vps.ovh.net", "ovh-servers"},
      {MarkKind::ptr, "p3plsmtpa11-02.prod.phx3.secureserver.net", "godaddy"},
      {MarkKind::ptr, "1.2.3.4.host.secureserver.net", "godaddy-servers"},
      {MarkKind::ptr, "115-186-136-237.nayatel.pk", "nayatel"},
      {MarkKind::ptr, "evilsendgrid.net", "-"},
      {MarkKind::ptr, "sendgrid.net.evil.example", "-"},
      {MarkKind::ptr, "net", "-"},
      {MarkKind::ptr, "", "-"},
      {MarkKind::ptr, ".", "-"},
      {MarkKind::ptr, "..", "-"},
      {MarkKind::spf, "_spf.google.com", "google-workspace"},
      {MarkKind::spf, "spf.protection.outlook.com", "microsoft-365"},
      {MarkKind::spf, "u123.wl1.sendgrid.net", "sendgrid"},
      {MarkKind::spf, "eu._netblocks.mimecast.com", "mimecast"},
      {MarkKind::spf, "bank.example", "-"},
      {MarkKind::mx, "aspmx.l.google.com", "google-workspace"},
      {MarkKind::mx, "bank-example.mail.protection.outlook.com", "microsoft-365"},
      {MarkKind::mx, "mx1.mail.ovh.net", "ovh"},
      {MarkKind::mx, "eforward1.registrar-servers.com", "namecheap-forwarding"},
      {MarkKind::dkim, "bank-example.20230601.gappssmtp.com", "google-workspace"},
      {MarkKind::dkim, "bank.onmicrosoft.com", "microsoft-365"},
      {MarkKind::dkim, "auth.ccsend.com", "constant-contact"},
      {MarkKind::envelope, "eu-west-1.amazonses.com", "amazon-ses"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(id_of(built_in_registry().find(c.kind, c.name)), c.id) << to_string(c.kind) << ' ' << c.name;
  }
}

TEST(Registry, AddressesAreFound) {
  const auto id = [](std::string_view text) {
    const auto found = built_in_registry().find(*base::IpAddress::parse(text));
    return found ? found->first->id + " " + found->second.text() : "-";
  };
  EXPECT_EQ(id("209.85.220.69"), "google-workspace 209.85.128.0/17");
  EXPECT_EQ(id("54.240.48.94"), "amazon-ses 54.240.0.0/18");
  EXPECT_EQ(id("2a01:111:f403:c10c::1"), "microsoft-365 2a01:111:f403:c000::/51");
  EXPECT_EQ(id("192.0.2.1"), "-");
  EXPECT_EQ(id("2001:db8::1"), "-");
}

TEST(Registry, Selectors) {
  const auto& hubspot = *built_in_registry().by_id("hubspot");
  EXPECT_TRUE(hubspot.has_selector("hs1-4242"));
  EXPECT_FALSE(hubspot.has_selector("xhs1"));
  const auto& postmark = *built_in_registry().by_id("postmark");
  EXPECT_TRUE(postmark.has_selector("20240101120000pm"));
  EXPECT_FALSE(postmark.has_selector(""));
}

TEST(Registry, OwnEntriesComeBeforeBuiltInOnes) {
  Registry registry;
  ASSERT_TRUE(
      registry.add(fmt::format("{}ptr = [\"mx.example\"]\nnetworks = [\"192.0.2.0/24\"]", kHead), "a"));
  ASSERT_TRUE(
      registry.add("[[provider]]\nid = \"two\"\nname = \"Two\"\nkind = \"own\"\nsource = \"x\"\n"
                   "ptr = [\"mx.example\", \"b.mx.example\"]\nnetworks = [\"192.0.2.0/24\"]",
                   "b"));
  EXPECT_EQ(registry.find(MarkKind::ptr, "a.mx.example").provider->id, "two");
  EXPECT_EQ(registry.find(*base::IpAddress::parse("192.0.2.9"))->first->id, "two");
  // The first again: its marks are the newest now.
  ASSERT_TRUE(registry.add(fmt::format("{}ptr = [\"mx.example\"]", kHead), "c"));
  EXPECT_EQ(registry.providers().size(), 2U);
  EXPECT_EQ(registry.find(MarkKind::ptr, "a.mx.example").provider->id, "one");
  EXPECT_EQ(registry.find(MarkKind::ptr, "b.mx.example").provider->id, "two");
  EXPECT_EQ(registry.find(*base::IpAddress::parse("192.0.2.9"))->first->id, "two");
  // A wrong text changes nothing.
  EXPECT_FALSE(registry.add(fmt::format("{}ptr = [\"com\"]", kHead), "d"));
  EXPECT_EQ(registry.find(MarkKind::ptr, "a.mx.example").provider->id, "one");
}

// What docs/sources.md shows is read as it stands there.
TEST(Registry, TheExamplesOfTheDocumentAreRight) {
  const auto page = base::read_file(RAMPART_SOURCE_DIR "/docs/sources.md", std::size_t{1} << 20U);
  ASSERT_TRUE(page);
  constexpr std::string_view kBegin = "```toml\n";
  std::set<std::string> ids;
  for (auto at = page->find(kBegin); at != std::string::npos; at = page->find(kBegin, at + 1)) {
    const auto begin = at + kBegin.size();
    Registry registry;
    const auto added = registry.add(page->substr(begin, page->find("```", begin) - begin), "sources.md");
    ASSERT_TRUE(added) << added.error().message();
    for (const auto& provider : registry.providers()) ids.insert(provider.id);
  }
  EXPECT_EQ(ids, (std::set<std::string>{"sendgrid", "payroll", "branches"}));
  for (std::size_t kind = 0; kind < kProviderKinds; ++kind)
    EXPECT_THAT(*page, HasSubstr(fmt::format("`{}`", to_string(static_cast<ProviderKind>(kind)))));
}

TEST(Registry, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_EQ(fault_of("ptr = [\"mx.example\"]"), "none");
  EXPECT_THAT(fault("id ="), HasSubstr("own.toml:1"));
  EXPECT_THAT(fault(""), HasSubstr("it has no provider"));
  EXPECT_THAT(fault("provider = 3"), HasSubstr("it has no provider"));
  EXPECT_THAT(fault("provider = [3]"), HasSubstr("a provider is no table"));
  EXPECT_THAT(fault("[[providers]]"), HasSubstr("providers is not known here"));
  EXPECT_THAT(fault_of(""), HasSubstr("the provider one has no mark"));
  EXPECT_THAT(fault_of("selectors = [\"s1\"]"), HasSubstr("has no mark"));
  EXPECT_THAT(fault_of("colour = 3"), HasSubstr("own.toml:6:1: colour is not known here"));
  EXPECT_THAT(fault_of("ptr = \"mx.example\""), HasSubstr("is no list"));
  EXPECT_THAT(fault_of("ptr = [1]"), HasSubstr("holds no text"));
  EXPECT_THAT(fault_of("help = 1\nptr = [\"mx.example\"]"), HasSubstr("help is no text"));
  EXPECT_THAT(fault_of("help = \"\"\nptr = [\"mx.example\"]"), HasSubstr("help is empty"));
  EXPECT_THAT(fault_of("help = \"\\u001b\"\nptr = [\"mx.example\"]"), HasSubstr("cannot be printed"));
  for (const auto* mark : {"com", "", ".mx.example", "mx.example.", "mx..example", "a b.example"})
    EXPECT_THAT(fault_of(fmt::format("ptr = [\"{}\"]", mark)), HasSubstr("is no domain")) << mark;
  EXPECT_EQ(fault_of("ptr = [\"MX.Example\"]"), "none");
  EXPECT_THAT(fault_of("ptr = [\"mx.example\", \"MX.example\"]"), HasSubstr("is named twice"));
  for (const auto* selector : {"*", "a**", "a b", ""})
    EXPECT_THAT(fault_of(fmt::format("selectors = [\"{}\"]", selector)), HasSubstr("is no selector"))
        << selector;
  for (const auto* network :
       {"192.0.2.1", "192.0.2.1/24", "192.0.2.0/33", "0.0.0.0/0", "::/0", "x/8", "10.0.0.0/"})
    EXPECT_THAT(fault_of(fmt::format("networks = [\"{}\"]", network)), HasSubstr("is no network")) << network;
  EXPECT_THAT(fault_of("networks = [\"10.0.0.0/8\", \"10.0.0.0/8\"]"), HasSubstr("is named twice"));
  EXPECT_THAT(fault("[[provider]]\nid = \"One\""), HasSubstr("\"One\" is no id"));
  EXPECT_THAT(fault("[[provider]]\nid = \"one\"\nname = \"One\"\nkind = \"spammer\""),
              HasSubstr("there is no kind \"spammer\" (the kinds are mailbox, bulk"));
  EXPECT_THAT(fault("[[provider]]\nid = \"one\"\nname = \"One\"\nkind = \"own\""),
              HasSubstr("it has no source"));
  const auto one = fmt::format("{}ptr = [\"mx.example\"]\n", kHead);
  EXPECT_THAT(fault(one + one), HasSubstr("mx.example is named twice"));
  EXPECT_THAT(fault(one + std::string(kHead) + "ptr = [\"my.example\"]"),
              HasSubstr("two providers are called one"));
  EXPECT_THAT(fault(std::string(kMaxRegistryBytes + 1, '\n')), HasSubstr("larger than"));
}

}  // namespace
}  // namespace rampart::mail
