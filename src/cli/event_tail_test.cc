#include "cli/event_tail.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::cli {
namespace {

TEST(GuardUrl, IsOfThisMachine) {
  EXPECT_EQ(parse_guard_url("http://127.0.0.1:8892")->text(), "127.0.0.1:8892");
  EXPECT_EQ(parse_guard_url("http://[::1]:8892/")->port, 8892);
  EXPECT_EQ(parse_guard_url("http://localhost:8892")->text(), "127.0.0.1:8892");
  for (const auto& [text, why] : std::to_array<std::pair<const char*, const char*>>(
           {{"https://127.0.0.1:8892",
             "\"https://127.0.0.1:8892\" is no address of a guard: a guard answers "
             "without TLS"},
            {"127.0.0.1:8892", "begins with http://"},
            {"http://127.0.0.1:8892/api", "nothing stands behind its port"},
            {"http://mx.example:8892", "by its number"},
            {"http://127.0.0.1", "its port is missing"}}))
    EXPECT_THAT(parse_guard_url(text).error().what, testing::HasSubstr(why));
  for (const auto* text : {"", "127.0.0.1:8892", "http://127.0.0.1", "https://127.0.0.1:8892",
                           "http://192.0.2.1:8892", "http://mx.example:8892", "http://127.0.0.1:8892/api"})
    EXPECT_FALSE(parse_guard_url(text)) << text;
}

}  // namespace
}  // namespace rampart::cli
