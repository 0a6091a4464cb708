#include "server/serve/helpers.h"

#include "guard/inspect/seen/look.h"
#include "mail/mime.h"
#include "server/setup/worker_program.h"

namespace rampart::server {

base::Result<std::unique_ptr<Helpers>> Helpers::start(std::size_t uploads, bool renders) {
  std::unique_ptr<Helpers> out(new Helpers());
  for (std::size_t i = 0; i < uploads; ++i)
    out->workers_.push_back(TRY(base::Worker::start(&mail::unpack_mime, {})));
  if (!renders) return out;
  const auto program = worker_program();
  if (program.empty()) guard::prepare_to_look();
  out->renderer = TRY(guard::render::Renderer::start({.program = program}));
  return out;
}

base::Result<base::Worker> Helpers::take_worker() {
  const std::lock_guard lock(mutex_);
  if (workers_.empty())
    return base::fail(base::ErrorKind::unavailable, "no process is left that takes mails apart", {},
                      "restart rampart serve");
  auto out = std::move(workers_.back());
  workers_.pop_back();
  return out;
}

}  // namespace rampart::server
