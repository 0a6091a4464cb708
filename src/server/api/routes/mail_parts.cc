#include "server/api/routes/mail_parts.h"

#include <algorithm>
#include <map>

#include "audit/roster/roster.h"
#include "base/json.h"
#include "base/text.h"
#include "guard/events/event_keys.h"
#include "mail/domain_part.h"

namespace rampart::server::api {

base::Result<std::vector<std::string>> roster_domains(Bench& bench,
                                                      const std::vector<std::string>& organisations) {
  auto* roster = TRY(bench.keep<audit::roster::Roster>(
      [](store::Database& database) { return audit::roster::Roster::open(database); }));
  std::vector<std::string> out;
  for (const auto& entry : TRY(roster->watched({.everything = false, .organisations = organisations})))
    out.push_back(entry.domain.text());
  return out;
}

Had<guard::Scope> scope_of(Call& call, const MailParts& mail) {
  const auto& scope = call.who().scope;
  if (scope.everything) return guard::Scope();
  if (!mail.domains_of) return guard::Scope(std::vector<std::string>());
  return guard::Scope(TRY(mail.domains_of(call.bench(), scope.organisations)));
}

Had<guard::Quarantine*> quarantine_of(Call& call, const MailParts& mail) {
  if (!mail.open_quarantine)
    return std::unexpected(
        not_set_up("nothing is kept in quarantine here", "set guard.quarantine to a folder"));
  return TRY(call.bench().keep<guard::Quarantine>(mail.open_quarantine));
}

Had<guard::KeptMessage> kept_of(Call& call, const MailParts& mail, const guard::Scope& scope) {
  auto* quarantine = TRY(quarantine_of(call, mail));
  const auto nothing = [] { return std::unexpected(not_found("there is no such message in quarantine")); };
  auto found = quarantine->find(call.text("id"));
  if (!found && found.error().kind == base::ErrorKind::usage) return nothing();
  auto seen = guard::seen_by(TRY(std::move(found)), scope);
  if (!seen) return nothing();
  return *std::move(seen);
}

std::string write_place(base::Time at, long long number, std::string_view id) {
  return fmt::format("{}.{}.{}", at.time_since_epoch().count(), number, id);
}

std::optional<ReadPlace> read_place(std::string_view text) {
  const auto dot = text.find('.');
  const auto second = dot == std::string_view::npos ? dot : text.find('.', dot + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto at = base::parse_number(text.substr(0, dot));
  const auto number = base::parse_number(text.substr(dot + 1, second - dot - 1));
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62U;
  if (!at || !number || *at > kMost || *number > kMost) return std::nullopt;
  return ReadPlace{.at = base::Time(std::chrono::seconds(*at)),
                   .number = static_cast<long long>(*number),
                   .id = std::string(text.substr(second + 1))};
}

void write_kept(base::JsonWriter& json, const guard::KeptMessage& message) {
  json.begin_object()
      .member("id", message.id)
      .member("received", base::format_time(message.received))
      .member("state", to_string(message.state))
      .member("changed", base::format_time(message.changed))
      .member("by", message.by)
      .member("action", to_string(message.action));
  guard::write_causes(json, message.causes);
  json.member("author", message.author)
      .member("from", message.from)
      .member("subject", message.subject)
      .member("message_id", message.message_id)
      .member("mail_from", message.mail_from)
      .member_array("recipients", message.recipients)
      .member("client", message.client)
      .member("helo", message.helo)
      .member("queue_id", message.queue_id)
      .member("size", message.size)
      .member("sha256", message.content)
      .end_object();
}

namespace {

// The domains that it is to, or claims to be from, by whose they are.
std::map<std::string, std::vector<std::string>> owners_of(
    const boost::json::object& event, const guard::ToldEvent& told,
    const std::function<std::string(std::string_view)>& owner_of) {
  std::map<std::string, std::vector<std::string>> out;
  const auto add = [&](std::string_view domain) {
    if (domain.empty()) return;
    if (auto owner = owner_of(domain); !owner.empty()) out[std::move(owner)].emplace_back(domain);
  };
  for (const auto& recipient : told.recipients) add(mail::domain_part(recipient));
  const auto author = base::lower(base::text_member(event, "author"));
  for (const auto domain : guard::author_domains(author)) add(domain);
  return out;
}

LiveEvent live(const guard::ToldEvent& event, std::string json) {
  return {.id = event.id,
          .topic = Topic::mail,
          .json = std::move(json),
          .audience = {.permission = accounts::Permission::mail_read},
          .answered = event.answered,
          .recipients = event.recipients,
          .causes = event.causes};
}

}  // namespace

std::vector<LiveEvent> live_mail(const guard::ToldEvent& event,
                                 const std::function<std::string(std::string_view)>& owner_of) {
  std::vector<LiveEvent> out;
  out.push_back(live(event, event.json));
  const auto value = base::parse_json(event.json, "an event");
  if (!owner_of || !value || !value->is_object()) return out;
  for (const auto& [owner, domains] : owners_of(value->get_object(), event, owner_of)) {
    const guard::Scope scope(domains);
    auto seen = guard::seen_by(event.json, scope);
    if (!seen) continue;
    auto one = live(event, *std::move(seen));
    // Each is told once: who sees everything has the whole of it.
    one.id = event.id + "." + owner;
    one.audience.organisations = {owner};
    one.audience.is_partial = true;
    std::erase_if(one.recipients, [&](const std::string& address) { return !scope.covers_address(address); });
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace rampart::server::api
