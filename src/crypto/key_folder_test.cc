#include "crypto/key_folder.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/private_file.h"

namespace rampart::crypto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SealKey seal_key(char byte) { return *SealKey::from_text(base::encode_base64(std::string(32, byte)) + "\n"); }

TEST(SealKey, OpensWhatItSealed) {
  const auto key = seal_key('a');
  const auto sealed = key.seal("secret", "bank.example/s1");
  EXPECT_TRUE(SealKey::is_sealed(sealed));
  EXPECT_EQ(key.open(sealed, "bank.example/s1")->view(), "secret");
  EXPECT_NE(key.seal("secret", "bank.example/s1"), sealed);
  EXPECT_FALSE(key.open(sealed, "bank.example/s2")) << "under another name";
  EXPECT_FALSE(seal_key('b').open(sealed, "bank.example/s1")) << "with another key";
  for (std::size_t at = 0; at + 1 < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    if (changed != sealed) {
      EXPECT_FALSE(key.open(changed, "bank.example/s1")) << at;
    }
    EXPECT_FALSE(key.open(std::string_view(sealed).substr(0, at), "bank.example/s1")) << at;
  }
}

TEST(SealKey, IsThirtyTwoBytesInBase64) {
  for (const auto& text :
       {std::string(), std::string("x"), base::encode_base64(std::string(31, 'a')), std::string(32, 'a')})
    EXPECT_FALSE(SealKey::from_text(text)) << text;
}

class Folder : public ::testing::Test {
 protected:
  Folder() {
    auto name = std::filesystem::temp_directory_path() / "rampart-keys-XXXXXX";
    root_ = name.string();
    EXPECT_NE(::mkdtemp(root_.data()), nullptr);
  }
  ~Folder() override { std::filesystem::remove_all(root_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string path() const { return root_ + "/keys"; }
  [[nodiscard]] static mode_t mode(const std::string& path) {
    struct stat status{};
    ::stat(path.c_str(), &status);
    return status.st_mode & 07777U;
  }

  std::string root_;
};

TEST_F(Folder, KeepsKeysToItself) {
  const auto folder = KeyFolder::open(path(), std::nullopt);
  ASSERT_TRUE(folder);
  const auto key = folder->make("bank.example", "s1", SignKey::Type::ed25519, 0);
  ASSERT_TRUE(key);
  EXPECT_EQ(mode(path()), 0700U);
  EXPECT_EQ(mode(path() + "/bank.example"), 0700U);
  EXPECT_EQ(mode(path() + "/bank.example/s1.pem"), 0600U);
  EXPECT_EQ(folder->read("bank.example", "s1")->public_key(), key->public_key());
  EXPECT_EQ(folder->make("bank.example", "s1", SignKey::Type::ed25519, 0)->public_key(), key->public_key())
      << "what an interrupted run has left is taken up";
  EXPECT_FALSE(folder->put("bank.example", "s1", *key)) << "never overwritten";
  EXPECT_THAT(folder->domains(), ElementsAre());
  EXPECT_TRUE(folder->write_list("bank.example", "{}"));
  EXPECT_THAT(folder->domains(), ElementsAre("bank.example"));
  EXPECT_EQ(**folder->read_list("bank.example"), "{}");
}

TEST_F(Folder, RefusesWhatOthersMayRead) {
  const auto folder = KeyFolder::open(path(), std::nullopt);
  ASSERT_TRUE(folder->make("bank.example", "s1", SignKey::Type::ed25519, 0));
  std::filesystem::permissions(path() + "/bank.example/s1.pem", std::filesystem::perms(0644));
  const auto key = folder->read("bank.example", "s1");
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().what, HasSubstr("others may read"));
  std::filesystem::permissions(path(), std::filesystem::perms(0750));
  EXPECT_FALSE(KeyFolder::open(path(), std::nullopt));
}

TEST_F(Folder, NoNameLeadsOutOfIt) {
  const auto folder = KeyFolder::open(path(), std::nullopt);
  for (const auto* name : {"", "..", "../x", "a/b", ".hidden", "a..b", "a\nb"}) {
    EXPECT_FALSE(folder->read(name, "s1")) << name;
    EXPECT_FALSE(folder->make("bank.example", name, SignKey::Type::ed25519, 0)) << name;
    EXPECT_THAT(folder->read(name, "s1").error().hint, HasSubstr("hyphens")) << name;
    EXPECT_FALSE(folder->write_list(name, "{}")) << name;
  }
}

TEST_F(Folder, OneAtATime) {
  const auto folder = KeyFolder::open(path(), std::nullopt);
  const auto lock = folder->lock("bank.example");
  ASSERT_TRUE(lock);
  EXPECT_FALSE(folder->lock("bank.example"));
  EXPECT_TRUE(folder->lock("shop.example"));
}

TEST_F(Folder, SealedKeysNeedTheirFile) {
  {
    const auto folder = KeyFolder::open(path(), seal_key('a'));
    ASSERT_TRUE(folder->make("bank.example", "s1", SignKey::Type::ed25519, 0));
    EXPECT_TRUE(folder->read("bank.example", "s1"));
  }
  EXPECT_FALSE(KeyFolder::open(path(), std::nullopt)->read("bank.example", "s1"));
  const auto other = KeyFolder::open(path(), seal_key('b'))->read("bank.example", "s1");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().hint, HasSubstr("--seal-file"));
}

// Who seals keys, and once forgets the key file, does not get the next one in clear.
TEST_F(Folder, NoKeyInClearBesideSealedOnes) {
  ASSERT_TRUE(KeyFolder::open(path(), seal_key('a'))->make("bank.example", "s1", SignKey::Type::ed25519, 0));
  const auto clear = KeyFolder::open(path(), std::nullopt);
  for (const auto* domain : {"bank.example", "shop.example"}) {
    const auto key = clear->make(domain, "s2", SignKey::Type::ed25519, 0);
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error().hint, HasSubstr("--seal-file"));
    EXPECT_FALSE(*clear->has(domain, "s2"));
  }
  EXPECT_TRUE(KeyFolder::open(path(), seal_key('a'))->make("bank.example", "s2", SignKey::Type::ed25519, 0));
}

TEST_F(Folder, IsNobodyElses) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kOther = 4711;
  {
    const auto folder = KeyFolder::open(path(), std::nullopt);
    ASSERT_TRUE(folder->make("bank.example", "s1", SignKey::Type::ed25519, 0));
    ASSERT_EQ(::chown((path() + "/bank.example/s1.pem").c_str(), kOther, kOther), 0);
    EXPECT_FALSE(folder->read("bank.example", "s1"));
    ASSERT_EQ(::chown((path() + "/bank.example").c_str(), kOther, kOther), 0);
    EXPECT_FALSE(folder->lock("bank.example"));
  }
  ASSERT_EQ(::chown(path().c_str(), kOther, kOther), 0);
  const auto folder = KeyFolder::open(path(), std::nullopt);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().what, HasSubstr("another user"));
  EXPECT_THAT(folder.error().hint, HasSubstr("run it as that user"));
}

TEST_F(Folder, ReadsPrivateFilesOnly) {
  const auto file = root_ + "/secret";
  std::ofstream(file) << "the text";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  std::filesystem::create_symlink(file, root_ + "/link");
  EXPECT_EQ(read_private(file)->view(), "the text");
  EXPECT_EQ(read_private(root_ + "/link")->view(), "the text");
  EXPECT_FALSE(read_private(root_ + "/link", {.links = false}));
  std::filesystem::permissions(file, std::filesystem::perms(0640));
  EXPECT_THAT(read_private(root_ + "/link").error().what, HasSubstr("others may read"));
  EXPECT_FALSE(read_private(root_));
  EXPECT_FALSE(read_private(root_ + "/none"));
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  std::ofstream(file) << std::string((64U << 10) + 1, 'a');
  EXPECT_FALSE(read_private(file));
  if (::geteuid() == 0) {
    std::ofstream(file) << "another's";
    ASSERT_EQ(::chown(file.c_str(), 4711, 4711), 0);
    EXPECT_THAT(read_private(file).error().what, HasSubstr("another user"));
    EXPECT_EQ(read_private(file, {.any_owner = true})->view(), "another's");
  }
}

TEST(Secrets, AreOverwritten) {
  std::string text(100, 's');
  wipe(text);
  EXPECT_EQ(text, std::string(100, '\0'));
  Secret one(std::string(100, 'a'));
  Secret two(std::move(one));
  EXPECT_EQ(two.view(), std::string(100, 'a'));
}

}  // namespace
}  // namespace rampart::crypto
