#include "dns/record_set.h"

#include <gtest/gtest.h>

namespace rampart::dns {
namespace {

Name name(std::string_view text) { return *Name::try_parse(text); }

TEST(RecordSet, TextIsSplitAndJoined) {
  const std::string text(300, 'x');
  const auto rdata = txt_rdata(text);
  EXPECT_EQ(rdata.size(), 302U);
  EXPECT_TRUE(is_rdata(RrType::txt, rdata));
  EXPECT_EQ(txt_of(rdata), text);
  EXPECT_EQ(txt_rdata(""), std::string(1, '\0'));
  EXPECT_EQ(rdata_text(RrType::txt, txt_rdata("a \"b\" \\ \x01\xff")), R"("a \034b\034 \092 \001\255")");
  EXPECT_EQ(rdata_text(RrType::txt,
                       "\x01"
                       "a"
                       "\x01"
                       "b"),
            R"("a" "b")");
}

TEST(RecordSet, ShapesAreChecked) {
  EXPECT_FALSE(is_rdata(RrType::txt, ""));
  EXPECT_FALSE(is_rdata(RrType::txt,
                        "\x05"
                        "abc"));
  EXPECT_FALSE(is_rdata(RrType::a, "abc"));
  EXPECT_FALSE(is_rdata(RrType::cname,
                        "\x03"
                        "abc"));  // no end
  EXPECT_FALSE(is_rdata(RrType::mx, std::string_view("\0\0", 2)));
  EXPECT_FALSE(is_rdata(RrType::soa, "x"));
  EXPECT_TRUE(is_rdata(RrType::mx, mx_rdata(0, Name())));
  EXPECT_EQ(rdata_text(RrType::mx, mx_rdata(300, name("mail.bank.example"))), "300 mail.bank.example.");
  EXPECT_EQ(rdata_text(RrType::mx, mx_rdata(0, Name())), "0 .");
  EXPECT_EQ(rdata_text(RrType::a, "abc"), "\\# 3 616263");
  EXPECT_EQ(name_of(name_rdata(name("a.example"))), name("a.example"));
  EXPECT_FALSE(name_of("\x01"));
}

TEST(RecordSet, IsASet) {
  RecordSet set{name("bank.example"), RrType::txt, 300, {}};
  set.put("b");
  set.put("a");
  set.put("b");
  EXPECT_EQ(set.rdata, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(set.holds("a"));
  set.take("a");
  EXPECT_FALSE(set.holds("a"));
  EXPECT_FALSE(set.empty());
}

TEST(RecordSet, IsReadFromAReply) {
  auto reply = build_query(7, name("bank.example"), RrType::mx, {.edns = false});
  reply[2] = static_cast<char>(0x84);
  const auto add = [&](std::string_view owner, std::string_view rdata) {
    reply += std::string(owner) + std::string("\0\x0f\0\x01\0\0\x01\x2c\0", 9) +
             static_cast<char>(rdata.size()) + std::string(rdata);
    reply[7] = static_cast<char>(reply[7] + 1);
  };
  add("\xc0\x0c", std::string("\0\x0a\x04"
                              "MAIL"
                              "\xc0\x0c",
                              9));
  add("\xc0\x0c", std::string("\0\x05\xc0\x0c", 4));
  const auto message = Message::parse(reply);
  ASSERT_TRUE(message);
  const auto set = read_record_set(*message, name("bank.example"), RrType::mx);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->ttl, 300U);
  ASSERT_EQ(set->rdata.size(), 2U);
  EXPECT_EQ(rdata_text(RrType::mx, set->rdata[0]), "5 bank.example.");
  EXPECT_EQ(rdata_text(RrType::mx, set->rdata[1]), "10 mail.bank.example.");
  EXPECT_TRUE(read_record_set(*message, name("bank.example"), RrType::txt)->empty());
}

}  // namespace
}  // namespace rampart::dns
