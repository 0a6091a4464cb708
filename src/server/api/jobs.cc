#include "server/api/jobs.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/ids.h"
#include "server/api/hub.h"
#include "server/api/problem.h"

namespace rampart::server::api {
namespace {

using base::Result;

constexpr std::array<std::string_view, 5> kStates{"queued", "running", "done", "failed", "cancelled"};
constexpr std::string_view kStopped = "it was told to stop";

constexpr std::array kMigrations{store::Migration{
    .sql = "CREATE TABLE server_job (id TEXT PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL, state "
           "TEXT NOT NULL,"
           " done BIGINT NOT NULL, total BIGINT NOT NULL, account TEXT NOT NULL, by_name TEXT NOT NULL,"
           " organisations TEXT NOT NULL, created BIGINT NOT NULL, started BIGINT NOT NULL, ended BIGINT NOT "
           "NULL,"
           " result TEXT NOT NULL, problem TEXT NOT NULL);"
           "CREATE INDEX server_job_created ON server_job (created, id);"
           "CREATE INDEX server_job_account ON server_job (account, created, id);"
           "CREATE INDEX server_job_state ON server_job (state, ended);"}};

constexpr std::string_view kColumns =
    "id, kind, about, state, done, total, account, by_name, organisations, created, started, ended, result, "
    "problem";

long long seconds(base::Time time) { return time.time_since_epoch().count(); }
long long seconds(const std::optional<base::Time>& time) { return time ? seconds(*time) : 0; }
base::Time time_of(long long value) { return base::Time(std::chrono::seconds(value)); }
std::optional<base::Time> maybe_time(long long value) {
  return value == 0 ? std::nullopt : std::optional(time_of(value));
}

struct Row {
  std::string id, kind, about, state, account, by, organisations, result, problem;
  long long done = 0, total = -1, created = 0, started = 0, ended = 0;

  void bind(soci::details::prepare_temp_type& to) {
    to, soci::into(id), soci::into(kind), soci::into(about), soci::into(state), soci::into(done),
        soci::into(total), soci::into(account), soci::into(by), soci::into(organisations),
        soci::into(created), soci::into(started), soci::into(ended), soci::into(result), soci::into(problem);
  }
  [[nodiscard]] Job read() const {
    Job out{.id = id,
            .kind = kind,
            .about = about,
            .state = parse_job_state(state).value_or(JobState::failed),
            .done = static_cast<std::uint64_t>(std::max(done, 0LL)),
            .account = account,
            .by = by,
            .created = time_of(created),
            .started = maybe_time(started),
            .ended = maybe_time(ended),
            .result = result,
            .problem = problem};
    if (total >= 0) out.of = static_cast<std::uint64_t>(total);
    for (const auto one : base::split(organisations, ' '))
      if (!one.empty()) out.organisations.emplace_back(one);
    return out;
  }
};

void insert(soci::session& sql, const Job& job) {
  const std::string state(to_string(job.state));
  const auto organisations = base::join(job.organisations, " ");
  const auto done = static_cast<long long>(job.done);
  const long long total = job.of ? static_cast<long long>(*job.of) : -1;
  const auto created = seconds(job.created);
  const auto started = seconds(job.started);
  const auto ended = seconds(job.ended);
  sql << fmt::format(
      "INSERT INTO server_job ({}) VALUES (:id, :kind, :about, :state, :done, :total, :account, :by_name, "
      ":organisations,"
      " :created, :started, :ended, :result, :problem)",
      kColumns),
      soci::use(job.id), soci::use(job.kind), soci::use(job.about), soci::use(state), soci::use(done),
      soci::use(total), soci::use(job.account), soci::use(job.by), soci::use(organisations),
      soci::use(created), soci::use(started), soci::use(ended), soci::use(job.result), soci::use(job.problem);
}

void update(soci::session& sql, const Job& job) {
  const std::string state(to_string(job.state));
  const auto done = static_cast<long long>(job.done);
  const long long total = job.of ? static_cast<long long>(*job.of) : -1;
  const auto started = seconds(job.started);
  const auto ended = seconds(job.ended);
  sql << "UPDATE server_job SET state = :state, done = :done, total = :total, started = :started, ended = "
         ":ended,"
         " result = :result, problem = :problem WHERE id = :id",
      soci::use(state), soci::use(done), soci::use(total), soci::use(started), soci::use(ended),
      soci::use(job.result), soci::use(job.problem), soci::use(job.id);
}

void write_progress(base::JsonWriter& json, const Job& job) {
  json.key("progress").begin_object().member("done", job.done).key("of");
  if (job.of)
    json.value(*job.of);
  else
    json.null();
  json.end_object();
}

std::string problem_of(const base::Error& error, const std::string& id) {
  return problem_json(Problem(error), "/api/v1/jobs/" + id);
}

}  // namespace

std::string_view to_string(JobState state) { return kStates.at(static_cast<std::size_t>(state)); }

std::optional<JobState> parse_job_state(std::string_view text) {
  const auto* const found = std::ranges::find(kStates, text);
  if (found == kStates.end()) return std::nullopt;
  return static_cast<JobState>(found - kStates.begin());
}

std::string job_json(const Job& job) {
  std::string out;
  base::JsonWriter json(out);
  const auto when = [&](std::string_view name, const std::optional<base::Time>& time) {
    json.key(name);
    if (time)
      json.value(base::format_time(*time));
    else
      json.null();
  };
  json.begin_object()
      .member("id", job.id)
      .member("kind", job.kind)
      .member("about", job.about)
      .member("state", to_string(job.state));
  write_progress(json, job);
  json.member("by", job.by).member("created", base::format_time(job.created));
  when("started", job.started);
  when("ended", job.ended);
  json.key("result").raw(job.result.empty() ? std::string_view("null") : std::string_view(job.result));
  json.key("problem").raw(job.problem.empty() ? std::string_view("null") : std::string_view(job.problem));
  json.end_object();
  return out;
}

std::unexpected<base::Error> JobRun::stopped() {
  return base::fail(base::ErrorKind::unavailable, std::string(kStopped));
}

// One that waits or runs.
struct Jobs::Task {
  accounts::Principal by;
  Work work;
  std::atomic<bool> cancelled = false;
  std::mutex mutex;
  Job job;  // under the mutex

  Job now() {
    const std::lock_guard lock(mutex);
    return job;
  }
};

struct Jobs::Run : JobRun {
  Run(Jobs& owner, Task& task, store::Database& at) : jobs(owner), of(task), base(at) {}
  Jobs& jobs;
  Task& of;
  store::Database& base;
  base::Time written{};

  store::Database& database() override { return base; }
  const accounts::Principal& by() const override { return of.by; }
  const std::string& id() const override { return of.job.id; }  // does not change
  bool cancelled() const override { return of.cancelled; }
  void progress(std::uint64_t done, std::optional<std::uint64_t> total) override {
    Job job;
    {
      const std::lock_guard lock(of.mutex);
      of.job.done = done;
      of.job.of = total;
      job = of.job;
    }
    const auto now = base::now();
    if (now == written) return;  // once a second
    written = now;
    jobs.tell(of);
    // That it cannot be written now is told by its end.
    [[maybe_unused]] const auto kept = base.run([&](soci::session& sql) { update(sql, job); });
  }
};

Result<std::unique_ptr<Jobs>> Jobs::open(const store::Url& url, Hub* hub, JobLimits limits, base::Time now) {
  auto jobs = std::unique_ptr<Jobs>(new Jobs(url, hub, limits));
  auto first = TRY(store::Database::open(url));
  TRY(first.migrate("server", kMigrations));
  const base::Error ended{
      base::ErrorKind::unavailable, "the process ended while it ran", {}, "start it again"};
  TRY(first.transact([&](soci::session& sql) {
    const auto at = seconds(now);
    const auto problem = problem_of(ended, "");
    sql << "UPDATE server_job SET state = 'failed', ended = :at, problem = :problem WHERE state = 'queued' "
           "OR state ="
           " 'running'",
        soci::use(at), soci::use(problem);
  }));
  for (std::size_t i = 0; i < limits.threads; ++i)
    jobs->threads_.emplace_back([&jobs = *jobs] { jobs.work(); });
  return jobs;
}

Jobs::~Jobs() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const auto& [id, task] : tasks_) task->cancelled = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

Result<Job> Jobs::start(store::Database& database, NewJob wanted, Work work, base::Time now) {
  auto task = std::make_shared<Task>();
  task->work = std::move(work);
  task->job = {.id = crypto::new_id(),
               .kind = std::move(wanted.kind),
               .about = base::excerpt(wanted.about, 300),
               .of = wanted.of,
               .account = wanted.by.account,
               .by = wanted.by.name,
               .organisations = std::move(wanted.organisations),
               .created = now};
  task->by = std::move(wanted.by);
  const auto job = task->job;
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || queue_.size() >= limits_.waiting)
      return base::fail(base::ErrorKind::unavailable, "too many jobs wait already", {}, "try again later");
    const auto own =
        std::ranges::count_if(tasks_, [&](const auto& one) { return one.second->by.account == job.account; });
    if (static_cast<std::size_t>(own) >= limits_.of_account)
      return base::fail(base::ErrorKind::usage,
                        fmt::format("{} jobs of this account wait or run already", own), {},
                        "wait for one of them, or cancel it");
    tasks_.emplace(job.id, task);  // so that it is counted; nobody takes it yet
  }
  auto kept = database.transact([&](soci::session& sql) { insert(sql, job); });
  {
    const std::lock_guard lock(mutex_);
    if (!kept)
      tasks_.erase(job.id);
    else
      queue_.push_back(task);
  }
  if (!kept) return std::unexpected(kept.error());
  wake_.notify_one();
  tell(*task);
  return job;
}

Result<std::optional<Job>> Jobs::find(store::Database& database, const std::string& id) {
  {
    std::shared_ptr<Task> task;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = tasks_.find(id); found != tasks_.end()) task = found->second;
    }
    if (task) return task->now();
  }
  return database.run([&](soci::session& sql) -> std::optional<Job> {
    Row row;
    auto prepared =
        (sql.prepare << fmt::format("SELECT {} FROM server_job WHERE id = :id", kColumns), soci::use(id));
    row.bind(prepared);
    soci::statement statement(prepared);
    if (!statement.execute(true)) return std::nullopt;
    return row.read();
  });
}

std::string Jobs::key_of(const Job& job) { return fmt::format("{} {}", seconds(job.created), job.id); }

Result<std::vector<Job>> Jobs::list(store::Database& database, const Filter& filter) {
  long long before = std::numeric_limits<long long>::max();
  std::string before_id;
  if (filter.before) {
    const auto space = filter.before->find(' ');
    const auto number = base::parse_number(std::string_view(*filter.before).substr(0, space));
    if (!number || space == std::string::npos)
      return base::fail(base::ErrorKind::usage, "this is no place in the list of jobs");
    before = static_cast<long long>(*number);
    before_id = filter.before->substr(space + 1);
  }
  auto out = TRY(database.run([&](soci::session& sql) {
    const std::string state(filter.state ? to_string(*filter.state) : std::string_view());
    const auto most = static_cast<long long>(filter.most);
    Row row;
    auto prepared =
        (sql.prepare << fmt::format(
             "SELECT {} FROM server_job WHERE (created < :before OR (created = :same AND id < :id))"
             " AND (:no_account = '' OR account = :account) AND (:no_kind = '' OR kind = :kind)"
             " AND (:no_state = '' OR state = :state) ORDER BY created DESC, id DESC LIMIT :most",
             kColumns),
         soci::use(before), soci::use(before), soci::use(before_id), soci::use(filter.account),
         soci::use(filter.account), soci::use(filter.kind), soci::use(filter.kind), soci::use(state),
         soci::use(state), soci::use(most));
    row.bind(prepared);
    soci::statement statement(prepared);
    statement.execute();
    std::vector<Job> found;
    while (statement.fetch()) found.push_back(row.read());
    return found;
  }));
  for (auto& job : out) {
    std::shared_ptr<Task> task;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = tasks_.find(job.id); found != tasks_.end()) task = found->second;
    }
    if (task) job = task->now();
  }
  return out;
}

Result<bool> Jobs::cancel(store::Database& database, const std::string& id, base::Time now) {
  std::shared_ptr<Task> task;
  bool waits = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = tasks_.find(id);
    if (found == tasks_.end()) return false;
    task = found->second;
    task->cancelled = true;
    const auto place = std::ranges::find(queue_, task);
    waits = place != queue_.end();
    if (waits) queue_.erase(place);
  }
  if (!waits) return true;
  {
    const std::lock_guard lock(task->mutex);
    task->job.ended = now;
  }
  TRY(finish(database, *task, JobState::cancelled, {}, {}));
  return true;
}

Result<> Jobs::sweep(store::Database& database, base::Time now) {
  return database.transact([&](soci::session& sql) {
    const auto before = seconds(now - limits_.keep);
    sql << "DELETE FROM server_job WHERE state <> 'queued' AND state <> 'running' AND ended < :before",
        soci::use(before);
  });
}

Jobs::Counts Jobs::counts() const {
  const std::lock_guard lock(mutex_);
  return {.queued = queue_.size(), .running = tasks_.size() - std::min(queue_.size(), tasks_.size())};
}

void Jobs::work() {
  std::optional<store::Database> database;
  while (true) {
    std::shared_ptr<Task> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      if (ending_) return;  // what waits is failed at the next start
      task = queue_.front();
      queue_.pop_front();
    }
    if (!database) {
      auto opened = store::Database::open(url_);
      if (opened) database.emplace(*std::move(opened));
    }
    if (database) {
      run(*task, *database);
    } else {
      const std::lock_guard lock(mutex_);
      tasks_.erase(task->now().id);  // it stays `queued` in the store, and is failed at the next start
    }
  }
}

void Jobs::run(Task& task, store::Database& database) {
  {
    const std::lock_guard lock(task.mutex);
    task.job.state = JobState::running;
    task.job.started = base::now();
  }
  tell(task);
  const auto job = task.now();
  [[maybe_unused]] const auto begun = database.run([&](soci::session& sql) { update(sql, job); });
  Result<std::string> result = base::fail(base::ErrorKind::internal, "nothing came of it");
  try {
    Run run(*this, task, database);
    result = task.work(run);
  } catch (const std::exception& error) {
    result = base::fail(base::ErrorKind::internal, error.what());
  }
  if (result && result->size() > limits_.most_result)
    result = base::fail(base::ErrorKind::internal, "its result is too large");
  auto state = result ? JobState::done : JobState::failed;
  if (!result && task.cancelled && result.error().what == kStopped) {
    const std::lock_guard lock(mutex_);
    state = ending_ ? JobState::failed : JobState::cancelled;
  }
  std::string problem;
  if (state == JobState::failed) {
    auto error = result.error();
    if (error.what == kStopped) error.what = "the process ended while it ran";
    problem = problem_of(error, job.id);
  }
  {
    const std::lock_guard lock(task.mutex);
    task.job.ended = base::now();
  }
  // Where it cannot be written the next start fails it; whoever asks until then is told the truth by nobody, so it is said `failed`.
  [[maybe_unused]] const auto ended =
      finish(database, task, state, result ? *result : std::string(), std::move(problem));
}

Result<> Jobs::finish(store::Database& database, Task& task, JobState state, std::string result,
                      std::string problem) {
  {
    const std::lock_guard lock(task.mutex);
    task.job.state = state;
    task.job.result = std::move(result);
    task.job.problem = std::move(problem);
  }
  const auto job = task.now();
  auto kept = database.transact([&](soci::session& sql) { update(sql, job); });
  tell(task);
  const std::lock_guard lock(mutex_);
  tasks_.erase(job.id);
  return kept;
}

void Jobs::tell(Task& task) {
  if (hub_ == nullptr) return;
  const auto job = task.now();
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("id", job.id)
      .member("kind", job.kind)
      .member("about", job.about)
      .member("state", to_string(job.state));
  write_progress(json, job);
  json.end_object();
  hub_->publish({.topic = Topic::job,
                 .json = std::move(out),
                 .audience = {.permission = accounts::Permission::system_read, .account = job.account}});
}

}  // namespace rampart::server::api
