#include "server/serve/metrics.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"

namespace rampart::server {

using net::http::Response;
using State = Health::State;

namespace {

// What is wrong of what is wrong to have: states as they get worse.
int badness(State state) {
  switch (state) {
    case State::fine:
    case State::stopped:
      return 0;
    case State::starting:
      return 1;
    case State::degraded:
      return 2;
    case State::failed:
      break;
  }
  return 3;
}

void family(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void one(std::string& out, std::string_view name, std::string_view type, std::string_view help,
         std::uint64_t value) {
  family(out, name, type, help);
  out += fmt::format("{} {}\n", name, value);
}

}  // namespace

std::vector<PartState> states_of(const Parts& parts) {
  std::vector<PartState> out;
  for (const auto& part : parts.all())
    out.push_back({.name = part->name(), .health = part->health(), .counts = part->counts()});
  return out;
}

State worst(const std::vector<PartState>& parts) {
  const auto found =
      std::ranges::max_element(parts, {}, [](const PartState& part) { return badness(part.health.state); });
  return found == parts.end() ? State::fine : found->health.state;
}

std::string metrics_text(const ServerGauges& gauges) {
  std::string out;
  family(out, "rampart_server_info", "gauge", "The program that runs");
  out += fmt::format("rampart_server_info{{version=\"{}\"}} 1\n", RAMPART_VERSION);
  one(out, "rampart_server_start_time_seconds", "gauge", "When it was started, since 1970",
      static_cast<std::uint64_t>(gauges.started.time_since_epoch().count()));
  family(out, "rampart_part_up", "gauge", "Whether a part of the server works: 1, or 0 where it failed");
  for (const auto& part : gauges.parts)
    out += fmt::format("rampart_part_up{{part=\"{}\"}} {}\n", part.name,
                       part.health.state == State::failed ? 0 : 1);
  family(out, "rampart_part_state", "gauge", "How a part of the server is: 1 of its states");
  for (const auto& part : gauges.parts)
    for (const auto state : {State::starting, State::fine, State::degraded, State::failed})
      out += fmt::format("rampart_part_state{{part=\"{}\",state=\"{}\"}} {}\n", part.name, to_string(state),
                         part.health.state == state ? 1 : 0);
  family(out, "rampart_part_runs_total", "counter", "How often a part did its work");
  for (const auto& part : gauges.parts)
    out += fmt::format("rampart_part_runs_total{{part=\"{}\"}} {}\n", part.name, part.counts.runs);
  family(out, "rampart_part_failures_total", "counter", "How often that went wrong");
  for (const auto& part : gauges.parts)
    out += fmt::format("rampart_part_failures_total{{part=\"{}\"}} {}\n", part.name, part.counts.failures);
  one(out, "rampart_http_connections", "gauge", "Connections of now", gauges.http.connections);
  one(out, "rampart_http_requests_total", "counter", "Requests whose head was read", gauges.http.requests);
  one(out, "rampart_http_refused_total", "counter",
      "Connections and requests over a limit, malformed, or for another host", gauges.http.refused);
  one(out, "rampart_http_requests_waiting", "gauge", "Requests that wait for a thread",
      gauges.requests_waiting);
  one(out, "rampart_event_streams", "gauge", "Those who follow live events", gauges.streams);
  one(out, "rampart_jobs_queued", "gauge", "Jobs that wait", gauges.jobs_queued);
  one(out, "rampart_jobs_running", "gauge", "Jobs under way", gauges.jobs_running);
  return out;
}

Response health_response(const std::vector<PartState>& parts) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::compact);
  json.begin_object().member("status", to_string(worst(parts))).end_object();
  return {.body = out + '\n'};
}

Response readiness_response(const std::vector<PartState>& parts, bool started) {
  std::string out;
  bool ready = started;
  base::JsonWriter json(out, base::JsonStyle::compact);
  json.begin_object().key("waiting_for").begin_array();
  for (const auto& part : parts) {
    const auto state = part.health.state;
    if (state != State::starting && state != State::failed) continue;
    ready = false;
    json.value(part.name);
  }
  json.end_array().member("ready", ready).end_object();
  return {.status = ready ? 200U : 503U, .body = out + '\n'};
}

}  // namespace rampart::server
