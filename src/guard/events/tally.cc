#include "guard/events/tally.h"

#include <algorithm>
#include <span>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/columns.h"
#include "base/config_schema.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::guard {
namespace {

using Counts = std::map<std::string, std::size_t>;

constexpr std::size_t kName = 40;  // columns of a name
constexpr double kMilli = 1000;
constexpr std::array kOrder{Action::accept, Action::quarantine, Action::tempfail, Action::reject};

template <class Row>
std::vector<Row> most_of(const Counts& counts, std::size_t rows) {
  std::vector<Row> out;
  out.reserve(counts.size());
  for (const auto& [name, messages] : counts) out.push_back({name, messages});
  std::ranges::sort(out, [](const Row& one, const Row& other) {
    return one.messages != other.messages ? one.messages > other.messages : one.name < other.name;
  });
  out.resize(std::min(out.size(), rows));
  return out;
}

std::string percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? "0 %"
                    : fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

// What is not a name of ours may be as long as its writer liked.
std::string cut(std::string_view text, std::size_t width) {
  return base::shorten(base::printable(text), width);
}

constexpr std::size_t kTitle = 2;  // lines of a table's title

// How many rows each table gets of `height` lines of which so many are taken: the first one of each, then the second, and so on.
std::array<std::size_t, 3> share(std::size_t height, std::size_t taken,
                                 const std::array<std::size_t, 3>& rows) {
  if (height == 0) return rows;
  std::array<std::size_t, 3> out{};
  auto left = height > taken ? height - taken : 0;
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto lines = out[i] == 0 ? kTitle + 1 : 1;
      if (out[i] == rows[i] || lines > left) continue;
      left -= lines;
      ++out[i];
      more = true;
    }
  }
  return out;
}

}  // namespace

void Tally::add(std::string_view event) {
  const auto value = base::parse_json(event, "event");
  const auto* object = value && value->is_object() ? &value->get_object() : nullptr;
  const auto at = object == nullptr ? std::nullopt : base::parse_time(base::text_member(*object, "at"));
  if (!at) {
    ++damaged_;
    return;
  }
  Entry entry{.id = base::text_member(*object, "id"),
              .answered = base::text_member(*object, "answered"),
              .asked = base::text_member(*object, "asked"),
              .author = base::text_member(*object, "author"),
              .client = base::text_member(*object, "client"),
              .subject = base::text_member(*object, "subject"),
              .causes = {},
              .took = 0};
  if (!ids_.insert(entry.id).second) return;
  if (const auto* took = object->if_contains("took_us"); took != nullptr && took->is_int64())
    entry.took = took->get_int64();
  if (const auto* causes = object->if_contains("causes"); causes != nullptr && causes->is_array()) {
    for (const auto& cause : causes->get_array())
      if (cause.is_object()) entry.causes.push_back(base::text_member(cause.get_object(), "code"));
  }
  entries_.emplace(*at, std::move(entry));
}

void Tally::forget(base::Time before) {
  while (!entries_.empty() && (entries_.begin()->first < before || entries_.size() > kMostTallied)) {
    ids_.erase(entries_.begin()->second.id);
    entries_.erase(entries_.begin());
  }
}

Tally::Sum Tally::sum(std::size_t rows) const {
  Sum out;
  Counts causes;
  Counts authors;
  std::vector<std::int64_t> took;
  took.reserve(entries_.size());
  for (const auto& [at, entry] : entries_) {
    ++out.answered[entry.answered];
    if (entry.asked != entry.answered) ++out.differ;
    for (const auto& code : entry.causes) ++causes[code];
    if (entry.answered != "accept" || entry.asked != "accept") ++authors[entry.author];
    took.push_back(entry.took);
  }
  out.causes = most_of<Row>(causes, rows);
  out.authors = most_of<Row>(authors, rows);
  if (took.empty()) return out;
  const auto rank = [&](std::size_t number) {
    const auto place = took.begin() + static_cast<std::ptrdiff_t>(number);
    std::ranges::nth_element(took, place);
    return *place;
  };
  out.median = rank((took.size() - 1) / 2);
  out.slow = rank((took.size() - 1) * 99 / 100);
  return out;
}

std::string Tally::text(const View& view) const {
  const auto all = sum(view.rows);
  const auto seconds = std::max<std::chrono::seconds>(view.window, std::chrono::seconds(1));
  auto out = fmt::format("{}  {} messages in {}, {:.2f} a second\n", base::format_time(view.now),
                         entries_.size(), base::format_duration(seconds),
                         static_cast<double>(entries_.size()) / static_cast<double>(seconds.count()));
  if (!entries_.empty())
    out += fmt::format("half of them answered within {:.1f} ms, 99 % within {:.1f} ms\n",
                       static_cast<double>(all.median) / kMilli, static_cast<double>(all.slow) / kMilli);
  out += '\n';
  for (const auto action : kOrder) {
    const auto found = all.answered.find(std::string(to_string(action)));
    const auto messages = found == all.answered.end() ? 0 : found->second;
    out += fmt::format("  {:<12}{:>8}  {:>8}\n", to_string(action), messages,
                       percent(messages, entries_.size()));
  }
  if (all.differ != 0)
    out += fmt::format("  {} would have been answered otherwise were everything enforced\n", all.differ);
  const auto damaged =
      damaged_ == 0 ? std::string() : fmt::format("\n{} rows of the events are damaged\n", damaged_);
  const auto taken = std::ranges::count(out, '\n') + std::ranges::count(damaged, '\n');
  const auto room = share(view.height, static_cast<std::size_t>(taken),
                          {all.causes.size(), all.authors.size(), std::min(entries_.size(), view.latest)});
  const auto table = [&](std::string_view title, std::span<const Row> rows) {
    if (rows.empty()) return;
    out += fmt::format("\n{}\n", title);
    for (const auto& row : rows)
      out += fmt::format("  {}{:>8}\n",
                         base::pad_right(cut(row.name.empty() ? "(nobody)" : row.name, kName), kName + 2),
                         row.messages);
  };
  table("Causes", std::span(all.causes).first(room[0]));
  table("In the name of, what was stopped or would have been", std::span(all.authors).first(room[1]));
  if (room[2] != 0) out += "\nLatest\n";
  std::size_t shown = 0;
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && shown < room[2]; ++entry, ++shown) {
    const auto& one = entry->second;
    out += cut(fmt::format("  {}  {:<10}  {}  {}  {}", base::format_time(entry->first).substr(11, 8),
                           one.answered, one.author, one.client, one.subject),
               view.width) +
           '\n';
  }
  return out + damaged;
}

std::string Tally::json(const View& view) const {
  const auto all = sum(view.rows);
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("schema", "rampart.top/1")
      .member("now", base::format_time(view.now))
      .member("window_seconds", view.window.count())
      .member("messages", entries_.size())
      .member("differ", all.differ)
      .member("median_us", all.median)
      .member("p99_us", all.slow);
  json.key("answered").begin_object();
  for (const auto action : kOrder) {
    const auto found = all.answered.find(std::string(to_string(action)));
    json.member(to_string(action), found == all.answered.end() ? 0 : found->second);
  }
  json.end_object();
  const auto list = [&](std::string_view name, std::string_view what, const std::vector<Row>& rows) {
    json.key(name).begin_array();
    for (const auto& row : rows)
      json.begin_object().member(what, row.name).member("messages", row.messages).end_object();
    json.end_array();
  };
  list("causes", "code", all.causes);
  list("authors", "domain", all.authors);
  json.end_object();
  return out + "\n";
}

}  // namespace rampart::guard
