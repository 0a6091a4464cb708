#include "auth/dkim/canon.h"

#include <random>

#include <gtest/gtest.h>

#include "auth/dkim/canon_reference_test.h"
#include "base/text.h"

namespace rampart::dkim {
namespace {

std::string hashed(Canon canon, std::string_view body, std::size_t chunk = std::string_view::npos) {
  BodyHash hash(canon);
  while (!body.empty()) {
    const auto piece = body.substr(0, chunk);
    hash.update(piece);
    body.remove_prefix(piece.size());
  }
  return hash.finish();
}

std::string header(Canon canon, std::string_view raw) {
  std::string out;
  add_header(canon, base::trim(raw.substr(0, raw.find(':'))), raw, out);
  return out;
}

// RFC 6376 section 3.4.5.
TEST(Canon, TheRfcsOwnExample) {
  constexpr std::string_view kBody = " C \r\nD \t E\r\n\r\n\r\n";
  EXPECT_EQ(canonical_body(Canon::relaxed, kBody), " C\r\nD E\r\n");
  EXPECT_EQ(canonical_body(Canon::simple, kBody), " C \r\nD \t E\r\n");
  EXPECT_EQ(header(Canon::relaxed, "A: X\r\n"), "a:X\r\n");
  EXPECT_EQ(header(Canon::relaxed, "B : Y\t\r\n\tZ  \r\n"), "b:Y Z\r\n");
  EXPECT_EQ(header(Canon::simple, "B : Y\t\r\n\tZ  \r\n"), "B : Y\t\r\n\tZ  \r\n");
}

TEST(Canon, BodiesOfNothing) {
  for (const auto* body : {"", "\r\n", "\n", "\r\n\r\n", "\n\r\n\n"}) {
    EXPECT_EQ(hashed(Canon::relaxed, body), crypto::sha256("")) << base::printable(body);
    EXPECT_EQ(hashed(Canon::simple, body), crypto::sha256("\r\n")) << base::printable(body);
  }
  EXPECT_EQ(hashed(Canon::relaxed, " \t\r\n \r\n"), crypto::sha256(""));
  EXPECT_EQ(hashed(Canon::simple, " \r\n"), crypto::sha256(" \r\n"));
  EXPECT_EQ(hashed(Canon::simple, "a"), crypto::sha256("a\r\n"));
  EXPECT_EQ(hashed(Canon::relaxed, "a \f"), crypto::sha256("a \f\r\n"));
}

TEST(Canon, ABareReturnIsContent) {
  EXPECT_EQ(hashed(Canon::relaxed, "a\rb\r\n"), crypto::sha256("a\rb\r\n"));
  EXPECT_EQ(hashed(Canon::relaxed, "a\r"), crypto::sha256("a\r\r\n"));
  EXPECT_EQ(hashed(Canon::relaxed, "a \r b\n"), crypto::sha256("a \r b\r\n"));
  EXPECT_EQ(hashed(Canon::relaxed, "a\r\r\n"), crypto::sha256("a\r\r\n"));
}

TEST(Canon, LanesOfAFieldAreAsItsBytes) {
  // Odd bytes at each place of texts that are longer than a few lanes, one and two of them.
  for (const std::string_view odd : {" ", "\t", "\r\n ", "\n", "\r", "  ", " \t", " \r", "\r\r\n\t"}) {
    for (std::size_t at = 0; at < 50; ++at) {
      for (std::size_t other = at; other < 50; other += 7) {
        auto text = "Subject:" + std::string(50, 'x');
        text.insert(8 + other, odd);
        text.insert(8 + at, odd);
        EXPECT_EQ(header(Canon::relaxed, text), relaxed_header("subject", text)) << base::printable(text);
      }
    }
  }
}

TEST(Canon, FieldsThatAreFolded) {
  EXPECT_EQ(header(Canon::relaxed, "List-Unsubscribe:\r\n <mailto:a@b>\r\n"),
            "list-unsubscribe:<mailto:a@b>\r\n");
  EXPECT_EQ(header(Canon::relaxed, "Subject: a\n b"), "subject:a b\r\n");
  EXPECT_EQ(header(Canon::simple, "Subject: a\n b"), "Subject: a\r\n b\r\n");
  EXPECT_EQ(header(Canon::relaxed, "X:\r\n"), "x:\r\n");
  EXPECT_EQ(header(Canon::relaxed, "X: \t \r\n"), "x:\r\n");
}

TEST(Canon, TheSignatureIsTakenOut) {
  EXPECT_EQ(without_signature("DKIM-Signature: v=1; b=abc\r\n def; d=x\r\n"),
            "DKIM-Signature: v=1; b=; d=x\r\n");
  EXPECT_EQ(without_signature("DKIM-Signature: v=1; bh=abc; b = abc \r\n"),
            "DKIM-Signature: v=1; bh=abc; b =");
  EXPECT_EQ(without_signature("DKIM-Signature: b=;"), "DKIM-Signature: b=;");
  EXPECT_EQ(without_signature("DKIM-Signature: v=1"), "DKIM-Signature: v=1");
}

TEST(Canon, OnlySoManyOctets) {
  for (const auto limit : {0U, 1U, 5U, 9U, 10U, 11U, 500U}) {
    const auto canonical = canonical_body(Canon::relaxed, "ab  c \r\n\r\nd\r\n");  // 10 octets
    BodyHash hash(Canon::relaxed, limit);
    hash.update("ab  c \r\n\r\nd\r\n");
    EXPECT_EQ(hash.finish(), crypto::sha256(canonical.substr(0, limit))) << limit;
    EXPECT_EQ(hash.length(), canonical.size());
  }
}

// Soup of what matters, with runs long enough for whole lanes.
std::string soup(std::mt19937& random) {
  constexpr std::string_view kBits[] = {" ",
                                        "\t",
                                        "\r\n",
                                        "\n",
                                        "\r",
                                        "a",
                                        "ordinary words of text ",
                                        "\r\n\r\n",
                                        "  ",
                                        "0123456789abcdef0123456789abcdef",
                                        " \r\n",
                                        "x\r\ny"};
  std::string out;
  const auto count = random() % 40;
  for (unsigned i = 0; i < count; ++i) out += kBits[random() % std::size(kBits)];
  return out;
}

TEST(Canon, ChunksNeverMatter) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same soup each time
  for (int i = 0; i < 3000; ++i) {
    const auto body = soup(random);
    for (const auto canon : {Canon::simple, Canon::relaxed}) {
      const auto wanted = crypto::sha256(canonical_body(canon, body));
      ASSERT_EQ(hashed(canon, body), wanted) << to_string(canon) << ' ' << base::printable(body);
      const auto chunk = 1 + random() % 20;
      ASSERT_EQ(hashed(canon, body, chunk), wanted)
          << to_string(canon) << ' ' << chunk << ' ' << base::printable(body);
    }
  }
}

TEST(Canon, LanesAreAsBytes) {
  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp)
  for (int i = 0; i < 5000; ++i) {
    const auto body = soup(random);
    if (body.empty()) continue;
    const auto from = random() % body.size();
    const auto to = from + random() % (body.size() - from + 1);
    for (const auto canon : {Canon::simple, Canon::relaxed}) {
      ASSERT_EQ(detail::clean_end_vector(canon, body, from, to),
                detail::clean_end_scalar(canon, body, from, to))
          << to_string(canon) << ' ' << from << ' ' << to << ' ' << base::printable(body);
    }
  }
}

}  // namespace
}  // namespace rampart::dkim
