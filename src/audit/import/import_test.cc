#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/import/imported.h"
#include "auth/dkim/signing_table.h"

namespace rampart::audit::import {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Import : public ::testing::Test {
 protected:
  std::map<std::string, std::string> files_;
  Files on_{.read = [this](const std::string& path) -> base::Result<std::string> {
              const auto found = files_.find(path);
              if (found == files_.end()) return base::fail(base::ErrorKind::io, "no such file", path);
              return found->second;
            },
            .list =
                [this](const std::string& folder) {
                  std::vector<std::string> out;
                  for (const auto& [path, text] : files_) {
                    if (path.starts_with(folder) && path.find('/', folder.size()) == std::string::npos)
                      out.push_back(path.substr(folder.size()));
                  }
                  return out;
                }};

  Imported opendkim() { return *import_opendkim("/etc/opendkim.conf", on_); }
  Imported rspamd() { return *import_rspamd("/etc/dkim_signing.conf", on_); }

  static std::vector<std::string> lines(const Imported& imported) {
    std::vector<std::string> out;
    for (const auto& rule : imported.rules)
      out.push_back(fmt::format("{} {} {} {}", rule.pattern, rule.domain, rule.selector, rule.key_file));
    return out;
  }
  // Who signs for the address, by the rules as a signing table.
  static std::string signer(const Imported& imported, const std::string& address) {
    dkim::SigningTable table{.rules = {}, .all = imported.all};
    for (const auto& rule : imported.rules)
      table.rules.push_back({rule.pattern, rule.domain, rule.selector, rule.key_file});
    std::string out;
    for (const auto& one : dkim::find_signers(table, address))
      out += fmt::format("{}{}:{}", out.empty() ? "" : " ", one.domain.text(), one.selector);
    return out;
  }
  static std::vector<std::string> notes(const Imported& imported) {
    std::vector<std::string> out;
    for (const auto& note : imported.notes)
      out.push_back(fmt::format("{}: {}", note.place.text(), note.text));
    return out;
  }
};

TEST_F(Import, TablesOfPatterns) {
  files_["/etc/opendkim.conf"] =
      "# a comment\nKeyTable\t/etc/keys\nSigningTable refile:/etc/signing\nInternalHosts 127.0.0.1, "
      "192.0.2.0/24\n"
      "ExternalIgnoreList csl:198.51.100.1\nSyslog yes\nMultipleSignatures no\nLuaScript /x\n";
  files_["/etc/keys"] = "k1 bank.example:s1:/keys/s1.pem\nk2 %:s2:/keys/s2.pem  # as each domain\n";
  files_["/etc/signing"] =
      "\n*@bank.example k1\nnews@shop.example k2:news@shop.example\n*@*.example k2\n*@free.test k9\n";
  const auto got = opendkim();
  EXPECT_THAT(lines(got),
              ElementsAre("*@bank.example bank.example s1 /keys/s1.pem",
                          "news@shop.example % s2 /keys/s2.pem", "*@*.example % s2 /keys/s2.pem"));
  EXPECT_EQ(signer(got, "A@Bank.Example"), "bank.example:s1");
  EXPECT_EQ(signer(got, "a@deep.other.example"), "deep.other.example:s2");
  EXPECT_EQ(signer(got, "a@elsewhere.test"), "");
  EXPECT_THAT(got.internal, ElementsAre("127.0.0.1", "192.0.2.0/24"));
  EXPECT_THAT(got.trusted, ElementsAre("198.51.100.1"));
  EXPECT_THAT(notes(got),
              ElementsAre(AllOf(HasSubstr("/etc/signing:3"), HasSubstr("i= (news@shop.example)")),
                          AllOf(HasSubstr("/etc/signing:5"), HasSubstr("no key k9")),
                          AllOf(HasSubstr("/etc/opendkim.conf:8"), HasSubstr("LuaScript is not known"))));
}

// In a table without patterns the order is that of opendkim.conf(5), whatever the file's.
TEST_F(Import, TablesThatAreLookedUp) {
  files_["/etc/opendkim.conf"] = "KeyTable file:/etc/keys\nSigningTable /etc/signing\n";
  files_["/etc/keys"] =
      "any a.example:any:/k\nhost a.example:host:/k\nuser a.example:user:/k\nbelow a.example:below:/k\n"
      "deep a.example:deep:/k\nwho a.example:who:/k\nub a.example:ub:/k\n";
  files_["/etc/signing"] =
      "* any\nbob@* who\n.example below\n.b.example deep\nbob@.example ub\nb.example host\nbob@b.example "
      "user\n";
  const auto got = opendkim();
  EXPECT_EQ(signer(got, "bob@b.example"), "a.example:user");
  EXPECT_EQ(signer(got, "eve@b.example"), "a.example:host");
  EXPECT_EQ(signer(got, "bob@c.example"), "a.example:ub");
  EXPECT_EQ(signer(got, "eve@x.b.example"), "a.example:deep");
  EXPECT_EQ(signer(got, "eve@c.example"), "a.example:below");
  EXPECT_EQ(signer(got, "bob@d.test"), "a.example:who");
  EXPECT_EQ(signer(got, "eve@d.test"), "a.example:any");
}

TEST_F(Import, KeysNamedAsDomainsAndFilesNamedAfterThem) {
  files_["/etc/opendkim.conf"] = "KeyTable /etc/keys\nSigningTable refile:/etc/signing\n";
  files_["/etc/keys"] = "a.example a.example:s:/k/a\nb.example b.example:s:/k/b\nshared %:s:/k/%/s.pem\n";
  files_["/etc/signing"] = "*@a.example %\n*@*.test %\n* shared\n";
  files_["/k/c.example/s.pem"] = "";
  files_["/k/"] = "";
  on_.list = [](const std::string&) { return std::vector<std::string>{"c.example", "README"}; };
  const auto got = opendkim();
  EXPECT_THAT(lines(got), ElementsAre("*@a.example a.example s /k/a", "*@c.example % s /k/c.example/s.pem"));
  EXPECT_THAT(notes(got), ElementsAre(HasSubstr("no key is named as a domain")));
}

TEST_F(Import, OneKeyForAll) {
  files_["/etc/opendkim.conf"] = "Domain a.example, b.example\nSelector s1\nKeyFile /k\nSubDomains yes\n";
  EXPECT_THAT(lines(opendkim()), ElementsAre("*@a.example a.example s1 /k", "*@*.a.example a.example s1 /k",
                                             "*@b.example b.example s1 /k", "*@*.b.example b.example s1 /k"));
  files_["/etc/opendkim.conf"] = "Mode v\n";
  EXPECT_THAT(opendkim().rules, IsEmpty());
  EXPECT_THAT(notes(opendkim()), ElementsAre(HasSubstr("it signs nothing")));
  files_["/etc/opendkim.conf"] = "KeyTable dsn:mysql://x\nSigningTable refile:/gone\n";
  EXPECT_THAT(notes(opendkim()), ElementsAre(HasSubstr("in a database")));
  EXPECT_FALSE(import_opendkim("/nowhere", on_));
}

TEST_F(Import, KeysWithinTheTable) {
  files_["/etc/opendkim.conf"] = "KeyTable csl:k=a.example:s:MIIB\nSigningTable csl:a.example=k\n";
  const auto got = opendkim();
  ASSERT_EQ(got.rules.size(), 1U);
  EXPECT_THAT(got.rules[0].key_text, HasSubstr("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n"));
}

TEST_F(Import, RspamdsBlocksMapsAndPaths) {
  files_["/etc/dkim_signing.conf"] = R"(
# how we sign
selector = "main"; /* of all
others */
path = "/keys/$domain.$selector.key";
domain {
  bank.example { selector = "s1"; path = "/k/bank.key"; }
  "shop.example" {
    selectors [ { path: "/k/r.key"; selector: "r" }, { path: "/k/e.key", selector: "e" } ]
  }
}
selector_map = "/etc/selectors.map";
sign_networks = [ "192.0.2.0/24", "2001:db8::/32" ];
allow_username_mismatch = true;
arc_thing = 1;
.include "/else"
)";
  files_["/etc/selectors.map"] = "mapped.example  m1 # a comment\nbank.example other\n";
  files_["/keys/found.example.main.key"] = "";
  files_["/keys/notes"] = "";
  const auto got = rspamd();
  EXPECT_EQ(signer(got, "a@bank.example"), "bank.example:s1");
  EXPECT_EQ(signer(got, "a@mail.bank.example"), "bank.example:s1") << "use_esld";
  EXPECT_EQ(signer(got, "a@shop.example"), "shop.example:r shop.example:e");
  EXPECT_EQ(signer(got, "a@mapped.example"), "mapped.example:m1");
  EXPECT_EQ(signer(got, "a@found.example"), "found.example:main");
  EXPECT_THAT(lines(got),
              ::testing::Contains("*@mapped.example mapped.example m1 /keys/mapped.example.m1.key"));
  EXPECT_THAT(got.internal, ElementsAre("192.0.2.0/24", "2001:db8::/32"));
  EXPECT_THAT(notes(got), ElementsAre(HasSubstr("/etc/dkim_signing.conf:16: includes"),
                                      HasSubstr("/etc/dkim_signing.conf:15: arc_thing")));
}

TEST_F(Import, RspamdWithoutRegisteredDomains) {
  files_["/etc/dkim_signing.conf"] = "use_esld = false; domain { bank.example { selector = s1; path = /k } }";
  EXPECT_THAT(lines(rspamd()), ElementsAre("*@bank.example bank.example s1 /k"));
  for (const auto* odd :
       {"", "{", "}}}", "domain {", "domain { x", "a = \"", "[[[[", "domain = [ { } ]; path"}) {
    files_["/etc/dkim_signing.conf"] = odd;
    EXPECT_THAT(rspamd().rules, IsEmpty()) << odd;
  }
}

}  // namespace
}  // namespace rampart::audit::import
