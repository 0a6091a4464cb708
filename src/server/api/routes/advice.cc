// Whether the next DMARC policy of a domain would lose mail: advice and rehearsals, and a line of it for each domain.
#include <algorithm>
#include <array>
#include <mutex>
#include <tuple>

#include "base/text.h"
#include "reports/advise/format.h"
#include "reports/archive/history.h"
#include "server/api/routes/report_scope.h"
#include "server/reports/advisers.h"

namespace rampart::server::api {
namespace {

namespace advice = reports::advice;

// All our own.
constexpr std::size_t kMaxAdvised = 200;       // domains of the list: those with most mail
constexpr std::chrono::minutes kLineKept{10};  // that a line of the list is not made anew
constexpr std::size_t kMaxLines = 5'000;       // that are remembered

// --- One domain ---

// Of the facts of the last audit, where there is one: DNS is not asked while somebody waits. What the advice points into ends
// with the advisers, so it is used at once.
template <class Use>
Got<std::invoke_result_t<Use, const advice::Advice&>> advise(Call& call, const Parts& parts,
                                                             const dns::Name& domain,
                                                             const Advisers::Options& options, Use use) {
  TRY(open_archive(call));
  auto audited = last_audit(call, domain);
  std::optional<BookSource> source;
  if (audited) source.emplace(*std::move(audited));
  const auto config = parts.config();
  auto advisers = TRY(Advisers::open(call.database(), *config, source ? &*source : nullptr));
  const auto one = TRY(advisers.advise(domain, options));
  return use(one);
}

Answer domains_advice(Call& call, const Parts& parts) {
  const auto found = TRY(find_domain(call));
  return reply_json(TRY(advise(call, parts, found.name, {}, advice::format_advice_json)));
}

Answer domains_rehearsal(Call& call, const Parts& parts) {
  const auto found = TRY(find_domain(call));
  const auto policy = call.text("policy") == "quarantine" ? dmarc::Policy::quarantine : dmarc::Policy::reject;
  return reply_json(TRY(advise(call, parts, found.name, {.rehearse = policy}, advice::format_advice_json)));
}

// --- The list ---

constexpr std::array<std::string_view, 6> kRungs{"missing",    "none",        "quarantine-test",
                                                 "quarantine", "reject-test", "reject"};

std::size_t rung_of(dmarc::Policy policy, bool soft) {
  switch (policy) {
    case dmarc::Policy::quarantine:
      return soft ? 2 : 3;
    case dmarc::Policy::reject:
      return soft ? 4 : 5;
    default:
      return 1;
  }
}

std::string_view policy_text(dmarc::Policy policy) {
  switch (policy) {
    case dmarc::Policy::quarantine:
      return "quarantine";
    case dmarc::Policy::reject:
      return "reject";
    default:
      return "none";
  }
}

std::string ladder_json(const advice::Advice& one) {
  const bool missing = one.current.from == advice::Current::From::nowhere;
  const auto current = missing ? 0 : rung_of(one.current.p(), one.current.soft());
  const auto next = one.next ? std::optional(rung_of(one.next->p, one.next->soft)) : std::nullopt;
  std::string out;
  base::JsonWriter json(out);
  json.begin_array();
  for (std::size_t rung = missing ? 0 : 1; rung < kRungs.size(); ++rung) {
    json.begin_object().member("rung", kRungs[rung]);
    write_nullable(json, "record",
                   rung == current ? one.rollback
                   : next == rung  ? one.next->record
                                   : std::string());
    json.member("state", rung == current  ? "current"
                         : rung < current ? "passed"
                         : next == rung   ? "next"
                                          : "later");
    json.end_object();
  }
  json.end_array();
  return out;
}

struct Line {
  std::string domain;
  std::string verdict;
  bool now = false;  // it can be made stricter
  std::uint64_t messages = 0;
  std::string members;  // of AdviceRow, but for domain and organisation
  base::Time made{};
};

Line line_of(const advice::Advice& one, std::uint64_t messages, base::Time now) {
  Line out{.domain = one.domain,
           .verdict = std::string(to_string(one.verdict)),
           .now = one.now,
           .messages = messages,
           .made = now};
  std::array<std::uint64_t, 5> gates{};
  constexpr std::array<std::string_view, 5> kStates{"pass", "wait", "block", "unknown", "accepted"};
  for (const auto& gate : one.gates) {
    const auto place = std::ranges::find(kStates, to_string(gate.state));
    if (place != kStates.end()) ++gates[static_cast<std::size_t>(place - kStates.begin())];
  }
  base::JsonWriter json(out.members);
  json.begin_object().member("verdict", out.verdict).member("tried", policy_text(one.target));
  json.member("headline", one.headline);
  write_nullable(json, "look_again", one.look_again == 0 ? std::string() : day_text(one.look_again));
  json.member("policy",
              one.current.from == advice::Current::From::nowhere ? "missing" : policy_text(one.current.p()));
  json.key("ladder").raw(ladder_json(one)).key("gates").begin_object();
  for (std::size_t i = 0; i < gates.size(); ++i) json.member(kStates[i], gates[i]);
  json.end_object().end_object();
  // Without the outer brackets: it stands within another object.
  out.members = out.members.substr(1, out.members.size() - 2);
  return out;
}

// Lines that were made lately: advice on a hundred domains takes seconds.
class Shelf {
 public:
  std::optional<Line> find(const std::string& domain, base::Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(domain);
    if (found == lines_.end() || now - found->second.made > kLineKept || now < found->second.made)
      return std::nullopt;
    return found->second;
  }
  void put(const Line& line) {
    const std::lock_guard lock(mutex_);
    if (lines_.size() >= kMaxLines) lines_.clear();
    lines_[line.domain] = line;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Line> lines_;  // under the mutex
};

Got<std::vector<Line>> lines_of(Call& call, const Parts& parts, Shelf& shelf, const std::string& text) {
  TRY(open_archive(call));
  const auto today = std::chrono::floor<std::chrono::days>(call.now()).time_since_epoch().count();
  const auto wanted = TRY(whose_asked(call));
  ReportScope scope(call);
  std::vector<Line> out;
  for (const auto& one : TRY(reports::read_domains(call.database(), today - advice::kInventoryDays, today))) {
    if (out.size() == kMaxAdvised) break;
    if (!TRY(scope.covers(one.domain)) || one.domain.find(text) == std::string::npos) continue;
    const auto name = dns::Name::try_parse(one.domain);
    if (!name) continue;
    const auto standing = TRY(TRY(roster_of(call))->standing(*name));
    if (!standing || !wanted.covers(standing->organisation)) continue;
    auto line = shelf.find(one.domain, call.now());
    if (!line) {
      line = TRY(advise(call, parts, *name, {}, [&](const advice::Advice& advised) {
        return line_of(advised, one.total.messages(), call.now());
      }));
      shelf.put(*line);
    }
    out.push_back(*std::move(line));
  }
  return out;
}

Answer advice_list(Call& call, const Parts& parts, Shelf& shelf) {
  const auto from = TRY(call.page());
  auto lines = TRY(lines_of(call, parts, shelf, base::lower(call.text("text"))));
  if (const auto verdict = call.maybe("verdict"))
    std::erase_if(lines, [&](const Line& line) { return line.verdict != *verdict; });
  // What can be made stricter now first, and of equals where most mail is.
  std::ranges::sort(lines, [](const Line& a, const Line& b) {
    return std::tuple(b.now, b.messages, std::string_view(a.domain)) <
           std::tuple(a.now, a.messages, std::string_view(b.domain));
  });
  auto begin = lines.begin();
  if (from.after) {
    const auto last = std::ranges::find(lines, *from.after, &Line::domain);
    begin = last == lines.end() ? lines.end() : last + 1;
  }
  std::string items;
  auto& names = organisation_names(call.bench());
  std::size_t count = 0;
  std::string last;
  for (; begin != lines.end() && count < from.limit; ++begin, ++count) {
    const auto name = dns::Name::try_parse(begin->domain);
    const auto standing = name ? TRY(TRY(roster_of(call))->standing(*name)) : std::nullopt;
    const auto owner = standing ? standing->organisation : std::string();
    if (!items.empty()) items += ',';
    std::string head;
    base::JsonWriter json(head);
    json.begin_object().member("domain", begin->domain);
    write_organisation(json, "organisation", owner, TRY(names.name_of(call.bench(), owner, call.now())));
    json.end_object();
    head.back() = ',';
    items += head + begin->members + '}';
    last = begin->domain;
  }
  std::optional<std::string> next;
  if (begin != lines.end()) next = call.cursor(last);
  return reply_json(page_json(items, next, lines.size()));
}

}  // namespace

void add_advice(Handlers& handlers, const Parts& parts, const AuditParts&) {
  const auto shelf = std::make_shared<Shelf>();  // shared by the threads that answer
  handlers.add("domains_advice", [parts](Call& call) { return domains_advice(call, parts); });
  handlers.add("domains_rehearsal", [parts](Call& call) { return domains_rehearsal(call, parts); });
  handlers.add("advice_list", [parts, shelf](Call& call) { return advice_list(call, parts, *shelf); });
}

}  // namespace rampart::server::api
