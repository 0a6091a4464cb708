#include "dns/wire.h"

#include <gtest/gtest.h>

namespace rampart::dns {
namespace {

using std::string_literals::operator""s;

const Name kName = *Name::try_parse("a.example");

// A reply to (a.example, TXT) with `answers` records, whose bytes follow.
std::string reply(unsigned answers, const std::string& records, unsigned flags = 0x8180) {
  std::string out = build_query(0x1234, kName, RrType::txt, {.edns = false});
  out[2] = static_cast<char>(flags >> 8);
  out[3] = static_cast<char>(flags);
  out[7] = static_cast<char>(answers);
  return out + records;
}

std::string record(const std::string& owner, unsigned type, const std::string& rdata,
                   const std::string& ttl = "\0\0\1\x2c"s) {
  return owner + std::string{static_cast<char>(type >> 8), static_cast<char>(type)} + "\0\1"s + ttl +
         std::string{static_cast<char>(rdata.size() >> 8), static_cast<char>(rdata.size())} + rdata;
}

const std::string kPointer = "\xc0\x0c";  // the question's name

TEST(Wire, QueryHoldsNameTypeRdAdAndEdns) {
  const std::string query = build_query(0xabcd, kName, RrType::mx);
  EXPECT_EQ(query,
            "\xab\xcd\x01\x20\0\1\0\0\0\0\0\1"
            "\1a\7example\0\0\x0f\0\1"
            "\0\0\x29\x04\xd0\0\0\0\0\0\0"s);
}

TEST(Wire, QueryWithoutRecursionAndEdns) {
  const std::string query =
      build_query(1, Name(), RrType::ns, {.recurse = false, .edns = false, .ask_ad = false});
  EXPECT_EQ(query, "\0\1\0\0\0\1\0\0\0\0\0\0\0\0\2\0\1"s);
}

TEST(Wire, ReadsAnAnswer) {
  const std::string wire = reply(2, record(kPointer, 16, "\3one\3two") + record(kPointer, 16, "\1x"), 0x81a0);
  const auto message = Message::parse(wire);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->id(), 0x1234);
  EXPECT_TRUE(message->is_response());
  EXPECT_TRUE(message->authentic());
  EXPECT_FALSE(message->truncated());
  EXPECT_TRUE(message->answers(kName, RrType::txt));
  EXPECT_FALSE(message->answers(kName, RrType::mx));
  EXPECT_FALSE(message->answers(kName.parent(), RrType::txt));
  ASSERT_EQ(message->records().size(), 2U);
  EXPECT_EQ(message->owner(message->records()[0]), kName);
  EXPECT_EQ(message->records()[0].ttl, 300U);
  RecordData data;
  ASSERT_TRUE(read_data(*message, message->records()[0], RrType::txt, data));
  EXPECT_EQ(data.data, "onetwo");
  EXPECT_EQ(data.strings, 2);
}

TEST(Wire, AsksForTheSameQuestionInAnyCase) {
  std::string wire = reply(0, "");
  wire[13] = 'A';
  EXPECT_TRUE(Message::parse(wire)->answers(kName, RrType::txt));
}

TEST(Wire, DecompressesNamesInRecordData) {
  const std::string wire = reply(1, record(kPointer, 15, "\0\x0a\2mx\xc0\x0c"s));
  const auto message = Message::parse(wire);
  ASSERT_TRUE(message);
  RecordData data;
  ASSERT_TRUE(read_data(*message, message->records()[0], RrType::mx, data));
  EXPECT_EQ(data.preference, 10);
  EXPECT_EQ(Name::from_wire(data.data)->text(), "mx.a.example");
}

TEST(Wire, ReadsSoa) {
  const std::string numbers = "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\x3c"s;
  const std::string wire = reply(1, record(kPointer, 6, "\2ns\xc0\x0c\1h\xc0\x0c" + numbers));
  const auto message = Message::parse(wire);
  ASSERT_TRUE(message);
  RecordData data;
  ASSERT_TRUE(read_data(*message, message->records()[0], RrType::soa, data));
  const auto soa = parse_soa(data.data);
  ASSERT_TRUE(soa);
  EXPECT_EQ(soa->mname.text(), "ns.a.example");
  EXPECT_EQ(soa->serial, 1U);
  EXPECT_EQ(soa->minimum, 60U);
}

TEST(Wire, PointersOnlyGoBackwards) {
  for (const std::string& owner : {"\xc0\x1b"s, "\xc0\x30"s, "\1x\xc0\x1b"s, "\xc0\x00"s, "\xff\xff"s}) {
    const std::string wire = reply(1, record(owner, 16, "\1x"));
    const auto message = Message::parse(wire);
    ASSERT_TRUE(message);
    EXPECT_FALSE(message->owner(message->records()[0]));
  }
}

TEST(Wire, NamesEndAt255Octets) {
  std::string labels;
  for (int i = 0; i < 4; ++i) labels += '\x3f' + std::string(63, 'x');
  const std::string wire = reply(1, record(labels + '\0', 16, "\1x"));
  const auto message = Message::parse(wire);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->owner(message->records()[0]));
}

TEST(Wire, RefusesWhatIsCut) {
  const std::string whole = reply(1, record(kPointer, 16, "\3one"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Message::parse(std::string_view(whole).substr(0, size))) << size;
  }
  std::string two = whole;
  two[5] = 2;  // two questions
  EXPECT_FALSE(Message::parse(two));
  EXPECT_FALSE(Message::parse(std::string(kMaxMessage + 1, '\0')));
}

TEST(Wire, KeepsTheHeadOfATruncatedMessage) {
  const std::string wire = reply(3, record(kPointer, 16, "\3one") + "\xc0", 0x8380);
  const auto message = Message::parse(wire);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->truncated());
  EXPECT_EQ(message->records().size(), 1U);
}

TEST(Wire, RefusesRecordDataOfTheWrongShape) {
  struct Case {
    RrType type;
    std::string rdata;
  };
  const Case cases[] = {
      {RrType::a, "\1\2\3"},        {RrType::a, "\1\2\3\4\5"},
      {RrType::aaaa, "\1\2\3\4"},   {RrType::txt, ""},
      {RrType::txt, "\5abc"},       {RrType::mx, "\0\1"s},
      {RrType::mx, "\0\1\2mx\0x"s}, {RrType::ns, ""},
      {RrType::ns, "\2ns"},         {RrType::soa, "\0\0"s},
      {RrType::ds, "\0\1\2\3"s},    {RrType::tlsa, "\3\1\1"},
      {RrType::caa, "\0\0x"s},      {RrType::caa, "\0\5iss"s},
  };
  for (const auto& [type, rdata] : cases) {
    const std::string wire = reply(1, record(kPointer, static_cast<unsigned>(type), rdata));
    const auto message = Message::parse(wire);
    ASSERT_TRUE(message);
    RecordData data;
    EXPECT_FALSE(read_data(*message, message->records()[0], type, data)) << to_string(type);
  }
}

TEST(Wire, TakesRawDataOfTheOtherTypes) {
  struct Case {
    RrType type;
    std::string rdata;
  };
  const Case cases[] = {{RrType::a, "\1\2\3\4"},
                        {RrType::aaaa, std::string(16, 'x')},
                        {RrType::ds, "\0\1\2\3\4"s},
                        {RrType::tlsa, "\3\1\1x"},
                        {RrType::caa, "\0\5issueca.example"s}};
  for (const auto& [type, rdata] : cases) {
    const std::string wire = reply(1, record(kPointer, static_cast<unsigned>(type), rdata));
    const auto message = Message::parse(wire);
    RecordData data;
    ASSERT_TRUE(read_data(*message, message->records()[0], type, data)) << to_string(type);
    EXPECT_EQ(data.data, rdata);
  }
}

TEST(Wire, AHugeTtlIsNone) {  // RFC 2181 section 8
  const std::string wire = reply(1, record(kPointer, 16, "\1x", "\x80\0\0\1"s));
  EXPECT_EQ(Message::parse(wire)->records()[0].ttl, 0U);
}

TEST(Wire, OptBringsTheHighBitsOfTheCodeAndTheExtendedError) {
  std::string wire = reply(0, "\0\0\x29\x04\xd0\1\0\0\0\0\x06\0\x0f\0\2\0\x06"s, 0x8182);
  wire[11] = 1;
  const auto message = Message::parse(wire);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->has_edns());
  EXPECT_EQ(message->rcode(), 18);
  EXPECT_EQ(message->extended_error(), 6);
  EXPECT_EQ(extended_error_text(6), "DNSSEC bogus");
  EXPECT_TRUE(message->records().empty());
}

TEST(Wire, NamesCodes) {
  EXPECT_EQ(rcode_text(rcode::kServFail), "SERVFAIL");
  EXPECT_EQ(rcode_text(rcode::kNotImp), "NOTIMP");
  EXPECT_EQ(rcode_text(23), "RCODE 23");
  EXPECT_EQ(extended_error_text(999), "");
}

}  // namespace
}  // namespace rampart::dns
