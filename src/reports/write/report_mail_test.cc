#include "reports/write/report_mail.h"

#include <cstdio>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/dkim/suite_runner.h"
#include "mail/header.h"
#include "reports/aggregate/reader.h"
#include "reports/period.h"
#include "reports/unpack/source.h"
#include "reports/write/feedback.h"
#include "reports/write/messages_test.h"
#include "reports/write/own_mail.h"

namespace rampart::reports {
namespace {

using testing::HasSubstr;

constexpr base::Time kNow{std::chrono::seconds(1'764'200'000)};

DueReport due(Texts& texts, const std::vector<MessageResult>& messages = {message()}) {
  auto collector = Collector::make(reporter(), texts);
  for (const auto& one : messages) EXPECT_TRUE(collector->add(one));
  auto all = collector->finish();
  EXPECT_EQ(all.size(), 1U);
  return std::move(all.at(0));
}

std::string inflated(const std::string& bytes) {
  z_stream stream{};
  inflateInit2(&stream, 31);
  std::string out(std::size_t{1} << 20U, '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(ReportFile, NameAndBytes) {
  Texts texts;
  const auto one = due(texts);
  const auto file = report_file(one.report, texts, reporter());
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ(file->name, fmt::format("mx.ministry.example!bank.example!1764028800!1764115199!{}.xml.gz",
                                    one.report.report_id));
  EXPECT_EQ(period_of_name(file->name), (Period{1764028800, 1764115199}));
  EXPECT_EQ(inflated(file->bytes), *feedback_xml(one.report, texts));
}

TEST(ReportFile, AReSendIsTheSameFile) {
  Texts first;
  Texts second;
  second.add("something before it");
  const auto a = report_file(due(first).report, first, reporter());
  const auto b = report_file(due(second).report, second, reporter());
  EXPECT_EQ(a->name, b->name);
  EXPECT_EQ(a->bytes, b->bytes);
  // With more messages it replaces the first; of another configuration it is another.
  Texts third;
  EXPECT_EQ(report_file(due(third, {message(), message()}).report, third, reporter())->name, a->name);
  auto other = message();
  other.policy.p = "none";
  EXPECT_NE(report_file(due(third, {other}).report, third, reporter())->name, a->name);
}

TEST(ReportFile, Names) {
  struct Case {
    FileName name;
    std::string_view text;
  };
  const std::vector<Case> cases{
      {{"mail.receiver.example", "example.com", {1013662812, 1013749130}, "", "xml.gz"},
       "mail.receiver.example!example.com!1013662812!1013749130.xml.gz"},
      {{"a.example", "b.example", {1, 2}, "0f", "xml"}, "a.example!b.example!1!2!0f.xml"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(one.name.text(), one.text);
    EXPECT_EQ(period_of_name(one.text), one.name.period);
  }
  for (const auto* none : {"", "a!b!1.xml", "a!b!x!2.xml", "a!b!1!.xml", "a!b!1!99999999999999.xml"})
    EXPECT_FALSE(period_of_name(none)) << none;
}

TEST(ReportFile, TooLargeIsRefused) {
  Texts texts;
  std::vector<MessageResult> many(2000, message());
  for (std::size_t i = 0; i < many.size(); ++i)
    many[i].source = base::IpAddress::v4(static_cast<std::uint32_t>(i * 2654435761U));
  const auto large = due(texts, many);
  const auto whole = report_file(large.report, texts, reporter());
  ASSERT_TRUE(whole);
  EXPECT_TRUE(report_file(large.report, texts, reporter(), whole->bytes.size()));
  const auto refused = report_file(large.report, texts, reporter(), whole->bytes.size() - 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, base::ErrorKind::input);
  EXPECT_THAT(refused.error().message(), HasSubstr("bank.example: the report's file has more than"));
  EXPECT_THAT(refused.error().hint, HasSubstr("shorter period"));
}

class Mailing : public testing::Test {
 protected:
  ReportMail mail(std::string_view to = "dmarc@bank.example", const Reporter& who = reporter()) {
    auto collector = Collector::make(who, texts);
    EXPECT_TRUE(collector->add(message()));
    one = collector->finish().at(0);
    file = *report_file(one.report, texts, who);
    auto out = report_mail(cover_of(one.report, who), file, to, kNow);
    EXPECT_TRUE(out) << out.error().message();
    return std::move(*out);
  }
  static std::string field(const std::string& message, std::string_view name) {
    const auto header = mail::read_header(message);
    for (const auto& field : header->fields)
      if (field.is(name)) return std::string(base::trim(mail::unfold(field.value)));
    return "(none)";
  }

  Texts texts;
  DueReport one;
  ReportFile file;
};

TEST_F(Mailing, TheRfcsSubject) {
  const auto made = mail();
  EXPECT_EQ(made.from, "dmarc@ministry.example");
  EXPECT_EQ(made.to, "dmarc@bank.example");
  EXPECT_EQ(field(made.message, "Subject"),
            fmt::format("Report Domain: bank.example Submitter: mx.ministry.example Report-ID: <{}>",
                        one.report.report_id));
  EXPECT_EQ(field(made.message, "To"), "dmarc@bank.example");
  EXPECT_THAT(field(made.message, "Message-ID"), testing::StartsWith("<" + one.report.report_id + "."));
  EXPECT_EQ(made.message, mail().message);
  EXPECT_NE(field(made.message, "Message-ID"), field(mail("other@bank.example").message, "Message-ID"));
  EXPECT_FALSE(report_mail(cover_of(one.report, reporter()), file, "nobody", kNow));
  EXPECT_FALSE(report_mail(cover_of(one.report, reporter()), file, "a@b.example\r\nBcc: c@d.example", kNow));
}

TEST_F(Mailing, LongNamesStayAsTheyAre) {
  auto who = reporter();
  who.domain = fmt::format("{0}.{0}.{0}.example", std::string(60, 'r'));
  const auto made = mail("dmarc@bank.example", who);
  EXPECT_EQ(field(made.message, "Subject"), report_subject(cover_of(one.report, who)));
  std::size_t longest = 0;
  for (const auto line : base::split(made.message, '\n')) longest = std::max(longest, line.size());
  EXPECT_LE(longest, 999U);  // RFC 5322 section 2.1.1
}

TEST_F(Mailing, PythonFindsTheReport) {
  const auto made = mail();
  const std::string path = testing::TempDir() + "rampart_report_mail_test.eml";
  ASSERT_TRUE(base::write_file(path, made.message));
  ASSERT_TRUE(base::write_file(
      path + ".py",
      "import email, email.policy, gzip, sys\n"
      "m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)\n"
      "print([p.get_content_type() for p in m.walk()], [p.defects for p in m.walk() if p.defects])\n"
      "[f] = m.iter_attachments()\nprint(f.get_filename(), m['From'].addresses[0].display_name)\n"
      "sys.stdout.write(gzip.decompress(f.get_payload(decode=True)).decode())\n"));
  const auto command = "/usr/bin/python3 " + path + ".py " + path;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::string out(std::size_t{1} << 16U, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), pipe.get()));
  EXPECT_EQ(
      out,
      fmt::format(
          "['multipart/mixed', 'text/plain', 'application/gzip'] []\n{} Ministry of <Tests> & Reports\n{}",
          file.name, *feedback_xml(one.report, texts)));
}

TEST_F(Mailing, SignedItPassesDmarc) {
  const auto made = mail();
  const auto rsa = crypto::SignKey::make(crypto::SignKey::Type::rsa, 2048);
  const auto ed25519 = crypto::SignKey::make(crypto::SignKey::Type::ed25519);
  ASSERT_TRUE(rsa && ed25519);
  const auto name = [](std::string_view text) { return auth::TestZone::name(text); };
  auth::TestZone zone;
  zone.txt("_dmarc.ministry.example", "v=DMARC1; p=reject");
  zone.txt("r1._domainkey.ministry.example",
           fmt::format("v=DKIM1; k=rsa; p={}", base::encode_base64(rsa->public_key())));
  zone.txt("e1._domainkey.ministry.example",
           fmt::format("v=DKIM1; k=ed25519; p={}", base::encode_base64(ed25519->public_key())));
  const dkim::SignOptions options{.domain = name("ministry.example"), .selector = "r1", .now = kNow};
  auto second = options;
  second.selector = "e1";
  const auto whole = signed_message(made, std::vector{MailKey{*rsa, options}, MailKey{*ed25519, second}});
  ASSERT_TRUE(whole) << whole.error().message();
  const auto results = dkim::suite::verify(*whole, zone, kNow);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].result, dkim::Result::pass) << results[0].why;
  EXPECT_EQ(results[1].result, dkim::Result::pass) << results[1].why;
  const auto own = [&](auth::TestZone& world, const std::string& bytes) {
    const auto parsed = mail::Message::parse(bytes);
    EXPECT_TRUE(parsed);
    OwnMail work(*parsed);
    return world.run([&](facts::Facts& facts) { return work.check(facts, kNow); });
  };
  EXPECT_EQ(own(zone, *whole).stands, Stands::passes);

  auth::TestZone bare;  // nothing is published
  EXPECT_EQ(own(bare, *whole).stands, Stands::fails);
  EXPECT_THAT(own(bare, *whole).why, HasSubstr("no DMARC record"));
  bare.txt("_dmarc.ministry.example", "v=DMARC1; p=reject");
  EXPECT_EQ(own(bare, *whole).stands, Stands::fails);
  EXPECT_THAT(own(bare, *whole).why, HasSubstr("DKIM"));
  EXPECT_EQ(own(zone, made.message).stands, Stands::fails);
  bare.fails("r1._domainkey.ministry.example", facts::Why::timeout);
  EXPECT_EQ(own(bare, *whole).stands, Stands::unknown);

  for (const auto* other : {"ministry.test", "mx.ministry.example", "bank.example"}) {
    auto elsewhere = options;
    elsewhere.domain = name(other);
    const auto refused = signed_message(made, std::vector{MailKey{*rsa, elsewhere}});
    ASSERT_FALSE(refused) << other;
    EXPECT_THAT(refused.error().what, HasSubstr("would not pass DMARC"));
  }
  EXPECT_FALSE(signed_message(made, {}));
}

}  // namespace
}  // namespace rampart::reports
