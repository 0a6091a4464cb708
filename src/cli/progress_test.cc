#include "cli/progress.h"

#include <gtest/gtest.h>

namespace rampart::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Progress, Words) {
  EXPECT_EQ(Progress::line(1234567, "domains", 0.5, seconds(600)),
            "1,234,567 domains  2,057/s  about 10 min left");
  EXPECT_EQ(Progress::line(3, "domains", std::nullopt, seconds(2)), "3 domains  1.5/s");
  EXPECT_EQ(Progress::line(100, "domains", 0.001, seconds(2)), "100 domains  50/s");
  EXPECT_EQ(Progress::line(100, "domains", 0.9, seconds(90)), "100 domains  1.1/s  about 10 s left");
  EXPECT_EQ(Progress::line(0, "domains", 1.0, seconds(0)), "0 domains  0.0/s");
}

TEST(Progress, OnATerminalOnlyAndNotTooOften) {
  std::string out;
  const auto err = [&](std::string_view text) { out += text; };
  const auto start = Progress::Clock::time_point{} + seconds(100);
  {
    Progress pipe(err, false, "domains");
    pipe.update(1, 0.1, start);
    pipe.update(1, 0.1, start + seconds(10));
  }
  EXPECT_EQ(out, "");
  {
    Progress terminal(err, true, "domains");
    terminal.update(1, std::nullopt, start);
    terminal.update(2, std::nullopt, start + milliseconds(900));
    terminal.clear();
    EXPECT_EQ(out, "") << "nothing in the first second";
    terminal.update(10, std::nullopt, start + seconds(2));
    terminal.update(11, std::nullopt, start + milliseconds(2100));
    EXPECT_EQ(out, "\r10 domains  5.0/s\x1b[K");
  }
  EXPECT_TRUE(out.ends_with("\r\x1b[K")) << "the line is taken away at the end";
}

}  // namespace
}  // namespace rampart::cli
