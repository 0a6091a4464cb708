#include "server/api/routes/domain_parts.h"

#include <algorithm>

#include "audit/state/risks.h"
#include "dns/domain.h"
#include "facts/recorded_provider.h"

namespace rampart::server::api {
namespace {

namespace roster = audit::roster;

constexpr std::chrono::seconds kNamesKept{5};  // our own
void write_row(base::JsonWriter& json, const roster::Standing& row, const std::string& organisation) {
  json.begin_object().member("domain", row.domain);
  write_nullable(json, "unicode", unicode_of(row.domain));
  write_organisation(json, "organisation", row.organisation, organisation);
  json.key("sends");
  row.sends == audit::Sends::unsaid ? json.null() : json.value(row.sends == audit::Sends::yes);
  json.member("watched", row.watched).member("status", to_string(row.status));
  write_nullable(json, "grade", row.grade);
  const auto worst = row.worst();
  write_nullable(json, "worst", worst ? to_string(*worst) : std::string_view());
  json.member("open_findings", row.open_findings()).key("next_step");
  if (row.next_code.empty()) {
    json.null();
  } else {
    json.begin_object().member("code", row.next_code).member("text", row.next_step).end_object();
  }
  write_nullable(json, "policy", row.policy);
  write_time(json, "last_audit", row.last);
  write_time(json, "last_tried", row.tried);
  write_nullable(json, "why", row.why);
  json.end_object();
}

}  // namespace

// --- Whose ---

roster::Whose whose_of(const accounts::Scope& scope) {
  return {.everything = scope.everything, .organisations = scope.organisations};
}

Got<roster::Whose> whose_asked(Call& call) {
  const auto asked = call.maybe("organisation");
  if (!asked) return whose_of(call.who().scope);
  TRY(call.within(*asked, "organisation"));
  return roster::Whose{.organisations = {*asked}};
}

Got<FoundDomain> find_domain(Call& call) { return find_domain(call, call.text("domain")); }

Got<FoundDomain> find_domain(Call& call, std::string_view text) {
  auto name = dns::parse_domain(text);
  if (!name) return std::unexpected(not_found("there is no such domain here"));
  auto standing = TRY(TRY(roster_of(call))->standing(*name));
  if (!standing) return std::unexpected(not_found(fmt::format("there is no domain {} here", name->text())));
  if (!call.who().scope.everything && !call.who().scope.covers(standing->organisation))
    return std::unexpected(not_found(fmt::format("there is no domain {} here", name->text())));
  return FoundDomain{*std::move(name), *std::move(standing)};
}

base::Result<std::string> OrganisationNames::name_of(Bench& bench, const std::string& id, base::Time now) {
  if (id.empty()) return std::string();
  if (now - read_ > kNamesKept || now < read_) {
    names_.clear();
    read_ = now;
  }
  if (const auto known = names_.find(id); known != names_.end()) return known->second;
  const auto found = TRY(bench.desk().organisations.find({.everything = true}, id));
  return names_[id] = found ? found->name : std::string();
}

OrganisationNames& organisation_names(Bench& bench) {
  return **bench.keep<OrganisationNames>(
      [](store::Database&) -> base::Result<OrganisationNames> { return OrganisationNames(); });
}

Got<roster::Roster*> roster_of(Call& call) {
  return TRY(call.bench().keep<roster::Roster>(
      [](store::Database& database) { return roster::Roster::open(database); }));
}

Got<audit::state::State*> state_of(Call& call) {
  return TRY(call.bench().keep<audit::state::State>(
      [](store::Database& database) { return audit::state::State::open(database); }));
}

// --- The last audit ---

namespace {

Got<audit::state::LoadedSnapshot> loaded(Call& call, audit::state::State& state,
                                         const audit::state::Snapshot& snapshot) {
  auto out = TRY(state.load(snapshot));
  audit::state::accept(out.report, TRY(audit::state::risks(call.database())));
  return out;
}

}  // namespace

Got<audit::state::LoadedSnapshot> last_audit(Call& call, const dns::Name& name) {
  auto* state = TRY(state_of(call));
  const auto states = TRY(state->snapshots(name, 1));
  if (states.empty())
    return std::unexpected(not_found(fmt::format("{} has not been audited yet", name.text())));
  return loaded(call, *state, states.front());
}

Got<audit::state::LoadedSnapshot> audit_at(Call& call, const dns::Name& name) {
  const auto at = call.time("at");
  if (!at) return last_audit(call, name);
  auto* state = TRY(state_of(call));
  const auto found = TRY(state->snapshot_at(name, *at));
  if (!found)
    return std::unexpected(not_found(fmt::format("nothing is known of {} at that time", name.text())));
  return loaded(call, *state, *found);
}

BookSource::BookSource(audit::state::LoadedSnapshot audited)
    : audited_(std::move(audited)),
      provider_(std::make_unique<facts::RecordedProvider>(audited_.book, audited_.input.now)) {}

std::vector<audit::Lane> BookSource::lanes() { return {{.provider = provider_.get(), .wait = nullptr}}; }

audit::RunNotes BookSource::about() const {
  return {.source = {fmt::format("the audit of {}", base::format_time(audited_.snapshot.last))}, .notes = {}};
}

audit::Input BookSource::input(const dns::Name& name) const {
  if (name == audited_.input.domain) return audited_.input;
  audit::Input out{.domain = name, .now = audited_.input.now};
  out.selectors = audited_.input.selectors;
  return out;
}

// --- JSON ---

void write_nullable(base::JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  text.empty() ? json.null() : json.value(text);
}

void write_organisation(base::JsonWriter& json, std::string_view name, const std::string& id,
                        const std::string& called) {
  json.key(name);
  if (id.empty()) {
    json.null();
    return;
  }
  json.begin_object().member("id", id).member("name", called.empty() ? id : called).end_object();
}

std::string unicode_of(const std::string& domain) {
  if (domain.find("xn--") == std::string::npos) return {};
  const auto name = dns::Name::try_parse(domain);
  if (!name) return {};
  auto shown = dns::display(*name);
  return shown == domain ? std::string() : shown;
}

Got<std::string> rows_json(Call& call, std::span<const roster::Standing> rows) {
  constexpr std::size_t kUsualRow = 512;  // bytes
  std::string out;
  out.reserve(rows.size() * kUsualRow);
  auto& names = organisation_names(call.bench());
  for (const auto& row : rows) {
    if (!out.empty()) out += ',';
    base::JsonWriter json(out);
    write_row(json, row, TRY(names.name_of(call.bench(), row.organisation, call.now())));
  }
  return out;
}

}  // namespace rampart::server::api
