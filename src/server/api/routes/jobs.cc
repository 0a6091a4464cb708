// Jobs: one's own, and with system.read those of all.
#include "server/api/jobs.h"

#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

bool sees_all(const Call& call) { return call.who().may(accounts::Permission::system_read); }

std::expected<Job, Problem> own(Call& call, Jobs& jobs) {
  auto found = TRY(jobs.find(call.database(), call.text("id")));
  if (!found || (found->account != call.who().account && !sees_all(call)))
    return std::unexpected(not_found("there is no such job here"));
  return *std::move(found);
}

Answer list(Call& call, Jobs& jobs) {
  const auto from = TRY(call.page());
  Jobs::Filter filter{.account = sees_all(call) ? std::string() : call.who().account,
                      .kind = call.text("kind"),
                      .before = from.after,
                      .most = from.limit + 1};
  if (const auto state = call.maybe("state")) filter.state = parse_job_state(*state);
  auto found = TRY(jobs.list(call.database(), filter));
  std::optional<std::string> next;
  if (found.size() > from.limit) {
    found.resize(from.limit);
    next = call.cursor(Jobs::key_of(found.back()));
  }
  std::string items;
  for (const auto& one : found) items += (items.empty() ? "" : ",") + job_json(one);
  return reply_json(page_json(items, next, std::nullopt));
}

Answer read(Call& call, Jobs& jobs) { return reply_json(job_json(TRY(own(call, jobs)))); }

Answer cancel(Call& call, Jobs& jobs) {
  const auto job = TRY(own(call, jobs));
  if (!TRY(jobs.cancel(call.database(), job.id, call.now())))
    return std::unexpected(conflict("the job has ended"));
  return accepted(job.id, job_json(TRY(own(call, jobs))));
}

}  // namespace

void add_jobs(Handlers& handlers, const Parts& parts) {
  auto& jobs = *parts.jobs;
  handlers.add("jobs_list", [&jobs](Call& call) { return list(call, jobs); });
  handlers.add("jobs_read", [&jobs](Call& call) { return read(call, jobs); });
  handlers.add("jobs_cancel", [&jobs](Call& call) { return cancel(call, jobs); });
}

}  // namespace rampart::server::api
