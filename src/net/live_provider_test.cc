#include "net/live_provider.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/stub_dns.h"

namespace rampart::net {
namespace {

using dns::Name;
using dns::RrType;
using facts::AnswerPtr;
using facts::DnsQuestion;
using facts::Presence;
using facts::Why;
using std::chrono::seconds;
using testing::HasSubstr;

Name name(std::string_view text) { return *Name::try_parse(text); }
const Name kZone = name("example");

class LiveProviderTest : public testing::Test {
 protected:
  LiveProvider& provider(std::vector<Endpoint> resolvers, LiveOptions options = {}) {
    options.resolvers = std::move(resolvers);
    provider_ = std::make_unique<LiveProvider>(io_, std::move(options));
    return *provider_;
  }

  std::vector<AnswerPtr> ask_all(std::vector<facts::Question> questions, seconds limit = seconds(30)) {
    std::vector<AnswerPtr> out;
    bool done = false;
    provider_->ask(std::move(questions), std::chrono::steady_clock::now() + limit,
                   [&](std::vector<facts::Fact> facts) {
                     done = true;
                     for (auto& fact : facts) out.push_back(std::get<AnswerPtr>(fact));
                   });
    EXPECT_FALSE(done) << "done must never run inside ask()";
    run_until(done);
    return out;
  }
  AnswerPtr ask(std::string_view text, RrType type = RrType::txt, seconds limit = seconds(30)) {
    auto answers = ask_all({DnsQuestion{name(text), type}}, limit);
    return answers.size() == 1 ? answers[0] : nullptr;
  }
  void run_until(const bool& done) {
    const auto end = std::chrono::steady_clock::now() + seconds(60);
    while (!done && std::chrono::steady_clock::now() < end) io_.run_one_for(seconds(1));
    ASSERT_TRUE(done) << "no answer in 60 seconds";
  }

  boost::asio::io_context io_;
  std::unique_ptr<LiveProvider> provider_;
};

std::string text_reply(const StubQuery& query, const std::string& text = "hello") {
  return StubReply(query).txt(query.name, text).bytes();
}
std::string failure(const StubQuery& query, unsigned code) { return StubReply(query, code).bytes(); }

TEST_F(LiveProviderTest, AnswersAndSaysWhoSaidIt) {
  StubDns server(io_, [](const StubQuery& query) {
    EXPECT_TRUE(query.recursion_desired);
    EXPECT_TRUE(query.edns);
    return StubReply(query).txt(query.name, "v=spf1 -all", 120).authentic().bytes();
  });
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  ASSERT_TRUE(answer);
  ASSERT_TRUE(answer->present());
  EXPECT_EQ(answer->data(answer->records()[0]), "v=spf1 -all");
  EXPECT_EQ(answer->ttl(), 120U);
  EXPECT_TRUE(answer->ad());  // loopback
  EXPECT_EQ(answer->server(), server.endpoint().text());
  EXPECT_GT(answer->seen().time_since_epoch().count(), 0);
}

TEST_F(LiveProviderTest, TellsNoNameFromNoData) {
  StubDns server(io_, [](const StubQuery& query) {
    const bool exists = query.name == name("b.example");
    return StubReply(query, exists ? 0 : 3).soa(kZone, 60, 300).bytes();
  });
  provider({server.endpoint()});
  const auto answers =
      ask_all({DnsQuestion{name("a.example"), RrType::txt}, DnsQuestion{name("b.example"), RrType::txt}});
  EXPECT_EQ(answers[0]->presence(), Presence::no_name);
  EXPECT_EQ(answers[0]->ttl(), 60U);  // the SOA's MINIMUM
  EXPECT_EQ(answers[1]->presence(), Presence::no_data);
}

// RFC 2308 section 2: what proves absence is the SOA of a zone at or above the name.
TEST_F(LiveProviderTest, WhatSpeaksOfOtherNamesProvesNoAbsence) {
  for (const unsigned code : {0U, 3U}) {
    for (const bool authoritative : {false, true}) {
      StubDns server(io_, [&](const StubQuery& query) {
        StubReply reply(query, code);
        if (authoritative) reply.authoritative();
        if (query.name == name("a.example")) return reply.txt(name("b.example"), "v=spf1 -all").bytes();
        return reply.soa(name("b.example")).bytes();
      });
      provider({server.endpoint()});
      const auto answers =
          ask_all({DnsQuestion{name("a.example"), RrType::txt}, DnsQuestion{name("c.example"), RrType::txt}});
      EXPECT_EQ(answers[0]->why(), Why::malformed) << answers[0]->detail();
      EXPECT_THAT(std::string(answers[0]->detail()), HasSubstr("other names"));
      EXPECT_EQ(answers[1]->why(), Why::malformed) << answers[1]->detail();
      EXPECT_THAT(std::string(answers[1]->detail()), HasSubstr("SOA"));
    }
  }
}

// Legal (RFC 2308 section 2.2 type 3), and no proof: another server may know more.
TEST_F(LiveProviderTest, AnEmptyReplyIsAskedForAgain) {
  for (const unsigned code : {0U, 3U}) {
    StubDns empty(io_, [&](const StubQuery& query) { return StubReply(query, code).bytes(); });
    StubDns full(io_, [](const StubQuery& query) { return text_reply(query); });
    provider({empty.endpoint(), full.endpoint()});
    EXPECT_TRUE(ask("a.example")->present());
    // All that can be asked say so, and more than once: forwarders leave the SOA out of what they remember.
    provider({empty.endpoint()});
    const auto before = empty.questions();
    EXPECT_EQ(ask("a.example")->presence(), code == 0 ? Presence::no_data : Presence::no_name);
    EXPECT_EQ(empty.questions(), before + 2);
    StubDns down(io_, [](const StubQuery& query) { return failure(query, dns::rcode::kServFail); });
    provider({empty.endpoint(), down.endpoint()});
    EXPECT_TRUE(ask("a.example")->unknown()) << "one such reply is no proof where others fail";
  }
}

TEST_F(LiveProviderTest, AnEmptyReplyOfTheZonesOwnServerCounts) {
  StubDns server(io_, [](const StubQuery& query) { return StubReply(query).authoritative().bytes(); });
  provider({server.endpoint()});
  EXPECT_EQ(ask("a.example")->presence(), Presence::no_data);
  EXPECT_EQ(server.questions(), 1);
}

TEST_F(LiveProviderTest, AnEmptyReplyOfNobodyInParticularIsUnknown) {
  for (const unsigned code : {0U, 3U}) {
    StubDns server(io_, [&](const StubQuery& query) {
      auto bytes = StubReply(query, code).bytes();
      bytes[3] = static_cast<char>(code);  // neither AA nor RA
      return bytes;
    });
    provider({server.endpoint()});
    EXPECT_EQ(ask("a.example")->why(), Why::malformed);
  }
}

// An alias whose end nobody vouches for is followed, also behind NXDOMAIN.
TEST_F(LiveProviderTest, TheEndOfAnAliasIsAskedForItself) {
  StubDns server(io_, [](const StubQuery& query) {
    if (query.name == name("b.test")) return text_reply(query);
    return StubReply(query, 3).cname(query.name, name("b.test")).soa(kZone).bytes();
  });
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  EXPECT_TRUE(answer->present());
  EXPECT_TRUE(answer->has_aliases());
}

TEST_F(LiveProviderTest, AsksOnceForTheSameAndCaches) {
  StubDns server(io_, [](const StubQuery& query) { return text_reply(query); });
  provider({server.endpoint()});
  const DnsQuestion question{name("a.example"), RrType::txt};
  const auto answers = ask_all({question, question, question});
  EXPECT_EQ(answers[0], answers[2]);
  EXPECT_EQ(ask("a.example"), answers[0]);
  EXPECT_EQ(server.questions(), 1);
  EXPECT_EQ(provider_->stats().joined, 2U);
  EXPECT_EQ(provider_->stats().cached, 1U);
}

TEST_F(LiveProviderTest, AnEmptyBatchIsAnswered) {
  StubDns server(io_, [](const StubQuery& query) { return text_reply(query); });
  provider({server.endpoint()});
  EXPECT_TRUE(ask_all({}).empty());
}

TEST_F(LiveProviderTest, ServfailFromEveryServerIsUnknown) {
  const auto script = [](const StubQuery& query) { return failure(query, dns::rcode::kServFail); };
  StubDns one(io_, script);
  StubDns two(io_, script);
  StubDns three(io_, script);
  provider({one.endpoint(), two.endpoint(), three.endpoint()});
  const auto answer = ask("a.example");
  ASSERT_TRUE(answer->unknown());
  EXPECT_EQ(answer->why(), Why::servfail);
  EXPECT_EQ(answer->detail(), "SERVFAIL from 3 of 3 servers");
  EXPECT_EQ(one.questions() + two.questions() + three.questions(), 3);
}

TEST_F(LiveProviderTest, ServfailIsTriedTwiceWhereThereIsOneServer) {
  StubDns server(io_, [](const StubQuery& query) {
    return query.number == 0 ? failure(query, dns::rcode::kServFail) : text_reply(query);
  });
  provider({server.endpoint()});
  EXPECT_TRUE(ask("a.example")->present());
  EXPECT_EQ(server.questions(), 2);
}

TEST_F(LiveProviderTest, RefusedIsTriedElsewhere) {
  StubDns one(io_, [](const StubQuery& query) { return failure(query, dns::rcode::kRefused); });
  StubDns two(io_, [](const StubQuery& query) { return text_reply(query); });
  provider({one.endpoint(), two.endpoint()});
  const auto answer = ask("a.example");
  EXPECT_TRUE(answer->present());
  EXPECT_EQ(answer->server(), two.endpoint().text());
}

TEST_F(LiveProviderTest, RefusedForGoodTakesFourTries) {
  StubDns server(io_, [](const StubQuery& query) { return failure(query, dns::rcode::kRefused); });
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  EXPECT_EQ(answer->why(), Why::refused);
  EXPECT_EQ(answer->detail(), "REFUSED from " + server.endpoint().text() + " in 4 tries");
  EXPECT_EQ(server.questions(), 4);
}

TEST_F(LiveProviderTest, ALostReplyIsAskedForAgain) {
  StubDns server(
      io_, [](const StubQuery& query) { return query.number == 0 ? std::string() : text_reply(query); });
  provider({server.endpoint()});
  EXPECT_TRUE(ask("a.example")->present());
  EXPECT_EQ(provider_->stats().timeouts, 1U);
}

TEST_F(LiveProviderTest, ALateReplyStillCounts) {
  StubDns server(
      io_, [](const StubQuery& query) { return query.number == 0 ? text_reply(query) : std::string(); });
  server.delay(
      std::chrono::milliseconds(1300));  // later than the first try, and the second is never answered
  provider({server.endpoint()});
  EXPECT_TRUE(ask("a.example")->present());
  EXPECT_EQ(provider_->stats().timeouts, 1U);
}

TEST_F(LiveProviderTest, SilenceIsUnknownWithinTheDeadline) {
  StubDns server(io_, [](const StubQuery&) { return std::string(); });
  provider({server.endpoint()});
  const auto answer = ask("a.example", RrType::txt, seconds(2));
  EXPECT_EQ(answer->why(), Why::timeout);
  EXPECT_THAT(std::string(answer->detail()), HasSubstr("the domain's time was up"));
}

TEST_F(LiveProviderTest, NobodyThereIsUnknownNetwork) {
  StubDns server(io_, [](const StubQuery&) { return std::string(); });
  server.stop();
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  EXPECT_EQ(answer->why(), Why::network);
  EXPECT_EQ(answer->detail(), "no connection from " + server.endpoint().text() + " in 4 tries");
}

TEST_F(LiveProviderTest, TruncatedComesOverTcp) {
  const std::string large(4000, 'x');
  StubDns server(io_, [&](const StubQuery& query) {
    return query.tcp ? text_reply(query, large) : StubReply(query).truncated().bytes();
  });
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  ASSERT_TRUE(answer->present());
  EXPECT_EQ(answer->data(answer->records()[0]), large);
  EXPECT_EQ(answer->records()[0].strings, 16);
  EXPECT_EQ(provider_->stats().over_tcp, 1U);
}

TEST_F(LiveProviderTest, TruncatedWithoutTcpIsUnknownAndMarksTheServer) {
  StubDns server(io_, [](const StubQuery& query) { return StubReply(query).truncated().bytes(); }, false);
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  EXPECT_EQ(answer->why(), Why::truncated);
  EXPECT_TRUE(provider_->resolvers()[0]->truncation_broken);
  const auto before = provider_->stats().over_tcp;
  EXPECT_EQ(ask("b.example")->why(), Why::truncated);
  EXPECT_EQ(provider_->stats().over_tcp, before);
}

TEST_F(LiveProviderTest, ManyTruncatedAtOnceShareConnections) {
  StubDns server(io_, [](const StubQuery& query) {
    return query.tcp ? text_reply(query) : StubReply(query).truncated().bytes();
  });
  provider({server.endpoint()});
  std::vector<facts::Question> questions;
  for (int i = 0; i < 50; ++i)
    questions.push_back(DnsQuestion{name(fmt::format("n{}.example", i)), RrType::txt});
  for (const auto& answer : ask_all(std::move(questions))) EXPECT_TRUE(answer->present()) << answer->detail();
}

TEST_F(LiveProviderTest, LargeUdpRepliesArrive) {
  StubDns server(io_, [](const StubQuery& query) { return text_reply(query, std::string(1100, 'k')); });
  provider({server.endpoint()});
  EXPECT_EQ(ask("a.example")->records().size(), 1U);
  EXPECT_EQ(provider_->stats().over_tcp, 0U);
}

TEST_F(LiveProviderTest, RepliesToSomethingElseAreNotTaken) {
  StubDns server(io_, [](const StubQuery& query) {
    StubQuery other = query;
    if (query.number == 0) other.packet[0] = static_cast<char>(other.packet[0] ^ 1);  // a wrong id
    if (query.number == 1) other.name = name("evil.example");                         // a wrong question
    return query.number < 2 ? text_reply(other, "evil") : text_reply(query, "good");
  });
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  ASSERT_TRUE(answer->present());
  EXPECT_EQ(answer->data(answer->records()[0]), "good");
}

TEST_F(LiveProviderTest, GarbageIsUnknown) {
  StubDns server(io_, [](const StubQuery& query) {
    std::string bytes = text_reply(query);
    bytes.resize(bytes.size() - 3);
    return bytes;
  });
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  EXPECT_EQ(answer->presence(), Presence::unknown);
  EXPECT_EQ(answer->why(), Why::malformed);
}

TEST_F(LiveProviderTest, AServerWithoutEdnsIsAskedWithout) {
  StubDns server(io_, [](const StubQuery& query) {
    return query.edns ? failure(query, dns::rcode::kFormErr) : text_reply(query);
  });
  provider({server.endpoint()});
  EXPECT_TRUE(ask("a.example")->present());
  EXPECT_TRUE(ask("b.example")->present());
}

TEST_F(LiveProviderTest, CnameIsFollowedInTheReply) {
  StubDns server(io_, [](const StubQuery& query) {
    const Name target = name("b.example");
    return StubReply(query).cname(query.name, target, 20).txt(target, "t", 90).authentic().bytes();
  });
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  ASSERT_TRUE(answer->present());
  EXPECT_EQ(answer->aliases(), std::vector{name("b.example")});
  EXPECT_EQ(answer->ttl(), 20U);
  EXPECT_TRUE(answer->ad());
}

TEST_F(LiveProviderTest, CnameWithoutItsTargetIsAskedFor) {
  StubDns server(io_, [](const StubQuery& query) {
    if (query.name == name("b.elsewhere")) return text_reply(query);  // without AD
    return StubReply(query).cname(query.name, name("b.elsewhere"), 30).authentic().bytes();
  });
  provider({server.endpoint()});
  for (const char* asked : {"a.example", "c.example"}) {
    const auto answer = ask(asked);
    ASSERT_TRUE(answer->present());
    EXPECT_EQ(answer->name(), name(asked));
    EXPECT_EQ(answer->aliases(), std::vector{name("b.elsewhere")});
    EXPECT_EQ(answer->ttl(), 30U);
    EXPECT_FALSE(answer->ad());  // one piece was not vouched for
  }
}

TEST_F(LiveProviderTest, CnameTargetThatDoesNotExist) {
  StubDns server(io_, [](const StubQuery& query) {
    if (query.name == name("b.elsewhere")) return StubReply(query, 3).soa(name("elsewhere")).bytes();
    return StubReply(query).cname(query.name, name("b.elsewhere")).bytes();
  });
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  EXPECT_EQ(answer->presence(), Presence::no_name);
  EXPECT_TRUE(answer->has_aliases());
}

TEST_F(LiveProviderTest, CnameLoopsAreUnknown) {
  StubDns server(io_, [](const StubQuery& query) {
    if (query.name == name("self.example")) return StubReply(query).cname(query.name, query.name).bytes();
    const Name next = name(query.name == name("a.example") ? "b.example" : "a.example");
    return StubReply(query).cname(query.name, next).bytes();
  });
  provider({server.endpoint()});
  EXPECT_EQ(ask("a.example")->why(), Why::cname_loop);
  EXPECT_EQ(ask("self.example")->why(), Why::cname_loop);
}

TEST_F(LiveProviderTest, AnEndlessCnameChainIsUnknown) {
  StubDns server(io_, [](const StubQuery& query) {
    return StubReply(query).cname(query.name, name(fmt::format("n{}.example", query.number))).bytes();
  });
  provider({server.endpoint()});
  EXPECT_EQ(ask("a.example")->why(), Why::cname_loop);
  EXPECT_LE(server.questions(), 18);
}

TEST_F(LiveProviderTest, AReferralIsNoAbsence) {
  StubDns server(io_, [](const StubQuery& query) {
    return StubReply(query).add(kZone, RrType::ns, StubReply::wire(name("ns.example")), 300, 1).bytes();
  });
  provider({server.endpoint()});
  const auto answer = ask("a.example");
  EXPECT_EQ(answer->why(), Why::refused);
  EXPECT_THAT(std::string(answer->detail()), HasSubstr("referral"));
}

TEST_F(LiveProviderTest, ProbesAreNotAskedUnlessEnabled) {
  StubDns server(io_, [](const StubQuery& query) { return text_reply(query); });
  provider({server.endpoint()});
  bool done = false;
  provider_->ask({facts::HttpsGet{name("mta-sts.example"), "/x"}, facts::SmtpProbe{name("mx.example")}},
                 std::chrono::steady_clock::now() + seconds(5), [&](std::vector<facts::Fact> facts) {
                   done = true;
                   EXPECT_EQ(std::get<facts::HttpAnswerPtr>(facts[0])->why, Why::not_asked);
                   EXPECT_EQ(std::get<facts::SmtpAnswerPtr>(facts[1])->why, Why::not_asked);
                 });
  run_until(done);
}

TEST_F(LiveProviderTest, DistrustedAnswersAreUnknown) {
  StubDns server(io_, [](const StubQuery& query) {
    if (query.type == RrType::a) return StubReply(query).add(query.name, RrType::a, "\xc0\1\1\1").bytes();
    return query.type == RrType::txt ? text_reply(query) : StubReply(query).soa(kZone).bytes();
  });
  provider({server.endpoint()})
      .distrust(server.endpoint(), {.addresses = true, .reason = "rewrites NXDOMAIN"});
  const auto address = ask("a.example", RrType::a);
  EXPECT_EQ(address->why(), Why::resolver);
  EXPECT_EQ(address->detail(), "resolver " + server.endpoint().text() + " rewrites NXDOMAIN");
  EXPECT_TRUE(ask("a.example", RrType::txt)->present());
  EXPECT_EQ(ask("a.example", RrType::mx)->presence(), Presence::no_data);
}

TEST_F(LiveProviderTest, MoreQuestionsThanTheCapAreAllAnswered) {
  StubDns server(io_, [](const StubQuery& query) { return text_reply(query); });
  provider({server.endpoint()}, {.cap = {.initial = 10, .most = 20}});
  std::vector<facts::Question> questions;
  for (int i = 0; i < 2000; ++i)
    questions.push_back(DnsQuestion{name(fmt::format("n{}.example", i)), RrType::txt});
  for (const auto& answer : ask_all(std::move(questions))) EXPECT_TRUE(answer->present()) << answer->detail();
  EXPECT_LE(provider_->resolvers()[0]->cap.limit(), 20U);
}

TEST_F(LiveProviderTest, ADomainWithManyQuestionsDoesNotHoldUpOthers) {
  StubDns server(io_, [](const StubQuery& query) { return text_reply(query); });
  provider({server.endpoint()}, {.cap = {.initial = 5, .most = 5}});
  std::vector<facts::Question> many;
  for (int i = 0; i < 1000; ++i)
    many.push_back(DnsQuestion{name(fmt::format("n{}.example", i)), RrType::txt});
  bool many_done = false;
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  provider_->ask(std::move(many), deadline, [&](const std::vector<facts::Fact>&) { many_done = true; });
  bool few_done = false;
  provider_->ask({DnsQuestion{name("few.example"), RrType::txt}}, deadline,
                 [&](const std::vector<facts::Fact>&) {
                   few_done = true;
                   EXPECT_FALSE(many_done);
                 });
  run_until(few_done);
  run_until(many_done);
}

TEST_F(LiveProviderTest, ADeadServerIsPassedOver) {
  StubDns dead(io_, [](const StubQuery&) { return std::string(); });
  StubDns good(io_, [](const StubQuery& query) { return text_reply(query); });
  provider({dead.endpoint(), good.endpoint()});
  std::vector<facts::Question> questions;
  for (int i = 0; i < 30; ++i)
    questions.push_back(DnsQuestion{name(fmt::format("n{}.example", i)), RrType::txt});
  for (const auto& answer : ask_all(std::move(questions))) EXPECT_TRUE(answer->present());
  const int asked = dead.questions();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(ask(fmt::format("m{}.example", i))->present());
  EXPECT_LE(dead.questions(), asked + 5);  // once a second it gets another chance
}

// The resolver finds zones and addresses; the zone's own server has the news.
TEST_F(LiveProviderTest, AuthoritativeAsksTheZonesOwnServers) {
  StubDns zone(io_, [](const StubQuery& query) {
    EXPECT_FALSE(query.recursion_desired);
    if (query.name == name("www.example")) {
      return StubReply(query).cname(query.name, name("other.example")).authoritative().bytes();
    }
    return StubReply(query).txt(query.name, "news").authoritative().authentic().bytes();
  });
  StubDns resolver(io_, [](const StubQuery& query) {
    if (query.type == RrType::ns && query.name == kZone) {
      return StubReply(query).add(kZone, RrType::ns, StubReply::wire(name("ns.example"))).bytes();
    }
    if (query.type == RrType::a) return StubReply(query).add(query.name, RrType::a, {127, 0, 0, 1}).bytes();
    if (query.type == RrType::txt) return text_reply(query, "old");
    return StubReply(query).soa(kZone.parent()).bytes();
  });
  LiveOptions options{.authoritative = true,
                      .zone_servers = {.port = zone.endpoint().port, .allow_private = true}};
  provider({resolver.endpoint()}, options);
  for (const char* asked : {"a.example", "www.example"}) {
    const auto answer = ask(asked);
    ASSERT_TRUE(answer->present()) << answer->detail();
    EXPECT_EQ(answer->data(answer->records()[0]), "news");
    EXPECT_EQ(answer->server(), zone.endpoint().text());
    EXPECT_FALSE(answer->ad());  // AD is a resolver's word
  }
  options.zone_servers.allow_private = false;
  provider({resolver.endpoint()}, options);
  const auto answer = ask("a.example");
  EXPECT_EQ(answer->why(), Why::forbidden);
  EXPECT_EQ(answer->detail(), "no server of example has a public address");
}

TEST_F(LiveProviderTest, AuthoritativeWithoutAZoneIsUnknown) {
  StubDns resolver(io_, [](const StubQuery& query) { return failure(query, dns::rcode::kServFail); });
  provider({resolver.endpoint()}, {.authoritative = true});
  const auto answer = ask("a.example");
  EXPECT_EQ(answer->why(), Why::servfail);
  EXPECT_THAT(std::string(answer->detail()), HasSubstr("the servers of a.example could not be found"));
}

TEST_F(LiveProviderTest, MayGoWhileQuestionsAreUnderWay) {
  StubDns server(io_, [](const StubQuery&) { return std::string(); });
  provider({server.endpoint()});
  provider_->ask({DnsQuestion{name("a.example"), RrType::txt}},
                 std::chrono::steady_clock::now() + seconds(30),
                 [](const std::vector<facts::Fact>&) { FAIL() << "called after the provider was gone"; });
  io_.run_one_for(std::chrono::milliseconds(50));
  provider_.reset();
  io_.poll();
}

}  // namespace
}  // namespace rampart::net
