#include "server/setup/mail_file.h"

#include <gtest/gtest.h>

namespace rampart::server {
namespace {

TEST(EnvelopeOptions, ASenderInBracketsIsTheSame) {
  const auto sender = [](std::string text) {
    return envelope_of({.ip = "192.0.2.1", .helo = "mx.example", .mail_from = std::move(text)})->mail_from;
  };
  EXPECT_EQ(sender("<a@bank.example>"), "a@bank.example");
  EXPECT_EQ(sender("<>"), "");
  EXPECT_EQ(sender("a@bank.example"), "a@bank.example");
}

TEST(WithFields, NothingOfTheMessageContinuesThem) {
  EXPECT_EQ(with_fields("A: 1\r\n", "B: 2\r\n\r\n"), "A: 1\r\nB: 2\r\n\r\n");
  EXPECT_EQ(with_fields("A: 1\r\n", "B: 2\n\n"), "A: 1\nB: 2\n\n");
  EXPECT_EQ(with_fields("A: 1\r\n", " ; dmarc=pass\r\n\t(\r\nB: 2\r\n\r\n"), "A: 1\r\nB: 2\r\n\r\n");
  // The line of an mbox stays above, and what is folded into it goes.
  EXPECT_EQ(with_fields("A: 1\r\n", "From x@y.example Thu\r\n ; z\r\nB: 2\r\n"),
            "From x@y.example Thu\r\nA: 1\r\nB: 2\r\n");
  EXPECT_EQ(with_fields("A: 1\r\n", "From : x@y.example\r\n"), "A: 1\r\nFrom : x@y.example\r\n");
  EXPECT_EQ(with_fields("A: 1\r\n", " only this"), "A: 1\n");
}

}  // namespace
}  // namespace rampart::server
