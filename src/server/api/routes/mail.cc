// What came by: listed, found, counted, and judged anew.
#include <algorithm>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "guard/events/event_rates.h"
#include "guard/events/story.h"
#include "guard/events/tally.h"
#include "server/api/routes/mail_parts.h"

namespace rampart::server::api {
namespace {

constexpr std::size_t kMostTraced = 100;     // events
constexpr std::size_t kMostSampled = 2'000;  // events whose causes and authors are added up for rates
constexpr std::size_t kMostNamed = 20;       // causes, and authors
constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kMostBuckets = 1'500;

// The tables, opened once a thread.
Had<guard::EventStore*> events_of(Call& call) {
  return TRY(call.bench().keep<guard::EventStore>(
      [](store::Database& database) { return guard::EventStore::open(database); }));
}

Had<guard::EventFilter> filter_of(Call& call, const MailParts& mail) {
  guard::EventFilter out{.actions = call.texts("action"),
                         .recipient = call.text("recipient"),
                         .sender = call.text("sender"),
                         .author = call.text("author"),
                         .client = call.text("client"),
                         .cause = call.text("cause"),
                         .text = call.text("text"),
                         .from = call.time("from"),
                         .to = call.time("to"),
                         .scope = TRY(scope_of(call, mail)),
                         .behind = {}};
  const auto page = TRY(call.page());
  out.most = page.limit;
  if (!page.after) return out;
  const auto place = read_place(*page.after);
  if (!place) return std::unexpected(invalid("query.after", "it is no cursor of this list"));
  out.behind = guard::EventStore::Place{.at = place->at, .number = place->number, .id = place->id};
  return out;
}

Answer list(Call& call, const MailParts& mail) {
  TRY(events_of(call));
  const auto filter = TRY(filter_of(call, mail));
  const auto page = TRY(guard::list_events(call.database(), filter));
  std::optional<std::string> next;
  if (page.next) next = call.cursor(write_place(page.next->at, page.next->number, page.next->id));
  return reply_json(page_json(base::join(page.events, ","), next, std::nullopt));
}

// Those that somebody of that scope may see, as he may.
std::vector<std::string> seen_of(const std::vector<std::string>& events, const guard::Scope& scope) {
  std::vector<std::string> out;
  for (const auto& event : events)
    if (auto seen = guard::seen_by(event, scope)) out.push_back(*std::move(seen));
  return out;
}

// What is kept of the messages that events tell of; nothing where nothing is kept here.
Had<std::vector<guard::KeptMessage>> kept_beside(Call& call, const MailParts& mail,
                                                 const std::vector<std::string>& events,
                                                 const guard::Scope& scope) {
  std::vector<guard::KeptMessage> out;
  if (!mail.open_quarantine) return out;
  auto* quarantine = TRY(quarantine_of(call, mail));
  for (const auto& id : TRY(guard::kept_ids(events))) {
    auto found = quarantine->find(id);
    if (!found && found.error().kind == base::ErrorKind::usage) continue;
    if (auto seen = guard::seen_by(TRY(std::move(found)), scope)) out.push_back(*std::move(seen));
  }
  return out;
}

Answer read(Call& call, const MailParts& mail) {
  auto* events = TRY(events_of(call));
  const auto scope = TRY(scope_of(call, mail));
  const auto event = TRY(guard::find_event(call.database(), call.text("id"), scope));
  if (!event) return std::unexpected(not_found("there is no such event"));
  const auto value = TRY(base::parse_json(*event, "guard_event"));
  // Others of the same message: by the Message-ID, which strangers choose, so that it is one of the same sender.
  const auto message_id = base::text_member(value.as_object(), "message_id");
  const auto sender = base::text_member(value.as_object(), "mail_from");
  std::vector<std::string> others;
  if (!message_id.empty())
    for (auto& other : seen_of(TRY(events->find(message_id, kMostTraced)), scope)) {
      const auto of = TRY(base::parse_json(other, "guard_event"));
      if (base::text_member(of.as_object(), "id") != call.text("id") &&
          base::text_member(of.as_object(), "mail_from") == sender)
        others.push_back(std::move(other));
    }
  auto all = others;
  all.push_back(*event);
  const auto kept = TRY(kept_beside(call, mail, all, scope));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("event").raw(*event).key("others").begin_array();
  for (const auto& other : others) json.raw(other);
  json.end_array().key("kept").begin_array();
  for (const auto& one : kept) write_kept(json, one);
  json.end_array().end_object();
  return reply_json(std::move(out));
}

Answer trace(Call& call, const MailParts& mail) {
  auto* events = TRY(events_of(call));
  const auto scope = TRY(scope_of(call, mail));
  const auto asked = call.text("q");
  const auto found = seen_of(TRY(events->find(asked, kMostTraced)), scope);
  const auto kept = TRY(kept_beside(call, mail, found, scope));
  return reply_json(guard::story_json(asked, found, kept));
}

// --- rates ---

struct Sample {
  std::map<std::string, std::uint64_t> causes;
  std::map<std::string, std::uint64_t> authors;
  std::vector<std::int64_t> took;
};

void add_to(Sample& sample, const std::string& event) {
  const auto value = base::parse_json(event, "guard_event");
  if (!value || !value->is_object()) return;
  const auto& object = value->get_object();
  for (const auto& cause : guard::read_causes(object)) ++sample.causes[cause.code];
  if (base::text_member(object, "answered") != "accept")
    if (auto author = base::text_member(object, "author"); !author.empty())
      ++sample.authors[std::move(author)];
  if (const auto* took = object.if_contains("took_us"); took != nullptr && took->is_int64())
    sample.took.push_back(took->get_int64());
}

void write_most(base::JsonWriter& json, std::string_view list, std::string_view name,
                const std::map<std::string, std::uint64_t>& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> rows(counts.begin(), counts.end());
  std::ranges::sort(rows, [](const auto& a, const auto& b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
  if (rows.size() > kMostNamed) rows.resize(kMostNamed);
  json.key(list).begin_array();
  for (const auto& [text, messages] : rows)
    json.begin_object().member(name, text).member("messages", messages).end_object();
  json.end_array();
}

void write_took(base::JsonWriter& json, std::string_view name, std::vector<std::int64_t>& took,
                std::size_t percent) {
  json.key(name);
  if (took.empty()) {
    json.null();
    return;
  }
  const auto place = std::min(took.size() - 1, took.size() * percent / 100);
  std::nth_element(took.begin(), took.begin() + static_cast<std::ptrdiff_t>(place), took.end());
  json.value(took[place]);
}

Answer rates(Call& call, const MailParts& mail) {
  TRY(events_of(call));
  const auto scope = TRY(scope_of(call, mail));
  const bool by_minute = call.text("by") == "minute";
  const auto span = by_minute ? guard::kMinuteSpan : guard::kHourSpan;
  const auto back =
      std::min(call.number("back", by_minute ? kHour : 24 * kHour), kMostBuckets * span.count());
  const auto from = call.now() - std::chrono::seconds(back);
  const auto to = call.now() + std::chrono::seconds(1);
  guard::RateQuestion question{.span = span, .from = from, .to = to, .domains = {}};
  if (!scope.is_everything()) question.domains = scope.domains();
  const auto buckets = TRY(guard::read_rates(call.database(), question));
  const auto page = TRY(guard::list_events(
      call.database(), {.from = from, .to = to, .scope = scope, .behind = {}, .most = kMostSampled}));
  Sample sample;
  for (const auto& event : page.events) add_to(sample, event);
  std::uint64_t all = 0;
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("from", base::format_time(buckets.empty() ? from : buckets.front().begun))
      .member("to", base::format_time(call.now()))
      .member("by", by_minute ? "minute" : "hour")
      .key("buckets")
      .begin_array();
  for (const auto& bucket : buckets) {
    json.begin_object().member("at", base::format_time(bucket.begun));
    for (std::size_t i = 0; i < guard::kActionKinds; ++i) {
      json.member(to_string(static_cast<guard::Action>(i)), bucket.messages[i]);
      all += bucket.messages[i];
    }
    json.end_object();
  }
  json.end_array();
  write_most(json, "causes", "code", sample.causes);
  write_most(json, "authors", "author", sample.authors);
  write_took(json, "median_us", sample.took, 50);
  write_took(json, "p99_us", sample.took, 99);
  json.member("left_out",
              page.next ? all - std::min<std::uint64_t>(all, page.events.size()) : std::uint64_t{0})
      .end_object();
  return reply_json(std::move(out));
}

Answer scan(Call& call, const MailParts& mail) {
  if (!mail.scan)
    return std::unexpected(not_set_up("no guard runs in this process", "rampart serve --role all runs one"));
  ScanOrder order{.bytes = std::string(TRY(call.upload().view())),
                  .ip = call.maybe("ip"),
                  .helo = call.text("helo"),
                  .mail_from = call.maybe("mail_from"),
                  .recipients = call.texts("rcpt"),
                  .authenticated = call.flag("auth") || call.text("auth") == "1",
                  .user = call.text("user")};
  auto verdict = mail.scan(std::move(order));
  if (verdict) return reply_json(*std::move(verdict));
  // An option of the command line, as errors name it, is a parameter here.
  auto error = verdict.error();
  if (error.kind == base::ErrorKind::usage || error.kind == base::ErrorKind::input)
    return std::unexpected(invalid(error.where.starts_with("--") ? "query." + error.where.substr(2) : "body",
                                   error.what, error.hint));
  return std::unexpected(Problem(error));
}

}  // namespace

void add_mail(Handlers& handlers, const MailParts& mail) {
  handlers.add("mail_list", [&mail](Call& call) { return list(call, mail); });
  handlers.add("mail_read", [&mail](Call& call) { return read(call, mail); });
  handlers.add("mail_trace", [&mail](Call& call) { return trace(call, mail); });
  handlers.add("mail_rates", [&mail](Call& call) { return rates(call, mail); });
  handlers.add("mail_scan", [&mail](Call& call) { return scan(call, mail); });
}

}  // namespace rampart::server::api
