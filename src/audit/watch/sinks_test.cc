#include "audit/watch/sinks.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"

namespace rampart::audit::watch {
namespace {

using net::Handed;

class Sinks : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "rampart_sinks_test_" + std::to_string(::getpid());
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  [[nodiscard]] std::string path(const std::string& name) const { return dir_ + "/" + name; }
  [[nodiscard]] std::string read(const std::string& name) const {
    return *base::read_file(path(name), 1 << 20);
  }

  std::string dir_;
};

Parcel parcel(SinkKind sink, std::string payload) {
  return {.number = 1,
          .sink = sink,
          .id = "w1.abc@cert.example",
          .recipient = "it@bank.example",
          .payload = std::move(payload)};
}

TEST_F(Sinks, JsonLinesAreAppended) {
  const auto sink = json_file_sink(path("events.jsonl"));
  EXPECT_EQ(sink->deliver(parcel(SinkKind::json, "{\"a\":1}")).how, Handed::accepted);
  EXPECT_EQ(sink->deliver(parcel(SinkKind::json, "{\"a\":2}")).how, Handed::accepted);
  EXPECT_EQ(read("events.jsonl"), "{\"a\":1}\n{\"a\":2}\n");
}

TEST_F(Sinks, ALineThatWasCutShortIsEnded) {
  ASSERT_TRUE(base::write_file(path("events.jsonl"), "{\"a\":1}\n{\"a\":"));
  EXPECT_EQ(json_file_sink(path("events.jsonl"))->deliver(parcel(SinkKind::json, "{\"a\":2}")).how,
            Handed::accepted);
  EXPECT_EQ(read("events.jsonl"), "{\"a\":1}\n{\"a\":\n{\"a\":2}\n");
}

TEST_F(Sinks, WhatCannotBeWrittenToIsDown) {
  const auto folder = json_file_sink(dir_)->deliver(parcel(SinkKind::json, "{}"));
  EXPECT_EQ(folder.how, Handed::down);
  EXPECT_NE(folder.why.find(dir_), std::string::npos);
  EXPECT_EQ(json_file_sink("/dev/full")->deliver(parcel(SinkKind::json, "{}")).how, Handed::down);
  EXPECT_EQ(folder_sink(path("none"))->deliver(parcel(SinkKind::mail, "x")).how, Handed::down);
}

TEST_F(Sinks, AFolderGetsAFileForEachParcel) {
  const auto sink = folder_sink(dir_);
  EXPECT_EQ(sink->deliver(parcel(SinkKind::mail, "From: x\r\n\r\n")).how, Handed::accepted);
  EXPECT_EQ(sink->deliver(parcel(SinkKind::webhook, "{}")).how, Handed::accepted);
  EXPECT_EQ(read("w1.abc.eml"), "From: x\r\n\r\n");
  EXPECT_EQ(read("w1.abc.json"), "{}\n");
}

TEST_F(Sinks, PrintedTextIsAsItIs) {
  std::string out;
  const auto print = [&](std::string_view text) -> base::Result<> {
    out += text;
    return {};
  };
  EXPECT_EQ(print_sink(SinkKind::terminal, print)->deliver(parcel(SinkKind::terminal, "text\n")).how,
            Handed::accepted);
  EXPECT_EQ(print_sink(SinkKind::json, print)->deliver(parcel(SinkKind::json, "{}")).how, Handed::accepted);
  EXPECT_EQ(out, "text\n{}\n");
}

TEST_F(Sinks, SecretsAreReadOnlyWhenNobodyElseCanReadThem) {
  ASSERT_TRUE(base::write_file(path("key"), "correct horse battery\n"));
  ::chmod(path("key").c_str(), 0600);
  EXPECT_EQ(*read_secret(path("key")), "correct horse battery");
  for (const mode_t mode : {0640U, 0604U, 0660U, 0666U}) {
    ::chmod(path("key").c_str(), mode);
    EXPECT_FALSE(read_secret(path("key"))) << mode;
  }
  EXPECT_FALSE(read_secret(dir_));
  EXPECT_FALSE(read_secret(path("none")));
  for (const auto& text : std::vector<std::string>{"", "\n", "a\nb", "a\rb\n", std::string(5000, 'x')}) {
    ASSERT_TRUE(base::write_file(path("bad"), text));
    ::chmod(path("bad").c_str(), 0600);
    EXPECT_FALSE(read_secret(path("bad"))) << text.substr(0, 10);
  }
}

// As `printf '1764147600.{"a":1}' | openssl dgst -sha256 -hmac secret` says.
TEST(Webhook, TheSignatureCoversTimeAndBody) {
  const base::Time time{std::chrono::seconds(1764147600)};
  const auto signature = webhook_signature("secret", time, "{\"a\":1}");
  EXPECT_EQ(signature, "t=1764147600,v1=1f3479463743de2923ba23b5f644528a47deefe6b59fd31a458a70d29c96e64d");
  EXPECT_NE(signature, webhook_signature("secret", time + std::chrono::seconds(1), "{\"a\":1}"));
  EXPECT_NE(signature, webhook_signature("secret", time, "{\"a\":2}"));
  EXPECT_NE(signature, webhook_signature("other", time, "{\"a\":1}"));
}

}  // namespace
}  // namespace rampart::audit::watch
