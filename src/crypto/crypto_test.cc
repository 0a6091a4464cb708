#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/keys_test.h"
#include "crypto/public_key.h"

namespace rampart::crypto {
namespace {

std::string bytes(std::string_view base64) { return *base::decode_base64(base64); }

TEST(Digest, KnownValues) {
  EXPECT_EQ(base::hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2
  EXPECT_EQ(sha256("").size(), kSha256Bytes);
  EXPECT_EQ(base::hex(sha512("abc")).substr(0, 32), "ddaf35a193617abacc417349ae204131");
}

TEST(PublicKey, ReadsBothFormsOfAnRsaKey) {
  const auto key = PublicKey::rsa(bytes(kRsa2048));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->bits(), 2048U);
  EXPECT_EQ(key->form(), PublicKey::Form::subject_public_key_info);
  EXPECT_FALSE(key->even_or_tiny_exponent());
  EXPECT_EQ(key->spki(), bytes(kRsa2048));
  const auto bare = PublicKey::rsa(bytes(kRsa2048Bare));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->form(), PublicKey::Form::rsa_public_key);
  EXPECT_EQ(bare->spki(), key->spki());
  EXPECT_EQ(PublicKey::rsa(bytes(kRsa1024))->bits(), 1024U);
  EXPECT_EQ(PublicKey::rsa(bytes(kRsa768))->bits(), 768U);
}

TEST(PublicKey, RefusesWhatIsNoRsaKey) {
  const auto der = bytes(kRsa1024);
  EXPECT_FALSE(PublicKey::rsa(""));
  EXPECT_FALSE(PublicKey::rsa("garbage"));
  EXPECT_FALSE(PublicKey::rsa(der + "x"));
  EXPECT_FALSE(PublicKey::rsa(std::string(kMaxKeyBytes + 1, 'x')));
  const auto other = PublicKey::rsa(bytes(kEc));
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().what.find("EC"), std::string::npos);
  for (std::size_t cut = 0; cut < der.size(); ++cut) EXPECT_FALSE(PublicKey::rsa(der.substr(0, cut))) << cut;
}

// The project's own reader against OpenSSL's: what it writes is what OpenSSL reads as the same key.
TEST(PublicKey, WritesWhatItRead) {
  for (const auto text : {kRsa768, kRsa1024, kRsa2048}) {
    const auto key = PublicKey::rsa(bytes(text));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->spki(), bytes(text));
  }
  // One byte changed anywhere: another key, or an error; never a crash.
  auto der = bytes(kRsa1024);
  for (auto& c : der) {
    c = static_cast<char>(c ^ 0x15);
    const auto key = PublicKey::rsa(der);
    if (key) EXPECT_GT(key->bits(), 0U);
    c = static_cast<char>(c ^ 0x15);
  }
}

TEST(PublicKey, ReadsEd25519) {
  const auto key = PublicKey::ed25519(bytes(kEd25519));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->bits(), 256U);
  EXPECT_FALSE(PublicKey::ed25519(bytes(kEd25519).substr(1)));
  EXPECT_FALSE(PublicKey::ed25519(bytes(kRsa1024)));
}

}  // namespace
}  // namespace rampart::crypto
