#include "server/api/routes/search_more.h"

#include <algorithm>

#include "base/text.h"

namespace rampart::server::api {
namespace {

using Hits = std::vector<SearchMore::Hit>;

constexpr std::size_t kMostNamed = 100;  // events of a word, of which some may be others'; our own

std::string said_of(std::string_view at, std::string_view from) {
  return fmt::format("{} from {}", at, from.empty() ? "nobody" : from);
}

// An event once, as a hit.
void add_event(Hits& hits, const std::string& event) {
  const auto value = base::parse_json(event, "guard_event");
  if (!value || !value->is_object()) return;
  const auto& object = value->get_object();
  auto id = base::text_member(object, "id");
  if (std::ranges::find(hits, id, &SearchMore::Hit::id) != hits.end()) return;
  auto subject = base::text_member(object, "subject");
  hits.push_back(
      {.id = std::move(id),
       .title = subject.empty() ? base::text_member(object, "queue_id") : std::move(subject),
       .detail = said_of(base::text_member(object, "at"), base::text_member(object, "mail_from"))});
}

// By what names a message (queue id, Message-ID, addresses), and then by a part of its subject.
Got<Hits> messages(Call& call, const MailParts& mail, const std::string& query, std::size_t most) {
  auto* events = TRY(call.bench().keep<guard::EventStore>(
      [](store::Database& database) { return guard::EventStore::open(database); }));
  const auto scope = TRY(scope_of(call, mail));
  Hits out;
  for (const auto& event : TRY(events->find(query, kMostNamed))) {
    if (out.size() == most) return out;
    if (const auto seen = guard::seen_by(event, scope)) add_event(out, *seen);
  }
  const auto page = TRY(guard::list_events(
      call.database(), {.text = query, .from = {}, .to = {}, .scope = scope, .behind = {}, .most = most}));
  for (const auto& event : page.events)
    if (out.size() < most) add_event(out, event);
  return out;
}

Got<Hits> kept(Call& call, const MailParts& mail, const std::string& query, std::size_t most) {
  Hits out;
  if (!mail.open_quarantine) return out;
  TRY(quarantine_of(call, mail));
  const auto page = TRY(guard::list_kept(call.database(), {.state = guard::KeptState::kept,
                                                           .text = query,
                                                           .from = {},
                                                           .to = {},
                                                           .scope = TRY(scope_of(call, mail)),
                                                           .behind = {},
                                                           .most = most}));
  for (const auto& one : page.messages)
    out.push_back({.id = one.id,
                   .title = one.subject.empty() ? one.queue_id : one.subject,
                   .detail = said_of(base::format_time(one.received), one.mail_from)});
  return out;
}

}  // namespace

void search_mail(AuditParts& audits, const MailParts& mail) {
  audits.search.push_back({.kind = "message",
                           .permission = accounts::Permission::mail_read,
                           .find = [&mail](Call& call, const std::string& query, std::size_t most) {
                             return messages(call, mail, query, most);
                           }});
  audits.search.push_back({.kind = "kept",
                           .permission = accounts::Permission::quarantine_read,
                           .find = [&mail](Call& call, const std::string& query, std::size_t most) {
                             return kept(call, mail, query, most);
                           }});
}

void search_accounts(AuditParts& audits) {
  audits.search.push_back(
      {.kind = "account",
       .permission = accounts::Permission::accounts_read,
       .find = [](Call& call, const std::string& query, std::size_t most) -> Got<Hits> {
         Hits out;
         for (const auto& one : TRY(call.desk().accounts.list(call.who(), {.text = query, .most = most})))
           out.push_back({.id = one.id,
                          .title = one.name.empty() ? one.address : one.name,
                          .detail = fmt::format("{}, {}", one.address, to_string(one.role))});
         return out;
       }});
}

}  // namespace rampart::server::api
