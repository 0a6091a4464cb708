#include "accounts/factor/password.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <gtest/gtest.h>

namespace rampart::accounts::factor {
namespace {

std::string judged(std::string_view password, const PasswordContext& context = {},
                   const BreachedList* list = nullptr) {
  const auto problem = judge_password(password, context, list);
  if (!problem) return "error: " + problem.error().message();
  return *problem ? std::string(to_string((*problem)->kind)) : "fine";
}

std::string many(std::size_t count, std::string_view letter) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += letter;
  return out;
}

TEST(Password, LengthCountsCharactersAndNothingElse) {
  EXPECT_EQ(judged(""), "too_short");
  EXPECT_EQ(judged("kdfjwoeirut"), "too_short");
  EXPECT_EQ(judged("kdfjwoeiruty"), "fine");
  EXPECT_EQ(judged("aaaaaaaaaaaa"), "fine");  // no rules of composition; the list of known ones says no to it
  EXPECT_EQ(judged(many(11, "ی")), "too_short");
  EXPECT_EQ(judged(many(12, "ی")), "fine");
  EXPECT_EQ(judged(many(256, "😀")), "fine");
  EXPECT_EQ(judged(many(257, "x")), "too_long");
  EXPECT_EQ(judged(many(257, "😀")), "too_long");
  EXPECT_EQ(judged("            "), "fine");
  EXPECT_EQ(judged("with\ttab and \x01 too"), "fine");
  EXPECT_EQ(judged("no utf-8 \xff at all"), "not_text");
}

TEST(Password, WordsNearAtHandDoNotCount) {
  const PasswordContext context{.words = {"Ayesha.Khan@ministry-of-water.example", "Ayesha Khan", "وزارت"}};
  EXPECT_EQ(judged("AyeshaKhan2026", context), "context_word");
  EXPECT_EQ(judged("ministry.water", context), "context_word");
  EXPECT_EQ(judged("Rampart12345", context), "context_word");
  EXPECT_EQ(judged("administrator", context), "context_word");
  EXPECT_EQ(judged("password-1234", context), "context_word");
  EXPECT_EQ(judged("وزارت1234567", context), "context_word");
  EXPECT_EQ(judged("rampart and a horse that sings", context), "fine");
  EXPECT_EQ(judged("the khan of the steppe", context), "fine");  // long enough without it
  EXPECT_EQ(judged("ofofofofofof", context), "fine");            // parts below four letters do not count
}

TEST(Password, IsHashedByArgon2idAndChecked) {
  const std::string password("correct horse \0 staple", 22);
  const auto encoded = hash_password(password);
  ASSERT_TRUE(encoded);
  EXPECT_TRUE(encoded->starts_with("$argon2id$v=19$m=65536,t=3,p=1$")) << *encoded;
  EXPECT_NE(*encoded, hash_password(password).value());
  EXPECT_TRUE(verify_password(*encoded, password));
  EXPECT_FALSE(verify_password(*encoded, password + " "));
  EXPECT_FALSE(verify_password(*encoded, "correct horse "));
  EXPECT_FALSE(verify_password(*encoded, ""));
  EXPECT_FALSE(needs_rehash(*encoded));
  EXPECT_FALSE(hash_password(std::string(kMaxPasswordBytes + 1, 'x')));
}

TEST(Password, AnotherCostIsToBeHashedAnew) {
  auto cheap = hash_password("correct horse").value();
  const auto at = cheap.find("t=3");
  cheap[at + 2] = '1';
  EXPECT_TRUE(needs_rehash(cheap));
  EXPECT_FALSE(verify_password(cheap, "correct horse"));  // another hash
}

TEST(Password, AStoredTextThatIsNoneIsNoWayToMakeUsWork) {
  const auto good = hash_password("correct horse").value();
  auto dear = good;
  dear.replace(dear.find("m=65536"), 7, "m=4194304");
  auto long_running = good;
  long_running.replace(long_running.find("t=3"), 3, "t=1000");
  auto other = good;
  other.replace(1, 8, "argon2i");
  for (const auto& text :
       {std::string(), std::string("x"), dear, long_running, other, good + '$', good.substr(0, 60),
        good + std::string(100, 'x'), std::string("$argon2id$v=19$m=0,t=0,p=1$$")}) {
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_FALSE(verify_password(text, "correct horse")) << text;
    EXPECT_FALSE(needs_rehash(text) && text.size() > kMaxEncodedPassword);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  }
}

TEST(Password, AnUnknownAccountTakesTheSameTime) {
  const auto encoded = hash_password("correct horse battery").value();
  // Of this thread alone: what else runs on the machine does not count.
  const auto spent = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const auto best = [&](const auto& call) {
    double least = 1e9;
    for (int i = 0; i < 4; ++i) {
      const auto begun = spent();
      call();
      least = std::min(least, spent() - begun);
    }
    return least;
  };
  const auto known = best([&] { EXPECT_FALSE(verify_password(encoded, "another one, wrong")); });
  const auto unknown = best([&] { verify_nothing("another one, wrong"); });
  EXPECT_LT(unknown, known * 1.5);
  EXPECT_GT(unknown, known / 1.5);
}

}  // namespace
}  // namespace rampart::accounts::factor
