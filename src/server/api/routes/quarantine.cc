// What is kept from people: listed, looked at safely, released, deleted.
#include <algorithm>

#include <boost/json.hpp>

#include "accounts/permission.h"
#include "base/json.h"
#include "base/text.h"
#include "guard/render/header_lines.h"
#include "guard/render/marks.h"
#include "mail/domain_part.h"
#include "server/api/routes/mail_parts.h"

namespace rampart::server::api {
namespace {

using guard::KeptMessage;
using guard::KeptState;

constexpr std::size_t kMostBeside = 20;  // events of an entry

Answer list(Call& call, const MailParts& mail) {
  TRY(quarantine_of(call, mail));
  guard::KeptQuestion question{
      .state = guard::parse_kept_state(call.has("state") ? call.text("state") : "kept"),
      .recipient = call.text("recipient"),
      .author = call.text("author"),
      .cause = call.text("cause"),
      .text = call.text("text"),
      .from = call.time("from"),
      .to = call.time("to"),
      .scope = TRY(scope_of(call, mail)),
      .behind = {}};
  const auto from = TRY(call.page());
  question.most = from.limit;
  if (from.after) {
    const auto place = read_place(*from.after);
    if (!place) return std::unexpected(invalid("query.after", "it is no cursor of this list"));
    question.behind = guard::KeptPlace{.received = place->at, .id = place->id};
  }
  const auto page = TRY(guard::list_kept(call.database(), question));
  std::optional<std::uint64_t> total;
  const bool is_all = question.recipient.empty() && question.author.empty() && question.cause.empty() &&
                      question.text.empty() && !question.from && !question.to;
  if (is_all) total = TRY(guard::count_kept(call.database(), *question.state, question.scope));
  std::string items;
  for (const auto& message : page.messages) {
    if (!items.empty()) items += ',';
    base::JsonWriter json(items);
    write_kept(json, message);
  }
  std::optional<std::string> next;
  if (page.next) next = call.cursor(write_place(page.next->received, 0, page.next->id));
  return reply_json(page_json(items, next, total));
}

// Those that tell of it, as somebody of that scope may see them; the oldest first.
Had<std::vector<std::string>> events_of(Call& call, const KeptMessage& kept, const guard::Scope& scope) {
  auto* events = TRY(call.bench().keep<guard::EventStore>(
      [](store::Database& database) { return guard::EventStore::open(database); }));
  std::vector<std::string> out;
  for (const auto& event :
       TRY(events->of_kept({.id = kept.id, .queue_id = kept.queue_id, .message_id = kept.message_id}))) {
    if (out.size() == kMostBeside) break;
    if (auto seen = guard::seen_by(event, scope)) out.push_back(*std::move(seen));
  }
  return out;
}

std::string_view done_of(KeptState state) {
  switch (state) {
    case KeptState::kept:
      return "Kept";
    case KeptState::releasing:
      return "Being released";
    case KeptState::released:
      return "Released; it was kept";
    case KeptState::deleted:
      break;
  }
  return "Deleted; it was kept";
}

Answer read(Call& call, const MailParts& mail) {
  const auto scope = TRY(scope_of(call, mail));
  const auto kept = TRY(kept_of(call, mail, scope));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("kept");
  write_kept(json, kept);
  json.key("events").begin_array();
  // Events tell more than who only works with the quarantine may see.
  if (call.who().may(accounts::Permission::mail_read))
    for (const auto& event : TRY(events_of(call, kept, scope))) json.raw(event);
  json.end_array().key("verdict");
  if (kept.causes.empty())
    json.null();
  else
    json.value(fmt::format("{}: {}.", done_of(kept.state), kept.causes.front().text));
  json.end_object();
  return reply_json(std::move(out));
}

// The message's bytes. 409 where it is gone.
Had<std::string> bytes_of(Call& call, const MailParts& mail, const KeptMessage& kept) {
  if (kept.state == KeptState::deleted)
    return std::unexpected(
        conflict(fmt::format("the message was deleted on {}", base::format_time(kept.changed))));
  auto* quarantine = TRY(quarantine_of(call, mail));
  std::string out;
  TRY(quarantine->read(kept.id, [&](std::string_view piece) {
    out += piece;
    return base::Result<>();
  }));
  return out;
}

const guard::names::NameRules& plain_rules() {
  static const auto rules = guard::names::NameRules::make({});
  return *rules;
}

void write_header_of(base::JsonWriter& json, const MailParts& mail, const KeptMessage& kept,
                     const std::string& bytes) {
  const auto header = mail::read_header(bytes);
  json.key("headers");
  if (!header) {
    json.begin_array().end_array();
    return;
  }
  std::shared_ptr<const guard::names::NameRules> rules;
  if (mail.settings)
    if (const auto settings = mail.settings()) rules = settings->rules.inspection.names;
  const auto names = guard::names::read_names(
      {.header = &*header, .mail_from = kept.mail_from, .has_envelope = true, .recipients = kept.recipients},
      rules ? *rules : plain_rules());
  guard::render::write_header(json, guard::render::explain_header(*header, names, kept.causes));
}

Answer message(Call& call, const MailParts& mail) {
  const auto scope = TRY(scope_of(call, mail));
  const auto kept = TRY(kept_of(call, mail, scope));
  if (mail.renderer == nullptr)
    return std::unexpected(unavailable("no process to look into messages could be started"));
  const auto bytes = TRY(bytes_of(call, mail, kept));
  const auto rendering = mail.renderer->render(bytes, guard::render::marks_of(kept.causes));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("id", kept.id);
  write_header_of(json, mail, kept, bytes);
  guard::render::CameFrom from{.client = kept.client,
                               .helo = kept.helo,
                               .mail_from = kept.mail_from,
                               .author = kept.author,
                               .results = {}};
  for (const auto& event : TRY(events_of(call, kept, scope)))
    if (const auto value = base::parse_json(event, "guard_event"); value && value->is_object())
      if (auto results = base::text_member(value->get_object(), "results"); !results.empty())
        from.results = std::move(results);
  json.key("path");
  guard::render::write_path(json, from);
  guard::render::write_members(json, rendering);
  json.end_object();
  auto reply = reply_json(std::move(out));
  reply.fields.emplace_back("Cache-Control", "no-store");
  return reply;
}

Answer raw(Call& call, const MailParts& mail) {
  const auto kept = TRY(kept_of(call, mail, TRY(scope_of(call, mail))));
  auto reply = reply_text(TRY(bytes_of(call, mail, kept)));
  // Whatever it holds, a browser shows it as text and keeps nothing of it.
  reply.fields.emplace_back("Content-Disposition",
                            fmt::format("attachment; filename=\"{}.eml.txt\"", kept.id));
  reply.fields.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  reply.fields.emplace_back("Cache-Control", "no-store");
  return reply;
}

// --- what is done with it ---

std::string details_of(const KeptMessage& kept, const std::vector<std::string>& recipients) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("author", kept.author).member_array("recipients", recipients).end_object();
  return out;
}

// Whom it is released to: those named, or all that the asker may see. 422 for one that it is not kept from.
Had<std::vector<std::string>> recipients_of(Call& call, const KeptMessage& kept) {
  const auto* named = call.has_json() ? call.body().if_contains("recipients") : nullptr;
  if (named == nullptr) return kept.recipients;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < named->as_array().size(); ++i) {
    auto address = base::lower(std::string_view(named->as_array()[i].as_string()));
    if (std::ranges::find(kept.recipients, address) == kept.recipients.end())
      return std::unexpected(invalid(fmt::format("body.recipients[{}]", i),
                                     fmt::format("it is not kept from {}", base::excerpt(address, 100))));
    if (std::ranges::find(out, address) == out.end()) out.push_back(std::move(address));
  }
  return out;
}

Problem not_released(const guard::Released& released) {
  const auto why = released.why.empty() ? std::string("the mail server did not take it") : released.why;
  if (released.how == guard::Released::How::perhaps)
    return conflict("nothing says whether the mail server took it: " + why, {},
                    "look whether it arrived before releasing it again");
  if (released.handed == net::Handed::refused) return conflict("the mail server refused it: " + why);
  return unavailable("it is kept as before: " + why, {}, "try again later");
}

Answer release(Call& call, const MailParts& mail) {
  const auto scope = TRY(scope_of(call, mail));
  const auto kept = TRY(kept_of(call, mail, scope));
  const auto recipients = TRY(recipients_of(call, kept));
  call.told.object = kept.id;
  call.told.details = details_of(kept, recipients);
  if (!mail.open_passes || !mail.hand)
    return std::unexpected(
        not_set_up("nothing can be released here", "set guard.release_server, and guard.release_key_file"));
  auto* quarantine = TRY(quarantine_of(call, mail));
  auto* passes = TRY(call.bench().keep<guard::Passes>(
      [&](store::Database& database) { return mail.open_passes(database, *quarantine); }));
  const bool again = call.has_json() && call.body().contains("again") && call.body().at("again").as_bool();
  // Of an entry that is kept from others, too, each recipient gets one of his own first, so that nobody else gets it.
  const auto whole = TRY(quarantine->find(kept.id));
  std::vector<std::string> ids;
  if (recipients.size() == whole.recipients.size()) {
    ids.push_back(kept.id);
  } else {
    for (const auto& recipient : recipients) {
      auto own = quarantine->split(kept.id, recipient, call.now());
      if (!own && own.error().kind == base::ErrorKind::usage)
        return std::unexpected(conflict(own.error().what));
      ids.push_back(TRY(std::move(own)));
    }
  }
  const guard::ReleaseDesk desk{.quarantine = *quarantine, .passes = *passes, .hand = mail.hand};
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("kept").begin_array();
  for (const auto& id : ids) {
    auto released = guard::release(desk, id, {.by = call.who().name, .again = again}, call.now());
    if (!released && released.error().kind == base::ErrorKind::usage)
      return std::unexpected(conflict(released.error().what));
    const auto done = TRY(std::move(released));
    if (done.how != guard::Released::How::delivered) return std::unexpected(not_released(done));
    write_kept(json, TRY(quarantine->find(id)));
  }
  json.end_array().end_object();
  return reply_json(std::move(out));
}

// Of an entry that is kept from others, too, only what is the asker's to delete goes.
Answer remove(Call& call, const MailParts& mail) {
  const auto scope = TRY(scope_of(call, mail));
  const auto kept = TRY(kept_of(call, mail, scope));
  call.told.object = kept.id;
  call.told.details = details_of(kept, kept.recipients);
  auto* quarantine = TRY(quarantine_of(call, mail));
  const auto whole = TRY(quarantine->find(kept.id));
  std::vector<std::string> ids;
  if (whole.recipients.size() == kept.recipients.size()) ids.push_back(kept.id);
  if (ids.empty())
    for (const auto& recipient : kept.recipients) {
      auto own = quarantine->split(kept.id, recipient, call.now());
      if (!own && own.error().kind == base::ErrorKind::usage)
        return std::unexpected(conflict(own.error().what));
      ids.push_back(TRY(std::move(own)));
    }
  for (const auto& id : ids) {
    const auto gone = quarantine->remove(id, call.who().name, call.now());
    if (!gone && gone.error().kind == base::ErrorKind::usage)
      return std::unexpected(conflict(gone.error().what));
    TRY(gone);
  }
  std::string out;
  base::JsonWriter json(out);
  write_kept(json, TRY(quarantine->find(ids.front())));
  return reply_json(std::move(out));
}

}  // namespace

void add_quarantine(Handlers& handlers, const MailParts& mail) {
  handlers.add("quarantine_list", [&mail](Call& call) { return list(call, mail); });
  handlers.add("quarantine_read", [&mail](Call& call) { return read(call, mail); });
  handlers.add("quarantine_message", [&mail](Call& call) { return message(call, mail); });
  handlers.add("quarantine_raw", [&mail](Call& call) { return raw(call, mail); });
  handlers.add("quarantine_release", [&mail](Call& call) { return release(call, mail); });
  handlers.add("quarantine_delete", [&mail](Call& call) { return remove(call, mail); });
}

}  // namespace rampart::server::api
