#include "dns/transfer.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dns/wire.h"

namespace rampart::dns {
namespace {

using State = TransferReader::State;

const Name kZone = *Name::try_parse("bank.example");
constexpr std::uint16_t kId = 0x1234;

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

struct Item {
  std::string owner;
  unsigned type;
  std::string data;
  unsigned rr_class = 1;
};

std::string soa(unsigned serial) {
  std::string out("\0\0\0\0", 4);  // both names the root, and the high half of the serial
  put16(out, serial);
  return out + std::string(16, '\0');
}
Item soa_item(unsigned serial = 1) { return {"bank.example", 6, soa(serial)}; }
Item a(std::string owner) { return {std::move(owner), 1, "\xc0\x00\x02\x01"}; }

std::string message(const std::vector<Item>& items, unsigned flags = 0x8400, bool question = true,
                    std::uint16_t id = kId) {
  std::string out;
  put16(out, id);
  put16(out, flags);
  put16(out, question ? 1 : 0);
  put16(out, static_cast<unsigned>(items.size()));
  out.append(4, '\0');
  if (question) {
    out.append(kZone.wire());
    out += '\0';
    put16(out, kAxfr);
    put16(out, 1);
  }
  for (const auto& item : items) {
    out.append(Name::try_parse(item.owner)->wire());
    out += '\0';
    put16(out, item.type);
    put16(out, item.rr_class);
    out.append(4, '\0');
    put16(out, static_cast<unsigned>(item.data.size()));
    out += item.data;
  }
  return out;
}

struct Read {
  State state = State::more;
  std::vector<std::string> owners;
  std::string why;
};

Read read(const std::vector<std::string>& messages, const TransferLimits& limits = {}) {
  TransferReader reader(kZone, kId, limits);
  Read out;
  for (const auto& text : messages) {
    out.state =
        reader.feed(text, [&](const TransferRecord& record) { out.owners.push_back(record.owner.text()); });
  }
  out.why = reader.why();
  return out;
}

TEST(Transfer, TheQueryAsksForTheZone) {
  const auto query = build_transfer_query(kId, kZone);
  const auto parsed = Message::parse(query);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->answers(kZone, static_cast<RrType>(kAxfr)));
  EXPECT_FALSE(parsed->has_edns());
}

TEST(Transfer, OneMessageOrSeveral) {
  const auto whole = read({message({soa_item(), a("www.bank.example"), a("mail.bank.example"), soa_item()})});
  EXPECT_EQ(whole.state, State::done);
  EXPECT_THAT(whole.owners, testing::ElementsAre("bank.example", "www.bank.example", "mail.bank.example"));
  const auto parts = read({message({soa_item()}), message({a("www.bank.example")}, 0x8400, false),
                           message({}, 0x8400, false), message({soa_item()}, 0x8400, false), "ignored"});
  EXPECT_EQ(parts.state, State::done);
  EXPECT_THAT(parts.owners, testing::ElementsAre("bank.example", "www.bank.example"));
}

TEST(Transfer, ARefusalIsNoZone) {
  EXPECT_EQ(read({message({}, 0x8005)}).state, State::refused);
  EXPECT_EQ(read({message({}, 0x8005)}).why, "REFUSED");
  EXPECT_EQ(read({message({}, 0x8009)}).state, State::refused);
  EXPECT_EQ(read({message({})}).state, State::refused);
}

TEST(Transfer, WhatIsNoTransferIsBroken) {
  const std::vector<std::string> broken{
      "",
      "x",
      message({soa_item()}).substr(0, 40),
      message({a("www.bank.example"), soa_item()}),
      message({soa_item()}, 0x0400),
      message({soa_item()}, 0x8600),
      message({soa_item()}, 0x8400, false),
      message({soa_item()}, 0x8400, true, kId + 1),
      message({{"bank.example", 6, "short"}}),
      message({{"bank.example", 6, soa(1), 3}}),
      message({{"other.example", 6, soa(1)}}),
      message({soa_item(1), soa_item(2)}),
  };
  for (std::size_t i = 0; i < broken.size(); ++i) {
    const auto result = read({broken[i]});
    EXPECT_EQ(result.state, State::broken) << i;
    EXPECT_FALSE(result.why.empty()) << i;
  }
}

TEST(Transfer, WhatLiesOutsideIsLeftOut) {
  const auto result = read({message({soa_item(), a("www.other.example"), a("a.bank.example"), soa_item()})});
  EXPECT_EQ(result.state, State::done);
  EXPECT_THAT(result.owners, testing::ElementsAre("bank.example", "a.bank.example"));
}

TEST(Transfer, EndsAtItsLimits) {
  const auto many = message({soa_item(), a("a.bank.example"), a("b.bank.example"), a("c.bank.example")});
  EXPECT_EQ(read({many}, {.max_records = 3}).state, State::too_large);
  EXPECT_EQ(read({many}, {.max_bytes = 50}).state, State::too_large);
  EXPECT_EQ(read({many, many}, {.max_records = 3}).state, State::too_large);
}

}  // namespace
}  // namespace rampart::dns
