#include "reports/failure/reader.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/worker.h"

namespace rampart::reports {
namespace {

std::vector<mail::MimePart> arf(std::string fields,
                                std::string original = "From: a@bank.example\nSubject: x\n\n") {
  return {{.type = "multipart/report"},
          {.type = "text/plain", .content = "This is a report."},
          {.type = "message/feedback-report", .content = std::move(fields)},
          {.type = "message/rfc822", .content = std::move(original)}};
}

TEST(Failure, AWholeReport) {
  const auto report = read_failure(
      arf("Feedback-Type: auth-failure\nUser-Agent: X/1\nVersion: 1\nAuth-Failure: dmarc\nSource-IP: "
          "2001:DB8::1\n"
          "Reported-Domain: Bank.Example.\nIdentity-Alignment: dkim,\n spf\nDelivery-Result: "
          "reject\nIncidents: 4\n"
          "DKIM-Domain: evil.example\nDKIM-Selector: s\nOriginal-Mail-From: <x@evil.example>\nSPF-DNS: txt : "
          "a : \"v=spf1\"\n",
          "From: \"CEO\" <ceo@mail.bank.example>\nSubject: pay\n now\nMessage-ID: <1@x>\n\nbody"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->auth_failure, "dmarc");
  EXPECT_EQ(report->source_ip, "2001:db8::1");
  EXPECT_EQ(report->reported_domain, "bank.example");
  EXPECT_EQ(report->identity_alignment, "dkim, spf");
  EXPECT_EQ(report->delivery_result, "reject");
  EXPECT_EQ(report->incidents, 4U);
  EXPECT_EQ(report->from_domain, "mail.bank.example");
  EXPECT_EQ(report->subject, "pay now");
  EXPECT_EQ(report->message_id, "<1@x>");
  EXPECT_FALSE(report->plain);
}

TEST(Failure, WhatIsMissing) {
  EXPECT_EQ(read_failure(arf("Feedback-Type: auth-failure\n"))->reported_domain, "bank.example");
  EXPECT_EQ(read_failure(arf("Source-IP: [IPv6:::ffff:192.0.2.1]\n"))->source_ip, "192.0.2.1");
  EXPECT_EQ(read_failure(arf("Source-IP: none\n"))->source_ip, "");
  EXPECT_FALSE(read_failure(arf("Feedback-Type: abuse\n")));
  EXPECT_FALSE(read_failure(arf("Feedback-Type: auth-failure\n", "Subject: x\n\n")));
  EXPECT_FALSE(read_failure({}));
  EXPECT_FALSE(read_failure({{.type = "text/plain", .content = "Hello, see you: tomorrow"}}));
  EXPECT_EQ(
      read_failure(arf("User-Agent: \x1b[2J" + std::string(9'000, 'x') + "\n"))->user_agent.substr(0, 8),
      "\\x1b[2Jx");
}

TEST(Failure, PlainWords) {
  const auto report = read_failure(
      {{.type = "text/plain",
        .content = "A message has failed.\n\n  Sender Domain: bank.example\n  Sender IP Address: "
                   "192.0.2.7\n  Received date: Mon\n\n------ This is a copy of the headers\n\n"
                   "From: <a@bank.example>\nSubject: pay\n"}});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->plain);
  EXPECT_EQ(report->source_ip, "192.0.2.7");
  EXPECT_EQ(report->from_domain, "bank.example");
  EXPECT_EQ(report->subject, "pay");
}

TEST(Failure, OfTheCorpus) {
  const auto* root = std::getenv("RAMPART_SHARED");
  const auto folder = std::filesystem::path(root != nullptr ? root : RAMPART_SOURCE_DIR "/../shared") /
                      "corpus/reports/parsedmarc";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no reports in $RAMPART_SHARED";
  auto worker = base::Worker::start(&mail::unpack_mime, {}).value();
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("exim") && !name.starts_with("[Netease")) continue;
    const auto bytes = base::read_file(entry.path(), std::size_t{1} << 20U);
    ASSERT_TRUE(bytes);
    const auto report = read_failure(mail::parse_parts(worker.call(*bytes)->bytes).value());
    ASSERT_TRUE(report) << name;
    EXPECT_NE(report->source_ip, "") << name;
    EXPECT_NE(report->subject, "") << name;
    ++found;
  }
  EXPECT_EQ(found, 2U);
}

}  // namespace
}  // namespace rampart::reports
