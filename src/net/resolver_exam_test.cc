#include "net/resolver_exam.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/stub_dns.h"

namespace rampart::net {
namespace {

using dns::Name;
using dns::RrType;
using testing::HasSubstr;
using testing::IsEmpty;

Name name(std::string_view text) { return *Name::try_parse(text); }
const Name kDomain = name("bank.example");

std::string root_ns(const StubQuery& query, const char* target = "a.root-servers.net") {
  return StubReply(query).add(Name(), RrType::ns, StubReply::wire(name(target))).authentic().bytes();
}
bool is_invented(const StubQuery& query) { return query.name.label(0).size() == 16; }

// A resolver that tells the truth.
std::string honest(const StubQuery& query) {
  if (query.name.is_root()) return root_ns(query);
  if (is_invented(query)) return StubReply(query, 3).soa(name("example").parent()).bytes();
  return StubReply(query)
      .add(query.name, RrType::soa,
           StubReply::wire(kDomain) + StubReply::wire(kDomain) + std::string(20, '\0'))
      .bytes();
}

class ResolverExamTest : public testing::Test {
 protected:
  ResolverNotes examine(StubDns::Script script, bool authoritative = false) {
    StubDns server(io_, std::move(script));
    provider_ = std::make_unique<LiveProvider>(io_, LiveOptions{.resolvers = {server.endpoint()}});
    std::vector<ResolverNotes> out;
    bool done = false;
    examine_resolvers(io_, *provider_,
                      {.domain = kDomain,
                       .public_suffix = name("example"),
                       .authoritative = authoritative,
                       .try_for = std::chrono::milliseconds(300)},
                      [&](std::vector<ResolverNotes> notes) {
                        out = std::move(notes);
                        done = true;
                      });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done && std::chrono::steady_clock::now() < end) io_.run_one_for(std::chrono::seconds(1));
    EXPECT_EQ(out.size(), 1U);
    return out.empty() ? ResolverNotes{} : out[0];
  }

  boost::asio::io_context io_;
  std::unique_ptr<LiveProvider> provider_;
};

std::string all(const ResolverNotes& notes) {
  std::string out;
  for (const auto& message : notes.messages) out += message + "\n";
  return out;
}

TEST_F(ResolverExamTest, AnHonestResolverIsBelieved) {
  const auto notes = examine(honest);
  EXPECT_TRUE(notes.reachable);
  EXPECT_TRUE(notes.ad);
  EXPECT_FALSE(notes.edns);  // the stub has none
  EXPECT_FALSE(notes.distrust.any());
  EXPECT_FALSE(notes.private_root);
}

TEST_F(ResolverExamTest, OneThatRewritesNxdomainIsFoundOut) {
  const auto notes = examine([](const StubQuery& query) {
    if (!is_invented(query) || query.type != RrType::a) return honest(query);
    return StubReply(query).add(query.name, RrType::a, "\xcb\1\1\1").bytes();
  });
  EXPECT_TRUE(notes.rewrites_nxdomain);
  EXPECT_TRUE(notes.distrust.addresses);
  EXPECT_FALSE(notes.distrust.no_data);
  EXPECT_FALSE(notes.distrust.records);
  EXPECT_THAT(all(notes), HasSubstr("rewrites NXDOMAIN"));
  EXPECT_THAT(all(notes), HasSubstr("--resolver 9.9.9.9"));
  EXPECT_TRUE(provider_->resolvers()[0]->distrust.addresses);  // the provider knows
}

TEST_F(ResolverExamTest, OneThatSaysNodataWhereThereIsNoNameProvesNoAbsence) {
  const auto notes = examine([](const StubQuery& query) {
    if (!is_invented(query)) return honest(query);
    if (query.type == RrType::a) return StubReply(query).add(query.name, RrType::a, "\xcb\1\1\1").bytes();
    return StubReply(query).bytes();
  });
  EXPECT_TRUE(notes.distrust.addresses);
  EXPECT_TRUE(notes.distrust.no_data);
}

TEST_F(ResolverExamTest, OneThatInventsTxtIsBelievedInNothing) {
  const auto notes = examine([](const StubQuery& query) {
    if (!is_invented(query)) return honest(query);
    return StubReply(query).cname(query.name, name("search.example")).bytes();
  });
  EXPECT_TRUE(notes.distrust.records);
}

TEST_F(ResolverExamTest, OneThatStripsTxtIsFoundOut) {
  const auto notes = examine([](const StubQuery& query) {
    return is_invented(query) && query.type == RrType::txt ? StubReply(query).bytes() : honest(query);
  });
  EXPECT_TRUE(notes.strips_txt);
  EXPECT_FALSE(notes.rewrites_nxdomain);
  EXPECT_TRUE(notes.distrust.no_data);
  EXPECT_THAT(all(notes), HasSubstr("strips TXT"));
}

TEST_F(ResolverExamTest, APrivateViewIsFoundOut) {
  const auto notes = examine([](const StubQuery& query) {
    if (query.name != kDomain) return honest(query);
    return StubReply(query)
        .authoritative()
        .add(kDomain, RrType::soa,
             StubReply::wire(kDomain) + StubReply::wire(kDomain) + std::string(20, '\0'))
        .bytes();
  });
  EXPECT_TRUE(notes.private_view);
  EXPECT_EQ(notes.distrust.own_zone, kDomain);
  EXPECT_THAT(all(notes), HasSubstr("its own copy of bank.example"));
}

TEST_F(ResolverExamTest, APrivateRootIsNotExamined) {
  const auto notes = examine([](const StubQuery& query) {
    if (query.name.is_root()) return root_ns(query, "ns.root-servers.test");
    return StubReply(query).authoritative().add(query.name, query.type, "\xcb\1\1\1").bytes();
  });
  EXPECT_TRUE(notes.private_root);
  EXPECT_FALSE(notes.distrust.any());
  EXPECT_THAT(all(notes), HasSubstr("a root of its own"));
}

// Refusing the question for the root excuses nothing.
TEST_F(ResolverExamTest, OneThatTellsNoRootIsExaminedAllTheSame) {
  for (const unsigned code : {dns::rcode::kRefused, dns::rcode::kServFail, dns::rcode::kNoError}) {
    const auto notes = examine([&](const StubQuery& query) {
      if (query.name.is_root()) return StubReply(query, code).bytes();
      if (!is_invented(query) || query.type != RrType::a) return honest(query);
      return StubReply(query).add(query.name, RrType::a, "\xcb\1\1\1").bytes();
    });
    EXPECT_TRUE(notes.rewrites_nxdomain) << code;
    EXPECT_TRUE(notes.distrust.addresses) << code;
  }
  // Nor is a root that comes with an error code a root of its own.
  const auto failed = examine([](const StubQuery& query) {
    if (query.name.is_root()) {
      return StubReply(query, dns::rcode::kServFail)
          .add(Name(), RrType::ns, StubReply::wire(name("ns.test")))
          .bytes();
    }
    return honest(query);
  });
  EXPECT_FALSE(failed.private_root);
}

TEST_F(ResolverExamTest, OneThatRefusesAllIsSaidToBeUnexamined) {
  const auto notes =
      examine([](const StubQuery& query) { return StubReply(query, dns::rcode::kRefused).bytes(); });
  EXPECT_TRUE(notes.reachable);
  EXPECT_FALSE(notes.distrust.any());
  EXPECT_THAT(all(notes), HasSubstr("could not be examined"));
}

// NSD, asked by --resolver for the zones that it serves.
TEST_F(ResolverExamTest, AZonesOwnServerIsNoPrivateView) {
  const auto notes = examine([](const StubQuery& query) {
    if (query.name.is_root()) return StubReply(query, dns::rcode::kRefused).bytes();
    auto bytes = query.name == kDomain
                     ? StubReply(query)
                           .authoritative()
                           .add(kDomain, RrType::soa,
                                StubReply::wire(kDomain) + StubReply::wire(kDomain) + std::string(20, '\0'))
                           .bytes()
                     : honest(query);
    bytes[3] = static_cast<char>(bytes[3] & 0x7f);  // no RA
    return bytes;
  });
  EXPECT_FALSE(notes.private_view);
  EXPECT_FALSE(notes.distrust.any());
  EXPECT_THAT(all(notes), HasSubstr("offers no recursion"));
}

TEST_F(ResolverExamTest, WithAuthoritativeItIsNotExamined) {
  const auto notes = examine(honest, true);
  EXPECT_THAT(all(notes), HasSubstr("--authoritative"));
}

TEST_F(ResolverExamTest, SilenceIsSaid) {
  const auto notes = examine([](const StubQuery&) { return std::string(); });
  EXPECT_FALSE(notes.reachable);
  EXPECT_THAT(all(notes), HasSubstr("does not answer"));
}

TEST_F(ResolverExamTest, ALostReplyIsAskedForAgain) {
  const auto notes =
      examine([](const StubQuery& query) { return query.number < 6 ? std::string() : honest(query); });
  EXPECT_TRUE(notes.ad);
}

}  // namespace
}  // namespace rampart::net
