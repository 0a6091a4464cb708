// For tests only: a gate over made DNS, a store and a quarantine of its own, and messages that are passed by it.
#pragma once

#include <gtest/gtest.h>

#include "auth/zone_test.h"
#include "guard/gate/gate.h"
#include "guard/milter/mta_test.h"
#include "guard/sign/ring_test.h"
#include "store/store_test.h"

namespace rampart::guard {

using auth::TestZone;
using milter::Command;
using Verb = milter::Answer::Verdict;
inline const base::Time kNow{std::chrono::seconds(1'795'000'000)};

class GateTest : public testing::Test {
 protected:
  GateTest()
      : database_(*store::Database::open("sqlite:" + (folder_.path() / "store.db").string())),
        quarantine_(*Quarantine::open(
            database_, {.folder = (folder_.path() / "kept").string(), .seal = {}, .limits = {}})),
        passes_(*Passes::open(database_, quarantine_, crypto::Secret(std::string("key")))) {
    zone_.txt("bank.example", "v=spf1 ip4:192.0.2.1 -all")
        .txt("_dmarc.bank.example", "v=DMARC1; p=reject")
        .txt("shop.example", "v=spf1 -all")
        .txt("_dmarc.shop.example", "v=DMARC1; p=quarantine");
  }

  // A message as it is kept.
  std::string kept_text(const std::string& id) {
    std::string text;
    EXPECT_TRUE(quarantine_.read(id, [&](std::string_view piece) {
      text += piece;
      return base::Result<>();
    }));
    return text;
  }
  // The field by which it is let by once, as a milter is told of it.
  std::string pass_field(const KeptMessage& kept) {
    const auto text = kept_text(kept.id);
    auto value = *passes_.make(kept, *mail::Message::parse(std::string_view(text)), kNow);
    value = value.substr(kPassName.size() + 1, value.size() - kPassName.size() - 3);
    return milter::frame(Command::header, milter::texts({std::string(kPassName), value}));
  }

  // What is answered to a message from there.
  milter::Answer pass(std::string_view ip, std::string_view from, Mode mode = Mode::enforce,
                      std::string_view more = "", std::string_view macros = "") {
    rules_.mode = mode;
    Gate gate({.provider = zone_,
               .quarantine = &quarantine_,
               .passes = &passes_,
               .marks = marks_ ? &*marks_ : nullptr,
               .rules =
                   [this] {
                     ++rules_asked_;
                     return std::make_shared<const Rules>(rules_);
                   },
               .tell = [this](const Event& event) { events_.push_back(event); },
               .log = [this](const std::string& line) { log_.push_back(line); },
               .now = [this] { return now_; },
               .look = seen_ ? [this](Inspector::Text text, std::chrono::milliseconds,
                                      const std::function<void(Inspected)>& done) {
                 looked_ += text.header + std::string(text.body);
                 done(*seen_);
               } : std::function<void(Inspector::Text, std::chrono::milliseconds, std::function<void(Inspected)>)>(),
               .scan_for_viruses = clamd_ ? [this](std::string, const std::function<void(ClamdAnswer)>& done) {
                 done(*clamd_);
               } : std::function<void(std::string, std::function<void(ClamdAnswer)>)>(),
               .memory = &memory_,
               .correspondents = &correspondents_,
               .ring = &ring_,
               .report = [this](const Event&, const Verdict&, const mail::Message&) { ++reported_; }},
              {.authserv_id = "guard.else.example"});
    milter::Session session({.max_message = most_, .folder = folder_.path().string()});
    milter::FrameReader reader;
    reader.feed(milter::offer(6, actions_) + milter::client("mail.bank.example", ip) +
                milter::frame(Command::helo, milter::texts({"mail.bank.example"})));
    if (!macros.empty()) reader.feed(milter::frame(Command::macros, macros));
    reader.feed(milter::frame(Command::mail, milter::texts({from})) +
                milter::frame(Command::recipient, milter::texts({"<a@else.example>"})));
    for (const auto& other : others_)
      reader.feed(milter::frame(Command::recipient, milter::texts({"<" + other + ">"})));
    reader.feed(
        std::string(more) +
        milter::frame(Command::header,
                      milter::texts({"From", " " + (author_.empty() ? std::string(from) : author_)})) +
        milter::frame(Command::header, milter::texts({"Subject", " " + subject_})) +
        milter::frame(Command::end_of_headers) + milter::frame(Command::body, "hello\r\n") +
        milter::frame(Command::end_of_body));
    std::optional<milter::Answer> out;
    while (const auto frame = *reader.next()) {
      const auto turn = session.take(*frame);
      EXPECT_TRUE(turn) << turn.error().message();
      if (turn && turn->kind == milter::Turn::Kind::decide)
        gate.decide(session, [&](milter::Answer answer) { out = std::move(answer); });
    }
    EXPECT_TRUE(out);
    if (out) {
      EXPECT_TRUE(session.answer(*out));
    }
    return out.value_or(milter::Answer());
  }

  TestZone zone_;
  store::TemporaryFolder folder_;
  store::Database database_;
  Quarantine quarantine_;
  Passes passes_;
  Rules rules_;
  std::vector<Event> events_;
  std::vector<std::string> log_;
  SenderMemory memory_;
  Correspondents correspondents_;
  base::Time now_ = kNow;
  std::size_t reported_ = 0;
  std::string author_;  // in From, where that is not the envelope sender
  std::string subject_ = "rates";
  std::size_t rules_asked_ = 0;
  std::vector<std::string> others_;  // who get it beside a@else.example
  std::uint32_t actions_ = milter::kAllActions;
  TestRing ring_;
  std::size_t most_ = 100'000;  // octets of a message
  std::optional<Marks> marks_;
  std::optional<Inspected> seen_;     // what whoever looks into messages says; nothing: nobody does
  std::string looked_;                // what he was given
  std::optional<ClamdAnswer> clamd_;  // the same of a virus scanner
};

}  // namespace rampart::guard
