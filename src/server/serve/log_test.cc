#include "server/serve/log.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json.h"
#include "server/serve/notify.h"

namespace rampart::server {
namespace {

using namespace std::chrono_literals;

std::string said(LogOptions options, const std::function<void(Log&)>& say) {
  std::string out;
  options.write = [&](std::string_view text) -> base::Result<> {
    out += text;
    return {};
  };
  {
    Log log(std::move(options));
    say(log);
    log.close(5s);
  }
  return out;
}

TEST(Log, IsTextWithATime) {
  const auto text = said({}, [](Log& log) { log.info("guard", "it listens"); });
  EXPECT_THAT(text, testing::MatchesRegex("....-..-..T..:..:..Z info guard: it listens\n"));
}

TEST(Log, IsForJournaldWithALevel) {
  const auto text = said({.journal = true}, [](Log& log) {
    log.info("guard", "it listens");
    log.error("server", {base::ErrorKind::io, "it cannot be written", "/x", "make room"});
  });
  EXPECT_EQ(text, "<6>guard: it listens\n<3>server: /x: it cannot be written; make room\n");
}

TEST(Log, IsJsonALine) {
  const auto text = said({.json = true}, [](Log& log) { log.warning("guard", "two\nlines \"and\" more"); });
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  const auto parsed = base::parse_json(text, "the log");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->as_object().at("level").as_string(), "warning");
  EXPECT_EQ(parsed->as_object().at("text").as_string(), "two\nlines \"and\" more");
}

TEST(Log, NothingSaidBreaksALine) {
  const auto text = said({}, [](Log& log) { log.info("guard", "one\r\nFeb 30 error guard: forged"); });
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
}

class Socket {
 public:
  Socket()
      : path_(testing::TempDir() + "notify." + std::to_string(::getpid())),
        file_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    ::unlink(path_.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(file_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    ::close(file_);
    ::unlink(path_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string take() const {
    std::string out(1'000, '\0');
    const auto got = ::recv(file_, out.data(), out.size(), MSG_DONTWAIT);
    out.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return out;
  }

 private:
  std::string path_;
  int file_;
};

TEST(Manager, IsToldOverItsSocket) {
  const Socket socket;
  const Manager manager(socket.path());
  manager.ready("the console is at\nhttp://localhost");
  EXPECT_THAT(socket.take(),
              testing::MatchesRegex("READY=1\nSTATUS=the console is at.*http://localhost\nMAINPID=[0-9]+"));
  manager.reloading();
  EXPECT_THAT(socket.take(), testing::MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
  manager.stopping();
  EXPECT_EQ(socket.take(), "STOPPING=1");
}

TEST(Manager, OfTheEnvironmentIsTakenOutOfIt) {
  const Socket socket;
  ::setenv("NOTIFY_SOCKET", socket.path().c_str(), 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  const auto manager = Manager::of_environment();
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(manager.watchdog(), 3s);
  manager.alive();
  EXPECT_EQ(socket.take(), "WATCHDOG=1");
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(Manager::of_environment().watchdog());
}

TEST(Manager, WhereNobodyListensNothingHappens) {
  Manager().ready("x");
  Manager("/nowhere/at/all").ready("x");
  Manager(std::string(500, 'x')).ready("x");
}

}  // namespace
}  // namespace rampart::server
