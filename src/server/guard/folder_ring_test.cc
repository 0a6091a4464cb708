#include "server/guard/folder_ring.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/keys/rotate.h"
#include "base/file.h"
#include "server/schema.h"
#include "store/store_test.h"

namespace rampart::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};
const auto kBank = *dns::Name::try_parse("bank.example");

class FolderRingTest : public testing::Test {
 protected:
  FolderRingTest()
      : path_((temporary_.path() / "keys").string()), folder_(*crypto::KeyFolder::open(path_, {})) {
    const auto errors = config_.load(fmt::format("[dkim]\nkeys = \"{}\"\n", path_), "rampart.toml");
    EXPECT_THAT(errors, IsEmpty());
  }

  // Makes a key that is not published yet.
  void make(const std::string& selector) {
    auto domain = *audit::keys::read_domain(folder_, kBank);
    domain.domain = kBank;
    ASSERT_TRUE(audit::keys::make_key(folder_, domain, selector, dkim::KeyType::ed25519, 0, kNow));
  }
  // What rotation does when the time has come.
  void switch_to(std::size_t key) {
    auto domain = *audit::keys::read_domain(folder_, kBank);
    dkim::set_seen(domain.keys.at(key), kNow, {});
    dkim::set_signing(domain, key, kNow);
    ASSERT_TRUE(audit::keys::write_domain(folder_, domain));
  }
  void table(std::string_view text) { ASSERT_TRUE(base::write_file(path_ + "/signing", text)); }
  std::vector<std::string> selectors(std::string_view address = "news@bank.example") {
    const auto found =
        ring_.for_author(address, *dns::Name::try_parse(address.substr(address.rfind('@') + 1)));
    EXPECT_TRUE(found) << found.error().message();
    std::vector<std::string> out;
    if (!found) return out;
    for (const auto& key : found->keys) out.push_back(key.domain.text() + "/" + key.selector);
    EXPECT_EQ(out.empty(), !found->none.empty());
    none_ = found->none;
    return out;
  }

  store::TemporaryFolder temporary_;
  std::string path_;
  crypto::KeyFolder folder_;
  base::Config config_{schema()};
  FolderRing ring_{config_};
  std::string none_;
};

TEST_F(FolderRingTest, SignsWithTheKeyThatRotationSwitchedTo) {
  EXPECT_THAT(selectors(), IsEmpty());
  EXPECT_EQ(none_, "no key is there for bank.example");
  make("e1");
  EXPECT_THAT(selectors(), IsEmpty());
  EXPECT_THAT(none_, HasSubstr("rampart dkim rotate")) << "it waits for its record";
  switch_to(0);
  EXPECT_THAT(selectors(), ElementsAre("bank.example/e1"));
  make("e2");
  EXPECT_THAT(selectors(), ElementsAre("bank.example/e1"));
  switch_to(1);
  EXPECT_THAT(selectors(), ElementsAre("bank.example/e2"));
  EXPECT_THAT(ring_.for_domain(kBank)->keys.front().selector, "e2");
}

TEST_F(FolderRingTest, GoesByTheSigningTableAsItStandsNow) {
  make("e1");
  switch_to(0);
  table("*@shop.example  shop.example  s1  bank.example/e1\n*@bank.example bank.example * bank.example\n");
  EXPECT_THAT(selectors(), ElementsAre("bank.example/e1"));
  EXPECT_THAT(selectors("a@shop.example"), ElementsAre("shop.example/s1"));
  EXPECT_THAT(selectors("a@else.example"), IsEmpty());
  EXPECT_THAT(none_, HasSubstr("no rule of the signing table"));
  table(
      "all\n*@shop.example shop.example s1 bank.example/e1\n*@shop.example third.example s2 "
      "bank.example/e1\n");
  EXPECT_THAT(selectors("a@shop.example"), ElementsAre("shop.example/s1", "third.example/s2"));
  EXPECT_THAT(selectors(), IsEmpty()) << "a domain that the table leaves out is not signed for";
  table("no table\n");
  EXPECT_FALSE(ring_.for_author("a@shop.example", kBank));
  EXPECT_FALSE(ring_.for_author("a@shop.example", kBank)) << "nor the second time";
  std::filesystem::remove(path_ + "/signing");
  EXPECT_THAT(selectors(), ElementsAre("bank.example/e1")) << "each domain for itself";
}

TEST_F(FolderRingTest, AKeyThatCannotBeReadIsAnError) {
  make("e1");
  switch_to(0);
  EXPECT_THAT(selectors(), ElementsAre("bank.example/e1"));
  const auto file = path_ + "/bank.example/e1.pem";
  std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_THAT(ring_.for_domain(kBank).error().message(), HasSubstr("e1.pem"));
  std::filesystem::permissions(file, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::remove);
  EXPECT_TRUE(ring_.for_domain(kBank));
  std::filesystem::remove(file);
  EXPECT_FALSE(ring_.for_domain(kBank));
}

TEST_F(FolderRingTest, AFolderThatCannotBeLookedAtIsAnError) {
  make("e1");
  switch_to(0);
  EXPECT_THAT(selectors(), ElementsAre("bank.example/e1"));
  // Root may look everywhere, so no permissions are taken away here.
  std::filesystem::rename(path_ + "/bank.example", path_ + "/away");
  std::filesystem::create_symlink("bank.example", path_ + "/bank.example");
  const auto found = ring_.for_domain(kBank);
  ASSERT_FALSE(found) << "its mail would go out unsigned";
  EXPECT_EQ(found.error().kind, base::ErrorKind::io);
}

TEST_F(FolderRingTest, HasNoKeysForWhatIsNoFolder) {
  make("e1");
  for (const auto* text : {"..example", "a/b.example", "_x.example"}) {
    const auto name = dns::Name::try_parse(text);
    if (!name) continue;
    const auto found = ring_.for_domain(*name);
    ASSERT_TRUE(found) << text;
    EXPECT_THAT(found->keys, IsEmpty());
  }
  const auto missing = fmt::format("[dkim]\nkeys = \"{}/none\"\n", path_);
  base::Config config(schema());
  EXPECT_THAT(config.load(missing, "rampart.toml"), IsEmpty());
  EXPECT_THAT(FolderRing(config).check().error().message(), HasSubstr("there is no key folder"));
}

}  // namespace
}  // namespace rampart::server
