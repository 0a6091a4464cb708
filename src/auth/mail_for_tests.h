// For tests only: bank.example, which publishes everything, evil.example, which does so for itself, their messages, and what
// we say of them.
//
//   auto zone = bank_and_evil();
//   const auto result = check(mail("News <news@bank.example>"), zone, from_bank());
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "auth/authenticate.h"
#include "auth/dkim/sign.h"
#include "auth/zone_test.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::auth::tests {

inline const base::Time kNow{std::chrono::seconds(1'795'000'000)};

inline const crypto::SignKey& bank_key() {
  static const auto kKey = *crypto::SignKey::make(crypto::SignKey::Type::ed25519);
  return kKey;
}
inline const crypto::SignKey& evil_key() {
  static const auto kKey = *crypto::SignKey::make(crypto::SignKey::Type::ed25519);
  return kKey;
}

inline std::string key_record(const crypto::SignKey& key) {
  return fmt::format("v=DKIM1; k={}; p={}", key.type() == crypto::SignKey::Type::rsa ? "rsa" : "ed25519",
                     base::encode_base64(key.public_key()));
}

// bank.example sends from 192.0.2.1 and wants others rejected; evil.example sends from 203.0.113.9.
inline TestZone bank_and_evil() {
  TestZone zone;
  zone.txt("bank.example", "v=spf1 ip4:192.0.2.1 -all")
      .txt("_dmarc.bank.example", "v=DMARC1; p=reject")
      .txt("s1._domainkey.bank.example", key_record(bank_key()))
      .txt("evil.example", "v=spf1 ip4:203.0.113.9 -all")
      .txt("_dmarc.evil.example", "v=DMARC1; p=none")
      .txt("s1._domainkey.evil.example", key_record(evil_key()));
  return zone;
}

inline std::string mail(std::string_view from = "News <news@bank.example>", std::string_view more = "",
                        std::string_view body = "Hello\r\n") {
  return fmt::format("From: {}\r\nTo: a@else.example\r\nSubject: rates\r\n{}\r\n{}", from, more, body);
}

inline Envelope from_bank(std::string mail_from = "news@bank.example") {
  return {.ip = base::IpAddress::parse("192.0.2.1"),
          .helo = "mail.bank.example",
          .mail_from = std::move(mail_from)};
}
inline Envelope from_evil(std::string mail_from = "any@evil.example") {
  return {
      .ip = base::IpAddress::parse("203.0.113.9"), .helo = "evil.example", .mail_from = std::move(mail_from)};
}

// As our own signer does it.
inline std::string signed_mail(const std::string& text) {
  const auto message = mail::Message::parse(text);
  const mail::FieldIndex index(message->header);
  dkim::SignOptions options;
  options.domain = TestZone::name("bank.example");
  options.selector = "s1";
  options.now = kNow;
  const auto field = dkim::sign(*message, index, bank_key(), options);
  if (!field) throw std::runtime_error(field.error().message());
  return *field + text;
}

// A signature as other signers write them, or attackers.
struct Tags {
  std::string d = "bank.example";
  std::string s = "s1";
  std::string h = "from:to:subject";
  std::string c = "relaxed/relaxed";    // empty: the tag is left out
  std::string more;                     // further tags, " t=1;"
  std::optional<std::uint64_t> length;  // l=
  std::string a = "ed25519-sha256";
};

inline std::string signed_by_hand(const std::string& text, const Tags& tags = {},
                                  const crypto::SignKey& key = bank_key()) {
  const auto header = tags.c.starts_with("relaxed") ? dkim::Canon::relaxed : dkim::Canon::simple;
  const auto body = tags.c.ends_with("/relaxed") ? dkim::Canon::relaxed : dkim::Canon::simple;
  const auto message = mail::Message::parse(text);
  const mail::FieldIndex index(message->header);
  auto hash = tags.length ? dkim::BodyHash(body, *tags.length) : dkim::BodyHash(body);
  hash.update(message->body);
  auto field =
      fmt::format("DKIM-Signature: v=1; a={}; d={}; s={}; h={};{}{}{} bh={}; b=", tags.a, tags.d, tags.s,
                  tags.h, tags.c.empty() ? "" : fmt::format(" c={};", tags.c), tags.more,
                  tags.length ? fmt::format(" l={};", *tags.length) : "", base::encode_base64(hash.finish()));
  std::vector<std::string> names;
  for (const auto part : base::split(tags.h, ':')) names.push_back(base::lower(base::trim(part)));
  std::string signed_text;
  dkim::add_fields(header, names, message->header, index, signed_text);
  dkim::add_header(header, "DKIM-Signature", field, signed_text);
  signed_text.resize(signed_text.size() - 2);
  return field + base::encode_base64(key.sign(crypto::sha256(signed_text))) + "\r\n" + text;
}

inline Authentication check(const std::string& text, TestZone& zone, Envelope envelope = {}) {
  const auto message = mail::Message::parse(text);
  if (!message) throw std::runtime_error(message.error().message());
  dkim::KeyCache keys;
  Authenticator work(*message, std::move(envelope), keys);
  return zone.run([&](facts::Facts& facts) { return work.run(facts, kNow); });
}

// Of the first signature, as Authentication-Results says it: "pass", "policy".
inline std::string dkim_of(const std::string& text, TestZone& zone, std::size_t index = 0) {
  const auto result = check(text, zone);
  return index < result.dkim.size() ? std::string(dkim::to_string(result.dkim[index].result)) : "nothing";
}
inline std::string dkim_of(const std::string& text) {
  auto zone = bank_and_evil();
  return dkim_of(text, zone);
}

inline std::string dmarc_of(const std::string& text, const Envelope& envelope = {}) {
  auto zone = bank_and_evil();
  return std::string(dmarc::to_string(check(text, zone, envelope).dmarc));
}

}  // namespace rampart::auth::tests
