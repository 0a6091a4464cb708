#include "guard/inspect/names/names.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "mail/encoded_words.h"

namespace rampart::guard::names {
namespace {

using ::testing::HasSubstr;

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }

const NameRules& rules() {
  static const auto out =
      *NameRules::make({.own_domains = {name("ministry.example"), name("xn--mgbai9azgqp6j.example")},
                        .own_names = {"Ministry of Examples"},
                        .partner_domains = {name("partnerworks.example")},
                        .people = {*parse_person("Sana Malik <sana@ministry.example> <sana.malik@gmail.com>"),
                                   *parse_person("Muhammad Ali Khan <mak@ministry.example>")},
                        .not_lookalikes = {name("ministry-friends.example")},
                        .brands = nullptr});
  return out;
}

struct Mail {
  std::string_view header;
  std::string_view mail_from = "x@unset.example";
  std::vector<std::string> recipients = {"bilal@ministry.example"};
};

NameFacts facts_of(const Mail& mail) {
  const auto text = fmt::format("{}\r\n\r\n", mail.header);
  const auto header = mail::read_header(text);
  const bool has_envelope = mail.mail_from != "x@unset.example";
  return read_names({.header = &*header,
                     .mail_from = has_envelope ? mail.mail_from : "",
                     .has_envelope = has_envelope,
                     .recipients = mail.recipients},
                    rules());
}

std::string names_of(const NameFacts& facts) {
  std::string out;
  for (std::size_t i = 0; i < kNameFacts; ++i) {
    const auto fact = static_cast<NameFact>(i);
    if (!facts.has(fact)) continue;
    if (!out.empty()) out += ' ';
    out += to_string(fact);
  }
  return out;
}
std::string read(const Mail& mail) { return names_of(facts_of(mail)); }
std::string from(std::string_view value) {
  const auto header = fmt::format("From: {}\r\nSubject: Hello", value);
  return read({.header = header});
}
std::string subject(std::string_view value, std::string_view more = "") {
  const auto header = fmt::format("From: a@shop.example\r\nSubject: {}{}", value, more);
  return read({.header = header});
}

TEST(Names, OrdinaryMailHasNoFacts) {
  for (const auto* value : {"a@shop.example",
                            "Amna Siddiqui <amna@shop.example>",
                            "\"Siddiqui, Amna\" <amna@shop.example>",
                            "Sana Malik <sana@ministry.example>",
                            "Sana Malik <Sana.Malik@GMAIL.com>",
                            "Sana Malik <anything@it.ministry.example>",
                            "Ministry of Examples <info@ministry.example>",
                            "=?utf-8?B?2LnZhNuMINiu2KfZhg==?= <ali@shop.example>",
                            "Pınar Yayın <p@shop.example>",
                            "Łukasz Żółć <l@shop.example>",
                            "Сергей Иванов <s@shop.example>",
                            "株式会社ＡＢＣ <a@shop.example>",
                            "Müller & Söhne <info@shop.example>",
                            "\"ana@shop.example\" <ana@shop.example>",
                            "\"shop.example\" <ana@mail.shop.example>",
                            "Hilton Miller <h@shop.example>",
                            "Chase Carter <c@shop.example>",
                            "Apple Grove Farm <a@shop.example>",
                            "Zoom Bikes Lahore <z@shop.example>",
                            "Target Practice <t@shop.example>",
                            "Box Office <b@shop.example>"})
    EXPECT_EQ(from(value), "") << value;
}

TEST(Names, MailOfBrandsHasNoFacts) {
  for (const auto* value :
       {"PayPal <service@paypal.com>",
        "PayPal <paypal@mail.paypal.com>",
        "PayPal <service@intl.paypal.com>",
        "Amazon.com <order-update@amazon.com>",
        "Amazon.de <versand@amazon.de>",
        "Amazon <a@amazon.com.tr>",
        "DHL Express <noreply@dhl.com>",
        "DHL Paket <noreply@dhl.de>",
        "HBL <alerts@hbl.com>",
        "Meezan Bank <info@meezanbank.com>",
        "Alice via Google Drive <drive-shares-dm-noreply@google.com>",
        "Alice (Google Docs) <comments-noreply@docs.google.com>",
        "Google Calendar <calendar-notification@google.com>",
        "\"sana@shop.example\" <calendar-notification@google.com>",
        "Alice Carter via DocuSign <dse_na3@docusign.net>",
        "Microsoft account team <account-security-noreply@accountprotection.microsoft.com>",
        "GitHub <noreply@github.com>",
        "Alice Carter <notifications@github.com>",
        "LinkedIn <messages-noreply@linkedin.com>",
        "Booking.com <noreply@booking.com>",
        "PayPal cards <cards@hbl.com>"})
    EXPECT_EQ(from(value), "") << value;
}

TEST(Names, ProtectedPeople) {
  for (const auto* value :
       {"Sana Malik <sana.malik@evil.example>", "\"Malik, Sana\" <x@evil.example>",
        "Dr. Sana K. Malik (CEO) <x@evil.example>", "SanaMalik <x@evil.example>",
        "sana.malik <x@evil.example>", "Sana Ma1ik <x@evil.example>", "Sana MaIik <x@evil.example>",
        "=?utf-8?Q?S=D0=B0na_Malik?= <x@evil.example>", "Ali Khan Muhammad <x@evil.example>"})
    EXPECT_THAT(from(value), HasSubstr("protected-person")) << value;
  EXPECT_THAT(from("Sana Malik <sana.malik2@gmail.com>"), HasSubstr("protected-person"));
  for (const auto* value :
       {"Sana Mallick <x@evil.example>", "Malik <x@evil.example>", "Sana Ali Khan <x@shop.example>"})
    EXPECT_EQ(from(value), "") << value;
  // Through a service it is said so; through a list it is ordinary.
  EXPECT_EQ(from("Sana Malik via DocuSign <dse@docusign.net>"), "claim-through-service");
  EXPECT_EQ(
      read({.header =
                "From: Sana Malik via talk <talk@lists.example>\r\nList-Post: <mailto:talk@lists.example>"}),
      "");
  EXPECT_EQ(
      read({.header = "From: Sana Malik <talk@lists.example>\r\nList-Post: <mailto:talk@lists.example>"}),
      "protected-person");
}

TEST(Names, OurOwnName) {
  for (const auto* value :
       {"Ministry of Examples <x@evil.example>", "MINISTRY OF EXAMPLES - Helpdesk <x@evil.example>",
        "ministry.example <x@evil.example>", "IT Desk (mail.ministry.example) <x@evil.example>",
        "\"admin@ministry.example\" <x@evil.example>"})
    EXPECT_THAT(from(value), HasSubstr("own-name")) << value;
  EXPECT_EQ(from("Ministry of Examples liaison <x@partnerworks.example>"), "");
}

TEST(Names, Recipients) {
  Mail mail{.header = "From: Stonebridge IT <x@evil.example>",
            .mail_from = "x@unset.example",
            .recipients = {"b@mail.stonebridge.co.uk"}};
  EXPECT_EQ(read(mail), "recipient-name");
  mail.header = "From: \"b@mail.stonebridge.co.uk\" <x@evil.example>";
  EXPECT_EQ(read(mail), "recipient-name address-in-name");
  mail.header = "From: Stonebridge IT <x@stonebridge.co.uk>";
  EXPECT_EQ(read(mail), "");
  mail.header = "From: x@evil.example\r\nSubject: b@mail.stonebridge.co.uk: password";
  EXPECT_EQ(read(mail), "recipient-in-subject");
  mail.header = "From: x@a.example\r\nSubject: Invitation: Review @ Mon 5 Oct (b@mail.stonebridge.co.uk)";
  EXPECT_EQ(read(mail), "");
  // Without an envelope those of To stand in. Domains of free mail name nobody.
  mail = {.header = "To: b@stonebridge.example\r\nFrom: Stonebridge <x@evil.example>", .recipients = {}};
  EXPECT_EQ(read(mail), "recipient-name");
  mail.header = "To: b@gmx.de\r\nFrom: GMX <x@evil.example>";
  EXPECT_EQ(read(mail), "");
}

TEST(Names, Brands) {
  for (const auto* value :
       {"PayPal <x@evil.example>", "\"PayPal Support Team\" <x@evil.example>", "Pay Pal <x@evil.example>",
        "\"PayPal, Inc.\" <x@evil.example>", "HBL Pakistan <x@evil.example>", "MeezanBank <x@evil.example>",
        "=?utf-8?B?2YbYp9iv2LHYpw==?= <x@evil.example>", "Apple <x@evil.example>",
        "Apple Support <x@evil.example>", "Chase Bank Alerts <x@evil.example>",
        "Atención al cliente de Santander <x@evil.example>", "Microsoft account team <x@abc.onmicrosoft.com>",
        "Google Security <x@gmail.com>"})
    EXPECT_EQ(from(value), "brand-name") << value;
  EXPECT_EQ(from("Your PayPal invoice from Alice <x@evil.example>"), "brand-in-name");
  EXPECT_EQ(from("x@evil.example (PayPal Support)"), "brand-name");
  EXPECT_EQ(from("WordPress <wordpress@blog.example>"), "brand-in-name brand-in-address");
  EXPECT_EQ(from("PayPal via DocuSign <dse@docusign.net>"), "claim-through-service");
  const auto facts = facts_of({.header = "From: PayPal Support <x@evil.example>"});
  ASSERT_NE(facts.find(NameFact::brand_name), nullptr);
  EXPECT_EQ(*facts.find(NameFact::brand_name), (Evidence{NameFact::brand_name, "From", "PayPal Support",
                                                         "PayPal", "evil.example is no domain of PayPal"}));
  EXPECT_EQ(facts.brands, (std::vector<NamedBrand>{{"paypal", "From", false}}));
  EXPECT_EQ(facts_of({.header = "From: PayPal <x@mail.paypal.com>"}).author_brand, "paypal");
}

TEST(Names, DisguisedBrands) {
  for (const auto* value :
       {"PayPaI <x@evil.example>", "Paypa1 Support <x@evil.example>", "Micros0ft <x@evil.example>",
        "Arnazon <x@evil.example>", "\"P@ypal\" <x@evil.example>", "Netf|ix <x@evil.example>"})
    EXPECT_EQ(from(value), "brand-name brand-disguised") << value;
  EXPECT_EQ(from("=?utf-8?Q?P=D0=B0yPal?= <x@evil.example>"),
            "brand-name brand-disguised mixed-scripts-in-name");
  EXPECT_EQ(from("𝐏𝐚𝐲𝐏𝐚𝐥 <x@evil.example>"), "brand-name brand-disguised look-alike-text");
  EXPECT_EQ(from("P\u200bay\u200bPal <x@evil.example>"), "brand-name hidden-in-name");
}

// Exchange calls itself so, whoever runs it.
TEST(Names, BouncesOfExchange) {
  EXPECT_EQ(read({.header = "From: Microsoft Outlook <postmaster@shop.example>", .mail_from = ""}), "");
  EXPECT_EQ(
      read({.header = "From: Microsoft Outlook <postmaster@shop.example>", .mail_from = "x@shop.example"}),
      "brand-name");
  EXPECT_EQ(read({.header = "From: Microsoft Outlook <billing@shop.example>", .mail_from = ""}),
            "brand-name");
}

TEST(Names, AddressesAndDomainsInNames) {
  EXPECT_EQ(from("\"boss@bank.example.com\" <x@evil.example>"), "address-in-name");
  EXPECT_EQ(from("x@evil.example (boss@bank.example.com)"), "address-in-name");
  EXPECT_EQ(from("Foo (foo@bar.com) <baz@baz.example>"), "address-in-name");
  EXPECT_EQ(from("=?utf-8?Q?boss=40bank=2Eexample=2Ecom?= <x@evil.example>"), "address-in-name");
  EXPECT_EQ(from("bankofexamples.com Support <x@evil.example>"), "domain-in-name");
  EXPECT_EQ(from("Dr.Khan <x@a.example>"), "");
  EXPECT_EQ(from("Node.js weekly <x@a.example>"), "");
  // What lists and groups write, whose answers go to whom they name.
  EXPECT_EQ(read({.header = "From: \"foo@bar.com\" <group@lists.example>\r\nReply-To: foo@bar.com"}),
            "reply-to-elsewhere");
  EXPECT_EQ(read({.header = "From: \"foo@bar.com via talk\" <talk@lists.example>\r\nList-Post: "
                            "<mailto:talk@lists.example>"}),
            "");
}

TEST(Names, BrandsBeforeTheAt) {
  EXPECT_EQ(from("Alice <paypal@evil.example>"), "brand-in-address");
  EXPECT_EQ(from("Alice <service-paypal@evil.example>"), "brand-in-address");
  EXPECT_EQ(from("Alice <paypalsupport2023@gmail.com>"), "brand-in-address");
  EXPECT_EQ(from("Alice <noreply.microsoft@evil.example>"), "brand-in-address");
  EXPECT_EQ(from("Alice <alice+paypal@shop.example>"), "");
  EXPECT_EQ(from("Alice <zoomer@shop.example>"), "");
  EXPECT_EQ(from("Alice <paypal@paypal.com>"), "");
}

TEST(Names, FreeMail) {
  EXPECT_EQ(from("CEO <x@gmail.com>"), "free-mail-role");
  EXPECT_EQ(from("HR Department <x@outlook.com>"), "free-mail-role internal-role");
  EXPECT_EQ(from("IT Helpdesk <x@yahoo.co.uk>"), "free-mail-role internal-role");
  EXPECT_EQ(from("Acorn Trading (Pvt) Ltd. <x@gmail.com>"), "free-mail-company");
  EXPECT_EQ(from("Alice Carter <x@gmail.com>"), "");
  EXPECT_TRUE(facts_of({.header = "From: a@mail.ru"}).is_free_mail);
}

TEST(Names, RolesOfTheReadersOwn) {
  EXPECT_EQ(from("IT Helpdesk <x@evil.example>"), "internal-role");
  EXPECT_EQ(from("HR Department <x@evil.example>"), "internal-role");
  EXPECT_EQ(from("Mailbox Support Team <x@evil.example>"), "internal-role");
  EXPECT_EQ(from("HR <x@ministry.example>"), "");
  EXPECT_EQ(from("HR <x@partnerworks.example>"), "");
  EXPECT_EQ(from("Acorn HR Notifications <x@shop.example>"), "");
  EXPECT_EQ(from("Mail Delivery System <mailer-daemon@shop.example>"), "");
  EXPECT_EQ(from("Customer Service <x@shop.example>"), "");
  EXPECT_EQ(read({.header = "From: HR <x@shop.example>", .recipients = {"a@mail.shop.example"}}), "");
}

TEST(Names, LookalikesOfAllAddresses) {
  const auto facts = facts_of({.header = "From: a@rninistry.example\r\nReply-To: b@paypal-secure.example",
                               .mail_from = "c@partnerwork5.example"});
  EXPECT_EQ(names_of(facts),
            "own-lookalike partner-lookalike brand-lookalike reply-to-elsewhere return-path-elsewhere");
  EXPECT_EQ(facts.find(NameFact::own_lookalike)->how, "rninistry.example looks the same as ministry.example");
  EXPECT_EQ(facts.find(NameFact::brand_lookalike)->field, "Reply-To");
  EXPECT_EQ(from("a@ministry-friends.example"), "");
}

TEST(Names, WhereAnswersGo) {
  EXPECT_EQ(read({.header = "From: a@shop.example\r\nReply-To: b@shop.example"}), "");
  EXPECT_EQ(read({.header = "From: a@shop.example\r\nReply-To: b@help.shop.example"}), "");
  EXPECT_EQ(read({.header = "From: a@shop.example\r\nReply-To: b@other.example"}), "reply-to-elsewhere");
  EXPECT_EQ(read({.header = "From: a@shop.example\r\nReply-To: b@gmail.com"}),
            "reply-to-elsewhere reply-to-free-mail");
  EXPECT_EQ(read({.header = "From: a@gmail.com\r\nReply-To: b@gmail.com"}), "reply-to-elsewhere");
  EXPECT_EQ(read({.header = "From: a@gmail.com\r\nReply-To: A@gmail.com"}), "");
  EXPECT_EQ(
      read({.header =
                "From: a@lists.example\r\nReply-To: b@gmail.com\r\nList-Post: <mailto:a@lists.example>"}),
      "");
  EXPECT_EQ(read({.header = "From: a@google.com\r\nReply-To: b@gmail.com"}), "");
  EXPECT_EQ(read({.header = "From: a@shop.example", .mail_from = "bounce@mail.shop.example"}), "");
  EXPECT_EQ(read({.header = "From: a@shop.example", .mail_from = "bounce@sender.example"}),
            "return-path-elsewhere");
  EXPECT_EQ(read({.header = "Return-Path: <bounce@sender.example>\r\nFrom: a@shop.example"}),
            "return-path-elsewhere");
}

TEST(Names, ConversationsThatWereNot) {
  EXPECT_EQ(subject("Re: Invoice"), "reply-without-thread");
  EXPECT_EQ(subject("AW: Rechnung"), "reply-without-thread");
  EXPECT_EQ(subject("[talk] RE[2]: Invoice"), "reply-without-thread");
  EXPECT_EQ(subject("=?utf-8?B?5Zue5aSNOiBhYmM=?="), "reply-without-thread");
  EXPECT_EQ(subject("Fwd: Invoice"), "forward-without-thread");
  EXPECT_EQ(subject("Re: Invoice", "\r\nIn-Reply-To: <a@b.example>"), "");
  EXPECT_EQ(subject("Re: Invoice", "\r\nReferences: <a@b.example>"), "");
  EXPECT_EQ(subject("Re: Invoice", "\r\nThread-Index: AQHY0000000000000000000000000000000000=="), "");
  EXPECT_EQ(subject("Re: Invoice", "\r\nThread-Index: AdkAAAAAAAAAAAAAAAAAAAAAAAAAAA=="),
            "reply-without-thread");
  EXPECT_EQ(subject("Regarding: Invoice"), "");
  EXPECT_EQ(subject("Ref: 17"), "");
}

TEST(Names, Subjects) {
  EXPECT_EQ(subject("Your PayPal account"), "brand-in-subject");
  EXPECT_EQ(subject("Your PayPaI account"), "brand-disguised brand-in-subject");
  EXPECT_EQ(subject("Re: Your PayPal account", "\r\nIn-Reply-To: <a@b.example>"), "");
  EXPECT_EQ(subject("Chase the dream"), "");
  EXPECT_EQ(subject("write to me@gmail.com"), "");
  EXPECT_EQ(subject("Inv\u200boice"), "hidden-in-subject");
  EXPECT_EQ(subject("Invoice \u202eexe.fdp"), "bidi-in-subject");
  EXPECT_EQ(subject("می\u200cخواهم \u200fسلام"), "");
  EXPECT_EQ(subject("👨\u200d👩\u200d👧 news"), "");
  EXPECT_EQ(subject("\u200fHello"), "bidi-in-subject");
  EXPECT_EQ(subject("Invоice"), "mixed-scripts-in-subject");
  EXPECT_EQ(subject("𝗜𝗻𝘃𝗼𝗶𝗰𝗲"), "look-alike-text");
}

TEST(Names, FromFields) {
  EXPECT_EQ(read({.header = "Subject: x"}), "from-missing");
  EXPECT_EQ(read({.header = "From: a@shop.example\r\nFrom: b@shop.example"}), "from-several");
  EXPECT_EQ(read({.header = "From: a@shop.example\r\n From: b@shop.example"}), "from-malformed");
  EXPECT_EQ(read({.header = "From: a@shop.example, b@other.example"}), "from-authors");
  EXPECT_EQ(read({.header = "From: a@shop.example, b@shop.example"}), "");
  EXPECT_EQ(read({.header = "From: nobody"}), "from-malformed");
  EXPECT_EQ(read({.header = "From: PayPal ,_<x@evil.example>"}), "brand-name from-malformed");
}

TEST(Names, OddEncoding) {
  EXPECT_EQ(from("=?utf-8?Q?Al?= =?utf-8?Q?i?= =?utf-8?Q?ce?= <a@shop.example>"), "odd-encoding");
  EXPECT_EQ(from("=?utf-8?Q?Alice_Carter?= <a@shop.example>"), "");
  EXPECT_EQ(from("=?utf-8?Q?Ali=0D=0Ace?= <a@shop.example>"), "odd-encoding");
  EXPECT_EQ(from("=?x-none?Q?Alice?= <a@shop.example>"), "odd-encoding");
  EXPECT_EQ(from("=?utf-8?B?PT91dGYtOD9RP0FsaWNlPz0=?= <a@shop.example>"), "odd-encoding");
}

TEST(Names, WhatIsShownIsToldPrintable) {
  const auto facts = facts_of(
      {.header = "From: =?utf-8?Q?A=1B[31m?= <a@m.shop.example>\r\nSubject: =?utf-8?Q?a=E2=80=AEb?="});
  EXPECT_EQ(facts.display_name, "A\\x1b[31m");
  EXPECT_EQ(facts.subject, "a\\u{202e}b");
  EXPECT_EQ(facts.address, "a@m.shop.example");
  EXPECT_EQ(facts.registered, "shop.example");
}

TEST(Names, LimitsHold) {
  std::string text = "From: ";
  for (int i = 0; i < 2000; ++i) text += fmt::format("PayPal{} <a{}@x{}.example>,", i, i, i);
  text = text.substr(0, 60'000) + "\r\n\r\n";
  const auto header = mail::read_header(text);
  const auto facts = read_names({.header = &*header, .mail_from = "", .recipients = {}}, rules());
  EXPECT_LE(facts.evidence.size(), kMaxEvidence);
  for (const auto& evidence : facts.evidence) EXPECT_LE(evidence.shown.size(), kMaxEvidenceText + 30);
}

TEST(Names, EveryFactHasAName) {
  for (std::size_t i = 0; i < kNameFacts; ++i) EXPECT_FALSE(to_string(static_cast<NameFact>(i)).empty());
}

TEST(Names, PeopleAreRead) {
  const auto person = parse_person("  Sana Malik  <Sana@Ministry.example>  <b@c.example> ");
  ASSERT_TRUE(person);
  EXPECT_EQ(person->name, "Sana Malik");
  EXPECT_EQ(person->addresses, (std::vector<std::string>{"sana@ministry.example", "b@c.example"}));
  for (const auto* text : {"", "Sana", "<a@b.example>", "Sana <a>", "Sana <a@b.example",
                           "Sana <a@b.example> x", "1 2 3 4 5 6 7 <a@b.example>"})
    EXPECT_FALSE(parse_person(text)) << text;
  EXPECT_EQ(check_person_setting(""), "");
  EXPECT_EQ(check_person_setting("Sana Malik <a@b.example>"), "");
  EXPECT_THAT(check_person_setting("Sana"), HasSubstr("no address"));
}

}  // namespace
}  // namespace rampart::guard::names
