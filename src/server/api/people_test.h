// For tests only: a store with an owner who is signed in, and the threads that answer.
#pragma once

#include <gtest/gtest.h>

#include "accounts/factor/totp.h"
#include "server/api/pool.h"
#include "store/store_test.h"

namespace rampart::server::api {

inline constexpr std::string_view kTestOrigin = "https://rampart.example";
inline constexpr std::string_view kTestPassword = "correct horse battery staple";

// The bytes of a base32 text without padding (RFC 4648 section 6).
inline std::string from_base32(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const auto value =
        c >= 'A' && c <= 'Z' ? static_cast<unsigned>(c - 'A') : static_cast<unsigned>(c - '2') + 26;
    bits = (bits << 5U) | value;
    held += 5;
    if (held >= 8) out += static_cast<char>((bits >> (held -= 8)) & 0xffU);
  }
  return out;
}

struct People {
  store::TemporaryFolder folder;
  store::Url url = *store::parse_url((folder.path() / "rampart.db").string());
  accounts::Common common{.policy = {.public_url = std::string(kTestOrigin)},
                          .keys = *accounts::Keys::open((folder.path() / "keys").string())};
  std::unique_ptr<Pool> pool = *Pool::open({.url = url, .common = &common, .threads = 2, .waiting = 64});
  base::Time now = base::now();
  std::string cookie;
  std::string totp_secret;
  std::string account;

  // Enrols the owner, who is signed in then with `cookie`.
  void enrol() {
    auto bench = *Bench::open(url, common);
    auto& desk = bench->desk();
    const accounts::Client client{.address = "192.0.2.1", .agent = "test"};
    const auto link = *desk.enrolment.first_start(now);
    const auto opened = **desk.enrolment.open(link->token, {}, client, now);
    ASSERT_TRUE(*desk.enrolment.password(
        opened.session, {.password = std::string(kTestPassword), .address = "owner@cert.example"}, now));
    const auto app = **desk.enrolment.totp(opened.session, now);
    totp_secret = from_base32(app.secret);
    ASSERT_TRUE(*desk.enrolment.confirm_totp(opened.session, code(0), now));
    const auto done = **desk.enrolment.finish(opened.session, client, now);
    cookie = done.opened.token;
    account = done.opened.session.account;
  }
  [[nodiscard]] std::string code(std::int64_t steps_later) const {
    const auto step = now.time_since_epoch().count() / accounts::factor::kTotpPeriod + steps_later;
    return std::string(accounts::factor::totp_code(totp_secret, step)->view());
  }
};

}  // namespace rampart::server::api
