// A whole message made readable, in a process that can do nothing else (base/worker.h), as it is a stranger's.
//
//   auto renderer = TRY(Renderer::start({.program = worker_program()}));
//   const Rendering shown = renderer->render(message, marks_of(entry.causes));
//
// What is shown is what inspect/seen/look.h takes for the message's texts and pages; what was found in parts are its facts.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/worker.h"
#include "guard/render/rendering.h"

namespace rampart::guard::render {

// All our own.
inline constexpr base::WorkerLimits kRenderLimits{.time = std::chrono::seconds(10),
                                                  .cpu = std::chrono::seconds(8),
                                                  .max_memory = std::size_t{1} << 30U,
                                                  .max_reply = std::size_t{16} << 20U};

// What render_in_worker() takes: what is looked for, and the message as it came.
std::string render_request(std::span<const Mark> marks, std::string_view message);
// The worker's function. After prepare_to_look() (inspect/seen/look.h).
std::string render_in_worker(std::string_view request);
// The same without a process between. Total, whatever the bytes.
Rendering render_message(std::string_view message, std::vector<Mark> marks);

// Processes that render, for threads that wait for them.
class Renderer {
 public:
  struct Options {
    std::string program = {};  // rampart-worker; empty: this process is forked, before any thread is started
    std::size_t workers = 1;
  };
  // Errors are of kind io.
  static base::Result<std::unique_ptr<Renderer>> start(const Options& options);

  // From any thread; waits while all workers are busy. Whatever goes wrong is not_rendered().
  Rendering render(std::string_view message, std::span<const Mark> marks);

 private:
  Renderer() = default;
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<base::Worker>> workers_;  // under the mutex: those that are free
};

}  // namespace rampart::guard::render
