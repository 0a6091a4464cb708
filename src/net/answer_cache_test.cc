#include "net/answer_cache.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rampart::net {
namespace {

using dns::Name;
using dns::RrType;
using std::chrono::seconds;

const AnswerCache::Time kStart = AnswerCache::Time{} + std::chrono::hours(1);

facts::AnswerPtr answer(const std::string& name, std::uint32_t ttl) {
  return facts::AnswerBuilder(*Name::try_parse(name), RrType::txt).add_record("x", ttl).set_ttl(ttl).build();
}

TEST(AnswerCache, KeepsForTheTtl) {
  AnswerCache cache(100);
  const auto kept = answer("a.example", 60);
  cache.add(kept, kStart);
  EXPECT_EQ(cache.find(kept->name(), RrType::txt, kStart + seconds(59)), kept);
  EXPECT_EQ(cache.find(kept->name(), RrType::mx, kStart), nullptr);
  EXPECT_EQ(cache.find(kept->name(), RrType::txt, kStart + seconds(60)), nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(AnswerCache, UnknownIsKeptShortly) {
  AnswerCache cache(100);
  const auto unknown =
      facts::Answer::make_unknown(*Name::try_parse("a.example"), RrType::txt, facts::Why::timeout);
  cache.add(unknown, kStart);
  EXPECT_NE(cache.find(unknown->name(), RrType::txt, kStart + seconds(29)), nullptr);
  EXPECT_EQ(cache.find(unknown->name(), RrType::txt, kStart + seconds(31)), nullptr);
}

TEST(AnswerCache, ZeroTtlServesTheSameMoment) {
  AnswerCache cache(100);
  cache.add(answer("a.example", 0), kStart);
  EXPECT_NE(cache.find(*Name::try_parse("a.example"), RrType::txt, kStart + seconds(4)), nullptr);
  EXPECT_EQ(cache.find(*Name::try_parse("a.example"), RrType::txt, kStart + seconds(6)), nullptr);
}

TEST(AnswerCache, IsBoundedAndKeepsWhatIsHot) {
  AnswerCache cache(100);
  const auto hot = answer("hot.example", 3600);
  cache.add(hot, kStart);
  for (int i = 0; i < 1000; ++i) {
    cache.add(answer(fmt::format("n{}.example", i), 3600), kStart);
    ASSERT_LE(cache.size(), 102U);
    ASSERT_EQ(cache.find(hot->name(), RrType::txt, kStart), hot) << i;
  }
  EXPECT_EQ(cache.find(*Name::try_parse("n1.example"), RrType::txt, kStart), nullptr);
}

TEST(AnswerCache, ANewAnswerReplaces) {
  AnswerCache cache(100);
  cache.add(answer("a.example", 60), kStart);
  const auto newer = answer("a.example", 120);
  cache.add(newer, kStart);
  EXPECT_EQ(cache.find(newer->name(), RrType::txt, kStart), newer);
  EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace rampart::net
