#include "guard/mark/mark.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/ids.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

constexpr std::string_view kFields =
    "From: News <news@bank.example>\r\nTo: a@else.example\r\nSubject: rates\r\n"
    "Date: Fri, 27 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@bank.example>\r\n";

class MarkTest : public testing::Test {
 protected:
  std::string made(std::string_view fields = kFields) {
    return marks_.make(id_, *mail::read_header(fields), kNow);
  }
  MarkCheck check(const std::string& header, base::Time now = kNow) {
    return marks_.check(*mail::read_header(header), now);
  }

  Marks marks_{crypto::Secret(std::string("key"))};
  std::string id_ = crypto::new_id();
};

TEST_F(MarkTest, KnowsWhatWasLetThrough) {
  const auto mark = made();
  EXPECT_THAT(mark, StartsWith("X-Rampart-Seen: v=1; id=" + id_));
  const auto seen = check(mark + std::string(kFields));
  EXPECT_TRUE(seen.holds) << seen.why;
  EXPECT_EQ(seen.id, id_);
  EXPECT_TRUE(check(mark + std::string(kFields), kNow + kMarkLife).holds);
}

TEST_F(MarkTest, HoldsThroughWhatFiltersAndListsChange) {
  auto mark = made();
  for (std::size_t at = 0; (at = mark.find("\r\n ", at)) != std::string::npos;) mark.replace(at, 3, "\n\t");
  const auto seen = check("Received: by list\n" + mark +
                          "from:  News  <news@bank.example>\nTo: l@lists.example\nSubject: [l] rates\n"
                          "List-Id: <l.lists.example>\nMessage-ID: <1@bank.example>\n"
                          "Date: Fri, 27 Nov 2026\n 10:00:00 +0000\n");
  EXPECT_TRUE(seen.holds) << seen.why;
}

TEST_F(MarkTest, IsOfOneMessageAlone) {
  const auto mark = made();
  const std::string fields(kFields);
  const auto with = [&](std::string_view what, std::string_view by) {
    auto changed = fields;
    changed.replace(changed.find(what), what.size(), by);
    return check(mark + changed);
  };
  for (const auto* what : {"news@bank", "27 Nov", "<1@"}) {
    const auto seen = with(what, "x");
    EXPECT_FALSE(seen.holds) << what;
    EXPECT_THAT(seen.why, HasSubstr("of another message"));
  }
  EXPECT_FALSE(with("Message-ID: <1@bank.example>\r\n", "").holds);
  EXPECT_FALSE(check(mark + fields + "From: b@bank.example\r\n").holds) << "a second author";
  EXPECT_FALSE(check(made("Subject: x\r\n") + fields).holds);
}

TEST_F(MarkTest, OfOthersOfYesterdayOrTwiceIsNone) {
  const auto mark = made();
  const std::string fields(kFields);
  EXPECT_THAT(check(mark + fields, kNow + kMarkLife + std::chrono::seconds(1)).why, HasSubstr("good until"));
  EXPECT_THAT(check(mark + mark + fields).why, HasSubstr("several"));
  const Marks others(crypto::Secret(std::string("another key")));
  EXPECT_THAT(check(others.make(id_, *mail::read_header(fields), kNow) + fields).why, HasSubstr("not ours"));
  auto later = mark;
  later.replace(later.find("until=1"), 7, "until=2");
  EXPECT_THAT(check(later + fields).why, HasSubstr("not ours"));
  EXPECT_EQ(check(fields).why, "") << "none at all is nothing to tell of";
  for (const auto* value : {"", "v=1", "v=1; id=x; until=1; sig=", "v=2; id=x; until=1; sig=x",
                            "id=x; v=1; until=1; sig=x", ";;;"})
    EXPECT_THAT(check(fmt::format("X-Rampart-Seen: {}\r\n{}", value, kFields)).why, HasSubstr("is none"))
        << value;
}

}  // namespace
}  // namespace rampart::guard
