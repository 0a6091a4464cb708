// JSON that several resources of people have in common.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "server/api/call.h"
#include "server/api/handlers.h"

namespace rampart::server::api {

void write_time(base::JsonWriter& json, std::string_view key, const std::optional<base::Time>& time);
void write_text_or_null(base::JsonWriter& json, std::string_view key, std::string_view text);  // empty: null
// [{"id","name"}]: organisations by their ids; one that is gone is called by its id.
base::Result<> write_organisations(base::JsonWriter& json, accounts::Desk& desk,
                                   const std::vector<std::string>& ids);
base::Result<> write_scope(base::JsonWriter& json, accounts::Desk& desk, const accounts::Scope& scope);
// A ScopeChoice of a body.
accounts::Scope read_scope(const boost::json::object& choice);
std::string text_of(const boost::json::object& object, std::string_view name);
std::optional<std::string> maybe_text(const boost::json::object& object, std::string_view name);
// PUBLIC_URL/enrol#TOKEN, and until when: {"url","expires"}.
void write_link(base::JsonWriter& json, const accounts::Link& link, const accounts::Policy& policy);

// Of a proof by a key in a session that stands: a challenge that is over is no session that is over (409, not 401).
Problem challenge_problem(const accounts::Refused& refused);

// GET /session: how a browser or token stands. Of a session that has just begun or risen: with its token.
std::expected<std::string, Problem> session_json(Call& call, const Parts& parts,
                                                 const std::optional<accounts::Session>& session,
                                                 std::string_view token);
// The same, and the cookies.
Answer reply_opened(Call& call, const Parts& parts, const accounts::Opened& opened);

}  // namespace rampart::server::api
