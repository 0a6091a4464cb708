#include "base/worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <seccomp.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rampart::base {
namespace {

using Clock = std::chrono::steady_clock;

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr std::size_t kPiece = std::size_t{64} << 10U;
constexpr std::chrono::milliseconds kGrace{500};      // for a process that has said all
constexpr std::size_t kKept = std::size_t{1} << 20U;  // bytes of a buffer that stays

using End = Worker::End;

// What stands before a request.
struct Request {
  std::uint64_t size = 0;
  std::uint64_t is_alone = 0;
};

// How one call ended, as the waiting process says it.
struct Frame {
  End end = End::done;
  std::int32_t signal = 0;  // of one that died; 0 when it left with a status
  std::uint64_t size = 0;   // of the bytes that follow
};

bool write_all(int to, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size != 0) {
    const auto written = ::write(to, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool read_all(int from, void* data, std::size_t size) {
  auto* at = static_cast<char*>(data);
  while (size != 0) {
    const auto got = ::read(from, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// --- The process that does one thing ---

void limit(__rlimit_resource resource, rlim_t most) {
  const rlimit value{most, most};
  (void)::setrlimit(resource, &value);
}

// Memory, the answer's pipe and the end. Everything else is refused, and what only an attacker asks for ends the process. Made once
// and put on by each process: to make it costs more than most messages do.
std::vector<sock_filter> make_filter() {
  auto* filter = ::seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == nullptr) return {};
  bool made =
      ::seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0;  // a tree of comparisons, not a list
  for (const int call :
       {SCMP_SYS(read),        SCMP_SYS(write),         SCMP_SYS(close),        SCMP_SYS(fstat),
        SCMP_SYS(exit),        SCMP_SYS(exit_group),    SCMP_SYS(brk),          SCMP_SYS(mmap),
        SCMP_SYS(munmap),      SCMP_SYS(mremap),        SCMP_SYS(mprotect),     SCMP_SYS(madvise),
        SCMP_SYS(futex),       SCMP_SYS(rt_sigreturn),  SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(sigaltstack), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getpid),
        SCMP_SYS(gettid),      SCMP_SYS(tgkill),        SCMP_SYS(getrandom),    SCMP_SYS(sched_yield)})
    made = made && ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
  // UBSan asks by a pipe whether memory can be read, and takes a refusal for a fault of ours.
  if (kSanitized) made = made && ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(pipe2), 0) == 0;
  for (const int call :
       {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(socket), SCMP_SYS(connect),
        SCMP_SYS(bpf), SCMP_SYS(process_vm_writev), SCMP_SYS(mount), SCMP_SYS(unshare)})
    made = made && ::seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, call, 0) == 0;
  std::vector<sock_filter> out;
  const int file = ::memfd_create("filter", MFD_CLOEXEC);
  made = made && file >= 0 && ::seccomp_export_bpf(filter, file) == 0;
  const auto size = made ? ::lseek(file, 0, SEEK_END) : 0;
  if (size > 0) {
    out.resize(static_cast<std::size_t>(size) / sizeof(sock_filter));
    if (::pread(file, out.data(), static_cast<std::size_t>(size), 0) != size) out.clear();
  }
  if (file >= 0) ::close(file);
  ::seccomp_release(filter);
  return out;
}

bool close_in(std::vector<sock_filter>& filter) {
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
  return !filter.empty() && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// What each process needs that does the work.
struct Job {
  Worker::Function function;
  Worker::Company company;
  WorkerLimits limits;
  std::vector<sock_filter> filter;
};

constexpr int kAnswer = 3;  // where a process that does the work answers

// Nothing of the others is left but the way to answer.
void shut_in(Job& job, int answer) {
  if (answer != kAnswer) ::dup2(answer, kAnswer);
  ::close_range(0, 2, 0);
  ::close_range(kAnswer + 1, ~0U, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_NPROC, 0);
  limit(RLIMIT_CPU, static_cast<rlim_t>(job.limits.cpu.count()));
  if (!kSanitized) limit(RLIMIT_DATA, job.limits.max_memory);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (!close_in(job.filter)) ::_exit(2);
}

[[noreturn]] void do_one(Job& job, std::string_view request, int answer) {
  shut_in(job, answer);
  const auto reply = job.function(request);
  ::_exit(write_all(kAnswer, reply.data(), reply.size()) ? 0 : 1);
}

// In place of a reply's size.
constexpr std::uint64_t kNeedsItsOwn = ~std::uint64_t{0};
constexpr std::uint64_t kGone = kNeedsItsOwn - 1;  // the process is, and promised nothing

// Reads one request and answers it, with nothing left of it but what is on the stack.
void do_next(Job& job) {
  std::uint64_t size = 0;
  if (!read_all(kAnswer, &size, sizeof size)) ::_exit(0);
  std::string request(size, '\0');
  if (!read_all(kAnswer, request.data(), size)) ::_exit(0);
  auto reply = job.company(request);
  size = reply ? reply->size() : kNeedsItsOwn;
  if (!write_all(kAnswer, &size, sizeof size)) ::_exit(1);
  if (reply && !write_all(kAnswer, reply->data(), reply->size())) ::_exit(1);
  ::explicit_bzero(request.data(), request.size());
  if (reply) ::explicit_bzero(reply->data(), reply->size());
}

constexpr std::size_t kStackWiped = std::size_t{256} << 10U;  // bytes: more than a call goes down

[[gnu::noinline]] void wipe_stack() {
  std::array<char, kStackWiped>
      below;  // NOLINT(cppcoreguidelines-pro-type-member-init): wiped is what it is for
  ::explicit_bzero(below.data(), below.size());
}

[[noreturn]] void do_many(Job& job, int socket) {
  shut_in(job, socket);
  for (;;) {
    do_next(job);
    wipe_stack();
  }
}

// --- The process that waits ---

// Whether something comes, or the end, before that time.
bool is_readable(int from, Clock::time_point end) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd ready{from, POLLIN, 0};
    const int found = ::poll(&ready, 1, static_cast<int>(left));
    if (found < 0 && errno == EINTR) continue;
    return found > 0;
  }
}

// What comes out of a pipe until its end, its limit or its time.
End collect(int from, const WorkerLimits& limits, std::string& reply) {
  const auto end = Clock::now() + limits.time;
  for (;;) {
    if (!is_readable(from, end)) return End::late;
    const auto before = reply.size();
    reply.resize(before + kPiece);
    const auto got = ::read(from, reply.data() + before, kPiece);
    reply.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return End::done;
    if (reply.size() > limits.max_reply) return End::too_long;
  }
}

// Whether a child ends by itself. One that has said all and stays is somebody else's by now.
bool ends_within(pid_t child, std::chrono::milliseconds time) {
  const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (handle < 0) return true;
  pollfd ready{handle, POLLIN, 0};
  int found = 0;
  do found = ::poll(&ready, 1, static_cast<int>(time.count()));
  while (found < 0 && errno == EINTR);
  ::close(handle);
  return found > 0;
}

Frame run_one(Job& job, std::string_view request, std::string& reply) {
  int ends[2];
  if (::pipe(ends) != 0) return {.end = End::no_process};
  const auto child = ::fork();
  if (child == 0) do_one(job, request, ends[1]);
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    return {.end = End::no_process};
  }
  Frame out{.end = collect(ends[0], job.limits, reply)};
  ::close(ends[0]);
  if (out.end != End::done || !ends_within(child, kGrace)) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (out.end == End::done && status != 0) {
    out.end = End::died;
    out.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
  if (out.end != End::done) reply.clear();
  out.size = reply.size();
  return out;
}

// The process that several calls share. Its word is no better than a stranger's: it may have been one's.
class SharedProcess {
 public:
  explicit SharedProcess(Job& job) : job_(job) {}

  // Nothing: the request needs a process of its own.
  std::optional<Frame> run(std::string& request, std::string& reply) {
    if (process_ < 0 && !start(request)) return Frame{.end = End::no_process};
    const auto size = ask(request, reply);
    if (!size) return ended(End::late);
    if (*size == kNeedsItsOwn || reply.size() == *size) {
      if (++calls_ >= job_.limits.company) end();
      if (*size == kNeedsItsOwn) return std::nullopt;
      return Frame{.size = reply.size()};
    }
    reply.clear();
    return ended(*size != kGone && *size > job_.limits.max_reply ? End::too_long : End::died);
  }

 private:
  // `request`: of which the new process has a copy of its own, as it comes into being.
  bool start(std::string& request) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
    // It may have stopped reading.
    const timeval time{.tv_sec = job_.limits.time.count(), .tv_usec = 0};
    (void)::setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    process_ = ::fork();
    if (process_ == 0) {
      ::explicit_bzero(request.data(), request.size());
      do_many(job_, ends[1]);
    }
    ::close(ends[1]);
    if (process_ < 0) {
      ::close(ends[0]);
      return false;
    }
    socket_ = ends[0];
    calls_ = 0;
    return true;
  }

  // The size of the reply that it promised, of which so much is in `reply` as came; nothing when it took too long.
  std::optional<std::uint64_t> ask(std::string_view request, std::string& reply) {
    const auto until = Clock::now() + job_.limits.time;
    std::uint64_t size = request.size();
    if (!write_all(socket_, &size, sizeof size) || !write_all(socket_, request.data(), request.size()))
      return Clock::now() < until ? std::optional(kGone) : std::nullopt;
    std::size_t got = 0;
    const auto read = [&](void* data, std::size_t most) -> std::optional<std::size_t> {
      ssize_t here = 0;
      do {
        if (!is_readable(socket_, until)) return std::nullopt;
        here = ::recv(socket_, data, most, MSG_DONTWAIT);
      } while (here < 0 && (errno == EINTR || errno == EAGAIN));
      return static_cast<std::size_t>(std::max<ssize_t>(here, 0));
    };
    while (got < sizeof size) {
      const auto here = read(reinterpret_cast<char*>(&size) + got, sizeof size - got);
      if (!here) return std::nullopt;
      if (*here == 0) return kGone;
      got += *here;
    }
    if (size == kGone) return size - 1;  // which it may not say
    if (size == kNeedsItsOwn || size > job_.limits.max_reply) return size;
    while (reply.size() < size) {
      const auto before = reply.size();
      const auto piece = std::min<std::uint64_t>(size - before, kPiece);
      reply.resize(before + piece);
      const auto here = read(reply.data() + before, piece);
      reply.resize(before + here.value_or(0));
      if (!here) return std::nullopt;
      if (*here == 0) break;
    }
    return size;
  }

  Frame ended(End how) {
    int status = 0;
    Frame out{.end = how};
    if (end(how == End::died ? &status : nullptr); WIFSIGNALED(status)) out.signal = WTERMSIG(status);
    return out;
  }

  // `status`: of one that has ended by itself, soon.
  void end(int* status = nullptr) {
    ::close(socket_);
    if (status == nullptr || !ends_within(process_, kGrace)) ::kill(process_, SIGKILL);
    while (::waitpid(process_, status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    socket_ = -1;
  }

  Job& job_;
  pid_t process_ = -1;
  int socket_ = -1;
  std::size_t calls_ = 0;
};

[[noreturn]] void wait_for_calls(Worker::Function function, Worker::Company company,
                                 const WorkerLimits& limits, int socket) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) (void)std::signal(signal, SIG_IGN);  // its owner decides
  (void)std::signal(SIGPIPE, SIG_IGN);
  Job job{.function = function, .company = company, .limits = limits, .filter = make_filter()};
  SharedProcess shared(job);
  std::string request;
  std::string reply;
  for (;;) {
    Request head;
    if (!read_all(socket, &head, sizeof head)) ::_exit(0);
    request.resize(head.size);
    if (!read_all(socket, request.data(), head.size)) ::_exit(0);
    reply.clear();
    std::optional<Frame> done;
    if (company != nullptr && head.is_alone == 0 && head.size <= limits.max_in_company)
      done = shared.run(request, reply);
    const auto frame = done ? *done : run_one(job, request, reply);
    if (!write_all(socket, &frame, sizeof frame) || !write_all(socket, reply.data(), reply.size()))
      ::_exit(0);
    // The next request's process finds nothing of this one, and a large one leaves nothing that each fork has to map.
    for (auto* buffer : {&request, &reply}) {
      ::explicit_bzero(buffer->data(), buffer->capacity());
      if (buffer->capacity() > kKept) std::string().swap(*buffer);
    }
  }
}

std::string fault_of(const Frame& frame) {
  switch (frame.end) {
    case End::done:
      return {};
    case End::died:
      if (frame.signal == SIGXCPU || frame.signal == SIGKILL) return "it used up its time or memory";
      return frame.signal != 0 ? fmt::format("its process died of signal {}", frame.signal)
                               : "its process gave up";
    case End::late:
      return "it took too long";
    case End::too_long:
      return "it became too large";
    case End::no_process:
      return "no process could be made for it";
  }
  return "its process said nothing that is understood";
}

}  // namespace

Result<Worker> Worker::start(Function function, const WorkerLimits& limits, Company company) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorKind::io, fmt::format("no worker could be started: {}", std::strerror(errno)));
  const auto process = ::fork();
  if (process == 0) {
    ::close(ends[0]);
    wait_for_calls(function, company, limits, ends[1]);
  }
  ::close(ends[1]);
  if (process < 0) {
    ::close(ends[0]);
    return fail(ErrorKind::io, fmt::format("no worker could be started: {}", std::strerror(errno)));
  }
  return Worker(process, ends[0]);
}

Result<Worker> Worker::start(std::string program, std::vector<std::string> arguments) {
  Worker out(-1, -1);
  out.program_ = std::move(program);
  out.arguments_ = std::move(arguments);
  TRY(out.spawn());
  return out;
}

Result<> Worker::spawn() {
  const auto failed = [&](int why) {
    return fail(ErrorKind::io, fmt::format("no worker could be started: {}", std::strerror(why)), program_);
  };
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return failed(errno);
  std::vector<char*> words;
  words.reserve(arguments_.size() + 2);
  words.push_back(program_.data());
  for (auto& argument : arguments_) words.push_back(argument.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], kWorkerSocket);
  // Nothing of our surroundings is its business.
  char* none[] = {nullptr};
  pid_t process = -1;
  const int why = ::posix_spawn(&process, program_.c_str(), &actions, nullptr, words.data(), none);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (why != 0) {
    ::close(ends[0]);
    return failed(why);
  }
  process_ = process;
  socket_ = ends[0];
  return {};
}

void serve_worker(Worker::Function function, const WorkerLimits& limits, Worker::Company company) {
  ::close_range(kWorkerSocket + 1, ~0U, 0);
  wait_for_calls(function, company, limits, kWorkerSocket);
}

Worker::Worker(Worker&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      socket_(std::exchange(other.socket_, -1)),
      program_(std::move(other.program_)),
      arguments_(std::move(other.arguments_)) {}

Worker& Worker::operator=(Worker&& other) noexcept {
  std::swap(process_, other.process_);
  std::swap(socket_, other.socket_);
  std::swap(program_, other.program_);
  std::swap(arguments_, other.arguments_);
  return *this;
}

Worker::~Worker() { end(); }

void Worker::end() {
  if (socket_ >= 0) ::close(socket_);
  if (process_ > 0) {
    // It may be within a call that nobody waits for any more.
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  socket_ = -1;
  process_ = -1;
}

Result<Worker::Reply> Worker::call(std::string_view head, std::string_view rest, bool is_alone) {
  Reply out;
  if (socket_ >= 0 && ask(head, rest, is_alone, out)) return out;
  if (!program_.empty()) {
    end();
    TRY(spawn());
    if (ask(head, rest, is_alone, out)) return out;
  }
  return fail(ErrorKind::io, "the process that unpacks what strangers send is gone", {}, "try again");
}

bool Worker::ask(std::string_view head, std::string_view rest, bool is_alone, Reply& out) {
  Request request{.size = head.size() + rest.size(), .is_alone = is_alone ? 1U : 0U};
  Frame frame;
  // MSG_NOSIGNAL: the process may be gone.
  bool well = true;
  std::array<iovec, 3> pieces = {iovec{&request, sizeof request},
                                 iovec{const_cast<char*>(head.data()), head.size()},
                                 iovec{const_cast<char*>(rest.data()), rest.size()}};
  for (std::size_t first = 0; well && first < pieces.size();) {
    if (pieces[first].iov_len == 0) {
      ++first;
      continue;
    }
    msghdr message{};
    message.msg_iov = &pieces[first];
    message.msg_iovlen = pieces.size() - first;
    const auto sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    well = sent > 0;
    for (auto left = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
         left != 0 && first < pieces.size();) {
      auto& piece = pieces[first];
      const auto part = std::min(left, piece.iov_len);
      piece.iov_base = static_cast<char*>(piece.iov_base) + part;
      piece.iov_len -= part;
      left -= part;
      if (piece.iov_len == 0) ++first;
    }
  }
  well = well && read_all(socket_, &frame, sizeof frame);
  if (well) {
    out.bytes.resize(frame.size);
    well = read_all(socket_, out.bytes.data(), frame.size);
  }
  out.fault = well ? fault_of(frame) : std::string();
  out.end = frame.end;
  return well;
}

}  // namespace rampart::base
