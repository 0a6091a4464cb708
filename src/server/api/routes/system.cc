// This server: how it is, and its own description.
#include <filesystem>

#include "server/api/description.h"
#include "server/api/jobs.h"
#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

// Nothing where it cannot be said.
std::optional<std::uint64_t> bytes_of(store::Database& database) {
  if (database.backend() == store::Backend::sqlite) {
    std::error_code error;
    const auto size = std::filesystem::file_size(database.where(), error);
    return error ? std::nullopt : std::optional<std::uint64_t>(size);
  }
  auto size = database.run([](soci::session& sql) {
    long long found = 0;
    sql << "SELECT pg_database_size(current_database())", soci::into(found);
    return found;
  });
  return size ? std::optional(static_cast<std::uint64_t>(*size)) : std::nullopt;
}

void write_parts(base::JsonWriter& json, const Parts& parts) {
  json.key("parts").begin_array();
  if (parts.health)
    for (const auto& part : parts.health()) {
      json.begin_object().member("name", part.name).member("health", part.health).member("text", part.text);
      write_time(json, "since", part.since);
      json.end_object();
    }
  json.end_array();
}

Answer read(Call& call, const Parts& parts) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("version", parts.version)
      .member("started", base::format_time(parts.started))
      .member("now", base::format_time(call.now()))
      .member_array("roles", parts.roles)
      .member("demo", parts.demo)
      .member("public_url", parts.common->policy.public_url);
  const bool sqlite = call.database().backend() == store::Backend::sqlite;
  json.key("store")
      .begin_object()
      .member("backend", sqlite ? "sqlite" : "postgresql")
      .member("where", call.database().where())
      .key("bytes");
  if (const auto bytes = bytes_of(call.database()))
    json.value(*bytes);
  else
    json.null();
  json.end_object();
  write_parts(json, parts);
  json.key("marks").begin_array();
  for (const auto& one : TRY(call.desk().notices.open_for(call.who())))
    json.begin_object()
        .member("kind", one.kind)
        .member("at", base::format_time(one.time))
        .member("text", text_of(one))
        .end_object();
  json.end_array();
  const auto counts = parts.jobs->counts();
  json.member("streams", parts.streams ? parts.streams() : 0)
      .key("jobs")
      .begin_object()
      .member("queued", counts.queued)
      .member("running", counts.running)
      .end_object()
      .end_object();
  return reply_json(std::move(out));
}

Answer description(Call& /*call*/, const Parts& parts) {
  auto reply = reply_json(parts.description->text());
  reply.etag = parts.description->etag();
  return reply;
}

}  // namespace

void add_system(Handlers& handlers, const Parts& parts) {
  handlers.add("system_read", [&parts](Call& call) { return read(call, parts); });
  handlers.add("openapi_read", [&parts](Call& call) { return description(call, parts); });
}

}  // namespace rampart::server::api
