// Work on what strangers send, in a process that can do nothing else: no files, no network, no other processes, limited memory
// and time. What it says is a stranger's word, too.
//
//   auto worker = TRY(Worker::start(&read_mime_request, {}));   // before any thread is started
//   const auto reply = TRY(worker.call(message));
//   if (reply.fault.empty()) use(reply.bytes);                  // otherwise "it took longer than 10 s"
//
// start() makes a small process that waits; for each call it makes another, which does the one thing and ends. So one message
// meets nothing of another, and one that kills its process kills nothing else. A fork costs by what is mapped, and more than most
// messages do. Where many calls are made, the waiting process is better a program of its own, small, that calls serve_worker()
// (src/cli/worker_main.cc); and what is harmless enough may be done in company, a few calls to a process (Company).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/result.h"

namespace rampart::base {

// All our own.
struct WorkerLimits {
  std::chrono::seconds time{10};  // of one call, by the clock
  std::chrono::seconds cpu{5};    // of one call, of a processor
  std::size_t max_memory = std::size_t{512}
                           << 20U;  // bytes of data (RLIMIT_DATA); not under sanitizers, which need more
  std::size_t max_reply = std::size_t{256} << 20U;  // bytes
  // Of calls in company: `cpu` and `max_memory` are of all of a process together.
  std::size_t max_in_company = std::size_t{512}
                               << 10U;  // bytes of a request; a larger one has a process of its own
  std::size_t company = 32;             // calls to a process
};

class Worker {
 public:
  // What is done: bytes in, bytes out. It runs in the other process; an exception ends it.
  using Function = std::string (*)(std::string_view request);
  // The same where the process is shared with the calls before and after, whose requests, replies and stack are wiped between them; heap
  // is the program's to wipe. Nothing: the request needs a process of its own, and is
  // done there. What a process did that ends in company may be another call's doing: call it once more, alone.
  using Company = std::optional<std::string> (*)(std::string_view request);

  // How a call ended.
  enum class End : std::uint8_t {
    done,
    died,        // its process did, or used up its memory or its processor time
    late,        // it took longer than its time
    too_long,    // its reply was larger than it may be
    no_process,  // none could be made for it: nothing was tried
  };

  struct Reply {
    std::string bytes;
    std::string fault = {};  // one clause; empty when the function came to its end
    End end = End::done;

    // Whether it is the request's own doing, as far as can be said.
    [[nodiscard]] bool is_killed() const {
      return end == End::died || end == End::late || end == End::too_long;
    }
  };

  // Errors are of kind io. The process ends with this one.
  static Result<Worker> start(Function function, const WorkerLimits& limits, Company company = nullptr);
  // The same of a program, with its arguments, that serves at kWorkerSocket; from any thread. One that is gone is started again.
  static Result<Worker> start(std::string program, std::vector<std::string> arguments);
  Worker(Worker&& other) noexcept;
  Worker& operator=(Worker&& other) noexcept;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // One call after another. An error of kind io means that the waiting process is gone, and, of a program, that the next one was, too.
  Result<Reply> call(std::string_view request) { return call(request, {}); }
  // Of a request in two pieces, which the function gets as one. `is_alone`: in a process of its own, whoever could share it.
  Result<Reply> call(std::string_view head, std::string_view rest, bool is_alone = false);

 private:
  Worker(pid_t process, int socket) : process_(process), socket_(socket) {}
  Result<> spawn();
  void end();
  bool ask(std::string_view head, std::string_view rest, bool is_alone, Reply& out);

  pid_t process_ = -1;
  int socket_ = -1;
  std::string program_;  // empty: a function of this process
  std::vector<std::string> arguments_;
};

inline constexpr int kWorkerSocket = 3;  // where a program of workers finds its calls
// What such a program does, until nobody calls any more.
[[noreturn]] void serve_worker(Worker::Function function, const WorkerLimits& limits,
                               Worker::Company company = nullptr);

}  // namespace rampart::base
