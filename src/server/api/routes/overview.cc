// What somebody sees first: how many domains can be spoofed, the worst of them, mail of the last day, what changed, what is due.
#include <algorithm>
#include <map>

#include "audit/state/risks.h"
#include "base/text.h"
#include "server/api/routes/domain_parts.h"

namespace rampart::server::api {
namespace {

namespace roster = audit::roster;

// All our own; the numbers of items are those of api/overview.json.
constexpr std::size_t kWorst = 5;
constexpr std::size_t kMaxChanges = 50;
constexpr std::size_t kMostChanges = 1000;  // that are counted
constexpr std::size_t kMaxDeadlines = 50;
constexpr std::size_t kMaxAttacked = 20;
constexpr std::chrono::days kSince{7};   // changes, where nothing is said
constexpr std::chrono::days kAhead{30};  // deadlines
constexpr std::chrono::hours kDay{24};
constexpr std::chrono::seconds kHour{3600};

void write_counts(base::JsonWriter& json, const roster::Counts& counts) {
  const auto with = [&](audit::Status status) { return counts.by_status[static_cast<std::size_t>(status)]; };
  json.key("domains").begin_object().member("total", counts.domains);
  json.member("spoofable", with(audit::Status::spoofable));
  json.member("partly_protected", with(audit::Status::partly_protected));
  json.member("protected", with(audit::Status::protected_));
  json.member("unknown", with(audit::Status::unknown) + counts.never_audited).end_object();
}

// Whether a domain is on the roster and within the scope; most are asked for once.
class Within {
 public:
  Within(Call& call, roster::Roster& roster) : call_(call), roster_(roster) {}
  Got<bool> operator()(const std::string& domain) {
    if (const auto known = known_.find(domain); known != known_.end()) return known->second;
    const auto name = dns::Name::try_parse(domain);
    const auto standing = name ? TRY(roster_.standing(*name)) : std::nullopt;
    return known_[domain] = standing && call_.who().scope.covers(standing->organisation);
  }

 private:
  Call& call_;
  roster::Roster& roster_;
  std::map<std::string, bool> known_;
};

Got<void> write_attacks(Call& call, const AuditParts& audits, Within& within, base::JsonWriter& json) {
  json.key("under_attack").begin_array();
  if (audits.most_forged) {
    std::size_t count = 0;
    for (const auto& [domain, forged] :
         TRY(audits.most_forged(call.bench(), call.now() - kDay, kMostChanges))) {
      if (!TRY(within(domain))) continue;
      json.begin_object().member("domain", domain).member("messages", forged.messages);
      json.member("since", base::format_time(forged.since))
          .member("delivered", forged.delivered)
          .end_object();
      if (++count == kMaxAttacked) break;
    }
  }
  json.end_array();
  return {};
}

Got<void> write_mail(Call& call, const AuditParts& audits, base::JsonWriter& json) {
  const auto from = call.now() - kDay;
  json.key("mail");
  if (audits.mail_of_day) {
    json.raw(TRY(audits.mail_of_day(call, from, call.now())));
    return {};
  }
  json.begin_object().member("from", base::format_time(from)).member("to", base::format_time(call.now()));
  json.member("step_seconds", kHour.count()).member("known", false);
  json.member("why", "no guard writes into this store");
  json.key("buckets").begin_array().end_array().key("annotations").begin_array().end_array().end_object();
  return {};
}

void write_changes(base::JsonWriter& json, base::Time since, const std::vector<roster::Change>& changes) {
  json.key("changes").begin_object().member("since", base::format_time(since)).key("items").begin_array();
  const auto shown = std::min(changes.size(), kMaxChanges);
  for (const auto& change : std::span(changes).first(shown)) {
    json.begin_object().member("at", base::format_time(change.at)).member("domain", change.domain);
    json.member("what", change.went ? "went" : "appeared").member("code", change.code);
    json.member("title", change.title).member("effective", to_string(change.effective)).end_object();
  }
  json.end_array().member("more", changes.size() - shown).end_object();
}

// Risks that somebody accepted for a time.
Got<void> write_deadlines(Call& call, Within& within, base::JsonWriter& json) {
  struct Deadline {
    base::Time at;
    std::string domain;
    std::string text;
  };
  std::vector<Deadline> all;
  for (const auto& risk : TRY(audit::state::risks(call.database()))) {
    if (!risk.until || *risk.until < call.now() || *risk.until > call.now() + kAhead) continue;
    if (risk.domain ? !TRY(within(risk.domain->text())) : !call.who().scope.everything) continue;
    all.push_back({*risk.until, risk.domain ? risk.domain->text() : std::string(),
                   fmt::format("the risk of {} is accepted until then", risk.code)});
  }
  std::ranges::sort(all, {}, &Deadline::at);
  if (all.size() > kMaxDeadlines) all.resize(kMaxDeadlines);
  json.key("deadlines").begin_array();
  for (const auto& one : all) {
    json.begin_object().member("at", base::format_time(one.at)).member("kind", "risk");
    write_nullable(json, "domain", one.domain);
    json.member("text", one.text).end_object();
  }
  json.end_array();
  return {};
}

Answer overview_read(Call& call, const AuditParts& audits) {
  auto* roster = TRY(roster_of(call));
  const auto whose = whose_of(call.who().scope);
  const auto since = call.time("since").value_or(call.now() - kSince);
  Within within(call, *roster);
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("now", base::format_time(call.now()));
  write_counts(json, TRY(roster->counts(whose)));
  TRY(write_attacks(call, audits, within, json));
  const auto worst = TRY(roster::list(
      call.database(),
      {.whose = whose,
       .statuses = {audit::Status::spoofable, audit::Status::unknown, audit::Status::partly_protected},
       .sort = roster::Sort::status,
       .limit = kWorst}));
  json.key("worst").raw(fmt::format("[{}]", TRY(rows_json(call, worst.rows))));
  TRY(write_mail(call, audits, json));
  write_changes(json, since, TRY(roster->changes(whose, since, kMostChanges)));
  TRY(write_deadlines(call, within, json));
  json.end_object();
  return reply_json(std::move(out));
}

}  // namespace

void add_overview(Handlers& handlers, const Parts&, const AuditParts& audits) {
  handlers.add("overview_read", [&audits](Call& call) { return overview_read(call, audits); });
}

}  // namespace rampart::server::api
