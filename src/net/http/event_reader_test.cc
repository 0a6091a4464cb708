#include "net/http/event_reader.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::net::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "type|id|data" of each, of a text that comes in pieces of that size.
std::vector<std::string> read(std::string_view text, std::size_t piece) {
  EventReader reader;
  std::vector<std::string> out;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    reader.feed(text.substr(0, piece));
    for (;;) {
      const auto event = reader.next();
      if (!event) break;
      out.push_back(event->type + "|" + event->id + "|" + event->data);
    }
  }
  return out;
}

TEST(EventReader, ReadsEventsHoweverTheyCome) {
  for (const std::size_t piece : {1U, 2U, 7U, 1000U}) {
    EXPECT_THAT(read("\xEF\xBB\xBFid: 1\ndata: a\ndata:b\n\n:a comment\n\nevent: gap\ndata\n\nid: 2\n\ndata: "
                     "c\r\n\r\ndata: d\r\r",
                     piece),
                ElementsAre("message|1|a\nb", "gap|1|", "message|2|c", "message|2|d"));
    EXPECT_THAT(read("data: never ended\n", piece), IsEmpty());
    EXPECT_THAT(read(std::string_view("retry: 10\nother\nid: a\0b\ndata:  x \n\n", 35), piece),
                ElementsAre("message|| x "));
  }
}

TEST(EventReader, LeavesOutWhatIsTooLongAndReadsOn) {
  const std::string more = "id: 2\ndata: b\n\n";
  for (const std::size_t size : {kMaxEvent - 5, kMaxEvent, kMaxEvent + 1, 3 * kMaxEvent})
    for (const auto* const end : {"\n\n", "\r\n\r\n", "\ndata: c\n\n"})
      EXPECT_THAT(read("id: 1\ndata: " + std::string(size, 'x') + end + more, 4096),
                  ElementsAre("too-long|1|", "message|2|b"))
          << size;
  std::string many = "id: 1\n";
  for (int i = 0; i < 3; ++i) many += "data: " + std::string(kMaxEvent / 2, 'x') + "\n";
  EXPECT_THAT(read(many + "\n" + more, 4096), ElementsAre("too-long|1|", "message|2|b"));
  EXPECT_THAT(read("data: " + std::string(4 * kMaxEvent, 'x'), 4096), IsEmpty()) << "its end has not come";
  EXPECT_THAT(read("data: " + std::string(kMaxEvent / 2, 'x') + "\n\n", 4096), testing::SizeIs(1));
}

}  // namespace
}  // namespace rampart::net::http
