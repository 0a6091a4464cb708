#include "base/worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
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

// What each process needs that does one thing.
struct Job {
  Worker::Function function;
  WorkerLimits limits;
  std::vector<sock_filter> filter;
};

[[noreturn]] void do_one(Job& job, std::string_view request, int answer) {
  // Nothing of the others is left but the way to answer.
  if (answer != 3) {
    ::dup2(answer, 3);
    answer = 3;
  }
  ::close_range(0, 2, 0);
  ::close_range(4, ~0U, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_NPROC, 0);
  limit(RLIMIT_CPU, static_cast<rlim_t>(job.limits.cpu.count()));
  if (!kSanitized) limit(RLIMIT_DATA, job.limits.max_memory);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (!close_in(job.filter)) ::_exit(2);
  const auto reply = job.function(request);
  ::_exit(write_all(answer, reply.data(), reply.size()) ? 0 : 1);
}

// --- The process that waits ---

// What comes out of a pipe until its end, its limit or its time.
End collect(int from, const WorkerLimits& limits, std::string& reply) {
  const auto end = Clock::now() + limits.time;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return End::late;
    pollfd ready{from, POLLIN, 0};
    const int found = ::poll(&ready, 1, static_cast<int>(left));
    if (found < 0 && errno == EINTR) continue;
    if (found <= 0) return End::late;
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

[[noreturn]] void wait_for_calls(Worker::Function function, const WorkerLimits& limits, int socket) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) (void)std::signal(signal, SIG_IGN);  // its owner decides
  (void)std::signal(SIGPIPE, SIG_IGN);
  Job job{.function = function, .limits = limits, .filter = make_filter()};
  std::string request;
  std::string reply;
  for (;;) {
    std::uint64_t size = 0;
    if (!read_all(socket, &size, sizeof size)) ::_exit(0);
    request.resize(size);
    if (!read_all(socket, request.data(), size)) ::_exit(0);
    reply.clear();
    const auto frame = run_one(job, request, reply);
    if (!write_all(socket, &frame, sizeof frame) || !write_all(socket, reply.data(), reply.size()))
      ::_exit(0);
    // The next message's process finds nothing of this one, and a large one leaves nothing that each fork has to map.
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

Result<Worker> Worker::start(Function function, const WorkerLimits& limits) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorKind::io, fmt::format("no worker could be started: {}", std::strerror(errno)));
  const auto process = ::fork();
  if (process == 0) {
    ::close(ends[0]);
    wait_for_calls(function, limits, ends[1]);
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

void serve_worker(Worker::Function function, const WorkerLimits& limits) {
  ::close_range(kWorkerSocket + 1, ~0U, 0);
  wait_for_calls(function, limits, kWorkerSocket);
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

Result<Worker::Reply> Worker::call(std::string_view head, std::string_view rest) {
  Reply out;
  if (socket_ >= 0 && ask(head, rest, out)) return out;
  if (!program_.empty()) {
    end();
    TRY(spawn());
    if (ask(head, rest, out)) return out;
  }
  return fail(ErrorKind::io, "the process that unpacks what strangers send is gone", {}, "try again");
}

bool Worker::ask(std::string_view head, std::string_view rest, Reply& out) {
  std::uint64_t size = head.size() + rest.size();
  Frame frame;
  // MSG_NOSIGNAL: the process may be gone.
  bool well = true;
  std::array<iovec, 3> pieces = {iovec{&size, sizeof size},
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
