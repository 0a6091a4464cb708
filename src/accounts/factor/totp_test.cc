#include "accounts/factor/totp.h"

#include <gtest/gtest.h>

namespace rampart::accounts::factor {
namespace {

using Why = TotpVerdict::Why;

base::Time at(std::int64_t seconds) { return base::Time(std::chrono::seconds(seconds)); }

const std::string kSecret = "12345678901234567890";

// RFC 4226 appendix D: counters are steps.
TEST(Totp, VectorsOfRfc4226) {
  const char* const codes[] = {"755224", "287082", "359152", "969429", "338314",
                               "254676", "287922", "162583", "399871", "520489"};
  for (std::int64_t step = 0; step < 10; ++step)
    EXPECT_EQ(totp_code(kSecret, step)->view(), codes[step]) << step;
}

// RFC 6238 appendix B, with the secrets of its erratum 2866: as long as the hash.
TEST(Totp, VectorsOfRfc6238) {
  const std::string sha256 = "12345678901234567890123456789012";
  const std::string sha512 = "1234567890123456789012345678901234567890123456789012345678901234";
  const struct {
    std::int64_t time;
    const char* sha1;
    const char* sha256;
    const char* sha512;
  } vectors[] = {
      {59, "94287082", "46119246", "90693936"},         {1111111109, "07081804", "68084774", "25091201"},
      {1111111111, "14050471", "67062674", "99943326"}, {1234567890, "89005924", "91819424", "93441116"},
      {2000000000, "69279037", "90698825", "38618901"}, {20000000000, "65353130", "77737706", "47863826"}};
  for (const auto& vector : vectors) {
    const auto step = vector.time / kTotpPeriod;
    const auto check = [&](const std::string& secret, TotpHash hash, const char* code) {
      const TotpRules rules{.hash = hash, .digits = 8};
      EXPECT_EQ(totp_code(secret, step, rules)->view(), code);
      EXPECT_EQ(check_totp(secret, code, at(vector.time), {}, rules).step, step);
    };
    check(kSecret, TotpHash::sha1, vector.sha1);
    check(sha256, TotpHash::sha256, vector.sha256);
    check(sha512, TotpHash::sha512, vector.sha512);
  }
}

TEST(Totp, OneStepToBothSidesAndNoFurther) {
  const base::Time now = at(1'800'000'015);
  const auto step = 1'800'000'015 / kTotpPeriod;
  for (std::int64_t drift = -3; drift <= 3; ++drift) {
    const auto verdict = check_totp(kSecret, *totp_code(kSecret, step + drift), now, {});
    if (drift >= -1 && drift <= 1) {
      EXPECT_EQ(verdict.step, step + drift);
      EXPECT_EQ(verdict.why, Why::none);
    } else {
      EXPECT_FALSE(verdict.step);
      EXPECT_EQ(verdict.why, Why::wrong);
    }
  }
}

TEST(Totp, AStepIsUsedOnce) {
  const base::Time now = at(1'800'000'015);
  const auto step = 1'800'000'015 / kTotpPeriod;
  const auto check = [&](std::int64_t of, std::int64_t last) {
    return check_totp(kSecret, *totp_code(kSecret, of), now, last);
  };
  EXPECT_EQ(check(step, step - 1).step, step);
  EXPECT_EQ(check(step, step).why, Why::replayed);
  EXPECT_EQ(check(step, step + 1).why, Why::replayed);
  EXPECT_EQ(check(step - 1, step).why, Why::replayed);  // older than the last accepted, not used itself
  EXPECT_EQ(check(step + 1, step).step, step + 1);
  EXPECT_EQ(check(step, -1).step, step);
  for (std::int64_t of = step - 1; of <= step + 1; ++of) EXPECT_FALSE(check(of, step + 1).step);
}

TEST(Totp, WhatIsNoCode) {
  const base::Time now = at(59);
  EXPECT_EQ(check_totp(kSecret, "287082", now, {}).step, 1);
  EXPECT_EQ(check_totp(kSecret, " 287 082 ", now, {}).step, 1);
  for (const char* code :
       {"", "28708", "2870820", "28708x", "-87082", "+87082", "２８７０８２", "287082\n", "0x1234"})
    EXPECT_EQ(check_totp(kSecret, code, now, {}).why, Why::malformed) << code;
  EXPECT_EQ(check_totp(kSecret, std::string(1000, ' ') + "287082", now, {}).why, Why::malformed);
  EXPECT_EQ(check_totp(kSecret, "287083", now, {}).why, Why::wrong);
  EXPECT_EQ(check_totp("", "287082", now, {}).why, Why::broken);
  EXPECT_EQ(check_totp(std::string(65, 'x'), "287082", now, {}).why, Why::broken);
  EXPECT_EQ(check_totp(kSecret, "755224", at(0), {}).step, 0);  // there is no step before the first
  EXPECT_FALSE(totp_code(kSecret, -1));
  EXPECT_FALSE(totp_code(kSecret, 1, {.digits = 9}));
  EXPECT_FALSE(totp_code(kSecret, 1, {.digits = 5}));
}

TEST(Totp, SecretsAreRandomAndWritten) {
  const auto secret = new_totp_secret();
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->view().size(), kTotpSecretBytes);
  EXPECT_NE(secret->view(), new_totp_secret()->view());
  // RFC 4648 section 10, without the padding.
  EXPECT_EQ(base32(""), "");
  EXPECT_EQ(base32("f"), "MY");
  EXPECT_EQ(base32("fo"), "MZXQ");
  EXPECT_EQ(base32("foo"), "MZXW6");
  EXPECT_EQ(base32("foob"), "MZXW6YQ");
  EXPECT_EQ(base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(otpauth_uri(kSecret, "Rampart: CERT", "ayesha@ministry.example"),
            "otpauth://totp/Rampart%20CERT:ayesha%40ministry.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&"
            "issuer=Rampart%20CERT&algorithm=SHA1&digits=6&period=30");
  EXPECT_NE(otpauth_uri(kSecret, "وزارت", "x&y").find("%D9%88%D8%B2%D8%A7%D8%B1%D8%AA:x%26y"),
            std::string::npos);
}

TEST(Totp, AQrCodeIsAnSvgOfItsOwn) {
  const auto svg = qr_svg(otpauth_uri(kSecret, "Rampart", "ayesha@ministry.example"));
  ASSERT_TRUE(svg);
  EXPECT_TRUE(svg->starts_with(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )"));
  EXPECT_TRUE(svg->ends_with("</svg>"));
  // The finder in the corner: seven dark modules in its first row, behind the quiet zone.
  EXPECT_NE(svg->find("M4 4h7v1H4z"), std::string::npos);
  EXPECT_EQ(svg->find("script"), std::string::npos);
  EXPECT_FALSE(qr_svg(""));
  EXPECT_FALSE(qr_svg(std::string(kMaxOtpauthUri + 1, 'x')));
  EXPECT_TRUE(qr_svg(std::string(kMaxOtpauthUri, 'x')));
}

}  // namespace
}  // namespace rampart::accounts::factor
