// The domains that are looked after: the list, and each one's entry on the roster.
#include <algorithm>

#include "audit/portfolio/columns.h"
#include "audit/roster/list_intake.h"
#include "audit/selectors.h"
#include "audit/state/risks.h"
#include "base/text.h"
#include "dns/domain.h"
#include "mail/compose.h"
#include "server/api/etag.h"
#include "server/api/jobs.h"
#include "server/api/routes/domain_parts.h"

namespace rampart::server::api {
namespace {

namespace roster = audit::roster;

constexpr std::size_t kMaxRefused = 100;  // as AddedDomains has it

// --- The list ---

audit::Status status_of(std::string_view text) {
  for (const auto status :
       {audit::Status::spoofable, audit::Status::partly_protected, audit::Status::protected_}) {
    if (text == to_string(status)) return status;
  }
  return audit::Status::unknown;
}

Got<roster::Query> query_of(Call& call) {
  roster::Query out{.whose = TRY(whose_asked(call))};
  for (const auto& status : call.texts("status")) out.statuses.push_back(status_of(status));
  out.grades = call.texts("grade");
  for (const auto& sends : call.texts("sends"))
    out.sends.push_back(sends == "yes"  ? audit::Sends::yes
                        : sends == "no" ? audit::Sends::no
                                        : audit::Sends::unsaid);
  out.finding = call.text("finding");
  out.text = call.text("text");
  auto sort = call.text("sort");
  if (sort.starts_with('-')) {
    out.descending = true;
    sort.erase(0, 1);
  }
  out.sort = roster::parse_sort(sort).value_or(roster::Sort::name);
  const auto from = TRY(call.page());
  out.limit = from.limit;
  if (from.after) {
    out.after = roster::Cursor::parse(*from.after);
    if (!out.after) return std::unexpected(invalid("after", "it is no cursor of this list"));
  }
  return out;
}

Answer domains_list(Call& call) {
  const auto query = TRY(query_of(call));
  TRY(roster_of(call));
  const auto page = TRY(roster::list(call.database(), query));
  const auto rows = TRY(rows_json(call, page.rows));
  std::optional<std::string> next;
  if (page.next) next = call.cursor(page.next->text());
  std::optional<std::uint64_t> total;
  if (page.total) total = static_cast<std::uint64_t>(*page.total);
  return reply_json(page_json(rows, next, total));
}

// --- One ---

void write_risk(base::JsonWriter& json, const audit::state::Risk& risk) {
  json.begin_object().member("number", risk.number);
  json.key("domain");
  risk.domain ? json.value(risk.domain->text()) : json.null();
  json.member("code", risk.code).member("reason", risk.reason).member("who", risk.who);
  json.member("accepted", base::format_time(risk.accepted));
  write_time(json, "until", risk.until);
  json.end_object();
}

// An audit of it alone that is queued or under way.
Got<std::string> job_of(Call& call, const Parts& parts, const std::string& domain) {
  if (parts.jobs == nullptr) return std::string();
  for (const auto state : {JobState::running, JobState::queued}) {
    for (const auto& job : TRY(parts.jobs->list(call.database(), {.kind = "audit", .state = state}))) {
      if (job.about == domain) return job.id;
    }
  }
  return std::string();
}

Got<std::string> detail_json(Call& call, const Parts& parts, const FoundDomain& found) {
  auto* state = TRY(state_of(call));
  const auto listed = TRY(TRY(roster_of(call))->find(found.name));
  const auto history = TRY(state->history(found.name));
  const auto states = TRY(state->snapshots(found.name, 1));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("row").raw(TRY(rows_json(call, std::span(&found.standing, 1))));
  const auto entry = listed ? listed->entry : audit::Entry{.domain = found.name};
  json.member("contact", entry.contact).member("sector", entry.sector);
  json.member_array("selectors", entry.selectors).key("tags").begin_array();
  for (const auto& [name, value] : entry.tags) {
    json.begin_object().member("name", name);
    write_nullable(json, "value", value);
    json.end_object();
  }
  json.end_array().member("note", entry.note);
  write_time(json, "first_audit", history ? std::optional(history->first) : std::nullopt);
  write_time(json, "last_change", states.empty() ? std::nullopt : std::optional(states.front().first));
  write_nullable(json, "job", TRY(job_of(call, parts, found.standing.domain)));
  json.key("risks").begin_array();
  for (const auto& risk : TRY(audit::state::risks(call.database()))) {
    if (!risk.domain || *risk.domain == found.name) write_risk(json, risk);
  }
  json.end_array().end_object();
  return out;
}

Answer domains_read(Call& call, const Parts& parts) {
  return reply_json(TRY(detail_json(call, parts, TRY(find_domain(call)))));
}

// 412 unless the domain is as whoever asks has seen it.
Got<void> check_if_match(Call& call, const Parts& parts, const FoundDomain& found) {
  if (!call.has_if_match()) return {};
  const auto etag = TRY(call.if_match());
  if (!etag.empty() && etag != etag_of(TRY(detail_json(call, parts, found))))
    return std::unexpected(changed_meanwhile(fmt::format("{} was changed meanwhile", found.standing.domain)));
  return {};
}

std::string text_of(const boost::json::value& value) {
  const auto* text = value.if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

Got<void> change(Call& call, audit::Entry& entry) {
  const auto& body = call.body();
  if (const auto* value = body.if_contains("organisation")) {
    entry.organisation = text_of(*value);
    TRY(call.within(entry.organisation, "organisation"));
    if (!entry.organisation.empty() &&
        !TRY(call.desk().organisations.find(call.who().scope, entry.organisation)))
      return std::unexpected(invalid("body.organisation", "there is no such organisation"));
  }
  if (const auto* value = body.if_contains("sends"))
    entry.sends = !value->is_bool()  ? audit::Sends::unsaid
                  : value->as_bool() ? audit::Sends::yes
                                     : audit::Sends::no;
  if (const auto* value = body.if_contains("contact")) {
    entry.contact = base::trim(text_of(*value));
    if (!entry.contact.empty() && !mail::parse_address(entry.contact))
      return std::unexpected(invalid("body.contact", "it is no e-mail address"));
  }
  if (const auto* value = body.if_contains("sector")) entry.sector = audit::squeezed(text_of(*value));
  if (const auto* value = body.if_contains("note")) entry.note = text_of(*value);
  if (const auto* value = body.if_contains("selectors")) {
    entry.selectors.clear();
    for (const auto& one : value->as_array()) {
      if (!audit::is_selector(text_of(one)))
        return std::unexpected(
            invalid("body.selectors", "a selector is labels of letters, digits and hyphens"));
      entry.selectors.push_back(text_of(one));
    }
  }
  if (const auto* value = body.if_contains("tags")) {
    entry.tags.clear();
    for (const auto& one : value->as_array())
      entry.tags.emplace_back(base::text_member(one.as_object(), "name"),
                              base::text_member(one.as_object(), "value"));
  }
  return {};
}

Answer domains_change(Call& call, const Parts& parts) {
  const auto found = TRY(find_domain(call));
  TRY(check_if_match(call, parts, found));
  auto* roster = TRY(roster_of(call));
  auto listed = TRY(roster->find(found.name)).value_or(roster::Listed{.entry = {.domain = found.name}});
  if (listed.by.empty()) {
    listed.by = call.who().name;
    listed.added = call.now();
  }
  listed.watched = true;
  TRY(change(call, listed.entry));
  TRY(roster->put(std::span(&listed, 1), roster::Existing::replace));
  call.told.object = found.standing.domain;
  call.told.organisation = listed.entry.organisation;
  auto body = TRY(detail_json(call, parts, TRY(find_domain(call))));
  auto reply = reply_json(std::move(body));
  reply.etag = etag_of(reply.body);
  return reply;
}

Answer domains_remove(Call& call, const Parts& parts) {
  const auto found = TRY(find_domain(call));
  TRY(check_if_match(call, parts, found));
  TRY(TRY(roster_of(call))->remove(found.name, call.now()));
  call.told.object = found.standing.domain;
  call.told.organisation = found.standing.organisation;
  return no_content();
}

// --- Adding ---

struct Wanted {
  std::vector<audit::Entry> entries;  // Entry::organisation is an id
  std::vector<audit::RefusedLine> refused;
  bool audit = true;
};

// Whose a domain becomes of which nothing else is said.
Got<std::string> usual_organisation(Call& call) {
  const auto& scope = call.who().scope;
  if (scope.everything) return std::string();
  if (scope.organisations.size() == 1) return scope.organisations.front();
  return std::unexpected(
      invalid("body.organisation", "it is not said whose the domains are", "name one of your organisations"));
}

Got<Wanted> wanted_of_json(Call& call) {
  Wanted out;
  const auto& body = call.body();
  std::string organisation;
  if (const auto* said = body.if_contains("organisation"); said != nullptr && said->is_string()) {
    organisation = text_of(*said);
    TRY(call.within(organisation, "organisation"));
    if (!TRY(call.desk().organisations.find(call.who().scope, organisation)))
      return std::unexpected(invalid("body.organisation", "there is no such organisation"));
  } else {
    organisation = TRY(usual_organisation(call));
  }
  if (const auto* audit = body.if_contains("audit")) out.audit = audit->as_bool();
  std::size_t place = 0;
  for (const auto& one : body.at("domains").as_array()) {
    const auto text = text_of(one);
    const auto name = dns::parse_domain(text);
    if (name) {
      out.entries.push_back({.domain = *name, .organisation = organisation});
    } else {
      out.refused.push_back(
          {fmt::format("body.domains[{}]", place), text, name.error().what, name.error().hint});
    }
    ++place;
  }
  return out;
}

Got<Wanted> wanted_of_list(Call& call) {
  Wanted out;
  auto read = TRY(roster::read_list(call.raw(), "the list"));
  out.refused = std::move(read.refused);
  std::string otherwise;
  if (std::ranges::any_of(read.entries, [](const auto& entry) { return entry.organisation.empty(); }))
    otherwise = TRY(usual_organisation(call));
  const auto id_of = [&](const std::string& name) -> base::Result<std::string> {
    const auto found = TRY(call.desk().organisations.find_by_name(call.who().scope, name));
    if (found) return found->id;
    return base::fail(base::ErrorKind::usage,
                      fmt::format("there is no organisation {}", base::printable(name)), "the list",
                      "add the organisation first");
  };
  for (auto& one :
       TRY(roster::listed(std::move(read.entries), id_of, otherwise, call.who().name, call.now())))
    out.entries.push_back(std::move(one.entry));
  return out;
}

// What is said anew goes before what was said.
audit::Entry merged(audit::Entry before, audit::Entry more) {
  if (!more.organisation.empty()) before.organisation = std::move(more.organisation);
  if (!more.sector.empty()) before.sector = std::move(more.sector);
  if (!more.contact.empty()) before.contact = std::move(more.contact);
  if (more.sends != audit::Sends::unsaid) before.sends = more.sends;
  if (!more.selectors.empty()) before.selectors = std::move(more.selectors);
  if (!more.tags.empty()) before.tags = std::move(more.tags);
  if (!more.note.empty()) before.note = std::move(more.note);
  return before;
}

std::string added_json(const roster::Done& done, const std::vector<audit::RefusedLine>& refused,
                       const std::string& job) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("added", done.added).member("known", done.changed + done.kept);
  json.key("refused").begin_array();
  for (const auto& line : std::span(refused).first(std::min(refused.size(), kMaxRefused))) {
    json.begin_object().member("where", line.where).member("text", base::printable(line.text));
    json.member("why", line.why);
    write_nullable(json, "hint", line.hint);
    json.end_object();
  }
  json.end_array();
  write_nullable(json, "job", job);
  json.end_object();
  return out;
}

Answer domains_add(Call& call, const Parts& parts, const AuditParts& audits) {
  auto wanted = TRY(call.has_json() ? wanted_of_json(call) : wanted_of_list(call));
  auto* roster = TRY(roster_of(call));
  std::vector<roster::Listed> all;
  std::vector<audit::Entry> fresh;
  for (auto& entry : wanted.entries) {
    auto before = TRY(roster->find(entry.domain));
    // Nobody takes what is another's, and nobody is told whose it is.
    if (before && !before->by.empty() && !call.who().scope.covers(before->entry.organisation)) {
      wanted.refused.push_back({entry.domain.text(), entry.domain.text(), "it cannot be added here", {}});
      continue;
    }
    const bool known = before && !before->by.empty();
    if (!known) fresh.push_back(entry);
    auto listed =
        known ? *std::move(before)
              : roster::Listed{.entry = {.domain = entry.domain}, .added = call.now(), .by = call.who().name};
    listed.entry = merged(std::move(listed.entry), std::move(entry));
    listed.watched = true;
    all.push_back(std::move(listed));
  }
  const auto done = TRY(roster->put(all, roster::Existing::replace));
  call.told.object =
      all.size() == 1 ? all.front().entry.domain.text() : fmt::format("{} domains", all.size());
  if (!all.empty()) call.told.organisation = all.front().entry.organisation;
  std::string job;
  if (wanted.audit && !fresh.empty() && parts.jobs != nullptr &&
      call.who().may(accounts::Permission::audits_run)) {
    auto about =
        fresh.size() == 1 ? fresh.front().domain.text() : fmt::format("{} new domains", fresh.size());
    const auto started = TRY(start_audit(call, parts, audits, std::move(fresh), std::move(about), false));
    const auto parsed = base::parse_json(started.body, "job");
    if (parsed && parsed->is_object()) job = base::text_member(parsed->get_object(), "id");
  }
  return reply_json(added_json(done, wanted.refused, job), 201);
}

}  // namespace

void add_domains(Handlers& handlers, const Parts& parts, const AuditParts& audits) {
  handlers.add("domains_list", domains_list);
  handlers.add("domains_add", [parts, &audits](Call& call) { return domains_add(call, parts, audits); });
  handlers.add("domains_read", [parts](Call& call) { return domains_read(call, parts); });
  handlers.add("domains_change", [parts](Call& call) { return domains_change(call, parts); });
  handlers.add("domains_remove", [parts](Call& call) { return domains_remove(call, parts); });
}

}  // namespace rampart::server::api
