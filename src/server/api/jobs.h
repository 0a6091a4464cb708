// What takes longer than a request: started by a handler, run on threads of its own, told of while it runs, kept in the store.
//
//   const auto job = TRY(jobs.start(call.database(), {.kind = "audit", .about = "3 domains", .of = 3, .by = call.who()},
//                                   [domains](JobRun& run) -> base::Result<std::string> {
//                                     for (…) { if (run.cancelled()) return run.stopped(); …; run.progress(++done, 3); }
//                                     return R"({"audited":3,"unknown":0})";      // `result`, JSON
//                                   }, call.now()));
//   return accepted(job.id, job_json(job));
//
// What runs when the process ends is failed at the next start, with that reason: nothing goes on that nobody sees. Progress is in memory
// and written to the store at most once a second.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "accounts/principal.h"
#include "base/result.h"
#include "base/time.h"
#include "store/database.h"

namespace rampart::server::api {

class Hub;

enum class JobState : std::uint8_t { queued, running, done, failed, cancelled };
std::string_view to_string(JobState state);
std::optional<JobState> parse_job_state(std::string_view text);

struct Job {
  std::string id;
  std::string kind;   // "audit"; as in api/jobs.json
  std::string about;  // for people; printable
  JobState state = JobState::queued;
  std::uint64_t done = 0;
  std::optional<std::uint64_t> of = {};
  std::string account;                          // whose it is: an id, or "local:NAME"
  std::string by;                               // his name
  std::vector<std::string> organisations = {};  // whose things it is about, ids; empty: of none or of all
  base::Time created{};
  std::optional<base::Time> started = {};
  std::optional<base::Time> ended = {};
  std::string result = {};   // JSON; empty: none
  std::string problem = {};  // JSON of a problem; empty: none
};
std::string job_json(const Job& job);

struct NewJob {
  std::string kind;
  std::string about;
  std::optional<std::uint64_t> of = {};
  accounts::Principal by;
  std::vector<std::string> organisations = {};
};

// What the work sees. Of the job's own thread.
class JobRun {
 public:
  virtual ~JobRun() = default;
  virtual store::Database& database() = 0;
  virtual const accounts::Principal& by() const = 0;
  virtual const std::string& id() const = 0;
  [[nodiscard]] virtual bool cancelled() const = 0;  // or the process is about to end: return stopped() soon
  virtual void progress(std::uint64_t done, std::optional<std::uint64_t> of) = 0;
  // What work returns that stopped because cancelled().
  static std::unexpected<base::Error> stopped();
};

// Our own.
struct JobLimits {
  std::size_t threads = 2;
  std::size_t waiting = 100;                        // further ones are refused (503)
  std::size_t of_account = 10;                      // queued or running, of one account (409)
  std::chrono::hours keep{24 * 30};                 // ended ones
  std::size_t most_result = std::size_t{1} << 20U;  // bytes
};

class Jobs {
 public:
  using Work = std::function<base::Result<std::string>(JobRun&)>;

  // Makes the tables, fails what an earlier process left, and starts the threads. `hub` may be null. Both outlive it.
  static base::Result<std::unique_ptr<Jobs>> open(const store::Url& url, Hub* hub, JobLimits limits,
                                                  base::Time now);
  ~Jobs();  // tells what runs to stop, and waits for it
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // From any thread, with its database. Errors are of kind unavailable (too many wait) or usage (too many of this account).
  base::Result<Job> start(store::Database& database, NewJob wanted, Work work, base::Time now);
  // With its progress of now.
  base::Result<std::optional<Job>> find(store::Database& database, const std::string& id);
  struct Filter {
    std::string account = {};  // empty: of everybody
    std::string kind = {};
    std::optional<JobState> state = {};
    std::optional<std::string> before = {};  // a key: the created time and id of the last one seen
    std::size_t most = 50;
  };
  base::Result<std::vector<Job>> list(store::Database& database, const Filter& filter);  // the newest first
  static std::string key_of(const Job& job);
  // False when it has ended.
  base::Result<bool> cancel(store::Database& database, const std::string& id, base::Time now);
  // Takes away what ended long ago.
  base::Result<> sweep(store::Database& database, base::Time now);
  struct Counts {
    std::uint64_t queued = 0;
    std::uint64_t running = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Task;
  struct Run;
  Jobs(store::Url url, Hub* hub, JobLimits limits) : url_(std::move(url)), hub_(hub), limits_(limits) {}
  void work();
  void run(Task& task, store::Database& database);
  base::Result<> finish(store::Database& database, Task& task, JobState state, std::string result,
                        std::string problem);
  void tell(Task& task);

  const store::Url url_;
  Hub* const hub_;
  const JobLimits limits_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Under the mutex.
  std::deque<std::shared_ptr<Task>> queue_;             // shared: whoever asks for its progress holds it, too
  std::map<std::string, std::shared_ptr<Task>> tasks_;  // queued and running
  bool ending_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace rampart::server::api
