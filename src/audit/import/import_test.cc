#include <map>
#include <set>

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
                  std::set<std::string> out;
                  for (const auto& [path, text] : files_) {
                    if (path.starts_with(folder))
                      out.insert(path.substr(folder.size(), path.find('/', folder.size()) - folder.size()));
                  }
                  return std::vector<std::string>(out.begin(), out.end());
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
  files_["/k/D.Example/s.pem"] = "";
  files_["/k/e.example/other.pem"] = "";
  files_["/k/README"] = "";
  const auto got = opendkim();
  EXPECT_THAT(lines(got), ElementsAre("*@a.example a.example s /k/a",
                                      // A key of one domain goes into no place that others share.
                                      "*@d.example d.example s /k/D.Example/s.pem",
                                      "*@c.example c.example s /k/c.example/s.pem"));
  EXPECT_THAT(notes(got), ElementsAre(HasSubstr("no key is named as a domain")));
}

TEST_F(Import, OneKeyForAll) {
  files_["/etc/opendkim.conf"] = "Domain a.example, b.example\nSelector s1\nKeyFile /k\nSubDomains yes\n";
  EXPECT_THAT(lines(opendkim()), ElementsAre("*@a.example a.example s1 /k", "*@*.a.example a.example s1 /k",
                                             "*@b.example b.example s1 /k", "*@*.b.example b.example s1 /k"));
  files_["/etc/opendkim.conf"] = "Mode sv\n";
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
  EXPECT_THAT(std::string(got.rules[0].key_text.view()),
              HasSubstr("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n"));
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
       {"", "# domain {", "domain = [ { } ];", "domain = x", "domain { bank.example = x }"}) {
    files_["/etc/dkim_signing.conf"] = odd;
    EXPECT_THAT(rspamd().rules, IsEmpty()) << odd;
  }
}

// What is read in another way than rspamd reads it signs for the wrong domains, so it is not read at all.
TEST_F(Import, RspamdsSlipsAreRefused) {
  for (const auto& [text, where, what] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"{", "1", "no name"},
           {"\n}}}", "2", "no block was begun"},
           {"\ndomain {\n\n", "2", "lacks its }"},
           {"domain {\n a { selectors [ }", "2", "no block was begun"},
           {"domain { x", "1", "no value"},
           {"a = b\nc = \"d\n\n", "2", "quote does not end"},
           {"a = b\n/* c", "2", "comment does not end"},
           {"[[[[", "1", "no name"},
           {"domain = [ { } ]; path", "1", "no value"},
           {"path\nselector = s1;", "1", "no value"},
           {"domain { a.example { } }\ndomain { b.example { } }", "2", "twice"},
           {"domain {\n a.example { }\n A.example { } }", "3", "twice"},
           {"domain a.example { selector = s1 }", "1", "word before its block"},
           {"use_esld = maybe", "1", "neither true nor false"},
           {"a" + std::string(30, '[') + std::string(30, ']'), "1", "too deep"}}) {
    files_["/etc/dkim_signing.conf"] = text;
    const auto got = import_rspamd("/etc/dkim_signing.conf", on_);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().where, "/etc/dkim_signing.conf:" + where) << text;
    EXPECT_THAT(got.error().what, HasSubstr(what)) << text;
    EXPECT_NE(got.error().hint, "") << text;
  }
}

TEST_F(Import, RspamdsWordsEndWhereTheyDo) {
  files_["/etc/dkim_signing.conf"] =
      "use_esld = false # as ever\nenabled = off /* as it was */, use_domain = \"envelope\"\n"
      "use_domain_sign_local = header;\ndomain\n{\n  bank.example\n  { selector = s1, path = /k/$domain/* x "
      "*/ }\n}\n";
  EXPECT_THAT(lines(rspamd()), ElementsAre("*@bank.example bank.example s1 /k/bank.example"));
  EXPECT_THAT(notes(rspamd()),
              ElementsAre(AllOf(HasSubstr("dkim_signing.conf:2"), HasSubstr("rspamd signs nothing")),
                          AllOf(HasSubstr("dkim_signing.conf:2"), HasSubstr("use_domain = envelope"))));
  files_["/etc/dkim_signing.conf"] =
      "use_esld = true # as ever\ndomain { bank.example { selector = s1; path = /k } }";
  EXPECT_EQ(signer(rspamd(), "a@mail.bank.example"), "bank.example:s1");
}

// A signing table has no word for "as the registered domain of whoever sends", and none for "all" of a single domain.
TEST_F(Import, RspamdsKeyForEveryDomain) {
  files_["/etc/dkim_signing.conf"] = "path = /k;";
  EXPECT_THAT(rspamd().rules, IsEmpty());
  EXPECT_THAT(notes(rspamd()), ElementsAre(HasSubstr("with use_esld it signs as the registered domain")));
  files_["/etc/dkim_signing.conf"] = "path = /k; use_esld = false";
  EXPECT_THAT(lines(rspamd()), ElementsAre("* % dkim /k"));
  files_["/etc/dkim_signing.conf"] =
      "path = /k; use_esld = false; domain { a.example { selectors [ { selector = s }, { selector = t } ] } "
      "}";
  EXPECT_EQ(signer(rspamd(), "a@a.example"), "a.example:s a.example:t");
  EXPECT_THAT(notes(rspamd()), ElementsAre(HasSubstr("this one would sign beside them")));
  files_["/etc/dkim_signing.conf"] =
      "domain { a.example { selectors [ { selector = s }, { selector = t } ] }\n mail.a.example { selector = "
      "u } }";
  EXPECT_EQ(signer(rspamd(), "a@mail.a.example"), "a.example:s a.example:t");
  EXPECT_THAT(notes(rspamd()),
              ElementsAre(AllOf(HasSubstr("conf:2"), HasSubstr("never signs as mail.a.example"))));
}

TEST_F(Import, OpendkimsFolders) {
  files_["/base/keys"] = "k a.example:s:./k.pem\nl b.example:s:/l.pem\n";
  files_["/base/sign"] = "*@a.example k\n*@b.example l\n";
  const std::string tables = "KeyTable file:keys\nSigningTable refile:sign\nBaseDirectory /base\n";
  files_["/etc/opendkim.conf"] = tables;
  EXPECT_THAT(lines(opendkim()),
              ElementsAre("*@a.example a.example s /base/./k.pem", "*@b.example b.example s /l.pem"));
  // Tables are read before the root changes, the keys that they name after that.
  files_["/etc/opendkim.conf"] = tables + "ChangeRootDirectory /jail\n";
  EXPECT_THAT(lines(opendkim()),
              ElementsAre("*@a.example a.example s /jail/./k.pem", "*@b.example b.example s /jail/l.pem"));
  files_["/etc/opendkim.conf"] =
      "Domain a.example.\nSelector s\nKeyFile k.pem\nBaseDirectory /base\nChangeRootDirectory /jail\n";
  EXPECT_THAT(lines(opendkim()), ElementsAre("*@a.example a.example s /base/k.pem"));
  files_["/etc/opendkim.conf"] = tables + "Mode v\n";
  const auto got = import_opendkim("/etc/opendkim.conf", on_);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().where, "/etc/opendkim.conf:4");
  EXPECT_THAT(got.error().what, HasSubstr("verifies and signs nothing"));
}

TEST_F(Import, NamesOfKeysHaveCase) {
  files_["/etc/opendkim.conf"] = "KeyTable /etc/keys\nSigningTable refile:/etc/signing\n";
  files_["/etc/keys"] = "K a.example.:s1:/K\nk A.Example:s2:/k\nB.example b.example:s:/b\n";
  files_["/etc/signing"] = "One@A.example K\ntwo@a.example k\n*@b.example %\n";
  EXPECT_THAT(lines(opendkim()),
              ElementsAre("one@a.example a.example s1 /K", "two@a.example a.example s2 /k"));
  EXPECT_THAT(notes(opendkim()), ElementsAre(HasSubstr("no key is named as a domain")));
}

// Files are found by their names, so that one that cannot be read is refused when it is read, not passed over.
TEST_F(Import, FilesThatNobodyCanRead) {
  files_["/etc/opendkim.conf"] = "KeyTable /etc/keys\nSigningTable refile:/etc/signing\n";
  files_["/etc/keys"] = "k %:s:/k/%/s.pem\n";
  files_["/etc/signing"] = "*@*.test k\n*bank* k\n";
  on_.list = [](const std::string& folder) -> base::Result<std::vector<std::string>> {
    if (folder == "/k/") return std::vector<std::string>{"a.test"};
    return base::fail(base::ErrorKind::io, "permission denied", folder);
  };
  EXPECT_THAT(lines(opendkim()), ElementsAre("*@a.test a.test s /k/a.test/s.pem"));
  EXPECT_THAT(notes(opendkim()), ElementsAre(AllOf(HasSubstr("/etc/signing:2"), HasSubstr("USER@DOMAIN"))));
  files_["/etc/signing"] = "*@else.example k\n";
  EXPECT_THAT(notes(opendkim()),
              ElementsAre(HasSubstr("there is no file /k/%/s.pem for the pattern *@else.example")));
  on_.list = [](const std::string& folder) -> base::Result<std::vector<std::string>> {
    return base::fail(base::ErrorKind::io, "permission denied", folder);
  };
  EXPECT_FALSE(import_opendkim("/etc/opendkim.conf", on_));
  files_["/etc/dkim_signing.conf"] = "";
  EXPECT_FALSE(import_rspamd("/etc/dkim_signing.conf", on_));
}

TEST_F(Import, LimitsAreSaid) {
  std::string many;
  for (std::size_t i = 0; i <= kMaxEntries; ++i) many += fmt::format("d{}.example s\n", i);
  files_["/etc/many"] = many;
  files_["/etc/opendkim.conf"] = "KeyTable /etc/many\nSigningTable refile:/etc/many\n";
  const auto opendkim = import_opendkim("/etc/opendkim.conf", on_);
  ASSERT_FALSE(opendkim);
  EXPECT_EQ(opendkim.error().where, "/etc/many:100001");
  files_["/etc/dkim_signing.conf"] = "selector_map = /etc/many";
  const auto rspamd = import_rspamd("/etc/dkim_signing.conf", on_);
  ASSERT_FALSE(rspamd);
  EXPECT_EQ(rspamd.error().where, "/etc/many:100001");
}

}  // namespace
}  // namespace rampart::audit::import
