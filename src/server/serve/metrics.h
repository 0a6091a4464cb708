// What a server tells monitors of itself: Prometheus text (https://prometheus.io/docs/instrumenting/exposition_formats/), and the two
// questions of load balancers.
//
//   GET /healthz   200 while it answers at all, with how it is: {"status":"ok"}, "degraded", "failed"
//   GET /readyz    200 once everything that was asked for is there, 503 before and while it is not, with the names of what is not
//   GET /metrics   rampart_up, rampart_part_state{part}, …, then the guard's own
#pragma once

#include <string>
#include <vector>

#include "net/http/server.h"
#include "server/serve/parts.h"

namespace rampart::server {

struct PartState {
  std::string name;
  Health health;
  Part::Counts counts;
};
std::vector<PartState> states_of(const Parts& parts);

// The worst of them: failed, degraded (or starting), ok.
Health::State worst(const std::vector<PartState>& parts);

struct ServerGauges {
  base::Time started{};
  std::vector<PartState> parts;
  net::http::Server::Counts http;
  std::uint64_t streams = 0;  // that follow live events
  std::uint64_t jobs_queued = 0;
  std::uint64_t jobs_running = 0;
  std::uint64_t requests_waiting = 0;  // for a thread
};
std::string metrics_text(const ServerGauges& gauges);

net::http::Response health_response(const std::vector<PartState>& parts);
net::http::Response readiness_response(const std::vector<PartState>& parts, bool started);

}  // namespace rampart::server
