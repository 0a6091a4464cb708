#include "guard/hindsight/rehearsal.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::guard {
namespace {

constexpr std::chrono::hours kExcepted{24 * 90};
constexpr std::size_t kDateSize = 10;  // of "2026-11-27"

// It is refused whatever is enforced (gate/gate.h).
bool is_unreadable(const PastEvent& event) {
  return std::ranges::find(event.asked.causes, "unreadable", &Cause::code) != event.asked.causes.end();
}

// What is done with a message in the end: to the MTA, or for those of its recipients for whom most is done.
Action done_with(const PastEvent& event, std::span<const Enforcement> rules) {
  if (is_unreadable(event)) return event.asked.action;
  const auto done = dispatch(event.asked, event.recipients, rules, event.draw.value_or(0), true);
  auto out = done.answer;
  if (out != Action::accept) return out;
  for (const auto& share : done.shares)
    if (share.ruling.action == Action::quarantine) out = Action::quarantine;
  return out;
}

std::string_view would_be(Action action) {
  switch (action) {
    case Action::quarantine:
      return "quarantined";
    case Action::reject:
      return "rejected";
    case Action::tempfail:
      return "put off";
    case Action::accept:
      break;
  }
  return "let through";
}

}  // namespace

std::string exception_for(const Source& source, std::string_view client, base::Time now) {
  std::string out = "accept";
  if (dns::parse_domain(source.author)) out += fmt::format(" from={}", base::printable(source.author));
  const bool named = out.contains('=');
  const auto network = client.empty() ? std::string_view(source.network) : client;
  if (!named && network.empty()) return {};
  if (!network.empty()) out += fmt::format(" network={}", network);
  return out +
         fmt::format(" until={} by=NAME reason=WHY", base::format_time(now + kExcepted).substr(0, kDateSize));
}

void Rehearsal::add(const PastEvent& event) {
  if (!event.from_outside) return;
  ++seen_;
  const bool counts = event.asked.action != Action::accept && !is_unreadable(event);
  if (counts && !event.draw &&
      std::ranges::any_of(rules_, [](const Enforcement& rule) { return rule.percent != 100; }))
    ++undrawn_;
  const auto action = done_with(event, rules_);
  ++actions_[action];
  if (action == Action::accept) return;
  auto source = source_of(event);
  auto found = rows_.find(source);
  if (found == rows_.end()) {
    if (rows_.size() == kMaxSources) {
      ++apart_;
      return;
    }
    found = rows_
                .emplace(std::move(source), Count{.messages = 0,
                                                  .actions = {},
                                                  .because = {},
                                                  .last = {},
                                                  .last_id = {},
                                                  .client = event.client})
                .first;
  }
  auto& count = found->second;
  ++count.messages;
  ++count.actions[action];
  if (auto why = codes(event); count.because.size() < kMaxBecause || count.because.contains(why))
    ++count.because[std::move(why)];
  if (count.client != event.client) count.client.clear();
  if (event.at < count.last) return;
  count.last = event.at;
  count.last_id = event.queue_id.empty() ? event.id : event.queue_id;
}

std::size_t Rehearsal::count(Action action) const { return count(actions_, action); }
std::size_t Rehearsal::count(const std::map<Action, std::size_t>& actions, Action action) {
  const auto found = actions.find(action);
  return found == actions.end() ? 0 : found->second;
}

Rehearsal::Because Rehearsal::because(const Count& count) {
  Because out(count.because.begin(), count.because.end());
  std::ranges::sort(out, [](const auto& one, const auto& other) {
    return one.second != other.second ? one.second > other.second : one.first < other.first;
  });
  return out;
}

Rehearsal::Ranked Rehearsal::ranked() const {
  Ranked out;
  out.reserve(rows_.size());
  for (const auto& [source, count] : rows_) out.emplace_back(&source, &count);
  std::ranges::sort(out, [](const auto& one, const auto& other) {
    return one.second->messages != other.second->messages ? one.second->messages > other.second->messages
                                                          : *one.first < *other.first;
  });
  return out;
}

std::string Rehearsal::text(const View& view) const {
  std::string out;
  if (seen_ == 0) {
    out = fmt::format("The store has no message from outside of the last {}; nothing can be said.\n",
                      view.since);
  } else {
    out = fmt::format(
        "Of {} messages from outside in the last {}, {} would have been quarantined, {} rejected and {} put "
        "off.\n",
        seen_, view.since, count(Action::quarantine), count(Action::reject), count(Action::tempfail));
  }
  const auto all = ranked();
  for (std::size_t i = 0; i < std::min(all.size(), view.rows); ++i) {
    const auto& [source, messages] = all[i];
    std::string done;
    for (const auto& [action, of] : messages->actions)
      done += fmt::format("{}{} {}", done.empty() ? "" : ", ", of, would_be(action));
    out += fmt::format("\n{} in the name of {}{}\n", done, base::printable(source->author),
                       source->network.empty()
                           ? std::string()
                           : " from " + (messages->client.empty() ? source->network : messages->client));
    const auto why = because(*messages);
    std::string_view label = "because";
    for (const auto& [codes, of] : why) {
      if (codes.empty()) continue;
      out += fmt::format("  {:<9}  {}{}\n", label, codes, why.size() == 1 ? "" : fmt::format(": {}", of));
      label = {};
    }
    out += fmt::format("  last       {}  rampart trace {}\n", base::format_time(messages->last),
                       base::printable(messages->last_id));
    if (const auto line = exception_for(*source, messages->client, view.now); !line.empty())
      out += fmt::format("  except it  overrides = [\"{}\"]\n", line);
  }
  if (all.size() > view.rows)
    out += fmt::format("\nand {} more sources: --most {}\n", all.size() - view.rows, all.size());
  if (apart_ != 0)
    out += fmt::format("\n{} messages are of sources beyond the first {} and are counted above alone.\n",
                       apart_, kMaxSources);
  if (undrawn_ != 0)
    out += fmt::format(
        "\nOf {} messages it is not known whether a percentage covers them; they are counted as if it did.\n",
        undrawn_);
  if (damaged_ != 0)
    out += fmt::format("\n{} events of the store cannot be read and are not counted.\n", damaged_);
  return out;
}

std::string Rehearsal::json(const View& view) const {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  std::vector<std::string> rules;
  rules.reserve(rules_.size());
  for (const auto& rule : rules_) rules.push_back(format(rule));
  json.begin_object()
      .member("schema", "rampart.rehearsal/1")
      .member("since", view.since)
      .member_array("enforced", rules)
      .member("messages", seen_)
      .member("quarantined", count(Action::quarantine))
      .member("rejected", count(Action::reject))
      .member("put_off", count(Action::tempfail))
      .member("not_told_apart", apart_)
      .member("undrawn", undrawn_)
      .member("damaged", damaged_);
  json.key("sources").begin_array();
  for (const auto& [source, messages] : ranked()) {
    json.begin_object()
        .member("author", source->author)
        .member("network", messages->client.empty() ? source->network : messages->client)
        .member("messages", messages->messages)
        .member("quarantined", count(messages->actions, Action::quarantine))
        .member("rejected", count(messages->actions, Action::reject))
        .member("put_off", count(messages->actions, Action::tempfail))
        .member("last", base::format_time(messages->last))
        .member("last_id", messages->last_id)
        .member("exception", exception_for(*source, messages->client, view.now));
    json.key("because").begin_array();
    for (const auto& [codes, of] : because(*messages))
      json.begin_object().member("codes", codes).member("messages", of).end_object();
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace rampart::guard
