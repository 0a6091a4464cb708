#include "net/dns_update.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace rampart::net {
namespace {

using dns::RecordSet;
using dns::RrType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = UpdateOutcome::Kind;

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }

TsigKey key() {
  return {name("update.bank.example"), "hmac-sha256", "c2VjcmV0IG9mIDMyIGJ5dGVzIGZvciBhIHRlc3QhISE="};
}

RecordSet texts(std::initializer_list<std::string_view> texts, std::uint32_t ttl = 3600) {
  RecordSet out{.name = name("_dmarc.bank.example"), .type = RrType::txt, .ttl = ttl, .rdata = {}};
  for (const auto text : texts) out.put(dns::txt_rdata(text));
  if (out.empty()) out.ttl = 0;
  return out;
}

ZoneChange change(RecordSet before, RecordSet after) {
  return {.zone = name("bank.example"), .before = std::move(before), .after = std::move(after)};
}

// "prereq _dmarc.bank.example 254 5": section, owner, class and type of each record but TSIG; the zone stands in the
// question.
std::vector<std::string> records(const std::string& packet) {
  const auto message = dns::Message::parse(packet);
  std::vector<std::string> out;
  if (!message) return {"malformed"};
  EXPECT_EQ(message->opcode(), 5U);
  EXPECT_TRUE(message->answers(name("bank.example"), RrType::soa));
  for (const auto& record : message->records()) {
    if (record.section == dns::Section::additional) continue;
    out.push_back(fmt::format("{} {} class {} type {} ttl {} {}",
                              record.section == dns::Section::answer ? "prereq" : "update",
                              message->owner(record)->text(), record.rr_class, record.type, record.ttl,
                              base::printable(message->rdata(record))));
  }
  return out;
}

std::vector<std::string> update(RecordSet before, RecordSet after) {
  const auto built = build_update(change(std::move(before), std::move(after)), key(), 7);
  return built ? records(built->packet) : std::vector{built.error().message()};
}

TEST(DnsUpdate, WhatIsNotThereMustNotBeThere) {
  EXPECT_THAT(update(texts({}), texts({"new"})),
              ElementsAre("prereq _dmarc.bank.example class 254 type 5 ttl 0 ",
                          "prereq _dmarc.bank.example class 254 type 16 ttl 0 ",
                          "update _dmarc.bank.example class 1 type 16 ttl 3600 \\x03new"));
}

TEST(DnsUpdate, RecordsGoByTheirValueAndOthersStay) {
  EXPECT_THAT(update(texts({"old", "token"}), texts({"new", "token"})),
              ElementsAre("prereq _dmarc.bank.example class 254 type 5 ttl 0 ",
                          "prereq _dmarc.bank.example class 1 type 16 ttl 0 \\x03old",
                          "prereq _dmarc.bank.example class 1 type 16 ttl 0 \\x05token",
                          "update _dmarc.bank.example class 254 type 16 ttl 0 \\x03old",
                          "update _dmarc.bank.example class 1 type 16 ttl 3600 \\x03new"));
  EXPECT_THAT(update(texts({"old"}), texts({})),
              ElementsAre("prereq _dmarc.bank.example class 254 type 5 ttl 0 ",
                          "prereq _dmarc.bank.example class 1 type 16 ttl 0 \\x03old",
                          "update _dmarc.bank.example class 254 type 16 ttl 0 \\x03old"));
}

TEST(DnsUpdate, AnAliasComesOnlyWhereNothingIs) {
  RecordSet none{.name = name("mta-sts.bank.example"), .type = RrType::cname, .ttl = 0, .rdata = {}};
  auto alias = none;
  alias.ttl = 60;
  alias.put(dns::name_rdata(name("www.bank.example")));
  const auto found = update(none, alias);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found.front(), "prereq mta-sts.bank.example class 254 type 255 ttl 0 ");
}

TEST(DnsUpdate, AnotherTtlPutsTheWholeSetAnew) {
  const auto found = update(texts({"a", "b"}, 600), texts({"a", "b"}, 60));
  EXPECT_EQ(std::ranges::count_if(found, [](const std::string& s) { return s.starts_with("update"); }), 4);
}

// A reply to `update` with this code and, when `tsig` is not 0, an unsigned TSIG record of that error (RFC 8945 5.2).
std::string reply(const SignedUpdate& update, unsigned code, unsigned tsig, std::string_view other = {}) {
  std::string out = update.packet.substr(0, 2);
  const auto put16 = [&](unsigned value) {
    out += static_cast<char>(value >> 8U);
    out += static_cast<char>(value & 0xffU);
  };
  put16(0xa800U | code);
  for (const unsigned count : {0U, 0U, 0U, tsig != 0 ? 1U : 0U}) put16(count);
  if (tsig == 0) return out;
  out += std::string(name("update.bank.example").wire()) + '\0';
  put16(250);
  put16(255);
  put16(0);
  put16(0);
  std::string rdata = std::string(name("hmac-sha256").wire()) + '\0';
  rdata += std::string(6, '\0') + std::string("\x01\x2c", 2) + std::string(2, '\0');
  rdata += update.packet.substr(0, 2);
  rdata += static_cast<char>(tsig >> 8U);
  rdata += static_cast<char>(tsig);
  rdata += static_cast<char>(other.size() >> 8U);
  rdata += static_cast<char>(other.size());
  rdata += other;
  put16(static_cast<unsigned>(rdata.size()));
  return out + rdata;
}

UpdateOutcome judged(unsigned code, unsigned tsig = 0, std::string_view other = {}) {
  const auto what = change(texts({}), texts({"new"}));
  const auto built = build_update(what, key(), 7);
  return read_update_reply(*built, what, key(), reply(*built, code, tsig, other),
                           *base::parse_time("2026-11-26T08:00:00Z"));
}

TEST(DnsUpdate, EveryRefusalSaysWhatToDo) {
  constexpr unsigned kNotAuth = 9;
  EXPECT_THAT(judged(kNotAuth, 16).error.message(), HasSubstr("BADSIG"));
  EXPECT_THAT(judged(kNotAuth, 17).error.message(), HasSubstr("BADKEY"));
  const auto late = judged(kNotAuth, 18, std::string_view("\0\0\x69\x00\x00\x00", 6));
  EXPECT_THAT(late.error.message(), HasSubstr("BADTIME"));
  EXPECT_THAT(late.error.message(), HasSubstr("here it is 2026-11-26T08:00:00Z, at the server 2025-10-27"));
  EXPECT_THAT(judged(kNotAuth, 18).error.message(), HasSubstr("a time it does not tell"));
  EXPECT_THAT(judged(kNotAuth, 99).error.message(), HasSubstr("TSIG error 99"));
  EXPECT_THAT(judged(kNotAuth).error.message(), HasSubstr("NOTAUTH"));
  EXPECT_THAT(judged(5).error.message(), HasSubstr("REFUSED"));
  EXPECT_THAT(judged(10).error.message(), HasSubstr("NOTZONE"));
  EXPECT_THAT(judged(2).error.message(), HasSubstr("SERVFAIL"));
  for (const unsigned code : {3U, 6U, 7U, 8U}) EXPECT_EQ(judged(code).kind, Kind::changed) << code;
  for (const unsigned code : {1U, 2U, 4U, 5U, 9U, 10U}) EXPECT_EQ(judged(code).kind, Kind::refused) << code;
}

TEST(DnsUpdate, ThatItWasDoneMustBeSigned) {
  EXPECT_EQ(judged(0).kind, Kind::uncertain);
  EXPECT_EQ(judged(0, 16).kind, Kind::uncertain);
  const auto what = change(texts({}), texts({"new"}));
  const auto built = build_update(what, key(), 7);
  auto other = reply(*built, 0, 0);
  other[1] = 8;  // another id
  EXPECT_EQ(read_update_reply(*built, what, key(), other, {}).kind, Kind::uncertain);
  EXPECT_EQ(read_update_reply(*built, what, key(), built->packet, {}).kind,
            Kind::uncertain);  // our own, back
  EXPECT_EQ(read_update_reply(*built, what, key(), "", {}).kind, Kind::uncertain);
}

}  // namespace
}  // namespace rampart::net
