// Processes that take apart what strangers send, made before there are threads (base/worker.h).
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/worker.h"
#include "guard/render/render.h"

namespace rampart::server {

class Helpers {
 public:
  // `uploads`: threads that take mails apart. Before any thread is.
  static base::Result<std::unique_ptr<Helpers>> start(std::size_t uploads, bool renders);

  std::unique_ptr<guard::render::Renderer> renderer;  // null: nobody shows messages here
  // One for each thread; an error of kind unavailable when there are no more.
  base::Result<base::Worker> take_worker();

 private:
  Helpers() = default;
  std::mutex mutex_;
  std::vector<base::Worker> workers_;  // under the mutex
};

}  // namespace rampart::server
