#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/arc/seal.h"
#include "auth/arc/suite_runner.h"

namespace rampart::arc {
namespace {

using ::testing::HasSubstr;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

std::string suite(const std::string& name) {
  const auto* root = std::getenv("RAMPART_SHARED");
  return std::filesystem::path(root == nullptr ? RAMPART_SOURCE_DIR "/../shared" : root) / "conformance/arc" /
         name;
}

void expect_all(const std::string& name, int least) {
  if (!std::filesystem::exists(suite(name))) GTEST_SKIP() << "no ARC suite in $RAMPART_SHARED";
  const auto tally = suite::run_file(suite(name));
  for (const auto& failure : tally.failures) ADD_FAILURE() << failure;
  EXPECT_GE(tally.passed, least);
}

TEST(ArcSuite, Validation) { expect_all("arc-draft-validation-tests.yml", 171); }
TEST(ArcSuite, Signing) { expect_all("arc-draft-sign-tests.yml", 17); }

const crypto::SignKey& key() {
  static const auto kKey = *crypto::SignKey::make(crypto::SignKey::Type::ed25519);
  return kKey;
}

// Two gateways that seal, and their keys.
class Chains : public ::testing::Test {
 protected:
  Chains() {
    const auto record = "v=DKIM1; k=ed25519; p=" + base::encode_base64(key().public_key());
    zone_.txt("s._domainkey.one.example", record).txt("s._domainkey.two.example", record);
  }

  Validated validate(const std::string& text) {
    const auto message = mail::Message::parse(text);
    const mail::FieldIndex index(message->header);
    dkim::KeyCache keys;
    dkim::SignatureCheck check(*message, index, keys);
    Validator validator(check);
    return zone_.run([&](facts::Facts& facts) { return validator.run(facts, kNow); });
  }

  base::Result<std::string> sealed(const std::string& text, std::string_view domain,
                                   std::string_view results = "mx.example; none") {
    const auto validated = validate(text);
    const auto message = mail::Message::parse(text);
    const mail::FieldIndex index(message->header);
    SealOptions options;
    options.domain = auth::TestZone::name(domain);
    options.selector = "s";
    options.now = kNow;
    return TRY(seal(*message, index, key(), validated.result, results, options)) + text;
  }

  auth::TestZone zone_;
  const std::string mail_ = "From: a@bank.example\r\nSubject: rates\r\n\r\nHello\r\n";
};

TEST_F(Chains, FiftySetsHoldAndNoMore) {
  auto text = mail_;
  for (unsigned i = 1; i <= dkim::kMaxInstance; ++i) {
    const auto next = sealed(text, i % 2 == 0 ? "one.example" : "two.example");
    ASSERT_TRUE(next) << next.error().message();
    text = *next;
  }
  const auto result = validate(text);
  EXPECT_EQ(result.result, Result::pass) << result.why;
  EXPECT_EQ(result.chain.sets.size(), dkim::kMaxInstance);
  EXPECT_EQ(result.oldest_pass, 0U);
  EXPECT_EQ(zone_.rounds(), 1);
  EXPECT_EQ(zone_.asked(), 2U);
  EXPECT_EQ(*sealed(text, "one.example"), text) << "nothing is added to a full chain";
}

// Seals are told by i=, never by where they stand (the fields may come in any order).
TEST_F(Chains, OrderInTheHeaderDoesNotMatter) {
  const auto text = *sealed(*sealed(mail_, "one.example"), "two.example");
  const auto message = mail::Message::parse(text);
  std::string turned;
  for (auto it = message->header.fields.rbegin(); it != message->header.fields.rend(); ++it)
    turned += it->raw;
  const auto result = validate(turned + "\r\n" + std::string(message->body));
  EXPECT_EQ(result.result, Result::pass) << result.why;
}

TEST_F(Chains, AChangedMessageBreaksTheNewestSetOnly) {
  const auto once = *sealed(mail_, "one.example");
  auto changed = once;
  changed.replace(changed.find("Hello"), 5, "Hallo");
  EXPECT_EQ(validate(changed).result, Result::fail);
  EXPECT_THAT(validate(changed).why, HasSubstr("the body was changed"));
  // A list that changes mail seals before it does, as RFC 8617 section 5.1 has it, and after.
  auto twice = *sealed(once, "two.example");
  ASSERT_EQ(validate(twice).result, Result::pass);
  twice.replace(twice.find("bh="), 4, "bh=A");
  EXPECT_EQ(validate(twice).result, Result::fail);
}

TEST_F(Chains, OldestPassSaysHowFarBackTheMessageIsWhole) {
  auto text = *sealed(mail_, "one.example");
  // What a list adds; it seals what it made of the message, having validated it as it came.
  const auto before = validate(text);
  text.replace(text.find("rates"), 5, "[list] rates");
  const auto message = mail::Message::parse(text);
  const mail::FieldIndex index(message->header);
  SealOptions options;
  options.domain = auth::TestZone::name("two.example");
  options.selector = "s";
  options.now = kNow;
  text = *seal(*message, index, key(), before.result, "list.example; arc=pass", options) + text;
  const auto result = validate(text);
  EXPECT_EQ(result.result, Result::pass) << result.why;
  EXPECT_EQ(result.oldest_pass, 2U);
}

// In ARC i= is the place in the chain: t=s, which binds DKIM's i= to d=, says nothing (RFC 6376 section 3.6.1).
TEST_F(Chains, AKeyForExactlyItsDomainSeals) {
  zone_.txt("s._domainkey.three.example",
            "v=DKIM1; k=ed25519; t=s; p=" + base::encode_base64(key().public_key()));
  const auto result = validate(*sealed(mail_, "three.example"));
  EXPECT_EQ(result.result, Result::pass) << result.why;
}

TEST_F(Chains, AFieldAboveTheSignedOneIsNamed) {
  const auto text = *sealed(mail_, "one.example");
  EXPECT_EQ(validate(text).added, "");
  const auto result = validate("Subject: another\r\n" + text);
  // Oversigned by us, so that it fails; a sealer who names it once lets it pass.
  EXPECT_EQ(result.result, Result::fail);
  const auto message = mail::Message::parse(mail_);
  const mail::FieldIndex index(message->header);
  SealOptions options;
  options.domain = auth::TestZone::name("one.example");
  options.selector = "s";
  options.now = kNow;
  options.names = {"from", "subject"};
  const auto once = *seal(*message, index, key(), Result::none, "mx.example; none", options) + mail_;
  const auto added = validate("Subject: another\r\n" + once);
  EXPECT_EQ(added.result, Result::pass);
  EXPECT_EQ(added.added, "subject");
  EXPECT_THAT(added.why, HasSubstr("the field subject is there more often than it is signed"));
}

TEST_F(Chains, AFailedChainIsSealedOnceAndEnds) {
  auto text = *sealed(mail_, "one.example");
  text.replace(text.find("Hello"), 5, "Hallo");
  const auto failed = *sealed(text, "two.example");
  EXPECT_THAT(failed, HasSubstr("cv=fail; d=two.example; i=2"));
  const auto result = validate(failed);
  EXPECT_EQ(result.result, Result::fail);
  EXPECT_TRUE(result.chain.ended);
  EXPECT_EQ(*sealed(failed, "one.example"), failed);
}

TEST_F(Chains, AFailedLookupIsNeverAFailure) {
  const auto text = *sealed(mail_, "one.example");
  zone_.fails("s._domainkey.one.example", facts::Why::servfail);
  EXPECT_EQ(validate(text).result, Result::temperror);
  const auto next = sealed(text, "two.example");
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().kind, base::ErrorKind::unavailable);
}

TEST_F(Chains, ResultsCannotBreakOut) {
  for (const auto* results :
       {"x\r\nFrom: evil", "x\n\nbody", "x\r\n \r\n y", "x\r\n", "x\rFrom: evil", "x\r"})
    EXPECT_FALSE(sealed(mail_, "one.example", results)) << results;
  EXPECT_TRUE(sealed(mail_, "one.example", "mx.example;\r\n\tspf=pass"));
}

TEST(ArcResults, BeginWithTheirInstance) {
  EXPECT_EQ(read_results(" i=1; mx.example; none").instance, 1U);
  EXPECT_EQ(read_results(" i=1; mx.example; none").payload, "mx.example; none");
  EXPECT_EQ(read_results("i = 50 ;").instance, 50U);
  EXPECT_EQ(read_results("(a (b\\)) c) i (d) = (e) 7 (f) ; mx.example; none").instance, 7U);
  for (const auto* wrong :
       {"", "i", "i=", "i=0; x", "i=51; x", "i=1 x", "I=1; x", "x; i=1;", "i=001; x", "i=-1; x"})
    EXPECT_EQ(read_results(wrong).instance, std::string_view(wrong) == "i=001; x" ? 1U : 0U) << wrong;
}

}  // namespace
}  // namespace rampart::arc
