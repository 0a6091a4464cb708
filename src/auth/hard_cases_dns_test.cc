// Keys as DNS brings them: the cases of the list of 52 that begin below us, from the answer on. That a cut reply is asked for
// again over TCP is the network's to test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/mail_for_tests.h"
#include "dns/wire.h"

namespace rampart::auth::tests {
namespace {

using ::testing::HasSubstr;
using std::string_literals::operator""s;

const std::string kAt = "k._domainkey.bank.example";

std::string with_key() { return signed_by_hand(mail(), {.s = "k"}); }

// The text of a TXT record whose data are these character-strings, as it comes from the wire.
dns::RecordData read_txt(const std::vector<std::string>& strings) {
  std::string rdata;
  for (const auto& part : strings) rdata += static_cast<char>(part.size()) + part;
  auto wire = dns::build_query(1, TestZone::name(kAt), dns::RrType::txt, {.edns = false});
  wire[2] = static_cast<char>(0x81);
  wire[7] = 1;
  wire += "\xc0\x0c\0\x10\0\x01\0\0\1\x2c"s;
  wire += {static_cast<char>(rdata.size() >> 8U), static_cast<char>(rdata.size())};
  wire += rdata;
  const auto message = dns::Message::parse(wire);
  dns::RecordData out;
  if (!message || !dns::read_data(*message, message->records()[0], dns::RrType::txt, out))
    throw std::runtime_error("no TXT record");
  return out;
}

std::vector<std::string> in_pieces(std::string_view text, std::size_t size) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size(); at += size) out.emplace_back(text.substr(at, size));
  return out;
}

TEST(HardCases, Case27_KeyInSeveralStrings) {
  const auto rsa = *crypto::SignKey::make(crypto::SignKey::Type::rsa);
  const auto text = signed_by_hand(mail(), {.s = "k", .a = "rsa-sha256"}, rsa);
  const auto record = key_record(rsa);
  ASSERT_GT(record.size(), 255U);
  for (const std::size_t size : {255U, 100U, 1U}) {
    const auto read = read_txt(in_pieces(record, size));
    EXPECT_EQ(read.data, record);
    TestZone zone;
    zone.txt(kAt, read.data);
    EXPECT_EQ(dkim_of(text, zone), "pass") << size;
  }
  // What an owner pasted with the quotes of a zone file.
  TestZone pasted;
  pasted.txt(kAt, record.substr(0, 200) + "\" \"" + record.substr(200));
  const auto checked = check(text, pasted).dkim.at(0);
  EXPECT_EQ(checked.result, dkim::Result::permerror);
}

TEST(HardCases, Case28_ACutReplyIsNotAbsence) {
  TestZone zone;
  zone.fails(kAt, facts::Why::truncated);
  const auto checked = check(with_key(), zone).dkim.at(0);
  EXPECT_EQ(checked.result, dkim::Result::temperror);
  EXPECT_THAT(checked.why, HasSubstr("cut"));
}

TEST(HardCases, Case29_ARecordOverEightKilobytes) {
  const auto record = fmt::format("v=DKIM1; k=ed25519; n={}; p={}", std::string(20'000, 'n'),
                                  base::encode_base64(bank_key().public_key()));
  const auto read = read_txt(in_pieces(record, 255));
  EXPECT_EQ(read.data.size(), record.size());
  TestZone zone;
  zone.txt(kAt, read.data);
  EXPECT_EQ(dkim_of(with_key(), zone), "pass");
  // As many records as one answer may hold, and none of them a key.
  TestZone crowd;
  for (int i = 0; i < 4000; ++i) crowd.txt(kAt, fmt::format("token {}", i));
  EXPECT_EQ(dkim_of(with_key(), crowd), "permerror");
}

TEST(HardCases, Case30_AliasesAtTheSelector) {
  TestZone chain;
  chain.cname(kAt, "k1.mailer.example").cname("k1.mailer.example", "k2.mailer.example");
  chain.txt("k2.mailer.example", key_record(bank_key()));
  EXPECT_EQ(dkim_of(with_key(), chain), "pass");
  TestZone dangling;
  dangling.cname(kAt, "gone.mailer.example").exists("mailer.example");
  EXPECT_EQ(dkim_of(with_key(), dangling), "permerror");
  TestZone loop;
  loop.cname(kAt, "k1.mailer.example").cname("k1.mailer.example", kAt);
  EXPECT_EQ(dkim_of(with_key(), loop), "temperror");
  TestZone broken;
  broken.cname(kAt, "k1.mailer.example").fails("k1.mailer.example", facts::Why::servfail);
  EXPECT_EQ(dkim_of(with_key(), broken), "temperror");
}

}  // namespace
}  // namespace rampart::auth::tests
