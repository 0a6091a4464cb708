#include "server/backup/backup.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <soci/soci.h>

#include "audit/keys/settings.h"
#include "guard/inspect/settings.h"
#include "guard/quarantine/quarantine.h"
#include "guard/release/settings.h"
#include "guard/settings.h"
#include "server/backup/sources.h"
#include "store/settings.h"
#include "store/store_test.h"

namespace rampart::server::backup {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::SizeIs;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

class BackupTest : public testing::Test {
 protected:
  BackupTest()
      : schema_{guard::settings(), guard::release_settings(), guard::inspect_settings(), store::settings(),
                audit::keys::settings()},
        config_(schema_) {
    put("seal.key", "c2VhbA==", 0600);
    put("block.txt", "spam.example\n", 0640);
    put("keys/bank.example/keys.json", "{}", 0600);
    const auto database = *store::Database::open(store_url());
    put("rampart.toml",
        fmt::format("[guard]\nquarantine = \"{0}/kept\"\nseal_file = \"{0}/seal.key\"\nblock_files = "
                    "[\"{0}/block.txt\"]\n[dkim]\nkeys = \"{0}/keys\"\n[store]\nurl = \"{1}\"\n",
                    home().string(), store_url()),
        0600);
    const auto faults = config_.load_file((home() / "rampart.toml").string());
    EXPECT_TRUE(faults.empty()) << faults.front().message();
  }

  [[nodiscard]] fs::path home() const { return folder_.path() / "home"; }
  [[nodiscard]] std::string store_url() const { return "sqlite:" + (home() / "rampart.db").string(); }
  [[nodiscard]] std::string file() const { return (folder_.path() / "all.backup").string(); }
  [[nodiscard]] std::string root() const { return (folder_.path() / "new").string(); }
  [[nodiscard]] fs::path restored(const std::string& name) const {
    return fs::path(root()) / (home() / name).relative_path();
  }

  void put(const std::string& name, std::string_view text, unsigned mode) {
    fs::create_directories((home() / name).parent_path());
    std::ofstream(home() / name) << text;
    fs::permissions(home() / name, fs::perms(mode));
  }
  std::string keep(guard::Quarantine& quarantine, const std::string& message) {
    guard::KeptMessage entry;
    entry.recipients = {"a@bank.example"};
    entry.mail_from = message.substr(0, 8) + "@x.example";
    return *quarantine.keep(entry, message, kNow);
  }
  guard::Quarantine open(store::Database& database, const fs::path& folder) {
    return *guard::Quarantine::open(database, {.folder = folder.string(), .seal = {}, .limits = {}});
  }
  base::Result<Manifest> back_up_all() {
    return back_up(config_,
                   {.config_file = (home() / "rampart.toml").string(),
                    .store = *store::parse_url(store_url()),
                    .now = kNow},
                   file());
  }

  store::TemporaryFolder folder_;
  base::Schema schema_;
  base::Config config_;
};

TEST_F(BackupTest, GivesBackWhatWasThere) {
  auto database = *store::Database::open(store_url());
  auto quarantine = open(database, home() / "kept");
  const auto id = keep(quarantine, "Subject: one\r\n\r\nhello\r\n");
  const auto made = back_up_all();
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->left_out, SizeIs(0));
  EXPECT_THAT(made->entries, SizeIs(6)) << "store, message, configuration, seal, list, keys";
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms(0600));

  const auto back = restore(file(), {.root = root()});
  ASSERT_TRUE(back) << back.error().message();
  for (const auto* name : {"seal.key", "block.txt", "keys/bank.example/keys.json", "rampart.toml"}) {
    EXPECT_EQ(text_of(restored(name)), text_of(home() / name)) << name;
    EXPECT_EQ(fs::status(restored(name)).permissions(), fs::status(home() / name).permissions()) << name;
  }
  auto again = *store::Database::open("sqlite:" + restored("rampart.db").string());
  auto kept = open(again, restored("kept"));
  std::string message;
  ASSERT_TRUE(kept.read(id, [&](std::string_view piece) {
    message += piece;
    return base::Result<>();
  }));
  EXPECT_EQ(message, "Subject: one\r\n\r\nhello\r\n");

  const auto refused = restore(file(), {.root = root()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, base::ErrorKind::usage);
  EXPECT_FALSE(back_up_all()) << "a backup is never written over another";
}

TEST_F(BackupTest, IsOfOneMomentWhileTheGuardKeepsAndDeletes) {
  {
    auto database = *store::Database::open(store_url());
    open(database, home() / "kept");
  }
  std::atomic<bool> stop = false;
  std::thread guard([&] {
    auto database = *store::Database::open(store_url());
    auto quarantine = open(database, home() / "kept");
    std::vector<std::string> ids;
    for (int i = 0; !stop; ++i) {
      ids.push_back(keep(quarantine, fmt::format("{:08}: x\r\n\r\nhello\r\n", i)));
      if (i % 3 == 0) EXPECT_TRUE(quarantine.remove(ids[static_cast<std::size_t>(i) / 2], "test", kNow));
    }
  });
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const auto made = back_up_all();
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_THAT(made->left_out, SizeIs(0));
    const auto back = restore(file(), {.root = root()});
    EXPECT_TRUE(back) << back.error().message();
    fs::remove(file());
    fs::remove_all(root());
  }
  stop = true;
  guard.join();
}

TEST_F(BackupTest, SaysWhatIsDamaged) {
  ASSERT_TRUE(back_up_all());
  const auto whole = text_of(file());
  const auto write = [&](std::string_view bytes) { std::ofstream(file(), std::ios::binary) << bytes; };
  for (std::size_t at = 40; at < whole.size(); at += whole.size() / 23) {
    write(std::string_view(whole).substr(0, at));
    EXPECT_FALSE(check(file())) << "cut at " << at;
    auto other = whole;
    other[at] = static_cast<char>(other[at] ^ 0x20);
    write(other);
    const auto read = check(file());
    // What zstd does not notice (its own padding) changes nothing that is read.
    if (read) EXPECT_EQ(read->entries.size(), 5U);
  }
  write("no backup at all");
  const auto none = check(file());
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message(), HasSubstr("all.backup"));
}

TEST_F(BackupTest, NamesWhatIsNotThere) {
  fs::remove(home() / "block.txt");
  const auto made = back_up_all();
  ASSERT_TRUE(made);
  EXPECT_THAT(made->left_out, testing::ElementsAre(HasSubstr("guard.block_files")));
}

TEST(Manifest, TakesNoPathThatLeadsElsewhere) {
  const Manifest good{.version = "1",
                      .made = kNow,
                      .store = "sqlite:/x",
                      .entries = {{.name = "files/1",
                                   .path = "/etc/rampart/a",
                                   .setting = "guard.seal_file",
                                   .mode = 0600,
                                   .size = 3,
                                   .sha256 = std::string(64, 'a')}},
                      .left_out = {"x"}};
  const auto back = parse_manifest(format_manifest(good));
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(back->entries.front().path, "/etc/rampart/a");
  EXPECT_EQ(back->left_out, good.left_out);
  for (const auto* path : {"etc/a", "/etc/../root/a", "/", "", "/a//b", "/a/"}) {
    auto bad = good;
    bad.entries.front().path = path;
    EXPECT_FALSE(parse_manifest(format_manifest(bad))) << path;
  }
  for (const auto* name : {"../a", "/a", "a b", "", "a/../../b"}) {
    auto bad = good;
    bad.entries.front().name = name;
    EXPECT_FALSE(parse_manifest(format_manifest(bad))) << name;
  }
  auto twice = good;
  twice.entries.push_back(good.entries.front());
  EXPECT_FALSE(parse_manifest(format_manifest(twice)));
  EXPECT_FALSE(parse_manifest("{}"));
  EXPECT_FALSE(parse_manifest("[]"));
  EXPECT_FALSE(parse_manifest("{"));
}

}  // namespace
}  // namespace rampart::server::backup
