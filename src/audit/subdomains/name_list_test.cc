#include "audit/subdomains/name_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/subdomains/revealed.h"

namespace rampart::audit::subdomains {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Read {
  std::vector<std::string> names;
  std::vector<std::string> bad;  // "list:2: why"
};

Read read(std::string_view text) {
  Read out;
  const auto result = read_name_list(
      text, "list", [&](const dns::Name& name) { out.names.push_back(name.text()); },
      [&](const BadLine& bad) { out.bad.push_back(bad.where + ": " + bad.why); });
  EXPECT_TRUE(result) << result.error().message();
  return out;
}

TEST(NameList, CrtSh) {
  const auto got = read(
      R"([{"issuer_name":"C=US","common_name":"www.bank.example","name_value":"www.bank.example\n*.shop.bank.example"},
          {"common_name":"Ann","name_value":"ann@mail.bank.example"}])");
  EXPECT_THAT(got.names, testing::UnorderedElementsAre("www.bank.example", "www.bank.example",
                                                       "*.shop.bank.example", "mail.bank.example"));
  EXPECT_THAT(got.bad, IsEmpty());
}

TEST(NameList, Certspotter) {
  EXPECT_THAT(read(R"([{"id":"1","dns_names":["a.example","*.b.example"]},{"id":"2","dns_names":[]}])").names,
              ElementsAre("a.example", "*.b.example"));
  EXPECT_THAT(read("{\"dns_names\":[\"a.example\"]}\n\n{\"dns_names\":[\"b.example\"]}\n").names,
              ElementsAre("a.example", "b.example"));
  EXPECT_THAT(read("{\n\"dns_names\":\n[\"a.example\"]}\n").names, ElementsAre("a.example"));
}

TEST(NameList, CsvWithAnyOfTheUsualColumns) {
  EXPECT_THAT(
      read("id,Common Name,name_value\r\n1,a.example,\"b.example\nc.example\"\r\n2,d.example,\r\n").names,
      ElementsAre("a.example", "b.example", "c.example", "d.example"));
  EXPECT_THAT(read("\xef\xbb\xbfnote;domain\nx;a.example\n").names, ElementsAre("a.example"));
  EXPECT_THAT(read("san\tn\na.example b.example\t1\n").names, ElementsAre("a.example", "b.example"));
  const auto got = read("id,name\n1,\"a.example\nb.example\"\n\n2\n3,sp/ace\n");
  EXPECT_THAT(got.names, ElementsAre("a.example", "b.example"));
  EXPECT_THAT(got.bad, ElementsAre("list:5: the row has too few columns", HasSubstr("list:6: has a path")));
}

TEST(NameList, PlainTextWithItsBadLinesNamed) {
  const auto got = read("\xef\xbb\xbf# names\r\na.example\r\n*.B.example # all\n\nhttps://c.example/\n*.\n");
  EXPECT_THAT(got.names, ElementsAre("a.example", "*.b.example"));
  EXPECT_THAT(got.bad, ElementsAre(HasSubstr("list:5: is a URL"), HasSubstr("list:6: ")));
}

TEST(NameList, BadEntriesOfJsonAreNamed) {
  const auto got = read(R"(["a.example",1,{"id":2},{"dns_names":[3]},{"name_value":"x y z.example"}])");
  EXPECT_THAT(got.names, ElementsAre("a.example", "x", "y", "z.example"));
  EXPECT_THAT(got.bad,
              ElementsAre(HasSubstr("list: entry 2: "), HasSubstr("list: entry 3: a certificate without"),
                          HasSubstr("list: entry 4: ")));
  EXPECT_THAT(read("{\"dns_names\":[\"a.example\"]}\nnonsense\n").bad, ElementsAre(HasSubstr("list:2: ")));
}

TEST(NameList, BrokenJsonIsAnErrorWithItsPlace) {
  const auto result = read_name_list("[{\"a\":1},\n", "list", [](const dns::Name&) {}, [](const BadLine&) {});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().where, HasSubstr("list:"));
  EXPECT_THAT(read("").names, IsEmpty());
  EXPECT_THAT(read(" \n ").names, IsEmpty());
}

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }

TEST(Revealed, NamesThatMailIsWrittenFrom) {
  EXPECT_EQ(host_of(name("s1._domainkey.mail.bank.example")), name("mail.bank.example"));
  EXPECT_EQ(host_of(name("_dmarc.bank.example")), name("bank.example"));
  EXPECT_EQ(host_of(name("*.shop.bank.example")), name("shop.bank.example"));
  EXPECT_EQ(host_of(name("a._b.c._d.bank.example")), name("bank.example"));
  EXPECT_EQ(host_of(name("www.bank.example")), name("www.bank.example"));
}

TEST(Revealed, KeepsEachNameOnceWithItsSources) {
  Revealed revealed(name("bank.example"));
  EXPECT_EQ(revealed.add(name("a.b.bank.example"), Source::list), Revealed::Added::fresh);
  EXPECT_EQ(revealed.add(name("_dmarc.a.b.bank.example"), Source::transfer), Revealed::Added::known);
  EXPECT_EQ(revealed.add(name("mx.post.example"), Source::mx), Revealed::Added::outside);
  EXPECT_EQ(revealed.add(name("notbank.example"), Source::mx), Revealed::Added::outside);
  EXPECT_EQ(revealed.add(name("_dmarc.bank.example"), Source::zone), Revealed::Added::known);
  EXPECT_EQ(revealed.add(name("x.y.bank.example"), Source::words), Revealed::Added::fresh);
  EXPECT_THAT(revealed.take_fresh(), ElementsAre(name("bank.example"), name("b.bank.example"),
                                                 name("a.b.bank.example"), name("x.y.bank.example")));
  EXPECT_THAT(revealed.take_fresh(), IsEmpty());
  EXPECT_THAT(revealed.sources(name("a.b.bank.example")), ElementsAre(Source::transfer, Source::list));
  EXPECT_TRUE(revealed.is_proven(name("b.bank.example")));
  EXPECT_FALSE(revealed.is_proven(name("x.y.bank.example")));
  EXPECT_EQ(revealed.outside(), 2U);
}

}  // namespace
}  // namespace rampart::audit::subdomains
