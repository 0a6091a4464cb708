#include "audit/watch/watcher.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "dns/domain.h"
#include "mail/compose.h"

namespace rampart::audit::watch {
namespace {

using base::ErrorKind;
using base::Result;
using base::Time;
using net::Handed;
using std::chrono::seconds;

constexpr std::size_t kBatch = 256;          // looks that are written at once
constexpr std::size_t kDeliverAtOnce = 100;  // parcels that are read at once
constexpr seconds kKeepSent{7 * 24 * 3600};  // how long what was sent can still be looked up
constexpr seconds kIdle{3600};               // the longest that next() waits
constexpr seconds kHour{3600};

// A name for what is told: the same whenever the same is told, so that what comes twice can be known again.
std::string name_of(std::string_view kind, std::string_view content) {
  return fmt::format("{}-{}", kind, base::hex(crypto::sha256(content)).substr(0, 32));
}

bool is_unknown(const Observation& seen) {
  const auto* examination = seen.find(Subject::examination, "");
  return examination != nullptr && examination->standing == Standing::unknown;
}

std::string why_unknown(const Observation& seen) {
  for (const auto& item : seen.items)
    if (item.subject == Subject::record && !item.why.empty()) return item.why;
  const auto* examination = seen.find(Subject::examination, "");
  return examination == nullptr ? std::string() : examination->why;
}

// Another column of the list that says in which language a contact reads.
std::optional<Language> language_of(const Entry& entry) {
  for (const auto& [name, value] : entry.tags) {
    if (base::iequals(name, "language") || base::iequals(name, "lang"))
      return parse_language(base::lower(base::trim(value)));
  }
  return std::nullopt;
}

Result<Parcel> mail_parcel(const WatchOptions& options, const std::string& id, const std::string& recipient,
                           const Written& written, Language language, Time now) {
  const auto message_id = fmt::format("{}@{}", id, options.from.substr(options.from.rfind('@') + 1));
  auto message = TRY(mail::compose({.from = {options.from_name, options.from},
                                    .to = {{"", recipient}},
                                    .subject = written.subject,
                                    .date = now,
                                    .message_id = message_id,
                                    .language = std::string(to_string(language)),
                                    .text = written.text,
                                    .html = written.html,
                                    .fields = {{"X-Auto-Response-Suppress", "All"}}}));
  return Parcel{.sink = SinkKind::mail,
                .id = message_id,
                .recipient = recipient,
                .payload = std::move(message),
                .queued = now};
}

Result<std::vector<Parcel>> parcels_of(const Trouble& trouble, const WatchOptions& options,
                                       const Sinks& sinks, std::optional<SinkKind> except) {
  std::vector<Parcel> out;
  for (const auto& [kind, sink] : sinks) {
    if (kind == except) continue;
    if (kind == SinkKind::mail) {
      const auto written = write_trouble(trouble, options.language);
      for (const auto& recipient : options.operators)
        out.push_back(TRY(mail_parcel(options, name_of("t", recipient + '\n' + trouble.id), recipient,
                                      written, options.language, trouble.at)));
      continue;
    }
    out.push_back({.sink = kind,
                   .id = trouble.id,
                   .payload = kind == SinkKind::terminal ? write_text(trouble) : to_json(trouble),
                   .queued = trouble.at});
  }
  return out;
}

}  // namespace

Trouble make_trouble(std::string code, std::string_view what, bool over, Time now) {
  Trouble out{.id = {}, .code = std::move(code), .over = over, .what = base::excerpt(what, 500), .at = now};
  out.id = name_of("t", to_json(out));
  return out;
}

std::size_t tell_directly(const Trouble& trouble, const WatchOptions& options, const Sinks& sinks) {
  const auto parcels = parcels_of(trouble, options, sinks, std::nullopt);
  std::size_t told = 0;
  if (!parcels) return told;
  for (const auto& parcel : *parcels)
    told += sinks.at(parcel.sink)->deliver(parcel).how == Handed::accepted ? 1 : 0;
  return told;
}

Watcher::Watcher(WatchOptions options, Ledger& ledger, Sinks sinks, LookAt look_at, Clock clock)
    : options_(std::move(options)),
      schedule_(options_.every),
      ledger_(ledger),
      sinks_(std::move(sinks)),
      look_at_(std::move(look_at)),
      clock_(std::move(clock)) {}

Result<> Watcher::begin(std::vector<Entry> entries) {
  std::map<dns::Name, DomainRow> rows;
  for (auto& row : TRY(ledger_.rows())) rows[row.domain] = row;
  watched_.clear();
  places_.clear();
  for (auto& entry : entries) {
    if (!places_.try_emplace(entry.domain, watched_.size()).second) continue;
    Watched watched{.entry = {}, .contact = contact_of(entry), .last = {}, .again = {}};
    if (const auto row = rows.find(entry.domain); row != rows.end()) {
      watched.last = row->second.last;
      watched.again = row->second.again;
    }
    watched.entry = std::move(entry);
    watched_.push_back(std::move(watched));
  }
  return {};
}

// Of domains without a contact the operators are told, in one digest.
Contact Watcher::contact_of(const Entry& entry) const {
  Contact operators{.organisation = {}, .address = {}, .language = options_.language};
  if (!options_.mail_to_contacts || entry.contact.empty()) return operators;
  auto address = mail::parse_address(entry.contact);
  if (!address) return operators;
  return {.organisation = entry.organisation,
          .address = *std::move(address),
          .language = language_of(entry).value_or(options_.language)};
}

Time Watcher::due(const Watched& watched, Time now) const {
  const auto turn = schedule_.due(watched.entry.domain, watched.last, now);
  return watched.again ? std::min(turn, *watched.again) : turn;
}

Result<Watcher::Turn> Watcher::turn(bool everything) {
  Turn turn;
  TRY(look(everything, turn));
  if (!stopped()) TRY(digest());
  if (!stopped()) TRY(deliver(turn));
  return turn;
}

Result<> Watcher::look(bool everything, Turn& turn) {
  const auto now = clock_();
  if (!everything && blind_until_ && *blind_until_ > now && *blind_until_ <= now + kLongestBackoff) return {};
  std::vector<std::pair<Time, const Entry*>> ready;
  for (auto& watched : watched_) {
    // A clock that was set back: what lies ahead counts as just now, and stays so.
    if (watched.last && *watched.last > now && *watched.last <= now + schedule_.interval())
      watched.last = now;
    if (watched.again && *watched.again > now + schedule_.interval()) watched.again = now;
    const auto at = due(watched, now);
    if (everything || at <= now) ready.emplace_back(at, &watched.entry);
  }
  std::ranges::sort(ready, [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second->domain.wire()) < std::pair(b.first, b.second->domain.wire());
  });
  std::vector<const Entry*> domains;
  for (std::size_t at = 0; at < ready.size() && !stopped(); at += kAtOnce) {
    domains.clear();
    for (std::size_t i = at; i < std::min(ready.size(), at + kAtOnce); ++i)
      domains.push_back(ready[i].second);
    TRY(take_pass(domains, turn));
    if (turn.blind || !everything) break;  // what is due after so many is due in the next turn, too
  }
  return {};
}

Result<> Watcher::take_pass(std::span<const Entry* const> domains, Turn& turn) {
  saw_something_ = false;
  unconfirmed_.clear();
  unknown_.clear();
  pending_.clear();
  Result<> kept;  // an error of the ledger ends the looking, and is not taken for one of the looking
  const auto looked = look_at_(domains, false, [&](Observation&& seen) -> Result<> {
    ++turn.looked_at;
    kept = take(std::move(seen), turn);
    return kept;
  });
  TRY(std::move(kept));
  if (stopped()) {  // what was not kept is looked at again
    pending_.clear();
    return {};
  }
  if (!looked && looked.error().kind != ErrorKind::unavailable) return looked;
  if (!looked) {
    turn.blind = looked.error().message();
    TRY(keep_pending());
    blind_until_ = clock_() + backoff(++blind_turns_, 0, options_.retry_after);
    return trouble("no-resolver", *turn.blind);
  }
  if (!saw_something_ && unknown_.size() >= kAllUnknown) {
    turn.blind = fmt::format("nothing could be found out about any of {} domains: {}", unknown_.size(),
                             why_unknown(unknown_.front()));
    unknown_.clear();
    blind_until_ = clock_() + backoff(++blind_turns_, 0, options_.retry_after);
    return trouble("all-unknown", *turn.blind);
  }
  TRY(flush_unknown(turn));
  TRY(second_pass(turn));
  TRY(keep_pending());
  blind_turns_ = 0;
  blind_until_.reset();
  TRY(over("no-resolver", "resolvers answer again"));
  if (saw_something_) TRY(over("all-unknown", "domains can be examined again"));
  return {};
}

Result<> Watcher::take(Observation&& seen, Turn& turn) {
  if (!places_.contains(seen.domain)) return {};  // nobody asked for it
  if (is_unknown(seen) && !saw_something_) {
    unknown_.push_back(std::move(seen));
    return {};
  }
  if (!is_unknown(seen) && !saw_something_) {
    saw_something_ = true;
    TRY(flush_unknown(turn));
  }
  const auto& entry = watched_[places_.at(seen.domain)].entry;
  const auto memory = TRY(ledger_.memory(seen.domain));
  if (wants_second(memory, seen, options_.circumstances(entry), options_.alerts)) {
    unconfirmed_.push_back(std::move(seen));
    return {};
  }
  return conclude(seen, nullptr, turn);
}

Result<> Watcher::flush_unknown(Turn& turn) {
  const auto unknown = std::exchange(unknown_, {});
  for (const auto& seen : unknown) TRY(conclude(seen, nullptr, turn));
  return {};
}

Result<> Watcher::second_pass(Turn& turn) {
  if (unconfirmed_.empty()) return {};
  std::vector<const Entry*> domains;
  domains.reserve(unconfirmed_.size());
  for (const auto& seen : unconfirmed_) domains.push_back(&watched_[places_.at(seen.domain)].entry);
  std::map<dns::Name, Observation> second;
  // Without a second resolver nothing is confirmed, and what waits goes on waiting.
  const auto looked = look_at_(domains, true, [&](Observation&& seen) -> Result<> {
    const auto domain = seen.domain;
    second.insert_or_assign(domain, std::move(seen));
    return {};
  });
  if (!looked && stopped()) return {};
  const auto unconfirmed = std::exchange(unconfirmed_, {});
  for (const auto& seen : unconfirmed) {
    const auto other = second.find(seen.domain);
    TRY(conclude(seen, other == second.end() ? nullptr : &other->second, turn));
  }
  return {};
}

Result<> Watcher::conclude(const Observation& seen, const Observation* second, Turn& turn) {
  auto& watched = watched_[places_.at(seen.domain)];
  const auto memory = TRY(ledger_.memory(seen.domain));
  auto decision = decide(memory, seen, second, options_.circumstances(watched.entry), options_.alerts);
  Kept kept;
  kept.row = {.domain = seen.domain, .last = seen.at, .again = decision.look_again};
  kept.memory = std::move(decision.memory);
  if (!decision.alerts.empty()) {
    turn.told += decision.alerts.size();
    Look look{.id = {},
              .domain = seen.domain,
              .organisation = watched.entry.organisation,
              .at = seen.at,
              .grade_before = memory.grade,
              .grade = seen.grade,
              .alerts = std::move(decision.alerts)};
    look.id = name_of("w", to_json(look));
    for (const auto& [kind, sink] : sinks_) {
      if (kind == SinkKind::mail) continue;
      kept.parcels.push_back({.sink = kind,
                              .id = look.id,
                              .payload = kind == SinkKind::terminal ? write_text(look) : to_json(look),
                              .queued = seen.at});
    }
    if (has(SinkKind::mail)) {
      kept.look = std::move(look);
      kept.contact = watched.contact;
    }
  }
  watched.last = kept.row.last;
  watched.again = kept.row.again;
  pending_.push_back(std::move(kept));
  return pending_.size() >= kBatch ? keep_pending() : Result<>();
}

Result<> Watcher::keep_pending() {
  const auto pending = std::exchange(pending_, {});
  return pending.empty() ? Result<>() : ledger_.keep(pending);
}

// --- Digests ---

Result<> Watcher::digest() {
  if (!has(SinkKind::mail)) return {};
  const auto now = clock_();
  for (auto& waiting : TRY(ledger_.contacts_waiting())) {
    if (stopped()) return {};
    if (waiting.last_digest && *waiting.last_digest > now) {  // a clock that was set back
      TRY(ledger_.queue_digest(waiting.contact, {}, {}, now));
      continue;
    }
    if (!waiting.last_digest || now - *waiting.last_digest >= options_.digest_period)
      TRY(digest(waiting, now));
  }
  return {};
}

Result<> Watcher::digest(const WaitingContact& waiting, Time now) {
  const auto looks = TRY(ledger_.looks_waiting(waiting.contact, kMaxDigestAlerts));
  if (looks.empty()) return {};
  std::vector<Look> told;
  std::string names;
  for (const auto& look : looks) {
    told.push_back(look.look);
    names += look.look.id;
  }
  const auto& contact = waiting.contact;
  const auto written = write_digest(told, contact.organisation, contact.language);
  std::vector<std::string> recipients{contact.address};
  if (contact.address.empty()) recipients = options_.operators;
  std::vector<Parcel> parcels;
  parcels.reserve(recipients.size());
  for (const auto& recipient : recipients) {
    parcels.push_back(TRY(mail_parcel(options_, name_of("d", fmt::format("{}\n{}", recipient, names)),
                                      recipient, written, contact.language, now)));
  }
  return ledger_.queue_digest(contact, looks, parcels, now);
}

// --- Sending ---

Result<> Watcher::deliver(Turn& turn) {
  TRY(ledger_.forget_sent(clock_() - kKeepSent));
  for (int pass = 0; pass < 2; ++pass) {  // a sink's trouble is told by one that has had its turn
    for (const auto& [kind, sink] : sinks_) TRY(deliver(kind, *sink, turn));
  }
  for (const auto& [kind, sink] : sinks_) turn.waiting += TRY(ledger_.count_queued(kind));
  return {};
}

Result<> Watcher::deliver(SinkKind kind, Sink& sink, Turn& turn) {
  auto state = TRY(ledger_.sink_state(kind));
  const auto began = clock_();
  if (state.blocked_until && *state.blocked_until > began && *state.blocked_until <= began + kLongestBackoff)
    return {};
  while (!stopped()) {
    const auto parcels = TRY(ledger_.queued(kind, clock_(), kDeliverAtOnce));
    if (parcels.empty()) return {};
    for (const auto& parcel : parcels) {
      if (stopped()) return {};
      const auto now = clock_();
      if (kind == SinkKind::mail &&
          TRY(ledger_.count_sent(kind, now - kHour, now + kHour)) >= options_.mails_per_hour)
        return {};
      const auto handing = sink.deliver(parcel);
      if (handing.how == Handed::down) return note_down(kind, state, handing.why);
      if (handing.how == Handed::accepted) {
        TRY(ledger_.mark_sent(parcel, now));
        ++turn.sent;
      } else if (handing.how == Handed::refused || parcel.attempts + 1 >= kMaxAttempts) {
        TRY(ledger_.mark_refused(parcel, handing.why));
        TRY(trouble(
            "undeliverable:" + (parcel.recipient.empty() ? std::string(to_string(kind)) : parcel.recipient),
            fmt::format("what was to be told to {} was refused: {}",
                        parcel.recipient.empty() ? std::string(to_string(kind)) : parcel.recipient,
                        handing.why),
            kind));
      } else {
        TRY(ledger_.mark_later(
            parcel, now + backoff(parcel.attempts + 1, stable_hash(parcel.id), options_.retry_after),
            handing.why));
      }
      if (state.failures != 0) {  // it can be reached again
        state = {};
        TRY(ledger_.set_sink_state(kind, state));
        TRY(over(fmt::format("sink:{}", to_string(kind)), fmt::format("{} works again", to_string(kind)),
                 kind));
      }
    }
  }
  return {};
}

Result<> Watcher::note_down(SinkKind kind, SinkState state, const std::string& why) {
  ++state.failures;
  state.blocked_until =
      clock_() + backoff(state.failures, stable_hash(to_string(kind)), options_.retry_after);
  TRY(ledger_.set_sink_state(kind, state));
  if (state.failures < kSinkTrouble) return {};
  return trouble(
      fmt::format("sink:{}", to_string(kind)),
      fmt::format("nothing can be told by {}: {}; what is to be told is kept", to_string(kind), why), kind);
}

Result<Time> Watcher::next() {
  const auto now = clock_();
  auto at = now + kIdle;
  for (const auto& watched : watched_) at = std::min(at, due(watched, now));
  if (blind_until_ && *blind_until_ <= now + kLongestBackoff) at = std::max(at, *blind_until_);
  if (has(SinkKind::mail)) {
    for (const auto& waiting : TRY(ledger_.contacts_waiting()))
      at = std::min(at,
                    waiting.last_digest ? std::min(*waiting.last_digest, now) + options_.digest_period : now);
  }
  for (const auto& [kind, sink] : sinks_) {
    auto next = TRY(ledger_.next_try(kind));
    if (!next) continue;
    if (kind == SinkKind::mail &&
        TRY(ledger_.count_sent(kind, now - kHour, now + kHour)) >= options_.mails_per_hour)
      next = std::max(*next, now + seconds(60));
    const auto state = TRY(ledger_.sink_state(kind));
    if (state.blocked_until && *state.blocked_until <= now + kLongestBackoff)
      next = std::max(*next, *state.blocked_until);
    at = std::min(at, *next);
  }
  return std::max(at, now);
}

// --- Trouble ---

Result<> Watcher::trouble(const std::string& code, const std::string& what, std::optional<SinkKind> except) {
  const auto trouble = make_trouble(code, what, false, clock_());
  TRY(ledger_.begin_trouble(trouble, TRY(parcels_of(trouble, options_, sinks_, except))));
  return {};
}

Result<> Watcher::over(const std::string& code, const std::string& what, std::optional<SinkKind> except) {
  const auto trouble = make_trouble(code, what, true, clock_());
  TRY(ledger_.end_trouble(trouble, TRY(parcels_of(trouble, options_, sinks_, except))));
  return {};
}

}  // namespace rampart::audit::watch
