#include "guard/render/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "guard/inspect/seen/look.h"
#include "guard/render/header_lines.h"
#include "guard/render/marks.h"

namespace rampart::guard::render {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view kMail =
    "From: \"Example Bank sana@bank.example\" <x@evil.example>\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n"
    "--c\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease verify your account at "
    "https://203.0.113.9/login\r\n"
    "--c\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "<p>Please ver<b>ify your</b> account: <a "
    "href=3D\"https://203.0.113.9/login\">www.bank.example</a><script>x</script>\r\n--c--\r\n"
    "--b\r\nContent-Type: application/octet-stream; name=\"invoice.exe\"\r\nContent-Disposition: attachment; "
    "filename=\"invoice.exe\"\r\n\r\nMZ\r\n--b--\r\n";

TEST(Render, ShowsWhatAPersonMayRead) {
  const auto shown = render_message(kMail, {});
  EXPECT_EQ(shown.extent, "all") << shown.fault;
  ASSERT_THAT(shown.bodies, SizeIs(2));
  EXPECT_FALSE(shown.bodies[0].is_page);
  EXPECT_EQ(shown.bodies[1].part, "1.2");
  const auto& html = shown.bodies[1].html;
  EXPECT_THAT(html, HasSubstr("data-shown=\"target\">https://<mark data-cause="));
  EXPECT_THAT(html, HasSubstr("link-ip-host"));
  EXPECT_THAT(html, HasSubstr("<mark data-cause=\"words-credentials\">ver</mark><b><mark"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_EQ(shown.bodies[1].notices[0].notice, Notice::scripts);
  EXPECT_EQ(shown.text, "Please verify your account at https://203.0.113.9/login");
  ASSERT_THAT(shown.parts, SizeIs(5));
  EXPECT_EQ(shown.parts[4].name, "invoice.exe");
  EXPECT_THAT(shown.parts[4].found, Contains(Field(&PartFound::code, "file-executable")));
  EXPECT_TRUE(shown.parts[3].is_shown);
  EXPECT_THAT(shown.links, Contains(Field(&RenderedLink::host, "203.0.113.9")));
}

TEST(Render, AWorkerIsNotBelieved) {
  auto shown = render_message(kMail, {});
  const auto bytes = write_rendering(shown);
  EXPECT_EQ(read_rendering(bytes).bodies.size(), 2U);
  EXPECT_EQ(read_rendering(bytes.substr(0, bytes.size() - 1)).extent, "nothing");
  EXPECT_EQ(read_rendering("").extent, "nothing");
  shown.bodies[0].html = "<p><script>alert(1)</script></p>";
  const auto read = read_rendering(write_rendering(shown));
  EXPECT_THAT(read.bodies, SizeIs(1));
  EXPECT_THAT(read.fault, HasSubstr("not safe"));
}

TEST(Render, InAProcessOfItsOwn) {
  const auto renderer = Renderer::start({});
  ASSERT_TRUE(renderer) << renderer.error().message();
  const std::vector<Mark> marks{{.code = "blocked", .text = "203.0.113.9", .places = 0}};
  const auto shown = (*renderer)->render(kMail, marks);
  ASSERT_THAT(shown.bodies, SizeIs(2)) << shown.fault;
  EXPECT_EQ(shown.marks[0].code, "blocked");
  EXPECT_GE(shown.marks[0].places, 2U);
  EXPECT_EQ((*renderer)->render("", {}).bodies.size(), 1U);
  EXPECT_EQ((*renderer)->render(std::string(100'000, '\0'), {}).extent, not_rendered("").extent);
  std::string json;
  base::JsonWriter writer(json);
  writer.begin_object();
  write_members(writer, shown);
  writer.end_object();
  EXPECT_TRUE(base::parse_json(json, "rendering"));
}

TEST(Marks, AreWhatEvidenceNames) {
  const std::vector<Cause> causes{
      {.code = "dmarc-reject", .text = "it is forged", .section = {}},
      {.code = "content",
       .text = "its links lead to an address instead of a name [https://203.0.113.9/x]; it asks for "
               "credentials [verify your "
               "account]; its content scores 63.2 points, and 40 are enough to keep it",
       .section = {}}};
  const auto marks = marks_of(causes);
  EXPECT_THAT(marks, Contains(Field(&Mark::code, "dmarc-reject")));
  std::vector<Mark> out;
  add_marks(out, "link-shown-elsewhere", "shown bank.example, leads to evil.example");
  add_marks(out, "words-urgency", "act now");
  add_marks(out, "bad code", "x.example");
  EXPECT_THAT(
      out, ElementsAre(Mark{"link-shown-elsewhere", "bank.example", 0},
                       Mark{"link-shown-elsewhere", "evil.example", 0}, Mark{"words-urgency", "act now", 0}));
}

TEST(Marks, StandAroundTheirPlaces) {
  const auto marked = [](std::string_view html, std::vector<Mark> marks) {
    auto page = sanitise_html(html, {});
    mark_places(page.pieces, marks);
    const auto out = join(page.pieces);
    EXPECT_TRUE(is_safe_html(out)) << out;
    return out;
  };
  EXPECT_EQ(marked("please act <b>now</b>!", {{"a", "ACT  now", 0}}),
            "please <mark data-cause=\"a\">act </mark><b><mark data-cause=\"a\">now</mark></b>!");
  EXPECT_EQ(marked("a data.example and a.example", {{"a", "a.example", 0}}),
            "a data.example and <mark data-cause=\"a\">a.example</mark>");
  EXPECT_EQ(marked("evil.example", {{"a", "evil.example", 0}, {"b", "evil", 0}}),
            "<mark data-cause=\"a b\">evil</mark><mark data-cause=\"a\">.example</mark>");
  EXPECT_EQ(marked("pay\xe2\x80\x8bpal", {{"a", "paypal", 0}}),
            "<mark data-cause=\"a\">pay</mark><span data-shown=\"character\">U+200B</span><mark "
            "data-cause=\"a\">pal</mark>");
  EXPECT_EQ(marked("abc", {{"a", "abc", 0}}), "abc") << "it is too short to say anything";
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "aaaa ";
  EXPECT_TRUE(
      is_safe_html(marked(many, {{"a", "aaaa", 0}, {"b", "aaaa aaaa", 0}, {"c", std::string(200, 'a'), 0}})));
}

TEST(HeaderLines, SayWhatIsOdd) {
  const auto header = mail::read_header(kMail);
  const auto rules = *names::NameRules::make({});
  const auto names = names::read_names({.header = &*header, .mail_from = "x@evil.example"}, rules);
  const std::vector<Cause> causes{{.code = "dmarc-reject", .text = "forged", .section = {}}};
  const auto lines = explain_header(*header, names, causes);
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0].explained, HasSubstr("x@evil.example"));
  EXPECT_THAT(lines[0].causes, Contains("dmarc-reject"));
  EXPECT_THAT(lines[0].causes, Contains("address-in-name"));
  EXPECT_EQ(lines[1].value, "Caf\xc3\xa9");
}

TEST(HeaderLines, TellTheWay) {
  std::string out;
  base::JsonWriter json(out);
  write_path(json, {.client = "203.0.113.9",
                    .helo = "mail.evil.example",
                    .mail_from = "x@evil.example",
                    .author = "bank.example",
                    .results = "mx.test; spf=pass smtp.mailfrom=evil.example; dkim=fail (no) "
                               "header.d=mail.bank.example header.s=s1; "
                               "dmarc=fail header.from=bank.example policy.dmarc=reject"});
  const auto value = *base::parse_json(out, "path");
  EXPECT_EQ(value.at("envelope").at("aligned"), false);
  EXPECT_EQ(value.at("signatures").at(0).at("aligned"), true);
  EXPECT_EQ(value.at("author").at("policy"), "reject");
  EXPECT_TRUE(value.at("client").at("confirmed").is_null());
  std::string none;
  base::JsonWriter nothing(none);
  write_path(nothing, {});
  EXPECT_EQ(none, "null");
}

}  // namespace
}  // namespace rampart::guard::render
