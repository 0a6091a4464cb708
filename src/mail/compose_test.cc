#include "mail/compose.h"

#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "mail/header.h"

namespace rampart::mail {
namespace {

Draft draft() {
  Draft out;
  out.from = {"Rampart", "watch@cert.example"};
  out.to = {{"", "it@bank.example"}};
  out.subject = "2 changes";
  out.date = *base::parse_time("2026-11-26T09:00:00Z");
  out.message_id = "abc.1@cert.example";
  out.language = "en";
  out.text = "Hello\n";
  out.html = "<p>Hello</p>\n";
  return out;
}

std::string field(const std::string& message, std::string_view name) {
  const auto header = read_header(message);
  for (const auto& field : header->fields)
    if (field.is(name)) return unfold(field.value);
  return "(none)";
}

TEST(Compose, HasWhatAMessageNeeds) {
  const auto message = compose(draft());
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_EQ(field(*message, "From"), " \"Rampart\" <watch@cert.example>");
  EXPECT_EQ(field(*message, "To"), " it@bank.example");
  EXPECT_EQ(field(*message, "Date"), " Thu, 26 Nov 2026 09:00:00 +0000");
  EXPECT_EQ(field(*message, "Message-ID"), " <abc.1@cert.example>");
  EXPECT_EQ(field(*message, "Auto-Submitted"), " auto-generated");
  EXPECT_EQ(*message, *compose(draft())) << "the same bytes each time";
}

TEST(Compose, NothingGivenBeginsAField) {
  auto given = draft();
  given.subject = "Changes\r\nBcc: everybody@bank.example\n\n<script>";
  given.from.name = "Bank\r\nX: y\" <a@b.example>";
  given.fields = {{"X-Rampart", "a\r\nX-Other: b"}};
  const auto message = compose(given);
  ASSERT_TRUE(message);
  const auto header = read_header(*message);
  for (const auto& field : header->fields) {
    EXPECT_FALSE(field.is("Bcc") || field.is("X") || field.is("X-Other")) << field.raw;
  }
  EXPECT_EQ(header->skipped, 0U);
}

TEST(Compose, AddressesThatAreNoneAreRefused) {
  for (const std::string text :
       {"", "it", "@bank.example", "it@", "it@bank.example\r\nBcc: x@y.example", "a b@bank.example",
        "\"a\"@bank.example", "Name <it@bank.example>", "it@bank.example, b@bank.example",
        "<it@bank.example>", "it@[192.0.2.1]", "it@192.0.2.1", ".it@bank.example", "i..t@bank.example",
        "\xd8\xa2@bank.example", "it@bank.example>", "it@bank.example SIZE=1"}) {
    EXPECT_FALSE(parse_address(text)) << text;
    auto given = draft();
    given.to[0].address = text;
    EXPECT_FALSE(compose(given)) << text;
  }
  EXPECT_FALSE(parse_address(std::string(65, 'a') + "@bank.example"));
  EXPECT_EQ(*parse_address(" It+dns@Bank.EXAMPLE "), "It+dns@bank.example");
  EXPECT_EQ(*parse_address("it@پاکستان.example"), "it@xn--mgbai9azgqp6j.example");
}

TEST(Compose, AMessageIdThatIsNoneIsRefused) {
  for (const std::string text : {"", "a", "a@", "@b", "a@b c", "a@b>\r\nX: y"}) {
    auto given = draft();
    given.message_id = text;
    EXPECT_FALSE(compose(given)) << text;
  }
}

TEST(Compose, LinesAreShort) {
  auto given = draft();
  for (int i = 0; i < 40; ++i) {
    given.subject += " \xd8\xaa\xd8\xa8\xd8\xaf\xdb\x8c\xd9\x84\xdb\x8c";
    given.text += "a long line = of text that goes on and on . \xd8\xaa\xd8\xa8 ";
    given.to.push_back({"name " + std::to_string(i), "it@bank.example"});
  }
  const auto message = *compose(given);
  std::size_t start = 0;
  for (auto end = message.find("\r\n"); end != std::string::npos; end = message.find("\r\n", start)) {
    EXPECT_LE(end - start, 76U) << message.substr(start, end - start);
    EXPECT_EQ(message.substr(start, end - start).find_first_of("\r\n"), std::string::npos);
    start = end + 2;
  }
  EXPECT_EQ(start, message.size());
}

TEST(Compose, QuotedPrintable) {
  EXPECT_EQ(quoted_printable("a=b\n.\nFrom x\ntrailing \nend"),
            "a=3Db\r\n=2E\r\n=46rom x\r\ntrailing=20\r\nend\r\n");
  EXPECT_EQ(quoted_printable(std::string(80, 'x')), std::string(75, 'x') + "=\r\n" + "xxxxx\r\n");
}

TEST(Compose, DatesAreThoseOfTheStandard) {
  EXPECT_EQ(format_date(base::Time{}), "Thu, 01 Jan 1970 00:00:00 +0000");
}

TEST(Compose, ASubjectForProgramsIsNeverEncoded) {
  auto given = draft();
  given.subject = "Report Domain: " + std::string(60, 'a') + "." + std::string(60, 'b') +
                  ".example Submitter: mx.example Report-ID: <1>";
  EXPECT_THAT(field(*compose(given), "Subject"), testing::HasSubstr("=?UTF-8?"));
  given.subject_form = SubjectForm::machine;
  EXPECT_EQ(field(*compose(given), "Subject"), " " + given.subject);
  for (const std::string text : {"\xd8\xaa", "a\r\nb: c", " a", "a "}) {
    given.subject = text;
    EXPECT_FALSE(compose(given)) << text;
  }
  given.subject = std::string(kMaxFileName + 1, 'x');
  EXPECT_FALSE(compose(given));
}

TEST(Compose, FileNamesThatEndTheirFieldAreRefused) {
  auto given = draft();
  given.attachments = {{.name = std::string(kMaxFileName, 'x'), .type = "text/plain", .bytes = "x"}};
  EXPECT_TRUE(compose(given));
  for (const std::string& name :
       {std::string(), std::string("a\"b"), std::string("a\\b"), std::string("a/b"), std::string("a\r\nb"),
        std::string("\xd8\xaa"), std::string(kMaxFileName + 1, 'x')}) {
    given.attachments[0].name = name;
    EXPECT_FALSE(compose(given)) << name;
  }
}

TEST(Compose, PythonReadsTheFiles) {
  auto given = draft();
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 7);
  given.attachments = {{.name = "a!b!1!2.xml.gz", .type = "application/gzip", .bytes = bytes},
                       {.name = "empty", .type = "text/xml", .bytes = ""}};
  const auto read = [&](const std::string& expression) {
    const std::string path = ::testing::TempDir() + "rampart_compose_files_test.eml";
    EXPECT_TRUE(base::write_file(path, *compose(given)));
    EXPECT_TRUE(base::write_file(path + ".py",
                                 "import email, email.policy, sys\n"
                                 "m = email.message_from_binary_file(open(sys.argv[1], 'rb'), "
                                 "policy=email.policy.default)\n" +
                                     expression));
    const auto command = "/usr/bin/python3 " + path + ".py " + path;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
    std::string out(8192, '\0');
    out.resize(std::fread(out.data(), 1, out.size(), pipe.get()));
    return out;
  };
  EXPECT_EQ(
      read("print([p.get_content_type() for p in m.walk()], [p.defects for p in m.walk() if p.defects])\n"
           "print([(f.get_filename(), f.get_content_disposition(), len(f.get_payload(decode=True)), "
           "sum(f.get_payload(decode=True))) for f in m.iter_attachments()])\n"),
      "['multipart/mixed', 'multipart/alternative', 'text/plain', 'text/html', 'application/gzip', "
      "'text/xml'] []\n[('a!b!1!2.xml.gz', 'attachment', 1000, 126516), ('empty', 'attachment', 0, 0)]\n");
  given.html.clear();
  EXPECT_EQ(read("print([p.get_content_type() for p in m.walk()])\n"),
            "['multipart/mixed', 'text/plain', 'application/gzip', 'text/xml']\n");
}

// What another reader makes of it: Python's email package.
TEST(Compose, PythonReadsItBack) {
  auto given = draft();
  given.subject = "بینک: 2 تبدیلیاں \"and\" = more, so that it takes several lines of the header to say";
  given.from.name = "ریمپارٹ \"watch\"";
  given.text = "سلام\nHello = there\n.\n";
  given.html = "<p dir=\"rtl\">سلام</p>\n";
  const std::string path = ::testing::TempDir() + "rampart_compose_test.eml";
  ASSERT_TRUE(base::write_file(path, *compose(given)));
  const std::string program =
      "import email, email.policy, sys\n"
      "m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)\n"
      "print(m['Subject']); print(m['From'].addresses[0].display_name); "
      "print(m['From'].addresses[0].addr_spec)\n"
      "print([p.get_content_type() for p in m.walk()])\n"
      "print(repr(m.get_body(('plain',)).get_content())); print(repr(m.get_body(('html',)).get_content()))\n"
      "print(m.defects, [p.defects for p in m.walk() if p.defects])\n";
  ASSERT_TRUE(base::write_file(path + ".py", program));
  const auto command = "PYTHONIOENCODING=utf-8 /usr/bin/python3 " + path + ".py " + path;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::string out(4096, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), pipe.get()));
  EXPECT_EQ(out, given.subject + "\n" + given.from.name + "\nwatch@cert.example\n" +
                     "['multipart/alternative', 'text/plain', 'text/html']\n"
                     "'سلام\\nHello = there\\n.\\n'\n'<p dir=\"rtl\">سلام</p>\\n'\n[] []\n");
}

}  // namespace
}  // namespace rampart::mail
