// Whose mail it is: the cases of the list of 52 about From fields, the envelope and what is said of them. Each fails when its
// check is taken out (tools/mutations.tsv).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/mail_for_tests.h"
#include "auth/results_field.h"

namespace rampart::auth::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using std::string_literals::operator""s;

// The domains of a From field's authors, and behind a bar what is wrong with it.
std::string authors(std::string_view value) {
  const auto text = fmt::format("From: {}\r\n\r\n", value);
  const auto header = mail::read_header(text);
  const auto author = mail::read_author(*header);
  std::string out;
  for (const auto& domain : author.domains) out += (out.empty() ? "" : " ") + domain.text();
  return author.fault.empty() ? out : out + " | " + author.fault;
}

TEST(HardCases, Case01_PassForOneAuthorAndNotForTheOther) {
  for (const auto* from :
       {"any@evil.example, news@bank.example", "news@bank.example, any@evil.example",
        "A <any@evil.example>, B <news@bank.example>", "All: any@evil.example, x@bank.example;"}) {
    auto zone = bank_and_evil();
    const auto result = check(mail(from), zone, from_evil());
    EXPECT_EQ(result.dmarc, dmarc::Result::fail) << from;
    EXPECT_EQ(result.policy, dmarc::Policy::reject) << from;
    EXPECT_EQ(dmarc_of(mail(from), from_bank()), "fail") << from;
  }
}

TEST(HardCases, Case02_SeveralFromFieldsOrNone) {
  for (const auto* head : {"From: news@bank.example\r\nFrom: news@bank.example\r\n",
                           "From: news@bank.example\r\nTo: x@bank.example\r\nfrom: any@evil.example\r\n",
                           "To: x@bank.example\r\n", "From:\r\n", "From: \r\n", "From: <>\r\n",
                           "From: news\r\n", "From: bank.example\r\n", "From: @\r\n", "From: news@\r\n",
                           "From: :;\r\n", "From: ,\r\n", "From: \"\"\r\n", "From: ()\r\n", ""}) {
    auto none = bank_and_evil();
    const auto result = check(head + "\r\nHello\r\n"s, none, from_bank());
    EXPECT_EQ(result.dmarc, dmarc::Result::permerror) << head;
    EXPECT_FALSE(result.why.empty()) << head;
  }
  auto zone = bank_and_evil();
  const auto two = check("From: any@evil.example\r\nFrom: news@bank.example\r\n\r\n", zone, from_evil());
  EXPECT_EQ(two.policy, dmarc::Policy::reject) << "the strictest of all that are seen there";
}

TEST(HardCases, Case03_SeveralAuthorsOfOneDomain) {
  EXPECT_EQ(dmarc_of(mail("a@bank.example, B <b@Bank.example>"), from_bank()), "pass");
  std::string many = "a@bank.example";
  for (int i = 0; i < 50; ++i) many += fmt::format(", a{}@bank.example", i);
  EXPECT_EQ(dmarc_of(mail(many), from_bank()), "pass");
}

TEST(HardCases, Case04_AnAddressInAQuotedLocalPart) {
  EXPECT_EQ(authors("\"x <a@evil.example>\"@bank.example"), "bank.example");
  EXPECT_EQ(authors("\"a@evil.example\"@bank.example"), "bank.example");
  const auto* from = "\"x <news@bank.example>\"@evil.example";
  EXPECT_EQ(dmarc_of(mail("\"x <any@evil.example>\"@bank.example"), from_evil()), "fail");
  EXPECT_EQ(dmarc_of(mail(from), from_bank()), "fail") << "bank.example does not speak for evil.example";
  EXPECT_EQ(dmarc_of(mail(from), from_evil()), "pass");
}

TEST(HardCases, Case05_CommasAndQuotesInQuotes) {
  for (const auto* from :
       {"\"\\\"Medical, Inc.\\\"\" <news@bank.example>", "\"'X, Y' via Z\" <news@bank.example>",
        "\"a, b@evil.example\" <news@bank.example>", "\"\\\\\" <news@bank.example>",
        "\"\\\" <any@evil.example>, \\\"\" <news@bank.example>"}) {
    EXPECT_EQ(authors(from), "bank.example") << from;
    EXPECT_EQ(dmarc_of(mail(from), from_bank()), "pass") << from;
  }
}

TEST(HardCases, Case06_AFoldedDisplayName) {
  for (const auto* from :
       {"\"Rates,\r\n and more\"\r\n\t<news@bank.example>", "\r\n News\r\n <news@bank.example>",
        "\"A\r\n\t, any@evil.example\" <news@bank.example>"}) {
    EXPECT_EQ(authors(from), "bank.example") << from;
    EXPECT_EQ(dmarc_of(mail(from), from_bank()), "pass") << from;
  }
}

TEST(HardCases, Case07_BogusAddresses) {
  for (const auto* from : {"any@evil.example@bank.example",
                           "any@bank.example@evil.example",
                           "any@@evil.example",
                           "evil.example",
                           "any@evil.example news@bank.example",
                           "any@evil.example <news@bank.example",
                           "<any@evil.example",
                           "any@evil..example",
                           "any@.evil.example",
                           ".any@evil.example",
                           "an..y@evil.example",
                           "any@evil.example\\",
                           "[any@evil.example]",
                           "any@[203.0.113.9]",
                           "any@evil.example;",
                           "\"any@evil.example",
                           "(any@evil.example",
                           "any@evil.example)",
                           "any@evil.example/x",
                           "any@evil.example:x",
                           "mailto:any@evil.example x"}) {
    auto zone = bank_and_evil();
    const auto result = check(mail(from), zone, from_evil());
    EXPECT_EQ(result.dmarc, dmarc::Result::permerror) << from << ": " << result.why;
  }
  auto zone = bank_and_evil();
  EXPECT_EQ(check(mail("any@evil.example@bank.example"), zone, from_evil()).policy, dmarc::Policy::reject);
}

// HELO's result is no result of MAIL FROM; it stands for an empty one alone.
TEST(HardCases, Case09_HeloIsNotMailFrom) {
  auto zone = bank_and_evil();
  zone.txt("mail.bank.example", "v=spf1 ip4:192.0.2.1 -all");
  auto envelope = from_bank("any@evil.example");
  const auto other = check(mail(), zone, envelope);
  EXPECT_EQ(other.spf->outcome.result, spf::Result::fail);
  EXPECT_FALSE(other.spf->by_helo);
  EXPECT_EQ(other.dmarc, dmarc::Result::fail);
  envelope.mail_from.reset();
  EXPECT_EQ(check(mail(), zone, envelope).dmarc, dmarc::Result::fail)
      << "an unknown MAIL FROM is not an empty one";
  envelope.mail_from = "";
  const auto bounce = check(mail(), zone, envelope);
  EXPECT_TRUE(bounce.spf->by_helo);
  EXPECT_EQ(bounce.spf->domain.text(), "mail.bank.example");
  EXPECT_EQ(bounce.dmarc, dmarc::Result::pass) << bounce.why;
}

TEST(HardCases, Case10_LongAndOddLocalParts) {
  const std::string lengthy(64, 'x');
  for (const auto& [local, shown] : {std::pair("bounce+a=b"s, "smtp.mailfrom=\"bounce+a=b@bank.example\""s),
                                     {lengthy, "smtp.mailfrom=" + lengthy + "@bank.example"},
                                     {lengthy + "=", "smtp.mailfrom=\"" + lengthy + "=@bank.example\""}}) {
    auto zone = bank_and_evil();
    const auto envelope = from_bank(local + "@bank.example");
    const auto result = check(mail(), zone, envelope);
    EXPECT_EQ(result.dmarc, dmarc::Result::pass) << local;
    EXPECT_THAT(results_field("mx.post.example", envelope, result), HasSubstr(shown));
  }
}

// What the field repeats of a stranger's words ends no line, no quotes and no comment.
TEST(HardCases, Case12_NothingOfTheMessageBreaksOutOfTheResults) {
  for (const auto* odd : {"x\r\nX-Injected: y", "x\nX-Injected: y", "x; dmarc=pass", "x) dmarc=pass (",
                          "x\" dmarc=pass \"", "x\\", "x\r\n\tdmarc=pass", "\xe2\x80\xa8"}) {
    auto zone = bank_and_evil();
    zone.txt("other.example", fmt::format("v=spf1 {}", odd));
    auto envelope = from_evil(fmt::format("{}@other.example", odd));
    const auto tags =
        fmt::format("DKIM-Signature: v=1; a={}; d={}; s={}; h=from; i={}; bh=; b=\r\n", odd, odd, odd, odd);
    for (const auto& sender : {*envelope.mail_from, std::string(), fmt::format("any@{}", odd)}) {
      envelope.mail_from = sender;
      envelope.helo = odd;
      const auto field = results_field("mx.post.example", envelope, check(tags + mail(), zone, envelope));
      EXPECT_THAT(field, Not(HasSubstr("\nX-Injected"))) << odd;
      EXPECT_THAT(field, Not(HasSubstr("\tdmarc=pass"))) << odd;
      EXPECT_THAT(field, Not(HasSubstr("; dmarc=pass\r"))) << odd;
      bool quoted = false;
      int depth = 0;
      for (std::size_t at = 0; at < field.size(); ++at) {
        const char c = field[at];
        if (c == '\\') {
          ++at;
        } else if (c == '"' && depth == 0) {
          quoted = !quoted;
        } else if (!quoted && (c == '(' || c == ')')) {
          depth += c == '(' ? 1 : -1;
        }
        ASSERT_TRUE(c != '\n' || at + 1 == field.size() || field[at + 1] == '\t') << field;
        ASSERT_TRUE(c != '\n' || (!quoted && depth == 0)) << field;
      }
      EXPECT_EQ(depth, 0) << field;
    }
  }
}

}  // namespace
}  // namespace rampart::auth::tests
