#include "guard/policy/lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const base::Time kNow = *base::parse_time("2026-11-27T12:00:00Z");

std::shared_ptr<const ListFile> list(std::string_view text) { return read_list("/etc/block.txt", text); }

std::string found(std::string_view text, const Identities& of, base::Time now = kNow) {
  const auto file = list(text);
  const auto* hit = file->find(of, now);
  return hit == nullptr ? "" : hit->indicator;
}
std::string domain(std::string_view text, std::string_view name) {
  return found(text, {.addresses = {}, .domains = {*dns::Name::try_parse(name)}, .client = {}});
}
std::string client(std::string_view text, std::string_view ip) {
  return found(text, {.addresses = {}, .domains = {}, .client = base::IpAddress::parse(ip)});
}

TEST(Lists, NameDomainsAndWhatIsBelowThem) {
  EXPECT_EQ(domain("Evil.Example\n", "evil.example"), "Evil.Example");
  EXPECT_EQ(domain("evil.example", "a.b.evil.example"), "evil.example") << "the last line may lack its end";
  EXPECT_EQ(domain("@evil.example\r\n", "evil.example"), "@evil.example");
  EXPECT_EQ(domain("evil.example\n", "notevil.example"), "");
  EXPECT_EQ(domain("a.evil.example\n", "evil.example"), "");
  EXPECT_EQ(domain("پاکستان.example\n", "xn--mgbai9azgqp6j.example"), "پاکستان.example");
}

TEST(Lists, NameAddresses) {
  const Identities of{.addresses = {"news@shop.example"}, .domains = {}, .client = {}};
  EXPECT_EQ(found("News@Shop.example\n", of), "News@Shop.example");
  EXPECT_EQ(found("other@shop.example\n", of), "");
}

TEST(Lists, NameNetworksAndTakeTheNarrowest) {
  EXPECT_EQ(client("192.0.2.0/24\n192.0.2.128/25\n192.0.2.129\n", "192.0.2.129"), "192.0.2.129");
  EXPECT_EQ(client("192.0.2.0/24\n192.0.2.128/25\n", "192.0.2.200"), "192.0.2.128/25");
  EXPECT_EQ(client("192.0.2.77/24\n", "192.0.2.1"), "192.0.2.77/24") << "written with a host's bits";
  EXPECT_EQ(client("192.0.2.0/24\n", "::ffff:192.0.2.1"), "192.0.2.0/24");
  EXPECT_EQ(client("2001:db8::/32\n", "2001:db8::7"), "2001:db8::/32");
  EXPECT_EQ(client("::c000:200/120\n", "192.0.2.1"), "");
  EXPECT_EQ(client("192.0.2.0/24\n", "2001:db8::7"), "");
}

std::string link(std::string_view text, std::string key) {
  const std::vector<std::string> urls{std::move(key)};
  return found(text, {.addresses = {}, .domains = {}, .client = {}, .urls = urls});
}

TEST(Lists, NameLinksByHostAndByPath) {
  EXPECT_EQ(link("https://evil.example/\n", "evil.example/a?b"), "https://evil.example/");
  EXPECT_EQ(link("http://Evil.example\n", "www.evil.example/"), "http://Evil.example");
  EXPECT_EQ(link("http://evil.example/\n", "notevil.example/"), "");
  EXPECT_EQ(link("http://evil.example/\n", "evil.example:8080/"), "http://evil.example/") << "at every port";
  EXPECT_EQ(link("http://evil.example/\n", "www.evil.example:443/x"), "http://evil.example/");
  EXPECT_EQ(link("http://files.example/a\n", "files.example:8443/a/b"), "http://files.example/a");
  EXPECT_EQ(link("http://[2001:db8::1]/\n", "[2001:db8::1]:81/"), "http://[2001:db8::1]/");
  EXPECT_EQ(link("http://[::ffff:192.0.2.1]/\n", "192.0.2.1/"), "http://[::ffff:192.0.2.1]/");
  EXPECT_EQ(link("http://evil.example:443/\n", "evil.example/"), "http://evil.example:443/")
      << "the web's own";
  EXPECT_EQ(link("https://evil.example:8080/\n", "evil.example/"), "");
  EXPECT_EQ(link("https://evil.example:8080/\n", "evil.example:81/"), "");
  EXPECT_EQ(link("https://evil.example:8080/\n", "www.evil.example:8080/"), "https://evil.example:8080/");
  EXPECT_EQ(link("https://files.example:81/a\n", "files.example/a"), "");
  EXPECT_EQ(link("https://files.example:81/a\n", "files.example:81/a/b"), "https://files.example:81/a");
  EXPECT_EQ(link("https://files.example/a%2Cb\n", "files.example/a,b"), "https://files.example/a%2Cb");
  EXPECT_EQ(link("https://files.example/a%2cb\n", "files.example/a%2Cb"), "https://files.example/a%2cb");
  EXPECT_EQ(link("http://evil.example:8080/\n", "evil.example:8080/x"), "http://evil.example:8080/");
  EXPECT_EQ(link("http://192.0.2.1/\n", "192.0.2.1/a"), "http://192.0.2.1/");
  EXPECT_EQ(link("http://files.example/a/b\n", "files.example/a/b"), "http://files.example/a/b");
  EXPECT_EQ(link("http://files.example/a/b\n", "files.example/a/b?id=7"), "http://files.example/a/b");
  EXPECT_EQ(link("http://files.example/a/b\n", "files.example/a/b/c/d"), "http://files.example/a/b");
  EXPECT_EQ(link("http://files.example/a/\n", "files.example/a/c"), "http://files.example/a/");
  EXPECT_EQ(link("http://files.example/a/b\n", "files.example/a/bc"), "");
  EXPECT_EQ(link("http://files.example/a/b\n", "files.example/"), "");
  EXPECT_EQ(link("http://files.example/a?id=7\n", "files.example/a?id=7"), "http://files.example/a?id=7");
  EXPECT_EQ(link("http://files.example/a?id=7\n", "files.example/a?id=8"), "");
  EXPECT_EQ(link("evil.example\n", "evil.example/"), "") << "a domain is a sender's";
  std::string deep = "files.example/a/b";
  for (int i = 0; i < 500; ++i) deep += "/c";
  EXPECT_EQ(link("http://files.example/a/b\n", deep), "http://files.example/a/b");
}

TEST(Lists, NameHashesOfParts) {
  const std::string digits(64, 'a');
  const std::vector<std::string> hashes{digits};
  const Identities of{.addresses = {}, .domains = {}, .client = {}, .hashes = hashes};
  EXPECT_EQ(found("sha256:" + digits + "\n", of), "sha256:" + digits);
  EXPECT_EQ(found(std::string(64, 'A') + " reason=malware\n", of), std::string(64, 'A'));
  EXPECT_EQ(found(std::string(64, 'b') + "\n", of), "");
  EXPECT_EQ(found("SHA256:" + digits + "\n", of), "SHA256:" + digits);
  for (const auto* name : {"  invoice of may.pdf", " *invoice of may.pdf"}) {  // as sha256sum writes it
    const auto file = list(digits + name + "\n");
    ASSERT_NE(file->find(of, kNow), nullptr);
    EXPECT_EQ(file->find(of, kNow)->reason, "invoice of may.pdf");
  }
  EXPECT_EQ(list(digits + "  reason=x\n")->find(of, kNow)->reason, "x");
  EXPECT_EQ(list(digits + " invoice.pdf\n")->size(), 0U);
}

TEST(Lists, OfWhomIsLetThroughNameNoContent) {
  const auto file = read_list(
      "/etc/allow.txt", "https://good.example/\n" + std::string(64, 'a') + "\nok.example\n", ListKind::allow);
  EXPECT_EQ(file->size(), 1U);
  EXPECT_FALSE(file->names_content());
  ASSERT_EQ(file->faults().size(), 2U);
  EXPECT_THAT(file->faults()[0], HasSubstr("no address, domain or network"));
  EXPECT_TRUE(list("https://evil.example/\n")->names_content());
  EXPECT_FALSE(list("evil.example\nhttps://com/\nhttps://\nftp://evil.example/\n")->names_content());
}

TEST(Lists, HoldUntilTheEndOfADay) {
  const std::string_view text =
      "evil.example until=2026-11-26\nevil.example until=2026-11-27 by=soc reason=a # b\n";
  const Identities of{.addresses = {}, .domains = {*dns::Name::try_parse("evil.example")}, .client = {}};
  const auto file = list(text);
  const auto* hit = file->find(of, kNow);
  ASSERT_NE(hit, nullptr) << "the second, as the first is over";
  EXPECT_EQ(hit->reason, "a # b");
  EXPECT_EQ(file->find(of, *base::parse_time("2026-11-28T00:00:00Z")), nullptr);
  EXPECT_EQ((ListHit{.file = file.get(), .listed = hit}.text()), "evil.example in block.txt by soc: a # b");
}

TEST(Lists, LeaveOutAndTellWhatTheyCannotRead) {
  for (const auto* line : {"com", "0.0.0.0/0", "::/0", "https://com/x", "192.0.2.0/33", "a@", "a@b c@d",
                           "evil.example until=soon", "evil.example why", "ev il.example", "e\"vil.example",
                           "d41d8cd98f00b204e9800998ecf8427e"}) {
    const auto file = list(std::string(line) + "\nbank.example\n");
    EXPECT_EQ(file->size(), 1U) << line << ": the others count";
    ASSERT_EQ(file->faults().size(), 1U) << line;
    EXPECT_THAT(file->faults()[0], HasSubstr("line 1: ")) << line;
  }
  EXPECT_THAT(list("# a comment\n\n  \nbank.example # and one behind\n")->faults(), IsEmpty());
  std::string many;
  for (int i = 0; i < 10; ++i) many += "!\n";
  EXPECT_THAT(list(many)->faults(), testing::SizeIs(kToldFaults + 1));
  EXPECT_THAT(list(many)->faults().back(), "and 7 more lines");
  EXPECT_THAT(list(std::string(kMaxListLine, 'a') + ".example\n")->faults(), testing::SizeIs(1));
}

TEST(Lists, TellLinksThatLookRightAndAreNot) {
  for (const auto& [line, hint] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"https://*.evil.example/", "write https://HOST/"},
           {"https://evil.example/*", "leave the * out"},
           {"https://evil.example/a/*", "leave the * out"},
           {"https://evil.example/login.php?id=*", "a path without a query covers it with any"},
           {"https://evil.example/,phish", "by=WHO"},
           {"https://evil.example/a,phish,2026-11-28", "%2C"},
           {"https://evil.example/#top", "names no path"},
           {"https://evil.example#top", "names no path"},
           {"https://evil.example/?", "names no path"},
           {"https://evil.example?", "names no path"},
           {"https://co.uk/", "anyone registers below"},
           {"https://com/a", "top-level domain"},
           {"co.uk", "anyone registers below"},
           {"https://", "no link of http or https"},
           {"ftp://evil.example/", "no link of http or https"},
           {"hxxps://evil[.]example/", "no link of http or https"},
           {"\"https://evil.example/\"", "no link of http or https"},
       }) {
    const auto file = list(std::string(line) + "\nbank.example\n");
    EXPECT_EQ(file->size(), 1U) << line;
    EXPECT_FALSE(file->names_content()) << line;
    ASSERT_EQ(file->faults().size(), 1U) << line;
    EXPECT_THAT(file->faults()[0], HasSubstr(hint)) << line;
  }
  for (const auto* line : {"https://evil.example/?id=7", "https://evil.example/a#b",
                           "https://evil.example/a?", "https://github.io/", "https://evil.example",
                           "\xef\xbb\xbfhttps://evil.example/", "https://a.co.uk/"})
    EXPECT_THAT(list(line)->faults(), IsEmpty()) << line;
}

TEST(Lists, AreAskedInOrder) {
  const std::vector files{list("a.example\n"), list("b.example\na.example reason=second\n")};
  const Identities of{.addresses = {}, .domains = {*dns::Name::try_parse("a.example")}, .client = {}};
  EXPECT_EQ(find_listed(files, of, kNow).file, files[0].get());
  EXPECT_FALSE(find_listed({}, of, kNow));
}

}  // namespace
}  // namespace rampart::guard
