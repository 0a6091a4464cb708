#include "guard/inspect/clamd/clamd.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard/inspect/clamd/reply.h"

namespace rampart::guard {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;
using Socket = asio::local::stream_protocol::socket;

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rampart-clamd-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
  void write(std::string_view name, std::string_view text) const { std::ofstream(file(name)) << text; }

 private:
  std::filesystem::path path_;
};

// Answers every connection in a thread of its own by `speak`, which is given what was streamed.
class Stub {
 public:
  using Speak = std::function<void(Socket&)>;

  explicit Stub(Speak speak) : acceptor_(io_, {folder_.file("socket")}), speak_(std::move(speak)) {
    thread_ = std::thread([this] {
      for (;;) {
        auto socket = std::make_shared<Socket>(io_);
        boost::system::error_code error;
        acceptor_.accept(*socket, error);
        if (error || ending_) return;
        ++connections;
        talks_.emplace_back([this, socket] {
          try {
            speak_(*socket);
          } catch (const boost::system::system_error&) {
            // The client went away.
          }
        });
      }
    });
  }
  ~Stub() {
    ending_ = true;
    asio::io_context io;
    Socket waker(io);
    boost::system::error_code error;
    waker.connect({folder_.file("socket")}, error);
    thread_.join();
    for (auto& talk : talks_) talk.join();
  }
  Stub(const Stub&) = delete;
  Stub& operator=(const Stub&) = delete;

  [[nodiscard]] ClamdAddress address() const { return {.path = folder_.file("socket"), .endpoint = {}}; }
  std::atomic<int> connections = 0;

 private:
  Folder folder_;
  asio::io_context io_;
  asio::local::stream_protocol::acceptor acceptor_;
  Speak speak_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
  std::vector<std::thread> talks_;
};

// What a client streams, as clamd(8) says it does.
std::string streamed(Socket& socket) {
  std::string command(10, '\0');
  asio::read(socket, asio::buffer(command));
  EXPECT_EQ(command, std::string("zINSTREAM\0", 10));
  std::string out;
  for (;;) {
    std::array<unsigned char, 4> size{};
    asio::read(socket, asio::buffer(size));
    const std::size_t length =
        std::size_t{size[0]} << 24U | std::size_t{size[1]} << 16U | std::size_t{size[2]} << 8U | size[3];
    if (length == 0) return out;
    const auto before = out.size();
    out.resize(before + length);
    asio::read(socket, asio::buffer(out.data() + before, length));
  }
}

void say(Socket& socket, std::string_view text) {
  asio::write(socket, asio::buffer(std::string(text) + '\0'));
}

// The answers to some questions, in the order that they come in.
std::vector<ClamdAnswer> ask(const ClamdAddress& address, const std::vector<std::string>& questions,
                             ClamdOptions options = {}) {
  asio::io_context io;
  std::vector<ClamdAnswer> out;
  Clamd clamd(io, address, options);
  for (const auto& question : questions)
    clamd.scan(question, [&](ClamdAnswer answer) { out.push_back(std::move(answer)); });
  EXPECT_TRUE(out.empty()) << "answered within scan()";
  io.run();
  return out;
}

ClamdAnswer ask_one(const ClamdAddress& address, std::string question, ClamdOptions options = {}) {
  auto out = ask(address, {std::move(question)}, options);
  EXPECT_EQ(out.size(), 1U);
  return out.empty() ? ClamdAnswer{} : out[0];
}

TEST(Clamd, Addresses) {
  EXPECT_EQ(parse_clamd("unix:/run/clamav/clamd.ctl")->path, "/run/clamav/clamd.ctl");
  EXPECT_EQ(parse_clamd("inet:127.0.0.1:3310")->endpoint, "127.0.0.1:3310");
  EXPECT_EQ(parse_clamd("inet:[::1]:3310")->endpoint, "[::1]:3310");
  for (const auto* wrong :
       {"", "unix:clamd.ctl", "inet:localhost:3310", "inet:127.0.0.1", "/run/clamd", "inet:127.0.0.1:0"}) {
    const auto parsed = parse_clamd(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().kind, base::ErrorKind::config);
    EXPECT_THAT(parsed.error().hint, HasSubstr("unix:/run/clamav/clamd.ctl"));
  }
  EXPECT_FALSE(parse_clamd("unix:/" + std::string(200, 'a')));
}

TEST(Clamd, Replies) {
  EXPECT_EQ(read_clamd_reply({"stream: OK\0", 11}).said, ClamdSaid::clean);
  const auto found = read_clamd_reply("stream: Eicar-Test-Signature FOUND\n");
  EXPECT_EQ(found.said, ClamdSaid::found);
  EXPECT_EQ(found.name, "Eicar-Test-Signature");
  EXPECT_EQ(found.text(), "clamd found Eicar-Test-Signature");
  EXPECT_EQ(read_clamd_reply("stream: a\x1b[31m FOUND").name, "a\\x1b[31m");
  EXPECT_EQ(read_clamd_reply("INSTREAM size limit exceeded. ERROR").why, ClamdWhy::too_large);
  EXPECT_EQ(read_clamd_reply("INSTREAM: Can't write to temporary file. ERROR").why, ClamdWhy::failed);
  EXPECT_EQ(read_clamd_reply("stream:  FOUND").why, ClamdWhy::failed);
  EXPECT_EQ(read_clamd_reply("HTTP/1.1 400 Bad Request").why, ClamdWhy::failed);
  EXPECT_EQ(read_clamd_reply("").why, ClamdWhy::gone);
  for (std::size_t i = 0; i < kClamdWhys; ++i)
    EXPECT_NE((ClamdAnswer{.said = ClamdSaid::unknown, .why = static_cast<ClamdWhy>(i)}.text()), "");
}

TEST(Clamd, BytesGoOverWholeAndTheAnswerComesBack) {
  const std::string large(3'000'000, 'x');
  Stub stub([&](Socket& socket) {
    const auto bytes = streamed(socket);
    say(socket, bytes == large  ? "stream: Large FOUND"
                : bytes.empty() ? "stream: Empty FOUND"
                                : "stream: OK");
  });
  EXPECT_EQ(ask_one(stub.address(), large).name, "Large");
  EXPECT_EQ(ask_one(stub.address(), "").name, "Empty");
  EXPECT_EQ(ask_one(stub.address(), "small").said, ClamdSaid::clean);
}

TEST(Clamd, WhatIsNotThere) {
  const Folder folder;
  const auto absent = ask_one({.path = folder.file("nobody"), .endpoint = {}}, "a");
  EXPECT_EQ(absent.why, ClamdWhy::absent);
  EXPECT_THAT(absent.text(), HasSubstr("No such file"));
  EXPECT_EQ(ask_one({.path = {}, .endpoint = "127.0.0.1:1"}, "a").why, ClamdWhy::absent);
}

TEST(Clamd, ItClosesOrSaysHalf) {
  Stub closes([](Socket& socket) { streamed(socket); });
  EXPECT_EQ(ask_one(closes.address(), "a").why, ClamdWhy::gone);
  Stub half([](Socket& socket) {
    streamed(socket);
    asio::write(socket, asio::buffer(std::string_view("stream: O")));
  });
  EXPECT_EQ(ask_one(half.address(), "a").why, ClamdWhy::gone);
  Stub chatters([](Socket& socket) { asio::write(socket, asio::buffer(std::string(1'000'000, 'x'))); });
  EXPECT_EQ(ask_one(chatters.address(), "a").why, ClamdWhy::gone);
}

TEST(Clamd, ItSaysNoBeforeItHasEverything) {
  Stub stub([](Socket& socket) {
    std::string some(1'000, '\0');
    asio::read(socket, asio::buffer(some));
    say(socket, "INSTREAM size limit exceeded. ERROR");
    std::this_thread::sleep_for(50ms);
  });
  EXPECT_EQ(ask_one(stub.address(), std::string(20'000'000, 'x')).why, ClamdWhy::too_large);
}

TEST(Clamd, WhatIsTooLargeIsNotSent) {
  Stub stub([](Socket& socket) { streamed(socket); });
  EXPECT_EQ(ask_one(stub.address(), "12345", {.max_bytes = 4}).why, ClamdWhy::too_large);
  EXPECT_EQ(stub.connections, 0);
}

TEST(Clamd, OneThatHangsIsLateAndThenRests) {
  std::atomic<bool> over = false;
  Stub stub([&](Socket& socket) {
    streamed(socket);
    while (!over) std::this_thread::sleep_for(5ms);
  });
  asio::io_context io;
  Clamd clamd(io, stub.address(), {.patience = 100ms, .late_in_a_row = 2, .rest = 150ms});
  std::vector<ClamdWhy> whys;
  const auto ask = [&] {
    clamd.scan("a", [&](const ClamdAnswer& answer) { whys.push_back(answer.why); });
    io.restart();
    io.run();
  };
  ask();
  ask();
  ask();
  EXPECT_THAT(whys, testing::ElementsAre(ClamdWhy::late, ClamdWhy::late, ClamdWhy::resting));
  std::this_thread::sleep_for(160ms);
  ask();
  EXPECT_EQ(whys.back(), ClamdWhy::late);
  EXPECT_EQ(stub.connections, 3);
  over = true;
}

TEST(Clamd, AFewAreAskedAtATime) {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  Stub stub([&](Socket& socket) {
    const auto bytes = streamed(socket);
    most = std::max(most.load(), ++now);
    std::this_thread::sleep_for(10ms);
    --now;
    say(socket, "stream: " + bytes + " FOUND");
  });
  std::vector<std::string> questions;
  questions.reserve(20);
  for (int i = 0; i < 20; ++i) questions.push_back("n" + std::to_string(i));
  const auto answers = ask(stub.address(), questions, {.at_once = 3});
  EXPECT_EQ(answers.size(), 20U);
  for (const auto& answer : answers) EXPECT_EQ(answer.said, ClamdSaid::found);
  EXPECT_LE(most, 3);
  const auto crowded = ask(stub.address(), questions, {.at_once = 1, .max_waiting = 4});
  EXPECT_EQ(std::ranges::count(crowded, ClamdWhy::busy, &ClamdAnswer::why), 15);
}

TEST(Clamd, WhoGoesIsNotAnswered) {
  Stub stub([](Socket& socket) {
    streamed(socket);
    std::this_thread::sleep_for(30ms);
    say(socket, "stream: OK");
  });
  asio::io_context io;
  bool answered = false;
  {
    Clamd clamd(io, stub.address(), {.at_once = 1});
    for (int i = 0; i < 3; ++i) clamd.scan("a", [&](const ClamdAnswer&) { answered = true; });
    io.run_for(10ms);
  }
  io.run();
  EXPECT_FALSE(answered);
}

// --- The real one, with a signature of the test's own ---

class Daemon {
 public:
  explicit Daemon(std::string_view limits = "") {
    folder_.write("own.ndb", "Rampart.Test.Marker:0:*:52414d504152542d544553542d4d41524b4552\n");
    folder_.write("clamd.conf", fmt::format("DatabaseDirectory {0}\nLocalSocket {0}/socket\nForeground yes\n"
                                            "LogFile {0}/log\nOfficialDatabaseOnly no\n{1}\n",
                                            folder_.file(""), limits));
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const auto config = "--config-file=" + folder_.file("clamd.conf");
      ::execl("/usr/sbin/clamd", "clamd", config.c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 400 && !std::filesystem::exists(folder_.file("socket")); ++i)
      std::this_thread::sleep_for(50ms);
  }
  ~Daemon() { end(SIGTERM); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  void end(int signal) {
    if (process_ <= 0) return;
    ::kill(process_, signal);
    ::waitpid(std::exchange(process_, -1), nullptr, 0);
  }
  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] ClamdAddress address() const { return {.path = folder_.file("socket"), .endpoint = {}}; }

 private:
  Folder folder_;
  pid_t process_ = -1;
};

constexpr std::string_view kMarker = "some mail with RAMPART-TEST-MARKER in it\r\n";

TEST(Clamd, TheRealOne) {
  if (!std::filesystem::exists("/usr/sbin/clamd")) GTEST_SKIP() << "there is no clamd here";
  Daemon daemon("StreamMaxLength 1M");
  const ClamdOptions patient{.patience = 20s};
  const auto found = ask_one(daemon.address(), std::string(kMarker), patient);
  EXPECT_EQ(found.said, ClamdSaid::found) << found.text();
  EXPECT_THAT(found.name, HasSubstr("Rampart.Test.Marker"));
  EXPECT_EQ(ask_one(daemon.address(), "good mail", patient).said, ClamdSaid::clean);
  // In a part, which clamd decodes.
  EXPECT_EQ(ask_one(daemon.address(),
                    "From: a@a.example\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
                    "Content-Transfer-Encoding: base64\r\n\r\nUkFNUEFSVC1URVNULU1BUktFUg==\r\n",
                    patient)
                .said,
            ClamdSaid::found);
  EXPECT_EQ(ask_one(daemon.address(), std::string(3'000'000, 'x'), patient).why, ClamdWhy::too_large);

  ::kill(daemon.process(), SIGSTOP);
  EXPECT_EQ(ask_one(daemon.address(), std::string(kMarker), {.patience = 200ms}).why, ClamdWhy::late);
  ::kill(daemon.process(), SIGCONT);
  EXPECT_EQ(ask_one(daemon.address(), std::string(kMarker), patient).said, ClamdSaid::found);
  daemon.end(SIGKILL);
  EXPECT_EQ(ask_one(daemon.address(), std::string(kMarker), patient).why, ClamdWhy::absent);
}

}  // namespace
}  // namespace rampart::guard
