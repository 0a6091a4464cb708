#include "server/demo/folder.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "base/config.h"
#include "guard/settings.h"
#include "server/schema.h"
#include "store/store_test.h"

namespace rampart::server::demo {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DemoFolderTest : public testing::Test {
 protected:
  static void put(const fs::path& path) { std::ofstream(path) << "x"; }
  store::TemporaryFolder folder_;
};

TEST_F(DemoFolderTest, DeletesWhatAnEarlierDemoLeft) {
  const auto place = folder_.path() / "demo";
  ASSERT_TRUE(DemoFolder::make(place.string()));
  put(place / "rampart.db");
  fs::create_directory(place / "quarantine");
  put(place / "quarantine" / "one");
  ASSERT_TRUE(DemoFolder::make(place.string()));
  EXPECT_FALSE(fs::exists(place / "rampart.db"));
  EXPECT_FALSE(fs::exists(place / "quarantine"));
  EXPECT_EQ(fs::status(place).permissions(), fs::perms::owner_all);
}

TEST_F(DemoFolderTest, TouchesNothingOfOthers) {
  const auto place = folder_.path() / "mine";
  fs::create_directory(place);
  put(place / "rampart.db");
  const auto refused = DemoFolder::make(place.string());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, base::ErrorKind::usage);
  EXPECT_TRUE(fs::exists(place / "rampart.db"));
  put(folder_.path() / "file");
  EXPECT_FALSE(DemoFolder::make((folder_.path() / "file").string()));
  fs::create_directory(folder_.path() / "empty");
  fs::create_directory_symlink(place, folder_.path() / "link");
  EXPECT_FALSE(DemoFolder::make((folder_.path() / "link").string())) << "what it leads to is somebody's";
  EXPECT_TRUE(DemoFolder::make((folder_.path() / "empty").string()));
}

TEST_F(DemoFolderTest, WritesAConfigurationThatIsRight) {
  const auto demo = *DemoFolder::make((folder_.path() / "a\"b\\c").string());
  EXPECT_FALSE(DemoFolder::make((folder_.path() / "a b").string()));
  base::Config config(schema());
  const auto faults = config.load(demo.config(8898), "demo.toml");
  EXPECT_TRUE(faults.empty()) << faults.front().message();
  EXPECT_EQ(config.text("store.url"), demo.store());
  const auto settings = guard::read_settings(config, "host.example");
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->mode, guard::Mode::enforce);
  EXPECT_EQ(settings->rules.local.own.size(), 5U);
}

}  // namespace
}  // namespace rampart::server::demo
