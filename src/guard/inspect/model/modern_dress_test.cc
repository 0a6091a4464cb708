// What only says that mail is of today, or by which provider, must weigh nothing: honest plain mail is dressed up as HTML in utf-8 that
// was written today and came by TLS, signed, through a large provider, and scores what it scored.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "guard/inspect/model/model.h"
#include "guard/inspect/seen/look.h"
#include "guard/inspect/url/find.h"
#include "mail/message.h"

namespace rampart::guard::model {
namespace {

Judged judge(std::string_view text) {
  static const auto rules = *names::NameRules::make({});
  const auto message = mail::Message::parse(text);
  if (!message) return {};
  const auto seen = inspect(content_header(message->header) + std::string(message->body));
  const auto names = names::read_names({.header = &message->header, .has_envelope = false}, rules);
  return built_in_model().judge(
      signal::find_signals({.seen = seen, .names = names, .rules = rules, .header = message->header}));
}

bool is_plain(const mail::Message& message) {
  for (const auto& field : message.header.fields) {
    if (field.is("Content-Type") && base::lower(field.value).find("text/plain") == std::string::npos)
      return false;
    if (field.is("Content-Transfer-Encoding") && base::lower(field.value).find("quoted") != std::string::npos)
      return false;
    if (field.is("Content-Transfer-Encoding") && base::lower(field.value).find("base64") != std::string::npos)
      return false;
  }
  return base::is_ascii(message.body) && !message.body.empty();
}

// With each URL as a link that shows itself, as mail programs write it.
std::string linked(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (auto at = text.find("http://"); at != std::string_view::npos; at = text.find("http://", done)) {
    const auto end = std::min(text.size(), text.find_first_of(" \t\r\n<>\"'()[],;", at));
    out += base::escape_markup(text.substr(done, at - done));
    const auto url = base::escape_markup(text.substr(at, end - at));
    out += fmt::format("<a href=\"{}\">{}</a>", url, url);
    done = end;
  }
  return out += base::escape_markup(text.substr(done));
}

std::string dressed(const mail::Message& message, bool with_links) {
  std::string out =
      "Received: from mail-qt1-f170.provider.example (mail-qt1-f170.provider.example [192.0.2.7])\r\n"
      " by mx.else.example with ESMTPS id 4fY (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 "
      "bits=256/256);\r\n"
      " Fri, 27 Nov 2026 10:00:00 +0000\r\n"
      "Authentication-Results: mx.else.example; spf=pass; dkim=pass; dmarc=pass; compauth=pass\r\n"
      "DKIM-Signature: v=1; a=rsa-sha256; d=provider.example; s=s1; h=from; bh=AA==; b=AA==\r\n"
      "X-MS-Exchange-Organization-SCL: -1\r\nX-Google-DKIM-Signature: v=1\r\nX-Mailer: Modern 16.0\r\n"
      "Date: Fri, 27 Nov 2026 10:00:00 +0000\r\n";
  for (const auto& field : message.header.fields)
    if (!field.is("Content-Type") && !field.is("Content-Transfer-Encoding") && !field.is("MIME-Version") &&
        !field.is("Date")) {
      out += field.raw;
      if (!out.ends_with('\n')) out += "\r\n";
    }
  const auto body = with_links ? linked(message.body) : base::escape_markup(message.body);
  return out +
         "MIME-Version: 1.0\r\nContent-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: "
         "8bit\r\n\r\n"
         "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\">"
         "<style>body { font-family: sans-serif; } @media (max-width: 600px) { p { margin: 0 } "
         "}</style></head>"
         "<body style=\"margin:0\"><table width=\"100%\"><tr><td><pre>" +
         body + "</pre></td></tr></table></body></html>\r\n";
}

void check(std::string_view text, const std::string& name) {
  const auto message = mail::Message::parse(text);
  if (!message || !is_plain(*message)) return;
  const auto plain = judge(text).score;
  EXPECT_NEAR(judge(dressed(*message, false)).score, plain, 1e-9) << name;
  EXPECT_NEAR(judge(dressed(*message, true)).score, plain, 1e-9) << name << ", with links";
}

TEST(ModernDress, WeighsNothing) {
  for (const auto* text :
       {"From: Sana Malik <sana@northgate.example>\r\nTo: dev@ministry.example\r\nSubject: "
        "minutes\r\n\r\nThe minutes are at http://wiki.northgate.example/minutes for all.\r\n",
        "From: Bilal <bilal@gmail.com>\r\nTo: sana@ministry.example\r\nSubject: lunch\r\n\r\nLook at "
        "http://quarryhill.test/menu and tell me.\r\n",
        "From: Carla <carla@lists.test>\r\nTo: dev@lists.test\r\nSubject: Re: parser\r\nList-Id: "
        "<dev.lists.test>\r\n\r\n> Verify your account\r\n\r\nThat is what http://evil.example/x said.\r\n"})
    check(text, text);
}

TEST(ModernDress, WeighsNothingOnTheMailOf2002) {
  const auto* root = std::getenv("RAMPART_SHARED");
  const auto folder = std::filesystem::path(root == nullptr ? "../shared" : root) / "corpus/ham/easy-ham-1";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no mail in $RAMPART_SHARED";
  std::size_t checked = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    const auto message = mail::Message::parse(text);
    if (!message || !is_plain(*message)) continue;
    check(text, file.path().filename().string());
    if (++checked == 150) break;
  }
  EXPECT_GT(checked, 50U);
}

}  // namespace
}  // namespace rampart::guard::model
