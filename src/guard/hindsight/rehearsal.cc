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
  Row row{.source = source_of(event), .action = action, .because = codes(event)};
  auto found = rows_.find(row);
  if (found == rows_.end()) {
    if (rows_.size() == kMaxSources) {
      ++apart_;
      return;
    }
    found =
        rows_.emplace(std::move(row), Count{.messages = 0, .last = {}, .last_id = {}, .client = event.client})
            .first;
  }
  auto& count = found->second;
  ++count.messages;
  if (count.client != event.client) count.client.clear();
  if (event.at < count.last) return;
  count.last = event.at;
  count.last_id = event.queue_id.empty() ? event.id : event.queue_id;
}

std::size_t Rehearsal::count(Action action) const {
  const auto found = actions_.find(action);
  return found == actions_.end() ? 0 : found->second;
}

Rehearsal::Ranked Rehearsal::ranked() const {
  Ranked out;
  out.reserve(rows_.size());
  for (const auto& [row, count] : rows_) out.emplace_back(&row, &count);
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
    const auto& [row, messages] = all[i];
    out += fmt::format("\n{} {} in the name of {}{}\n", messages->messages, would_be(row->action),
                       base::printable(row->source.author),
                       row->source.network.empty()
                           ? std::string()
                           : " from " + (messages->client.empty() ? row->source.network : messages->client));
    if (!row->because.empty()) out += fmt::format("  because    {}\n", row->because);
    out += fmt::format("  last       {}  rampart trace {}\n", base::format_time(messages->last),
                       base::printable(messages->last_id));
    if (const auto line = exception_for(row->source, messages->client, view.now); !line.empty())
      out += fmt::format("  except it  overrides = [\"{}\"]\n", line);
  }
  if (all.size() > view.rows)
    out += fmt::format("\nand {} more kinds: --most {}\n", all.size() - view.rows, all.size());
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
  for (const auto& [row, messages] : ranked()) {
    json.begin_object()
        .member("author", row->source.author)
        .member("network", messages->client.empty() ? row->source.network : messages->client)
        .member("action", to_string(row->action))
        .member("because", row->because)
        .member("messages", messages->messages)
        .member("last", base::format_time(messages->last))
        .member("last_id", messages->last_id)
        .member("exception", exception_for(row->source, messages->client, view.now))
        .end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace rampart::guard
