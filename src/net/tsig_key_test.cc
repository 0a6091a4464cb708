#include "net/tsig_key.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace rampart::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kSecret = "c2VjcmV0IG9mIDMyIGJ5dGVzIGZvciBhIHRlc3QhISE=";

std::string key_text(std::string_view algorithm = "hmac-sha256", std::string_view secret = kSecret) {
  return fmt::format("key \"update.bank.example\" {{\n\talgorithm {};\n\tsecret \"{}\";\n}};\n", algorithm,
                     secret);
}

std::string fault_of(std::string_view text) {
  const auto key = parse_tsig_key(text, "update.key");
  return key ? "none" : key.error().message();
}

TEST(TsigKey, AsTheToolsWriteIt) {
  for (const auto& text :
       {key_text(), key_text("HMAC-SHA512."), "# made today\n// by hand /* really */\n" + key_text(),
        std::string("key update.bank.example{algorithm hmac-sha256;secret ") + std::string(kSecret) +
            ";};"}) {
    const auto key = parse_tsig_key(text, "update.key");
    ASSERT_TRUE(key) << key.error().message() << '\n' << text;
    EXPECT_EQ(key->name().text(), "update.bank.example");
    EXPECT_EQ(key->secret(), kSecret);
  }
}

TEST(TsigKey, WhatIsNoKeyIsSaidWithoutTheSecret) {
  EXPECT_THAT(fault_of(""), HasSubstr("does not begin with the word key"));
  EXPECT_THAT(fault_of("key \".\" {"), HasSubstr("no valid name"));
  EXPECT_THAT(fault_of("key a b"), HasSubstr("{ does not follow"));
  EXPECT_THAT(fault_of(key_text("hmac-md5")), HasSubstr("algorithm"));
  EXPECT_THAT(fault_of(key_text("hmac-sha256", "no base64!")), HasSubstr("no base64"));
  EXPECT_THAT(fault_of(key_text("hmac-sha256", "c2hvcnQ=")), HasSubstr("has 5 bytes"));
  EXPECT_THAT(fault_of(key_text() + key_text()), HasSubstr("one key alone"));
  EXPECT_THAT(fault_of("key \"a\" { algorithm hmac-sha256; };"), HasSubstr("lacks"));
  EXPECT_THAT(fault_of("key \"a\" { secret"), HasSubstr("a ; is missing"));
  EXPECT_THAT(fault_of("/* key"), HasSubstr("does not begin"));
  for (std::size_t size = 0; size < key_text().size() - 1; ++size) {
    const auto fault = fault_of(key_text().substr(0, size));
    EXPECT_NE(fault, "none") << size;
    EXPECT_THAT(fault, Not(HasSubstr("c2Vj"))) << size;
  }
}

TEST(TsigKey, OnlyItsOwnerMayReadTheFile) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("rampart-key-{}", ::getpid());
  std::ofstream(path) << key_text();
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_TRUE(load_tsig_key(path));
  const auto link = path.string() + "-link";
  std::filesystem::create_symlink(path, link);
  EXPECT_THAT(load_tsig_key(link).error().message(), HasSubstr("symbolic link"));
  std::filesystem::remove(link);
  for (const unsigned mode : {0640U, 0604U, 0620U}) {
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    EXPECT_THAT(load_tsig_key(path).error().message(), HasSubstr("others may read or write it"));
  }
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  std::ofstream(path) << std::string(kMaxKeyFile + 1, ' ');
  EXPECT_THAT(load_tsig_key(path).error().message(), HasSubstr("larger than 4096"));
  std::filesystem::remove(path);
  EXPECT_THAT(load_tsig_key(path).error().message(), HasSubstr("cannot open"));
  EXPECT_THAT(load_tsig_key("/").error().message(), HasSubstr("is not a regular file"));
}

}  // namespace
}  // namespace rampart::net
