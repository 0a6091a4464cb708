#include "guard/hindsight/comparison.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace rampart::guard {
namespace {

constexpr std::array kOrder{Action::accept, Action::quarantine, Action::tempfail, Action::reject};
constexpr std::array kSays{OtherSays::spam, OtherSays::clean, OtherSays::unclear};

template <class Rows>
auto ranked(const Rows& rows) {
  std::vector<typename Rows::const_pointer> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(&row);
  std::ranges::sort(out, [](const auto* one, const auto* other) {
    return one->second.messages != other->second.messages ? one->second.messages > other->second.messages
                                                          : one->first < other->first;
  });
  return out;
}

template <class Rows>
std::size_t told_apart(const Rows& rows) {
  std::size_t out = 0;
  for (const auto& [source, row] : rows) out += row.messages;
  return out;
}

}  // namespace

void Comparison::note(Rows& rows, const PastEvent& event) {
  auto source = source_of(event);
  auto found = rows.find(source);
  if (found == rows.end()) {
    if (rows.size() == kMaxSources) return;
    found = rows.emplace(std::move(source), Row{}).first;
  }
  auto& row = found->second;
  ++row.messages;
  row.because = codes(event);
  row.last_id = event.queue_id.empty() ? event.id : event.queue_id;
}

void Comparison::add(const PastEvent& event) {
  if (!event.from_outside) return;
  const auto other = std::ranges::find(event.others, field_, &OtherVerdict::field);
  if (other == event.others.end()) {
    ++without_;
    return;
  }
  ++messages_[static_cast<std::size_t>(event.asked.action)][static_cast<std::size_t>(other->says)];
  const bool stopped = event.asked.action != Action::accept;
  if (stopped && other->says == OtherSays::clean) note(by_us_, event);
  if (!stopped && other->says == OtherSays::spam) note(by_them_, event);
}

std::size_t Comparison::they_say(OtherSays says) const {
  std::size_t out = 0;
  for (const auto& row : messages_) out += row[static_cast<std::size_t>(says)];
  return out;
}

std::size_t Comparison::by_us_alone() const {
  std::size_t out = 0;
  for (const auto action : kOrder)
    if (action != Action::accept)
      out += messages_[static_cast<std::size_t>(action)][static_cast<std::size_t>(OtherSays::clean)];
  return out;
}
std::size_t Comparison::by_them_alone() const {
  return messages_[static_cast<std::size_t>(Action::accept)][static_cast<std::size_t>(OtherSays::spam)];
}

std::string Comparison::text(const View& view) const {
  std::size_t all = 0;
  for (const auto says : kSays) all += they_say(says);
  std::string out;
  if (all == 0) {
    out = fmt::format(
        "No message from outside of the last {} has a field {} ({} have none). The other filter has to come "
        "before the guard:"
        " rampart guard setup postfix --after ADDRESS; of rspamd it takes extended_spam_headers.\n",
        view.since, field_, without_);
  } else {
    out = fmt::format("{} messages from outside in the last {} have a field {}; {} have none.\n\n", all,
                      view.since, field_, without_);
    out += fmt::format("  {:<14}{:>10}{:>10}{:>10}\n", "we ask for", "spam", "clean", "unclear");
    for (const auto action : kOrder) {
      const auto& row = messages_[static_cast<std::size_t>(action)];
      out += fmt::format("  {:<14}{:>10}{:>10}{:>10}\n", to_string(action), row[0], row[1], row[2]);
    }
  }
  const auto list = [&](std::string_view title, const Rows& rows, bool ours) {
    if (rows.empty()) return;
    const auto messages = ours ? by_us_alone() : by_them_alone();
    out += fmt::format("\n{}: {} messages\n", title, messages);
    const auto order = ranked(rows);
    for (std::size_t i = 0; i < std::min(order.size(), view.rows); ++i) {
      const auto& [source, row] = *order[i];
      out += fmt::format(
          "  {:>6}  {}{}{}  (rampart trace {})\n", row.messages, base::printable(source.author),
          source.network.empty() ? std::string() : " from " + source.network,
          ours && !row.because.empty() ? ": " + row.because : std::string(), base::printable(row.last_id));
    }
    if (order.size() > view.rows)
      out += fmt::format("  and {} more sources: --most {}\n", order.size() - view.rows, order.size());
    if (const auto apart = messages - told_apart(rows); apart != 0)
      out += fmt::format("  and {} messages of sources beyond the first {}\n", apart, kMaxSources);
  };
  list("We alone would stop", by_us_, true);
  list("They alone call spam", by_them_, false);
  if (damaged_ != 0)
    out += fmt::format("\n{} events of the store cannot be read and are not counted.\n", damaged_);
  return out;
}

std::string Comparison::json(const View& view) const {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object()
      .member("schema", "rampart.comparison/1")
      .member("since", view.since)
      .member("field", field_)
      .member("without_field", without_)
      .member("damaged", damaged_);
  json.member("not_told_apart", by_us_alone() + by_them_alone() - told_apart(by_us_) - told_apart(by_them_));
  json.key("asked").begin_object();
  for (const auto action : kOrder) {
    json.key(to_string(action)).begin_object();
    for (const auto says : kSays)
      json.member(to_string(says),
                  messages_[static_cast<std::size_t>(action)][static_cast<std::size_t>(says)]);
    json.end_object();
  }
  json.end_object();
  const auto list = [&](std::string_view name, const Rows& rows) {
    json.key(name).begin_array();
    for (const auto* row : ranked(rows))
      json.begin_object()
          .member("author", row->first.author)
          .member("network", row->first.network)
          .member("messages", row->second.messages)
          .member("because", row->second.because)
          .member("last_id", row->second.last_id)
          .end_object();
    json.end_array();
  };
  list("stopped_by_us_alone", by_us_);
  list("spam_to_them_alone", by_them_);
  json.end_object();
  return out + "\n";
}

}  // namespace rampart::guard
