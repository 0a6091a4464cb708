#include "mail/header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/message.h"

namespace rampart::mail {
namespace {

TEST(Header, ReadsFieldsInOrder) {
  const std::string_view text =
      "Received: from a\r\n\tby b\r\nSubject:hi\r\nX-Odd : spaced \r\n\r\nSubject: body\r\n";
  const auto header = read_header(text);
  ASSERT_TRUE(header);
  ASSERT_EQ(header->fields.size(), 3U);
  EXPECT_EQ(header->fields[0].value, " from a\r\n\tby b");
  EXPECT_EQ(unfold(header->fields[0].value), " from a\tby b");
  EXPECT_EQ(header->fields[0].raw, "Received: from a\r\n\tby b\r\n");
  EXPECT_EQ(header->fields[1].value, "hi");
  EXPECT_TRUE(header->fields[1].is("SUBJECT"));
  EXPECT_EQ(header->fields[2].name, "X-Odd");
  EXPECT_EQ(text.substr(header->size), "Subject: body\r\n");
  EXPECT_EQ(header->skipped, 0U);
}

TEST(Header, TakesBareLineFeedsAndEndsWithTheBytes) {
  const auto header = read_header("From mbox@host Mon\nA: 1\n  2\nB: x\ry\nC: 3");
  ASSERT_TRUE(header);
  ASSERT_EQ(header->fields.size(), 3U);
  EXPECT_EQ(unfold(header->fields[0].value), " 1  2");
  EXPECT_EQ(header->fields[1].value, " x\ry");  // a bare CR is content
  EXPECT_EQ(header->fields[2].value, " 3");
  EXPECT_TRUE(read_header("")->fields.empty());
  EXPECT_EQ(read_header("\n\nA: 1\n")->size, 1U);
}

TEST(Header, WhatIsNoFieldHidesNothing) {
  const auto header = read_header(" folded into nothing\nno colon here\nna\x01me: x\nGood: yes\n: empty\n\n");
  ASSERT_TRUE(header);
  ASSERT_EQ(header->fields.size(), 1U);
  EXPECT_EQ(header->fields[0].name, "Good");
  EXPECT_EQ(header->skipped, 4U);
}

TEST(Header, FieldsAreFoundByNamesInAnyCase) {
  constexpr std::string_view kText =
      "To: a\r\nReceived: 1\r\nCONTENT-TYPE: x\r\nreceived: 2\r\nContent-Transfer-Encoding: y\r\n"
      "X: 1\r\nRECEIVED: 3\r\nx: 2\r\n[@`{: z\r\n\r\n";
  const auto header = *read_header(kText);
  const FieldIndex index(header);
  EXPECT_THAT(index.find("Received"), testing::ElementsAre(1, 3, 6));
  EXPECT_THAT(index.find("content-type"), testing::ElementsAre(2));
  EXPECT_THAT(index.find("Content-Transfer-Encodinh"), testing::IsEmpty());
  EXPECT_THAT(index.find("Content"), testing::IsEmpty());
  EXPECT_THAT(index.find("TO"), testing::ElementsAre(0));
  EXPECT_THAT(index.find("{`@["), testing::IsEmpty());
  EXPECT_THAT(index.find("[@`{"), testing::ElementsAre(8)) << "what is next to letters has no case";
  EXPECT_THAT(index.find(""), testing::IsEmpty());
  EXPECT_EQ(index.repeated().size(), 2U);
}

TEST(Header, HasLimits) {
  EXPECT_TRUE(read_header("A: " + std::string(kMaxFieldBytes - 4, 'x') + "\n\n"));
  EXPECT_FALSE(read_header("A: " + std::string(kMaxFieldBytes, 'x') + "\n\n"));
  std::string many;
  while (many.size() <= kMaxHeaderBytes) many += "A: b\n";
  ASSERT_FALSE(read_header(many));
  EXPECT_FALSE(read_header(many).error().hint.empty());
  EXPECT_TRUE(read_header("A: b\n\n" + many));
}

}  // namespace
}  // namespace rampart::mail
