// Organisations, and how their domains stand.
#include <fmt/format.h>

#include "accounts/organisation.h"
#include "audit/roster/roster.h"
#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

namespace roster = audit::roster;

using CountsOf = std::map<std::string, roster::Counts>;

base::Result<roster::Roster*> roster_of(Call& call) {
  return call.bench().keep<roster::Roster>(
      [](store::Database& database) { return roster::Roster::open(database); });
}

base::Result<CountsOf> counts_of(Call& call) { return TRY(roster_of(call))->counts_by_organisation(); }

void write_counts(base::JsonWriter& json, const roster::Counts& counts) {
  const auto of = [&](audit::Status status) { return counts.by_status.at(static_cast<std::size_t>(status)); };
  json.begin_object()
      .member("total", counts.domains)
      .member("spoofable", of(audit::Status::spoofable))
      .member("partly_protected", of(audit::Status::partly_protected))
      .member("protected", of(audit::Status::protected_))
      .member("unknown", of(audit::Status::unknown) + counts.never_audited)
      .end_object();
}

std::string organisation_json(const accounts::Organisation& one, const CountsOf& counts) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("id", one.id)
      .member("name", one.name)
      .member("sector", one.sector)
      .member("contact", one.contact)
      .member("language", one.language)
      .member("changed", base::format_time(one.changed))
      .key("domains");
  const auto found = counts.find(one.id);
  write_counts(json, found == counts.end() ? roster::Counts() : found->second);
  json.end_object();
  return out;
}

Answer list(Call& call) {
  const auto from = TRY(call.page());
  auto& organisations = call.desk().organisations;
  auto found = TRY(organisations.list(call.who().scope, from.after.value_or(std::string()), from.limit + 1));
  std::optional<std::string> next;
  if (found.size() > from.limit) {
    found.resize(from.limit);
    next = call.cursor(found.back().id);
  }
  const auto counts = TRY(counts_of(call));
  std::string items;
  for (const auto& one : found) items += (items.empty() ? "" : ",") + organisation_json(one, counts);
  return reply_json(page_json(items, next, TRY(organisations.count(call.who().scope))));
}

std::expected<accounts::Organisation, Problem> seen(Call& call) {
  auto found = TRY(call.desk().organisations.find(call.who().scope, call.text("id")));
  if (!found) return std::unexpected(not_found("there is no such organisation here"));
  return *std::move(found);
}

Answer reply_one(Call& call, const accounts::Organisation& one) {
  auto reply = reply_json(organisation_json(one, TRY(counts_of(call))));
  return reply;
}

Answer read(Call& call) {
  const auto one = TRY(seen(call));
  auto reply = TRY(reply_one(call, one));
  reply.etag = one.etag;
  return reply;
}

void take_over(accounts::Organisation& to, const boost::json::object& body) {
  to.name = maybe_text(body, "name").value_or(to.name);
  to.sector = maybe_text(body, "sector").value_or(to.sector);
  to.contact = maybe_text(body, "contact").value_or(to.contact);
  to.language = maybe_text(body, "language").value_or(to.language);
}

Answer add(Call& call) {
  accounts::Organisation wanted;
  take_over(wanted, call.body());
  const auto added = TRY(TRY(call.desk().organisations.add(call.who(), wanted, call.now())));
  return created("/api/v1/organisations/" + added.id, TRY(reply_one(call, added)).body);
}

Answer change(Call& call) {
  auto wanted = TRY(seen(call));
  wanted.etag = TRY(call.if_match());
  take_over(wanted, call.body());
  const auto changed = TRY(TRY(call.desk().organisations.change(call.who(), wanted, call.now())));
  auto reply = TRY(reply_one(call, changed));
  reply.etag = changed.etag;
  return reply;
}

Answer remove(Call& call) {
  const auto one = TRY(seen(call));
  const auto counts = TRY(counts_of(call));
  if (const auto found = counts.find(one.id); found != counts.end() && found->second.domains != 0)
    return std::unexpected(conflict(fmt::format("{} domains are this organisation's", found->second.domains),
                                    {}, "remove them, or give them to another"));
  TRY(TRY(call.desk().organisations.remove(call.who(), one.id, TRY(call.if_match()), call.now())));
  return no_content();
}

}  // namespace

// accounts logs what it changes (x-log): the gate logs nothing of these.
void add_organisations(Handlers& handlers, const Parts& /*parts*/) {
  handlers.add("organisations_list", list);
  handlers.add("organisations_add", add);
  handlers.add("organisations_read", read);
  handlers.add("organisations_change", change);
  handlers.add("organisations_remove", remove);
}

}  // namespace rampart::server::api
