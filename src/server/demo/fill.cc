#include "server/demo/fill.h"

#include <algorithm>
#include <array>

#include "audit/assess.h"
#include "audit/state/state.h"
#include "audit/zone_hints.h"
#include "base/ip.h"
#include "dns/domain.h"
#include "facts/driver.h"
#include "facts/zone_provider.h"
#include "guard/events/event_store.h"
#include "guard/inspect/seen/look.h"
#include "guard/milter/frames.h"
#include "guard/milter/session.h"
#include "mail/message.h"
#include "reports/aggregate/reader.h"
#include "reports/archive/archive.h"
#include "server/demo/reports.h"

namespace rampart::server::demo {

using base::Result;
using guard::milter::Command;

namespace {

constexpr std::array kAuditsAgo{28, 21, 14, 10, 7, 4, 2, 1, 0};  // days
constexpr std::size_t kSnapshots = 100;
constexpr std::size_t kEventBatch = 200;
constexpr std::size_t kBodyChunk = 65'535;

std::string frame(Command command, std::string_view payload = {}) {
  std::string out;
  guard::milter::append_frame(out, static_cast<char>(command), payload);
  return out;
}

// Texts with a NUL behind each.
std::string texts(std::initializer_list<std::string_view> list) {
  std::string out;
  for (const auto text : list) (out += text) += '\0';
  return out;
}

// The hours of a working day have most of the mail.
base::Time moment_of(base::Time day, unsigned number, unsigned of) {
  const auto part = std::chrono::seconds(86'400) * number / of;
  const auto office =
      std::chrono::hours(7) + std::chrono::seconds(36'000) * number / of;  // 07:00 to 17:00 UTC
  return day + (number % 3 == 0 ? std::chrono::duration_cast<std::chrono::seconds>(part)
                                : std::chrono::duration_cast<std::chrono::seconds>(office));
}

}  // namespace

Result<> fill_audits(const World& world, store::Database& database, const FillOptions& options) {
  auto state = TRY(audit::state::State::open(database));
  for (const auto ago : kAuditsAgo) {
    if (ago > options.days) continue;
    const auto at = options.now - std::chrono::days(ago) - std::chrono::minutes(ago == 0 ? 20 : 0);
    const auto& zones = world.zones_at(at, options.now);
    const audit::ZoneHints hints(zones);
    facts::ZoneProvider provider(zones, {.now = at, .fallback = nullptr});
    std::vector<audit::state::Recorded> finished;
    for (const auto& domain : domains()) {
      auto input = std::make_shared<audit::Input>();  // shared with what is recorded
      input->domain = TRY(dns::parse_domain(domain.name));
      input->now = at;
      input->known_keys = TRY(state.keys(input->domain));
      hints.apply(*input, zones);
      facts::drive<audit::DomainReport>(
          [&](facts::Facts& facts) { return audit::assess(*input, facts); }, provider, {},
          [&](facts::Driven<audit::DomainReport> driven) {
            finished.push_back(
                {.input = input, .report = std::move(driven.decision), .book = std::move(driven.book)});
          });
    }
    TRY(state.record(finished, kSnapshots));
  }
  return {};
}

Result<> fill_reports(store::Database& database, const FillOptions& options) {
  auto archive = TRY(reports::Archive::open(database));
  reports::Texts texts;
  std::vector<reports::Incoming> batch;
  for (const auto& file : made_reports(options.now, options.days)) {
    auto report = TRY(reports::read_aggregate(file.xml, file.name, options.now, texts));
    auto reporter = report.organisation;
    batch.push_back({.report = std::move(report),
                     .trust = reports::Trust::verified,
                     .reporter = std::move(reporter),
                     .sender = {},
                     .origin = file.name,
                     .received = options.now});
  }
  TRY(archive.add(batch, texts));
  return {};
}

std::string frames_of(const Letter& letter) {
  std::string offer;
  guard::milter::append_u32(offer, guard::milter::kVersion);
  guard::milter::append_u32(offer, guard::milter::action::kAddHeaders |
                                       guard::milter::action::kDeleteRecipients |
                                       guard::milter::action::kChangeHeaders);
  guard::milter::append_u32(offer, guard::milter::step::kLeadingSpace);
  std::string out = frame(Command::negotiate, offer);
  const auto name = letter.client_name.empty() ? "[" + letter.client_ip + "]" : letter.client_name;
  out += frame(Command::connect, texts({name}) + "4\x9c\x40" + texts({letter.client_ip}));
  out += frame(Command::helo, texts({letter.helo}));
  out += frame(Command::mail, texts({"<" + letter.mail_from + ">"}));
  for (const auto& recipient : letter.recipients)
    out += frame(Command::recipient, texts({"<" + recipient + ">"}));
  const auto message = mail::Message::parse(std::string_view(letter.text));
  if (message) {
    for (const auto& field : message->header.fields) {
      auto value = field.value;
      while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
      out += frame(Command::header, texts({field.name, value}));
    }
    out += frame(Command::end_of_headers);
    for (auto body = message->body; !body.empty(); body.remove_prefix(std::min(body.size(), kBodyChunk)))
      out += frame(Command::body, body.substr(0, kBodyChunk));
  }
  return out + frame(Command::end_of_body);
}

Result<guard::milter::Answer> hand_over(guard::Gate& gate, const Letter& letter) {
  guard::milter::Session session({});
  guard::milter::FrameReader reader;
  reader.feed(frames_of(letter));
  std::optional<guard::milter::Answer> out;
  while (const auto frame = TRY(reader.next())) {
    const auto turn = TRY(session.take(*frame));
    if (turn.kind == guard::milter::Turn::Kind::decide)
      gate.decide(session, [&](guard::milter::Answer answer) { out = std::move(answer); });
  }
  if (!out)
    return base::fail(base::ErrorKind::internal, "a letter of the demo was not answered", letter.mail_from);
  return *std::move(out);
}

Result<> fill_mail(const World& world, store::Database& database, guard::Quarantine& quarantine,
                   std::shared_ptr<const guard::Rules> rules, const FillOptions& options) {
  auto store = TRY(guard::EventStore::open(database));
  guard::SenderMemory memory;
  TRY(memory.load(database, options.now));
  guard::Correspondents correspondents;
  std::vector<guard::Event> events;
  std::string trouble;
  base::Time at = options.now;
  Letters letters(world, 1);
  for (const auto then : {Then::before, Then::now}) {
    facts::ZoneProvider provider(world.zones(then), {.now = options.now, .fallback = nullptr});
    guard::Gate gate({.provider = provider,
                      .quarantine = &quarantine,
                      .rules = [&] { return rules; },
                      .tell = [&](const guard::Event& event) { events.push_back(event); },
                      .log = [&](const std::string& line) { trouble = line; },
                      .now = [&] { return at; },
                      // The demo's own letters: no process has to stand between.
                      .look =
                          [](const guard::Inspector::Text& text, std::chrono::milliseconds,
                             const std::function<void(guard::Inspected)>& done) {
                            done(guard::inspect(text.header + std::string(text.body)));
                          },
                      .memory = &memory,
                      .correspondents = &correspondents},
                     {.authserv_id = "guard.demo.example"});
    for (int ago = options.days; ago >= 0; --ago) {
      const auto day = std::chrono::floor<std::chrono::days>(options.now) - std::chrono::days(ago);
      for (unsigned number = 0; number < options.letters_of_day; ++number) {
        at = moment_of(day, number, options.letters_of_day);
        const bool is_before = options.now - at > kChangedBefore;
        if (at > options.now || is_before != (then == Then::before)) continue;
        const auto letter = TRY(letters.next(at));
        TRY(hand_over(gate, letter));
        if (!trouble.empty()) return base::fail(base::ErrorKind::internal, trouble, "the demo's mail");
        if (events.size() >= kEventBatch) {
          TRY(store.record(events));
          events.clear();
        }
      }
    }
  }
  TRY(store.record(events));
  TRY(memory.save(database, options.now));
  return {};
}

}  // namespace rampart::server::demo
