// What was done, and by whom.
#include "accounts/log/audit_log.h"

#include "base/text.h"
#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

namespace log = accounts::log;

void write_row(base::JsonWriter& json, const log::Row& row) {
  const auto& entry = row.entry;
  json.begin_object()
      .member("number", row.number)
      .member("at", base::format_time(row.time))
      .member("account", entry.account)
      .member("name", entry.name)
      .member("by", entry.by)
      .member("by_id", entry.by_id)
      .member("address", entry.address)
      .member("act", entry.act)
      .member("object", entry.object)
      .member("organisation", entry.organisation)
      .member("outcome", to_string(entry.outcome))
      .key("details");
  // A row that somebody altered may hold anything.
  const auto details = base::parse_json(entry.details, "details");
  json.raw(details && details->is_object() ? std::string_view(entry.details) : std::string_view("{}"))
      .member("hash", row.hash)
      .end_object();
}

Answer list(Call& call) {
  const auto from = TRY(call.page());
  log::Filter filter{.account = call.text("account"),
                     .act = call.text("act"),
                     .object = call.text("object"),
                     .organisation = call.text("organisation"),
                     .from = call.time("from"),
                     .until = call.time("to"),
                     .most = from.limit + 1};
  if (const auto outcome = call.maybe("outcome")) filter.outcome = log::parse_done(*outcome);
  const auto total = TRY(call.desk().audit_log.count(filter));
  if (from.after) {
    const auto number = base::parse_number(*from.after);
    if (!number) return std::unexpected(invalid("query.after", "it is no cursor of this list"));
    filter.before = static_cast<long long>(*number);
  }
  auto rows = TRY(call.desk().audit_log.list(filter));
  std::optional<std::string> next;
  if (rows.size() > from.limit) {
    rows.resize(from.limit);
    next = call.cursor(std::to_string(rows.back().number));
  }
  std::string items;
  for (const auto& row : rows) {
    if (!items.empty()) items += ',';
    base::JsonWriter json(items);
    write_row(json, row);
  }
  return reply_json(page_json(items, next, static_cast<std::uint64_t>(total)));
}

Answer verify(Call& call) {
  const auto verdict = TRY(call.desk().audit_log.verify());
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("holds", verdict.fault == log::Verdict::Fault::none)
      .member("rows", verdict.rows)
      .member("heads", verdict.heads)
      .key("first_bad");
  if (verdict.fault == log::Verdict::Fault::none) {
    json.null();
  } else {
    json.begin_object()
        .member("number", verdict.number)
        .member("what", to_string(verdict.fault))
        .member("detail", verdict.text)
        .end_object();
  }
  json.end_object();
  return reply_json(std::move(out));
}

Answer head(Call& call) {
  const auto found = TRY(call.desk().audit_log.head());
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("head");
  if (found) {
    json.begin_object()
        .member("number", found->number)
        .member("at", base::format_time(found->time))
        .member("hash", found->hash)
        .member("key", found->key)
        .member("signature", found->signature)
        .member("line", log::to_line(*found))
        .end_object();
  } else {
    json.null();
  }
  json.end_object();
  return reply_json(std::move(out));
}

}  // namespace

void add_audit_log(Handlers& handlers, const Parts& /*parts*/) {
  handlers.add("audit_log_list", list);
  handlers.add("audit_log_verify", verify);
  handlers.add("audit_log_head", head);
}

}  // namespace rampart::server::api
