#include "guard/milter/session.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "guard/milter/mta_test.h"

namespace rampart::guard::milter {
namespace {

using base::Result;
using namespace std::string_view_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string folder() { return std::filesystem::temp_directory_path().string(); }

// Frames as they come out of `bytes`, whose replies are joined; the first that is no go_on ends it.
struct Played {
  Result<Turn> last = Turn{};
  std::string replies;
};
Played play(Session& session, std::string_view bytes) {
  FrameReader reader;
  reader.feed(bytes);
  Played out;
  for (;;) {
    const auto frame = reader.next();
    if (!frame) out.last = std::unexpected(frame.error());
    if (!frame || !*frame) return out;
    out.last = session.take(**frame);
    if (!out.last) return out;
    out.replies += out.last->reply;
  }
}

std::string commands(std::string_view replies) {
  FrameReader reader;
  reader.feed(replies);
  std::string out;
  while (const auto frame = *reader.next()) out += frame->command;
  return out;
}

const std::string kHello =
    offer() + client("mail.bank.example", "192.0.2.25") + frame(Command::helo, texts({"mail.bank.example"}));
const std::string kMail = frame(Command::mail, texts({"<news@bank.example>", "SIZE=100"})) +
                          frame(Command::recipient, texts({"<a@else.example>"})) +
                          frame(Command::recipient, texts({"<b@else.example>", "NOTIFY=NEVER"}));
const std::string kText = frame(Command::header, texts({"From", " news@bank.example"})) +
                          frame(Command::header, texts({"Subject", " rates\n and more"})) +
                          frame(Command::end_of_headers) + frame(Command::body, "one\r\n") +
                          frame(Command::body, "t\0o\r\n"sv) + frame(Command::end_of_body);

SessionOptions in_temp() { return {.folder = folder()}; }

TEST(Session, HandsAMessageOverAsItWasPassed) {
  Session session(in_temp());
  const auto played = play(session, kHello + kMail + kText);
  ASSERT_TRUE(played.last);
  EXPECT_EQ(played.last->kind, Turn::Kind::decide);
  EXPECT_EQ(commands(played.replies), "O") << "nothing before the end is answered";
  EXPECT_EQ(session.client().ip, base::IpAddress::parse("192.0.2.25"));
  EXPECT_EQ(session.client().port, 40000);
  EXPECT_EQ(session.helo(), "mail.bank.example");
  auto& message = session.message();
  EXPECT_EQ(message.sender.address, "news@bank.example");
  EXPECT_THAT(message.sender.arguments, testing::ElementsAre("SIZE=100"));
  ASSERT_THAT(message.recipients, SizeIs(2));
  EXPECT_EQ(message.recipients[1].raw, "<b@else.example>");
  const auto text = *message.bytes.view();
  EXPECT_EQ(text, "From: news@bank.example\r\nSubject: rates\r\n and more\r\n\r\none\r\nt\0o\r\n"sv);
  EXPECT_EQ(text.substr(message.header_size), "one\r\nt\0o\r\n"sv);
  EXPECT_EQ(message.fault, "");
}

TEST(Session, AgreesToNothingThatWasNotOffered) {
  Session session(in_temp());
  const auto played = play(session, offer(4, 0x11, 0x400));
  FrameReader reader;
  reader.feed(played.replies);
  const auto reply = **reader.next();
  EXPECT_EQ(reply.command, 'O');
  EXPECT_EQ(reply.payload.size(), 12U) << "no macros may be asked for";
  EXPECT_EQ(read_u32(reply.payload), 4U);
  EXPECT_EQ(read_u32(reply.payload.substr(4)), 0x11U);
  EXPECT_EQ(read_u32(reply.payload.substr(8)), 0x400U);
  EXPECT_FALSE(play(session, offer()).last) << "a second offer";
  Session old(in_temp());
  EXPECT_THAT(play(old, offer(1)).last.error().message(), HasSubstr("version 1"));
}

TEST(Session, AnswersEachStepOfAnMtaThatWaits) {
  Session session({.max_message = 70, .folder = folder()});
  auto played = play(session, offer(6, kAllActions, step::kSkip) + client("h", "192.0.2.25") +
                                  frame(Command::helo, texts({"h"})) + kMail + frame(Command::data) + kText);
  ASSERT_TRUE(played.last);
  // connect, helo, MAIL, two RCPT, DATA, two fields, their end, and two chunks.
  EXPECT_EQ(commands(played.replies), "Occccccccccc");
  // The space that such an MTA takes away is put back.
  EXPECT_THAT(std::string(*session.message().bytes.view()), HasSubstr("From:  news@"));
  Session small({.max_message = 60, .folder = folder()});
  played = play(small, offer(6, kAllActions, step::kSkip) + client("h", "192.0.2.25") + kMail + kText);
  EXPECT_TRUE(commands(played.replies).ends_with("cs") || commands(played.replies).ends_with("sc"))
      << commands(played.replies);
  EXPECT_THAT(small.message().fault, HasSubstr("larger than 60"));
  EXPECT_EQ(small.message().bytes.size(), 60U);
}

TEST(Session, TakesSeveralMessagesOfOneConnection) {
  Session session(in_temp());
  ASSERT_TRUE(play(session, kHello + kMail + kText).last);
  const auto end = session.answer({});
  ASSERT_TRUE(end);
  EXPECT_EQ(commands(*end), "a");
  const auto second = play(session, frame(Command::mail, texts({"<>"})) +
                                        frame(Command::recipient, texts({"<c@else.example>"})) + kText);
  ASSERT_TRUE(second.last);
  EXPECT_EQ(second.last->kind, Turn::Kind::decide);
  EXPECT_EQ(session.message().sender.address, "");
  EXPECT_THAT(session.message().recipients, SizeIs(1));
  EXPECT_EQ(session.helo(), "mail.bank.example");
  EXPECT_FALSE(play(session, kMail).last) << "before the answer";
}

TEST(Session, ForgetsAMessageThatIsAborted) {
  Session session(in_temp());
  auto played = play(session, kHello + kMail + frame(Command::abort));
  EXPECT_EQ(played.last->kind, Turn::Kind::dropped);
  EXPECT_THAT(session.message().recipients, IsEmpty());
  EXPECT_EQ(session.helo(), "mail.bank.example") << "an abort is of the message alone";
  EXPECT_EQ(play(session, frame(Command::abort)).last->kind, Turn::Kind::go_on);
  ASSERT_TRUE(play(session, kMail + kText).last);
  EXPECT_EQ(play(session, frame(Command::abort)).last->kind, Turn::Kind::dropped) << "while it is decided";
  EXPECT_EQ(play(session, frame(Command::quit_new_connection)).last->kind, Turn::Kind::go_on);
  EXPECT_EQ(session.helo(), "");
  ASSERT_TRUE(play(session, client("other", "2001:db8::1", '6') + kMail + kText).last);
  EXPECT_EQ(session.client().host, "other");
  EXPECT_EQ(play(session, frame(Command::quit)).last->kind, Turn::Kind::closed);
  EXPECT_FALSE(play(session, kMail).last);
}

TEST(Session, KnowsEveryKindOfClient) {
  for (const auto& [text, family, ip] :
       {std::tuple(client("h", "IPv6:2001:db8::1", '6'), Client::Family::internet, "2001:db8::1"),
        std::tuple(client("h", "/run/socket", 'L'), Client::Family::local, ""),
        std::tuple(frame(Command::connect, texts({"h"}) + 'U'), Client::Family::unknown, "")}) {
    Session session(in_temp());
    ASSERT_TRUE(play(session, offer() + text).last);
    EXPECT_EQ(session.client().family, family);
    EXPECT_EQ(session.client().ip, base::IpAddress::parse(ip));
  }
  for (const auto& text :
       {client("h", "not.an.address"), frame(Command::connect, texts({"h"}) + '9'),
        frame(Command::connect, "h"), frame(Command::connect, texts({"h"}) + "4"), frame(Command::connect)}) {
    Session session(in_temp());
    EXPECT_FALSE(play(session, offer() + text).last);
  }
}

TEST(Session, RefusesWhatHasNoPlace) {
  const auto none = std::string();
  const auto agreed = offer();
  const auto begun = agreed + client("h", "192.0.2.1");
  const auto mailed = begun + kMail;
  for (const auto& [before, text] :
       {std::pair(none, frame(Command::helo)), std::pair(agreed, kMail),
        std::pair(agreed, frame(Command::helo, texts({"h"}))), std::pair(begun, client("h", "192.0.2.1")),
        std::pair(begun, frame(Command::recipient, texts({"<a@b>"}))), std::pair(begun, kText),
        std::pair(begun, frame(Command::mail)), std::pair(begun, frame(Command::macros, "Mi")),
        std::pair(begun, frame(static_cast<Command>('!'))), std::pair(begun, frame(Command::end_of_body)),
        std::pair(mailed, kMail), std::pair(mailed, frame(Command::body, "x")),
        std::pair(mailed, frame(Command::header, "From"))}) {
    Session session(in_temp());
    ASSERT_TRUE(play(session, before).last);
    const auto played = play(session, text);
    ASSERT_FALSE(played.last) << base::printable(text);
    EXPECT_EQ(played.last.error().kind, base::ErrorKind::input);
  }
}

TEST(Session, KeepsMacrosAsLongAsWhatTheyAreOf) {
  Session session(in_temp());
  ASSERT_TRUE(
      play(session,
           offer() + frame(Command::macros, "C" + texts({"{daemon_name}", "smtp", "j", "mx.bank.example"})) +
               client("h", "192.0.2.1") + frame(Command::macros, "M" + texts({"{auth_type}", "PLAIN"})) +
               kMail + frame(Command::macros, "E" + texts({"i", "4F00"})) + kText)
          .last);
  EXPECT_EQ(session.macros().find("daemon_name"), "smtp");
  EXPECT_EQ(session.macros().find("{auth_type}"), "PLAIN");
  EXPECT_EQ(session.macros().find("i"), "4F00");
  EXPECT_EQ(session.macros().find("v"), std::nullopt);
  ASSERT_TRUE(session.answer({}));
  EXPECT_EQ(session.macros().find("auth_type"), std::nullopt);
  EXPECT_EQ(session.macros().find("j"), "mx.bank.example");
}

TEST(Session, LeavesOutRecipientsThatTheMtaRefused) {
  Session session(in_temp());
  ASSERT_TRUE(play(session, offer() + client("h", "192.0.2.1") +
                                frame(Command::mail, texts({"<a@b.example>"})) +
                                frame(Command::macros, "R" + texts({"{rcpt_mailer}", "error"})) +
                                frame(Command::recipient, texts({"<gone@else.example>"})) +
                                frame(Command::recipient, texts({"<b@else.example>"})) + kText)
                  .last);
  ASSERT_THAT(session.message().recipients, SizeIs(1));
  EXPECT_EQ(session.message().recipients[0].address, "b@else.example");
}

TEST(Session, HoldsALargeMessageInAFile) {
  Session session({.memory = 1000, .folder = folder()});
  std::string body;
  auto bytes = kHello + kMail + frame(Command::end_of_headers);
  for (int i = 0; i < 100; ++i) {
    body += std::string(600, static_cast<char>('a' + i % 26));
    bytes += frame(Command::body, std::string_view(body).substr(body.size() - 600));
  }
  ASSERT_TRUE(play(session, bytes + frame(Command::end_of_body)).last);
  EXPECT_EQ(session.message().bytes.in_memory(), 0U);
  EXPECT_EQ(*session.message().bytes.view(), "\r\n" + body);
  Session nowhere({.memory = 1000, .folder = "/nowhere/at/all"});
  ASSERT_TRUE(play(nowhere, bytes + frame(Command::end_of_body)).last) << "who decides is told";
  EXPECT_THAT(nowhere.message().fault, HasSubstr("/nowhere/at/all"));
}

TEST(Session, AllowsAsManyRecipientsAsItSays) {
  Session session(in_temp());
  ASSERT_TRUE(play(session, kHello + frame(Command::mail, texts({"<>"}))).last);
  const auto one = frame(Command::recipient, texts({"<a@else.example>"}));
  for (std::size_t i = 0; i < kMaxRecipients; ++i) ASSERT_TRUE(play(session, one).last);
  EXPECT_THAT(play(session, one).last.error().message(), HasSubstr("recipients"));
}

TEST(FrameReader, SplitsAnywhere) {
  const auto bytes = kHello + kMail + kText;
  for (const std::size_t size : {1U, 2U, 3U, 5U, 7U, 64U}) {
    Session session(in_temp());
    FrameReader reader;
    auto kind = Turn::Kind::go_on;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      reader.feed(std::string_view(bytes).substr(at, size));
      while (const auto next = *reader.next()) kind = session.take(*next)->kind;
    }
    EXPECT_EQ(kind, Turn::Kind::decide);
    EXPECT_EQ(reader.held(), 0U);
    EXPECT_TRUE(session.message().bytes.view()->ends_with("t\0o\r\n"sv));
  }
}

TEST(FrameReader, RefusesALengthBeforeItHoldsAnything) {
  for (const auto length : {0U, static_cast<unsigned>(kMaxFrame) + 1, 0xffffffffU}) {
    FrameReader reader;
    std::string bytes;
    append_u32(bytes, length);
    reader.feed(bytes);
    EXPECT_FALSE(reader.next());
  }
}

TEST(Answer, PutsChangesBeforeTheVerdict) {
  const Agreement agreed{.version = 6, .actions = kAllActions, .steps = kAllSteps};
  const Answer answer{.verdict = Answer::Verdict::accept,
                      .reply = {},
                      .removed = {{"Authentication-Results", 1}, {"Authentication-Results", 3}},
                      .added = {{.place = 0, .name = "X-Rampart-Id", .value = "7\r\n\tx\nSubject: no\r\n"}},
                      .not_for = {"<b@else.example>"}};
  const auto bytes = *format(answer, agreed);
  EXPECT_EQ(commands(bytes), "mmi-a");
  FrameReader reader;
  reader.feed(bytes);
  EXPECT_EQ(read_u32((*reader.next())->payload), 3U) << "the last first";
  EXPECT_EQ(read_u32((*reader.next())->payload), 1U);
  EXPECT_EQ((*reader.next())->payload.substr(4), texts({"X-Rampart-Id", " 7\n\tx Subject: no"}));
  EXPECT_EQ((*reader.next())->payload, texts({"<b@else.example>"}));
  EXPECT_FALSE(format(answer, {.version = 6, .actions = action::kAddHeaders, .steps = 0}));
}

TEST(Answer, RepliesInOneLine) {
  const Agreement agreed{.version = 6, .actions = 0, .steps = 0};
  Answer answer{.verdict = Answer::Verdict::reject,
                .reply = {.code = 550, .enhanced = "5.7.26", .text = "100% of it\r\n250 ok"}};
  const auto bytes = *format(answer, agreed);
  FrameReader reader;
  reader.feed(bytes);
  const auto reply = **reader.next();
  EXPECT_EQ(reply.command, 'y');
  EXPECT_EQ(reply.payload, texts({"550 5.7.26 100  of it  250 ok"}));
  answer.verdict = Answer::Verdict::tempfail;
  EXPECT_FALSE(format(answer, agreed)) << "a 550 is no temporary failure";
  answer.reply.text.clear();
  EXPECT_EQ(commands(*format(answer, agreed)), "t");
  answer.verdict = Answer::Verdict::discard;
  EXPECT_EQ(commands(*format(answer, agreed)), "d");
}

}  // namespace
}  // namespace rampart::guard::milter
