#include "facts/zones.h"

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "facts/zone_provider.h"

namespace rampart::facts {
namespace {

using dns::Name;
using dns::RrType;

constexpr std::string_view kSoa = "$TTL 300\n@ 600 SOA ns hm 1 2 3 4 90\n@ NS ns\n";

Zones load(std::initializer_list<std::pair<const char*, std::string>> texts) {
  Zones zones;
  for (const auto& [origin, text] : texts) {
    const auto done = zones.add_text(std::string(kSoa) + text, origin, Name::try_parse(origin));
    EXPECT_TRUE(done) << done.error().message();
  }
  return zones;
}

std::string describe(const Answer& answer) {
  std::string out(to_string(answer.presence()));
  for (const auto& alias : answer.aliases()) out += " >" + alias.text();
  for (const auto& record : answer.records()) {
    const auto data = answer.data(record);
    const bool target =
        answer.type() == RrType::ns || answer.type() == RrType::cname || answer.type() == RrType::mx;
    out += " " + (target                         ? answer.target(record).text()
                  : answer.type() == RrType::txt ? std::string(data)
                                                 : base::hex(data));
  }
  return out + fmt::format(" {}", answer.ttl());
}

std::string ask(const Zones& zones, const char* name, RrType type = RrType::txt) {
  const auto reply = zones.resolve(*Name::parse(name), type);
  return describe(*reply.answer) + (reply.outside ? " outside " + reply.outside->text() : "");
}

TEST(Zones, ExactNamesAndEmptyNonTerminals) {
  const auto zones = load({{"d.example", "a TXT one\nb.c.e TXT deep\n"}});
  EXPECT_EQ(ask(zones, "A.d.example"), "present one 300");
  EXPECT_EQ(ask(zones, "a.d.example", RrType::a), "no_data 90");
  EXPECT_EQ(ask(zones, "c.e.d.example"), "no_data 90");
  EXPECT_EQ(ask(zones, "e.d.example"), "no_data 90");
  EXPECT_EQ(ask(zones, "x.e.d.example"), "no_name 90");
  EXPECT_EQ(ask(zones, "x.a.d.example"), "no_name 90");
  EXPECT_EQ(ask(zones, "other.example"), "unknown 0 outside other.example");
  EXPECT_EQ(ask(zones, "xd.example"), "unknown 0 outside xd.example");
}

TEST(Zones, WildcardsFollowRfc4592) {
  const auto zones =
      load({{"d.example",
             "* TXT star\n* MX 10 mail\nhost A 192.0.2.1\nsub.ent TXT x\n*.w CNAME a.alias\na.alias TXT end\n"
             "x.*.e TXT below\n"}});
  EXPECT_EQ(ask(zones, "any.d.example"), "present star 300");
  EXPECT_EQ(ask(zones, "any.thing.d.example"), "present star 300");
  EXPECT_EQ(ask(zones, "any.d.example", RrType::mx), "present mail.d.example 300");
  EXPECT_EQ(ask(zones, "any.d.example", RrType::a), "no_data 90");
  EXPECT_EQ(ask(zones, "host.d.example"), "no_data 90") << "an existing name has no wildcard";
  EXPECT_EQ(ask(zones, "x.host.d.example"), "no_name 90") << "the closest encloser has no wildcard below";
  EXPECT_EQ(ask(zones, "ent.d.example"), "no_data 90") << "an empty non-terminal blocks it too";
  EXPECT_EQ(ask(zones, "x.ent.d.example"), "no_name 90");
  EXPECT_EQ(ask(zones, "q.w.d.example"), "present >a.alias.d.example end 300");
  EXPECT_EQ(ask(zones, "*.w.d.example", RrType::cname), "present a.alias.d.example 300");
  EXPECT_EQ(ask(zones, "q.e.d.example"), "no_data 90") << "a wildcard that is an empty non-terminal";
}

TEST(Zones, ChainsStayInsideOrSayWhereTheyLeave) {
  const auto zones =
      load({{"d.example",
             "a 60 CNAME b\nb CNAME c.other.example.\nout CNAME x.elsewhere.test.\ngone CNAME nothing\n"
             "l1 CNAME l2\nl2 CNAME l1\nself CNAME self\nren DNAME t.other.example.\n"},
            {"other.example", "c TXT there\nk.t TXT renamed\n"}});
  EXPECT_EQ(ask(zones, "a.d.example"), "present >b.d.example >c.other.example there 60");
  EXPECT_EQ(ask(zones, "a.d.example", RrType::cname), "present b.d.example 60");
  EXPECT_EQ(ask(zones, "out.d.example"), "unknown >x.elsewhere.test 300 outside x.elsewhere.test");
  EXPECT_EQ(ask(zones, "gone.d.example"), "no_name >nothing.d.example 90") << "RFC 6604 section 3";
  const auto loop = zones.resolve(*Name::parse("l1.d.example"), RrType::a);
  EXPECT_EQ(loop.answer->why(), Why::cname_loop);
  EXPECT_FALSE(loop.outside);
  EXPECT_EQ(zones.resolve(*Name::parse("self.d.example"), RrType::a).answer->why(), Why::cname_loop);
  EXPECT_EQ(ask(zones, "k.ren.d.example"), "present >k.t.other.example renamed 300");
  EXPECT_EQ(ask(zones, "ren.d.example"), "no_data 90") << "a DNAME does not rename its owner";
  std::string longest;
  for (int i = 0; i < 60; ++i) longest += "xx.";
  longest += std::string(59, 'y') + ".ren.d.example";
  EXPECT_EQ(zones.resolve(*Name::parse(longest), RrType::a).answer->why(), Why::rcode) << "YXDOMAIN";
}

TEST(Zones, LongChainsEnd) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += fmt::format("n{} CNAME n{}\n", i, i + 1);
  const auto zones = load({{"d.example", text + "n20 TXT end\n"}});
  EXPECT_EQ(zones.resolve(*Name::parse("n4.d.example"), RrType::txt).answer->presence(), Presence::present);
  EXPECT_EQ(zones.resolve(*Name::parse("n3.d.example"), RrType::txt).answer->why(), Why::cname_loop);
}

TEST(Zones, DelegationsEndTheZone) {
  const auto zones = load({{"example", "sub NS ns.sub\nns.sub A 192.0.2.1\nsub DS 1 13 2 " +
                                           std::string(64, '0') + "\nd NS ns.d\nd TXT stale\nnods NS ns\n"},
                           {"d.example", "a TXT one\n"}});
  EXPECT_EQ(ask(zones, "sub.example", RrType::ns), "present ns.sub.example 300");
  EXPECT_EQ(ask(zones, "sub.example", RrType::ds), "present 00010d02" + std::string(64, '0') + " 300");
  EXPECT_EQ(ask(zones, "nods.example", RrType::ds), "no_data 90");
  EXPECT_EQ(ask(zones, "sub.example"), "unknown 0 outside sub.example");
  EXPECT_EQ(ask(zones, "ns.sub.example", RrType::a), "unknown 0 outside ns.sub.example") << "glue";
  EXPECT_EQ(ask(zones, "ns.sub.example", RrType::ds), "unknown 0 outside ns.sub.example");
  EXPECT_EQ(ask(zones, "a.d.example"), "present one 300") << "a loaded child zone";
  EXPECT_EQ(ask(zones, "d.example"), "no_data 90");
  EXPECT_EQ(ask(zones, "d.example", RrType::ds), "no_data 90") << "the parent's word";
  EXPECT_EQ(ask(zones, "example", RrType::ds), "unknown 0 outside example");
}

TEST(Zones, RefusesWhatNameServersRefuse) {
  const auto error = [](const std::string& text) {
    Zones zones;
    const auto done = zones.add_text(text, "t", Name::try_parse("d.example"));
    return done ? "accepted" : done.error().message();
  };
  const std::string soa(kSoa);
  EXPECT_EQ(error(soa + "x.other.example. TXT x\n"), "t:4: x.other.example is not in the zone d.example");
  EXPECT_EQ(error("x.other.example. TXT x\n" + soa), "t:1: x.other.example is not in the zone d.example");
  EXPECT_EQ(error(soa + "a TXT x\na CNAME b\n"), "t:5: a.d.example has a CNAME and other records (TXT)");
  EXPECT_EQ(error(soa + "a CNAME b\na TXT x\n"), "t:5: a.d.example has a CNAME and other records (TXT)");
  EXPECT_EQ(error(soa + "a CNAME b\na CNAME c\n"), "t:5: a.d.example has two CNAME records");
  EXPECT_EQ(error(soa + "a CNAME b\na CNAME B\n"), "accepted") << "the same record twice";
  EXPECT_EQ(error(soa + "@ SOA a b 1 2 3 4 5\n"), "t:4: a second SOA record; the zone is d.example");
  EXPECT_EQ(error("a TXT x\n"), "t: the zone has no SOA record");
  std::string many = soa;
  for (int i = 0; i < 5000; ++i) many += fmt::format("a TXT {}\n", i);
  EXPECT_EQ(error(many), "t:4100: a.d.example has more than 4096 records");
  EXPECT_EQ(error("b.a TXT x\nb.c TXT y\n" + soa), "accepted") << "the SOA need not be first";
}

TEST(Zones, LoadsFilesAndFolders) {
  std::string pattern = (std::filesystem::temp_directory_path() / "rampart-zones-XXXXXX").string();
  const std::string folder = ::mkdtemp(pattern.data());
  const auto put = [&](const std::string& file, const std::string& text) {
    ASSERT_TRUE(base::write_file(folder + "/" + file, text));
  };
  put("one.example.zone", std::string(kSoa) + "a TXT one\n");
  put("two.example.db", std::string(kSoa) + "a TXT two\n");
  put("db.three.example", std::string(kSoa) + "a TXT three\n");
  put("notes.txt", "not a zone");
  put(".hidden.zone", "not one either");
  const auto zones = Zones::load(std::vector<std::string>{folder});
  ASSERT_TRUE(zones) << zones.error().message();
  const std::vector<std::string> notes = {
      folder + "/notes.txt: left out, as it is named neither *.zone, *.db nor db.*"};
  EXPECT_EQ(zones->notes(), notes);
  EXPECT_EQ(zones->apexes().size(), 3U);
  EXPECT_EQ(ask(*zones, "a.two.example"), "present two 300");
  EXPECT_EQ(ask(*zones, "a.three.example"), "present three 300");
  const auto missing = Zones::load(std::vector<std::string>{folder + "/four.zone"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, base::ErrorKind::io);
  const std::string twice = folder + "/one.example.zone";
  const auto repeated = Zones::load(std::vector<std::string>{twice, twice});
  EXPECT_TRUE(repeated.error().what.starts_with("the zone one.example is also in "));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  EXPECT_EQ(Zones::load(std::vector<std::string>{folder}).error().what, "the folder holds no zone files");
  std::filesystem::remove_all(folder);
}

// --- the provider ---

std::vector<Fact> answers(Provider& provider, std::vector<Question> questions) {
  std::vector<Fact> out;
  provider.ask(std::move(questions), {}, [&](std::vector<Fact> facts) { out = std::move(facts); });
  return out;
}

const Answer& dns_answer(const Fact& fact) { return *std::get<AnswerPtr>(fact); }

TEST(ZoneProvider, AssumesThatParentsHoldNoDmarcRecord) {
  const auto zones = load({{"ministry.gov.example", "_dmarc TXT x\n"}});
  ZoneProvider provider(zones, {});
  const auto facts = answers(
      provider, {DnsQuestion{*Name::parse("_dmarc.gov.example"), RrType::txt},
                 DnsQuestion{*Name::parse("_dmarc.example"), RrType::txt},
                 DnsQuestion{*Name::parse("_dmarc.gov.example"), RrType::a},
                 DnsQuestion{*Name::parse("_dmarc.other.example"), RrType::txt},
                 DnsQuestion{*Name::parse("_dmarc"), RrType::txt}, SmtpProbe{*Name::parse("mx.example")}});
  ASSERT_EQ(facts.size(), 6U);
  EXPECT_EQ(dns_answer(facts[0]).presence(), Presence::no_data);
  EXPECT_EQ(dns_answer(facts[0]).server(), "assumed: parents of the given zones hold no DMARC record");
  EXPECT_EQ(dns_answer(facts[1]).presence(), Presence::no_data);
  for (const auto i : {2U, 3U, 4U}) EXPECT_EQ(dns_answer(facts[i]).why(), Why::outside) << i;
  EXPECT_EQ(std::get<SmtpAnswerPtr>(facts[5])->why, Why::not_asked);
  answers(provider, {DnsQuestion{*Name::parse("_dmarc.example"), RrType::txt}});
  const std::vector<std::string> expected = {
      "_dmarc.example was taken to hold no DMARC record, because its zone was not given",
      "_dmarc.gov.example was taken to hold no DMARC record, because its zone was not given"};
  EXPECT_EQ(provider.assumptions(), expected);
}

// Answers TXT with the name asked, and probes as not asked.
class Echo : public Provider {
 public:
  void ask(std::vector<Question> questions, Deadline, Done done) override {
    std::vector<Fact> facts;
    for (const auto& question : questions) {
      asked.push_back(to_text(question));
      const auto* dns = std::get_if<DnsQuestion>(&question);
      if (dns == nullptr) {
        facts.push_back(unknown_fact(question, Why::timeout, ""));
        continue;
      }
      AnswerBuilder builder(dns->name, dns->type);
      builder.set_server("echo").set_ttl(1000).set_ad(true).add_record(dns->name.text(), 1000);
      facts.emplace_back(builder.build());
    }
    done(std::move(facts));
  }
  std::vector<std::string> asked;
};

TEST(ZoneProvider, TheFallbackAnswersWhatIsOutside) {
  const auto zones =
      load({{"d.example", "in TXT here\nout CNAME x.elsewhere.test.\nout2 CNAME x.elsewhere.test.\n"}});
  Echo echo;
  ZoneProvider provider(zones, {.fallback = &echo});
  Book book;
  for (auto& fact : answers(provider, {DnsQuestion{*Name::parse("in.d.example"), RrType::txt},
                                       DnsQuestion{*Name::parse("out.d.example"), RrType::txt},
                                       DnsQuestion{*Name::parse("out2.d.example"), RrType::txt},
                                       DnsQuestion{*Name::parse("_dmarc.example"), RrType::txt},
                                       SmtpProbe{*Name::parse("mx.example")}}))
    book.add(std::move(fact));
  const std::vector<std::string> asked = {"TXT x.elsewhere.test", "TXT _dmarc.example", "SMTP mx.example:25"};
  EXPECT_EQ(echo.asked, asked);
  EXPECT_EQ(book.size(), 5U);
  const auto find = [&](const char* name) { return book.find(*Name::parse(name), RrType::txt); };
  EXPECT_EQ(describe(*find("in.d.example")), "present here 300");
  EXPECT_EQ(describe(*find("out.d.example")), "present >x.elsewhere.test x.elsewhere.test 300");
  EXPECT_EQ(describe(*find("out2.d.example")), "present >x.elsewhere.test x.elsewhere.test 300");
  EXPECT_FALSE(find("out.d.example")->ad()) << "the zone file's part is not vouched for";
  EXPECT_EQ(describe(*find("_dmarc.example")), "present _dmarc.example 1000");
  EXPECT_TRUE(find("_dmarc.example")->ad());
  EXPECT_TRUE(provider.assumptions().empty());
}

}  // namespace
}  // namespace rampart::facts
