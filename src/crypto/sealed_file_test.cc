#include "crypto/sealed_file.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace rampart::crypto {
namespace {

using testing::HasSubstr;

class SealedFile : public testing::Test {
 protected:
  SealedFile()
      : path_((std::filesystem::temp_directory_path() / fmt::format("sealed-{}", ::getpid())).string()) {}
  ~SealedFile() override { std::filesystem::remove(path_); }

  void write(std::string_view text, const SealKey* key, std::size_t step = 100'000) {
    auto file = SealedWriter::create(path_, key, "q/1");
    ASSERT_TRUE(file);
    for (std::size_t at = 0; at < text.size(); at += step) ASSERT_TRUE(file->write(text.substr(at, step)));
    ASSERT_TRUE(file->commit());
  }
  base::Result<std::string> read(const std::optional<SealKey>& key, std::string_view name = "q/1") {
    std::string out;
    TRY(read_sealed(path_, key, name, [&](std::string_view piece) {
      out += piece;
      return base::Result<>();
    }));
    return out;
  }
  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  static SealKey key(char first = 'A') {
    return *SealKey::from_text(std::string(1, first) + "AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
  }
  static std::string text(std::size_t size) {
    std::string out;
    for (std::uint32_t x = 1; out.size() < size; x = x * 1664525 + 1013904223)
      out += static_cast<char>(x >> 24U);
    out.resize(size);
    return out;
  }

  std::string path_;
};

TEST_F(SealedFile, ReadsBackWhatWasWritten) {
  const std::optional<SealKey> none;
  const std::optional<SealKey> sealing = key();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece}) {
    for (const auto* one : {&none, &sealing}) {
      write(text(size), *one ? &**one : nullptr);
      const auto back = read(*one);
      ASSERT_TRUE(back) << back.error().message();
      EXPECT_TRUE(*back == text(size)) << size;
    }
  }
}

TEST_F(SealedFile, OpensWithItsKeyAndNameAlone) {
  const auto sealing = key();
  write("From: a@bank.example\r\n\r\nsecret\r\n", &sealing);
  EXPECT_EQ(bytes().find("secret"), std::string::npos);
  EXPECT_THAT(read(std::nullopt).error().message(), HasSubstr("no key file was named"));
  EXPECT_THAT(read(key('B')).error().message(), HasSubstr("another key file"));
  EXPECT_FALSE(read(key(), "q/2"));
}

TEST_F(SealedFile, TellsEveryChange) {
  const auto sealing = key();
  write(text(2 * kPiece + 10), &sealing);
  const auto whole = bytes();
  for (std::size_t at = 22; at < whole.size(); at += whole.size() / 40) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    put(changed);
    EXPECT_FALSE(read(key())) << at;
    put(whole.substr(0, at));
    EXPECT_FALSE(read(key())) << at;
  }
  put(whole + "x");
  EXPECT_FALSE(read(key()));
  // Without its last piece, which the one before says is not the last.
  const auto first =
      5 + (std::size_t{static_cast<unsigned char>(whole[22])} << 24U |
           std::size_t{static_cast<unsigned char>(whole[23])} << 16U |
           std::size_t{static_cast<unsigned char>(whole[24])} << 8U | static_cast<unsigned char>(whole[25]));
  auto cut = whole.substr(0, 22 + first);
  put(cut);
  EXPECT_FALSE(read(key()));
  cut[26] = 1;
  put(cut);
  EXPECT_FALSE(read(key())) << "a piece cannot be made the last";
  put("");
  EXPECT_FALSE(read(key()));
}

}  // namespace
}  // namespace rampart::crypto
