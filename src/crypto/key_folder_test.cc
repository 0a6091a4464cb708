#include "crypto/key_folder.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/text.h"

namespace rampart::crypto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SealKey seal_key(char byte) { return *SealKey::from_text(base::encode_base64(std::string(32, byte)) + "\n"); }

TEST(SealKey, OpensWhatItSealed) {
  const auto key = seal_key('a');
  const auto sealed = key.seal("secret", "bank.example/s1");
  EXPECT_TRUE(SealKey::is_sealed(sealed));
  EXPECT_EQ(key.open(sealed, "bank.example/s1"), "secret");
  EXPECT_NE(key.seal("secret", "bank.example/s1"), sealed);
  EXPECT_FALSE(key.open(sealed, "bank.example/s2")) << "under another name";
  EXPECT_FALSE(seal_key('b').open(sealed, "bank.example/s1")) << "with another key";
  for (std::size_t at = 0; at + 1 < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    if (changed != sealed) {
      EXPECT_NE(key.open(changed, "bank.example/s1"), "secret") << at;
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
  EXPECT_FALSE(KeyFolder::open(path(), seal_key('b'))->read("bank.example", "s1"));
}

}  // namespace
}  // namespace rampart::crypto
