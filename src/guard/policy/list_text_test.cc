#include "guard/policy/list_text.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "store/store_test.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ListText, SaysWhatIsWrongWithEachLine) {
  EXPECT_THAT(check_list_text("# why\n\nevil.example\n192.0.2.0/24 by=soc\r\n", ListKind::block), IsEmpty());
  const auto faults =
      check_list_text("evil.example\nnot a name\n0.0.0.0/0\nhttps://evil.example/a\n\xff\n", ListKind::allow);
  ASSERT_THAT(faults, SizeIs(4));
  EXPECT_EQ(faults[0].line, 2U);
  EXPECT_THAT(faults[0].what, HasSubstr("is no address, domain or network"));
  EXPECT_EQ(faults[3].line, 5U);
  EXPECT_THAT(check_list_text(std::string(1'000, '@') + "\n" + std::string(2'000, 'x'), ListKind::block),
              SizeIs(2));
  std::string many;
  for (int i = 0; i < 500; ++i) many += "x y\n";
  EXPECT_THAT(check_list_text(many, ListKind::block), SizeIs(kMaxLineFaults));
}

TEST(ListText, IsWrittenAsAWholeAndByOneAtATime) {
  const store::TemporaryFolder folder;
  const auto path = (folder.path() / "block.txt").string();
  const auto nothing = *read_list_text(path, ListKind::block);
  EXPECT_FALSE(nothing.changed);
  EXPECT_EQ(nothing.text, "");
  ASSERT_TRUE(write_list_text(path, "evil.example\n", ListKind::block, nothing.etag));
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  const auto again = write_list_text(path, "other.example\n", ListKind::block, nothing.etag);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, base::ErrorKind::usage);
  const auto now = *read_list_text(path, ListKind::block);
  EXPECT_EQ(now.size, 1U);
  EXPECT_FALSE(now.names_content);
  ASSERT_TRUE(write_list_text(path, "https://evil.example/x\n", ListKind::block, now.etag));
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0640))
      << "the mode is the file's";
  EXPECT_TRUE(read_list_text(path, ListKind::block)->names_content);
  ASSERT_TRUE(write_list_text(path, "", ListKind::block, std::nullopt));
  EXPECT_FALSE(write_list_text(path, std::string(kMaxListText + 1, '#'), ListKind::block, std::nullopt));
}

}  // namespace
}  // namespace rampart::guard
