// Recovery codes, and the box of secrets.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "accounts/factor/recovery.h"
#include "accounts/factor/secret_box.h"
#include "base/file.h"

namespace rampart::accounts::factor {
namespace {

TEST(Recovery, TenCodesThatDiffer) {
  const auto codes = new_recovery_codes();
  ASSERT_TRUE(codes);
  std::set<std::string> seen;
  for (const auto& code : *codes) {
    EXPECT_EQ(code.view().size(), 29U) << code.view();
    EXPECT_EQ(code.view()[4], '-');
    EXPECT_EQ(code.view().find_first_of("ILOUilou"), std::string_view::npos);
    seen.emplace(code.view());
    EXPECT_EQ(read_recovery_code(code)->view().size(), kRecoveryLetters);
  }
  EXPECT_EQ(seen.size(), kRecoveryCodes);
}

TEST(Recovery, IsReadAsPeopleTypeIt) {
  for (const char* typed :
       {"7KQF-2M9X-D4TR-8S3C-Y5EN-0WB1", "7kqf2m9xd4tr8s3cy5en0wb1", " 7kqf 2m9x d4tr 8s3c y5en owbl ",
        "7KQF-2M9X-D4TR-8S3C-Y5EN-OWBI", "7-K-Q-F2M9XD4TR8S3CY5EN0WB1\n"})
    EXPECT_EQ(read_recovery_code(typed)->view(), "7KQF2M9XD4TR8S3CY5EN0WB1") << typed;
  for (const char* typed :
       {"", "7KQF-2M9X-D4TR-8S3C-Y5EN-0WB", "7KQF-2M9X-D4TR-8S3C-Y5EN-0WB11", "7KQF-2M9X-D4TR-8S3C-Y5EN-0WBU",
        "7KQF_2M9X_D4TR_8S3C_Y5EN_0WB1", "7KQF-2M9X-D4TR-8S3C-Y5EN-0WB\xc3\xa9"})
    EXPECT_FALSE(read_recovery_code(typed)) << typed;
  EXPECT_FALSE(read_recovery_code(std::string(60, ' ') + "7KQF2M9XD4TR8S3CY5EN0WB1"));
}

TEST(Recovery, AHashIsOfOneAccountsCode) {
  const auto hash = recovery_hash("a1", "7KQF-2M9X-D4TR-8S3C-Y5EN-0WB1");
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(hash, recovery_hash("a1", "7kqf2m9xd4tr8s3cy5enowbl"));
  EXPECT_NE(hash, recovery_hash("a2", "7KQF-2M9X-D4TR-8S3C-Y5EN-0WB1"));
  EXPECT_NE(hash, recovery_hash("a1", "7KQF-2M9X-D4TR-8S3C-Y5EN-0WB2"));
  EXPECT_EQ(recovery_hash("a1", "no code"), "");
}

class SecretBoxTest : public testing::Test {
 protected:
  SecretBoxTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rampart-box-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~SecretBoxTest() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(SecretBoxTest, OpensWhatItSealedForThatAccountAlone) {
  const auto path = folder_ + "/accounts.key";
  ASSERT_TRUE(SecretBox::make_key_file(path));
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_FALSE(SecretBox::make_key_file(path));  // never over a key that is there

  const auto box = SecretBox::open(path);
  ASSERT_TRUE(box) << box.error().message();
  const std::string secret("\0raw\xff", 5);
  const auto sealed = box->seal(secret, "a1", "totp").value();
  EXPECT_EQ(sealed.find(secret), std::string::npos);
  EXPECT_EQ(sealed.find('\n'), std::string::npos);
  EXPECT_NE(sealed, box->seal(secret, "a1", "totp").value());
  EXPECT_EQ(box->unseal(sealed, "a1", "totp")->view(), secret);
  EXPECT_EQ(SecretBox::open(path)->unseal(sealed, "a1", "totp")->view(), secret);

  EXPECT_FALSE(box->unseal(sealed, "a2", "totp"));
  EXPECT_FALSE(box->unseal(sealed, "a1", "oidc"));
  auto altered = sealed;
  altered[altered.size() - 6] = altered[altered.size() - 6] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(box->unseal(altered, "a1", "totp"));
  EXPECT_FALSE(box->unseal("", "a1", "totp"));
  EXPECT_FALSE(box->unseal(std::string(100'000, 'x'), "a1", "totp"));
  ASSERT_TRUE(SecretBox::make_key_file(folder_ + "/other.key"));
  EXPECT_FALSE(SecretBox::open(folder_ + "/other.key")->unseal(sealed, "a1", "totp"));
}

TEST_F(SecretBoxTest, AKeyFileThatIsNone) {
  EXPECT_FALSE(SecretBox::open(folder_ + "/none"));
  ASSERT_TRUE(base::write_new_file(folder_ + "/short", "c2hvcnQ=\n"));
  const auto box = SecretBox::open(folder_ + "/short");
  ASSERT_FALSE(box);
  EXPECT_FALSE(box.error().hint.empty());
  ASSERT_TRUE(SecretBox::make_key_file(folder_ + "/open"));
  chmod((folder_ + "/open").c_str(), 0644);
  EXPECT_FALSE(SecretBox::open(folder_ + "/open"));
}

}  // namespace
}  // namespace rampart::accounts::factor
