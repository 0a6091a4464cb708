#include "guard/inspect/signal/signal.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "guard/inspect/seen/look.h"
#include "mail/message.h"

namespace rampart::guard::signal {
namespace {

// What is found in a message as it would come.
std::vector<Signal> found_in(std::string_view text, std::vector<std::string> recipients = {}) {
  static const auto rules = *names::NameRules::make({});
  const auto message = mail::Message::parse(text);
  if (!message) return {};
  const auto seen = inspect(content_header(message->header) + std::string(message->body));
  const auto names =
      names::read_names({.header = &message->header, .has_envelope = false, .recipients = recipients}, rules);
  return find_signals(
      {.seen = seen, .names = names, .rules = rules, .header = message->header, .recipients = recipients});
}

double strength(const std::vector<Signal>& found, Code code) {
  const auto at = std::ranges::find(found, code, &Signal::code);
  return at == found.end() ? 0 : at->strength;
}

std::string page(std::string_view from, std::string_view subject, std::string_view html) {
  return fmt::format(
      "From: {}\r\nTo: sana.malik@ministry.example\r\nSubject: {}\r\nMIME-Version: 1.0\r\nContent-Type: "
      "text/html; charset=utf-8\r\n\r\n{}",
      from, subject, html);
}

TEST(Catalogue, IsWhole) {
  std::set<std::string_view> codes;
  for (const auto& kind : kinds()) {
    EXPECT_TRUE(codes.insert(kind.code).second) << kind.code;
    EXPECT_FALSE(kind.english.empty() || kind.english.ends_with('.')) << kind.code;
    EXPECT_FALSE(kind.urdu.empty()) << kind.code;
    EXPECT_NE(kind.prior, 0) << kind.code;
    EXPECT_EQ(find_kind(kind.code), &kind);
  }
  EXPECT_EQ(find_kind("no-such-signal"), nullptr);
}

TEST(Signals, ABrandThatLinksAwayIsToldFromOneThatDoesNot) {
  const auto lie =
      found_in(page("PayPal <service@northgate.example>", "Your account is limited",
                    "<p>Your PayPal account was limited.</p><a href='https://evil.test/x'>Verify now</a>"));
  EXPECT_EQ(strength(lie, Code::brand_sender), 1);
  EXPECT_EQ(strength(lie, Code::brand_link_away), 1);
  EXPECT_EQ(strength(lie, Code::action_link_away), 1);
  const auto honest = found_in(
      page("PayPal <service@paypal.com>", "Reset your PayPal password",
           "<p>Your PayPal password can be reset.</p><a href='https://www.paypal.com/x'>Reset password</a>"));
  for (const auto code : {Code::brand_sender, Code::brand_claimed, Code::brand_link_away, Code::link_away,
                          Code::action_link_away})
    EXPECT_EQ(strength(honest, code), 0) << kind_of(code).code;
}

TEST(Signals, ALinkThatShowsABrandIsNoLinkToIt) {
  const auto found = found_in(page("Support <help@northgate.example>", "Notice",
                                   "<a href='https://evil.test/x'>https://www.paypal.com/login</a>"));
  EXPECT_EQ(strength(found, Code::link_shown_brand), 1);
  EXPECT_EQ(strength(found, Code::link_one_place), 1);
}

TEST(Signals, ALinkThatNoMailProgramFollowsIsWeak) {
  const auto script = strength(found_in(page("Shop <news@northgate.example>", "News",
                                             "<a href='javascript:popUp(\"offer\")'>Our offer</a>")),
                               Code::link_script);
  const auto page_in_link =
      strength(found_in(page("Shop <news@northgate.example>", "News",
                             "<a href='data:text/html;base64,PGI+U2lnbiBpbjwvYj4='>Our offer</a>")),
               Code::link_script);
  EXPECT_GT(script, 0);
  EXPECT_LT(script, 0.5);
  EXPECT_EQ(page_in_link, 1);
}

TEST(Signals, ALinkThatCarriesItsReaderCountsOnlyAway) {
  EXPECT_EQ(strength(found_in(page("IT <it@northgate.example>", "Mailbox",
                                   "<a href='https://evil.test/#sana.malik@ministry.example'>Open</a>")),
                     Code::link_recipient),
            1);
  EXPECT_EQ(
      strength(found_in(page(
                   "Shop <news@northgate.example>", "News",
                   "<a href='https://northgate.example/u?e=sana.malik@ministry.example'>Unsubscribe</a>")),
               Code::link_recipient),
      0);
}

TEST(Signals, ClicksThatAMailerCountsLeadToItsAuthor) {
  const auto found = found_in(page(
      "Shop <news@northgate.example>", "News",
      "<a href='https://links.mailer.test/r?url=https%3A%2F%2Fwww.northgate.example%2Fsale'>Shop now</a>"));
  EXPECT_EQ(strength(found, Code::link_away), 0);
  EXPECT_EQ(strength(found, Code::link_redirect), 0);
  const auto elsewhere = found_in(
      page("Shop <news@northgate.example>", "News",
           "<a href='https://links.mailer.test/r?url=https%3A%2F%2Fevil.example%2Fsale'>Shop now</a>"));
  EXPECT_GT(strength(elsewhere, Code::link_redirect), 0);
}

TEST(Signals, WhoPlainlyAsksForMoneyIsHeard) {
  const auto found = found_in(
      "From: Mr. Baker <baker@northgate.example>\r\nReply-To: baker22@gmail.com\r\nTo: "
      "undisclosed-recipients:;\r\nSubject: Dear friend\r\n\r\n"
      "I have USD 10,500,000.00 for you. Write to baker22@gmail.com\r\n");
  EXPECT_EQ(strength(found, Code::reply_to_free_mail), 1);
  EXPECT_EQ(strength(found, Code::large_sum), 1);
  EXPECT_EQ(strength(found, Code::money_offer_diverted), 1);
  EXPECT_EQ(strength(found, Code::no_named_recipient), 1);
}

TEST(Signals, OfAListAreExcused) {
  const auto found = found_in(
      "From: Sana <sana@northgate.example>\r\nTo: dev@lists.example\r\nReply-To: "
      "dev@lists.example\r\nSubject: Re: parser\r\n"
      "List-Id: <dev.lists.example>\r\nList-Post: <mailto:dev@lists.example>\r\n\r\nSee "
      "http://wiki.test/parser\r\n");
  EXPECT_EQ(strength(found, Code::reply_to_elsewhere), 0);
  EXPECT_LT(strength(found, Code::link_away), 0.5);
}

TEST(Signals, NameTheirPlace) {
  for (const auto& signal : found_in(page("PayPal <service@northgate.example>", "Your account",
                                          "<a href='https://evil.test/x'>Verify</a>"))) {
    EXPECT_FALSE(signal.part.empty()) << kind_of(signal.code).code;
    EXPECT_FALSE(signal.evidence.empty()) << kind_of(signal.code).code;
    EXPECT_GT(signal.strength, 0);
    EXPECT_LE(signal.strength, 1);
  }
}

std::string with_file(std::string_view name, std::string_view bytes) {
  return fmt::format(
      "From: Sana <sana@northgate.example>\r\nTo: a@ministry.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhello\r\n--x\r\nContent-Type: "
      "application/octet-stream; name=\"{}\"\r\n\r\n{}\r\n--x--\r\n",
      name, bytes);
}

TEST(Signals, AShortcutToAPageIsNoProgram) {
  const auto page = found_in(with_file("a.url", "[InternetShortcut]\nURL=https://northgate.example/\n"));
  EXPECT_GT(strength(page, Code::file_shortcut), 0);
  EXPECT_EQ(strength(page, Code::file_executable), 0);
  const auto file = found_in(with_file("a.url", "[InternetShortcut]\nURL=file://evil.test/a.exe\n"));
  EXPECT_GT(strength(file, Code::file_executable), 0);
}

TEST(Signals, NameTheFile) {
  const auto found =
      found_in(with_file("bill.html", "<form action=https://evil.test/><input type=password></form>"));
  for (const auto& signal : found)
    if (kind_of(signal.code).family == Family::attachments) {
      EXPECT_NE(signal.evidence.find("bill.html"), std::string::npos)
          << kind_of(signal.code).code << " " << signal.evidence;
    }
  EXPECT_GT(strength(found, Code::file_web_form), 0);
}

TEST(Signals, OfWhatIsBuiltToBeReadInTwoWays) {
  EXPECT_EQ(
      strength(found_in("From: Sana <sana@northgate.example>\r\nContent-Type: multipart/mixed; boundary=a; "
                        "boundary=b\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n"),
               Code::parts_contradict),
      1);
  EXPECT_EQ(strength(found_in(with_file("a.txt", "x")), Code::parts_contradict), 0);
}

TEST(Signals, TellWhatAClickRunsFromWhatProgrammersSend) {
  const auto of = [](std::string_view name, std::string_view bytes, Code code) {
    return strength(found_in(with_file(name, bytes)), code);
  };
  EXPECT_EQ(of("build.sh", "#!/bin/sh\nmake", Code::file_script), 0.4);
  EXPECT_EQ(of("build.sh", "#!/bin/sh\nmake", Code::file_executable), 0);
  EXPECT_EQ(of("tool.py", "print(1)", Code::file_script), 0.4);
  EXPECT_EQ(of("bill.vbs", "CreateObject(\"WScript.Shell\").Run \"calc\"", Code::file_script), 1);
  EXPECT_EQ(of("bill.vbs", "CreateObject(\"WScript.Shell\").Run \"calc\"", Code::file_executable), 0);
  EXPECT_EQ(of("bill.exe", "no program, by what is in it", Code::file_executable), 0.9);
}

TEST(Signals, AreTheSameEachTime) {
  const auto text =
      page("PayPal <service@northgate.example>", "Your account", "<a href='https://evil.test/x'>Verify</a>");
  EXPECT_EQ(found_in(text), found_in(text));
}

TEST(Signals, OfContextNeedTheirFacts) {
  static const auto rules = *names::NameRules::make({});
  const std::string text =
      "From: PayPal <service@northgate.example>\r\nTo: a@ministry.example\r\nSubject: x\r\n\r\nhello\r\n";
  const auto message = mail::Message::parse(text);
  const auto names = names::read_names({.header = &message->header, .has_envelope = false}, rules);
  const Inspected seen;
  auth::Authentication authentication;
  authentication.spf.emplace();
  Correspondence sender;
  sender.anybody = {.known = Known::never, .why = NotKnown::none};
  const auto known = find_signals({.seen = seen,
                                   .names = names,
                                   .rules = rules,
                                   .header = message->header,
                                   .authentication = &authentication,
                                   .sender = &sender});
  EXPECT_EQ(strength(known, Code::unauthenticated), 1);
  EXPECT_GT(strength(known, Code::unauthenticated_claim), 0);
  EXPECT_EQ(strength(known, Code::first_contact), 1);
  const auto unknown =
      find_signals({.seen = seen, .names = names, .rules = rules, .header = message->header});
  for (const auto& signal : unknown) EXPECT_NE(kind_of(signal.code).family, Family::context);
}

}  // namespace
}  // namespace rampart::guard::signal
