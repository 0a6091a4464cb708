#include "guard/events/metrics.h"

#include <algorithm>

#include <fmt/format.h>

namespace rampart::guard {
namespace {

constexpr std::array kEach{Action::accept, Action::quarantine, Action::tempfail, Action::reject};
constexpr std::string_view kOther = "other";  // than those that are counted each
constexpr double kMicro = 1e6;

// A label's value (Prometheus, "Text-based format").
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = fmt::format("rampart_guard_{}", name);
    out_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, help, name_, type);
  }
  template <class Number>
  void sample(std::string_view labels, Number value, std::string_view suffix = {}) {
    out_ +=
        fmt::format("{}{}{} {}\n", name_, suffix, labels.empty() ? "" : fmt::format("{{{}}}", labels), value);
  }
  std::string text() && { return std::move(out_); }

 private:
  std::string name_;
  std::string out_;
};

void count(std::map<std::string, std::uint64_t>& into, const std::string& code) {
  const bool room = into.size() < kMaxCounted || into.contains(code);
  ++into[room ? code : std::string(kOther)];
}

std::string label(std::string_view name, std::string_view value) {
  return fmt::format("{}=\"{}\"", name, escaped(value));
}

void add_gauges(Page& page, const Gauges& gauges) {
  page.family("info", "gauge", "The program that runs, and its mode.");
  page.sample(label("version", gauges.version) + "," + label("mode", to_string(gauges.mode)), 1);
  page.family("messages_in_flight", "gauge", "Messages that are looked at now.");
  page.sample({}, gauges.in_flight);
  page.family("messages_in_flight_limit", "gauge", "How many of them may be (guard.messages_in_flight).");
  page.sample({}, gauges.most_in_flight);
  page.family("senders_known", "gauge",
              "Domains that have passed DMARC at a network, as the memory has them.");
  page.sample({}, gauges.senders);
  page.family("correspondents_known", "gauge",
              "Pairs of an author and a recipient that the memory has, and one for each author.");
  page.sample({}, gauges.correspondents);
  if (!gauges.lists.empty()) page.family("listed", "gauge", "Indicators of a block or allow list.");
  for (const auto& [path, size] : gauges.lists) page.sample(label("file", path), size);
  if (!gauges.kept) return;
  page.family("quarantined_messages", "gauge", "Messages in quarantine.");
  page.sample({}, *gauges.kept);
  page.family("quarantined_bytes", "gauge", "What they come to, as they came.");
  page.sample({}, gauges.kept_bytes);
}

}  // namespace

void Metrics::note(const Event& event) {
  ++messages_[static_cast<std::size_t>(event.answered)][static_cast<std::size_t>(event.asked)];
  const auto bucket = std::ranges::lower_bound(kBounds, event.took.count());
  ++took_[static_cast<std::size_t>(bucket - kBounds.begin())];
  took_sum_ += static_cast<std::uint64_t>(std::max<std::int64_t>(event.took.count(), 0));
  octets_ += event.size;
  if (!event.signed_by.empty()) ++signed_;
  if (!event.sealed_by.empty()) ++sealed_;
  const std::scoped_lock lock(mutex_);
  count(roles_, event.role);
  for (const auto& cause : event.causes) count(causes_, cause.code);
}

void Metrics::note_failure(Trouble trouble) { ++failures_[static_cast<std::size_t>(trouble)]; }

std::string Metrics::text(const Gauges& gauges) const {
  Page page;
  page.family("messages_total", "counter",
              "Messages that were answered, by what was done and what the policy asks for.");
  for (const auto done : kEach)
    for (const auto asked : kEach)
      page.sample(label("action", to_string(done)) + "," + label("asked", to_string(asked)),
                  messages_[static_cast<std::size_t>(done)][static_cast<std::size_t>(asked)].load());
  page.family("message_bytes_total", "counter", "What these messages come to.");
  page.sample({}, octets_.load());
  page.family("signed_total", "counter",
              "Messages that were signed (DKIM), and those that were sealed (ARC).");
  page.sample(label("as", "dkim"), signed_.load());
  page.sample(label("as", "arc"), sealed_.load());
  page.family("decision_seconds", "histogram", "From the end of a message to its answer.");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    below += took_[i].load();
    page.sample(fmt::format("le=\"{}\"", static_cast<double>(kBounds[i]) / kMicro), below, "_bucket");
  }
  below += took_.back().load();
  page.sample("le=\"+Inf\"", below, "_bucket");
  page.sample({}, static_cast<double>(took_sum_.load()) / kMicro, "_sum");
  page.sample({}, below, "_count");
  page.family("failures_total", "counter",
              "Messages that were not looked at, and let through or put off as the mode says.");
  page.sample(label("why", "fault"), failures_[static_cast<std::size_t>(Trouble::fault)].load());
  page.sample(label("why", "overload"), failures_[static_cast<std::size_t>(Trouble::overload)].load());
  page.family("events_lost_total", "counter", "Events that were not written, as nobody took them in time.");
  page.sample(label("where", "output"), lost_[static_cast<std::size_t>(Lost::printed)].load());
  page.sample(label("where", "store"), lost_[static_cast<std::size_t>(Lost::stored)].load());
  {
    const std::scoped_lock lock(mutex_);
    page.family("causes_total", "counter", "Messages by the codes of their causes; one may have several.");
    for (const auto& [code, number] : causes_) page.sample(label("code", code), number);
    page.family("roles_total", "counter", "Messages by the part in which they came.");
    for (const auto& [role, number] : roles_) page.sample(label("role", role), number);
  }
  add_gauges(page, gauges);
  return std::move(page).text();
}

}  // namespace rampart::guard
