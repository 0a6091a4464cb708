// The provider against real servers on loopback: NSD, and unbound in front of it.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/live_provider.h"
#include "net/resolver_exam.h"

namespace rampart::net {
namespace {

using dns::Name;
using dns::RrType;
using facts::AnswerPtr;
using facts::DnsQuestion;
using facts::Presence;
using facts::Why;
using std::chrono::seconds;

Name name(std::string_view text) { return *Name::try_parse(text); }

constexpr const char* kZone = R"($ORIGIN example.
$TTL 300
@ IN SOA ns h 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
bank IN TXT "v=spf1 mx -all"
bank IN MX 10 mx1.bank
mx1.bank IN A 192.0.2.25
www.bank IN CNAME bank
away.bank IN CNAME bank.elsewhere.
ent.deep.bank IN TXT "x"
*.wild IN TXT "everything"
sub IN NS ns.sub
ns.sub IN A 127.0.0.1
)";
constexpr const char* kOther = R"($ORIGIN elsewhere.
$TTL 120
@ IN SOA ns h 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
bank IN TXT "over there"
)";

std::uint16_t free_port() {
  const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(file, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(file);
  return ntohs(address.sin_port);
}

// A program that serves DNS on a free port from a folder of its own; gone with the object.
class Daemon {
 public:
  Daemon() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rampart-dns-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    port_ = free_port();
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() {
    stop();
    std::filesystem::remove_all(folder_);
  }
  void stop() {
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(folder_ + "/" + file) << text;
  }
  void start(const std::string& program, const std::string& configuration) {
    write("conf", configuration);
    const std::string conf = folder_ + "/conf";
    const std::string log = folder_ + "/log";
    process_ = ::fork();
    if (process_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (std::freopen(log.c_str(), "w", stderr) == nullptr) ::_exit(126);
    ::execl(program.c_str(), program.c_str(), "-d", "-c", conf.c_str(), nullptr);
    ::_exit(127);
  }
  [[nodiscard]] Endpoint endpoint() const { return {*base::IpAddress::parse("127.0.0.1"), port_}; }
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

// An io_context of its own for each question: run() must return by itself.
AnswerPtr ask(const LiveOptions& options, const Name& asked, RrType type) {
  boost::asio::io_context io{1};
  LiveProvider provider(io, options);
  AnswerPtr out;
  provider.ask({DnsQuestion{asked, type}}, std::chrono::steady_clock::now() + seconds(20),
               [&](const std::vector<facts::Fact>& facts) { out = std::get<AnswerPtr>(facts.at(0)); });
  io.run_for(seconds(40));
  EXPECT_TRUE(io.stopped()) << "something is still under way";
  return out;
}

class LiveNsdTest : public testing::Test {
 protected:
  void SetUp() override {
    nsd_.write("example.zone", kZone);
    nsd_.write("elsewhere.zone", kOther);
    nsd_.start(
        "/usr/sbin/nsd",
        fmt::format(
            "server:\nip-address: 127.0.0.1\nport: {1}\nusername: \"\"\nchroot: \"\"\ndatabase: \"\"\n"
            "zonesdir: \"{0}\"\npidfile: \"{0}/pid\"\nxfrdfile: \"{0}/xfrd\"\nxfrdir: \"{0}\"\n"
            "zonelistfile: \"{0}/list\"\nserver-count: 1\nrrl-ratelimit: 0\nremote-control:\n"
            "control-enable: no\nzone:\nname: example\nzonefile: example.zone\nzone:\nname: elsewhere\n"
            "zonefile: elsewhere.zone\n",
            nsd_.folder(), nsd_.endpoint().port));
    options_.resolvers = {nsd_.endpoint()};
    wait_for(options_);
  }
  static void wait_for(const LiveOptions& options) {
    for (int i = 0; i < 40; ++i) {
      const auto answer = ask(options, name("example"), RrType::soa);
      if (answer && answer->present()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    FAIL() << "the server does not answer";
  }
  Daemon nsd_;
  LiveOptions options_;
};

TEST_F(LiveNsdTest, AnswersAsTheZoneSays) {
  const auto txt = ask(options_, name("bank.example"), RrType::txt);
  ASSERT_TRUE(txt->present());
  EXPECT_EQ(txt->data(txt->records()[0]), "v=spf1 mx -all");
  const auto mx = ask(options_, name("bank.example"), RrType::mx);
  ASSERT_TRUE(mx->present());
  EXPECT_EQ(mx->target(mx->records()[0]), name("mx1.bank.example"));
  EXPECT_EQ(mx->records()[0].preference, 10);
  EXPECT_EQ(ask(options_, name("nothing.example"), RrType::txt)->presence(), Presence::no_name);
  EXPECT_EQ(ask(options_, name("deep.bank.example"), RrType::txt)->presence(), Presence::no_data);  // an ENT
  EXPECT_EQ(ask(options_, name("any.wild.example"), RrType::txt)->presence(), Presence::present);
  EXPECT_EQ(ask(options_, name("bank.example"), RrType::aaaa)->ttl(), 60U);
}

TEST_F(LiveNsdTest, FollowsCnamesInsideAndOutOfAZone) {
  const auto inside = ask(options_, name("www.bank.example"), RrType::txt);
  EXPECT_EQ(inside->aliases(), std::vector{name("bank.example")});
  EXPECT_TRUE(inside->present());
  const auto outside = ask(options_, name("away.bank.example"), RrType::txt);
  EXPECT_EQ(outside->aliases(), std::vector{name("bank.elsewhere")});
  ASSERT_TRUE(outside->present());
  EXPECT_EQ(outside->ttl(), 120U);
}

TEST_F(LiveNsdTest, WhatItDoesNotServeIsUnknown) {
  EXPECT_EQ(ask(options_, name("bank.test"), RrType::txt)->why(), Why::refused);
  const auto delegated = ask(options_, name("x.sub.example"), RrType::txt);
  EXPECT_EQ(delegated->why(), Why::refused);
  EXPECT_THAT(std::string(delegated->detail()), testing::HasSubstr("referral"));
}

TEST_F(LiveNsdTest, StoppedHalfWayTheRestIsUnknown) {
  boost::asio::io_context io{1};
  LiveProvider provider(io, options_);
  int present = 0;
  int unknown = 0;
  int other = 0;
  for (int i = 0; i < 20; ++i) {
    provider.ask({DnsQuestion{name(fmt::format("n{}.wild.example", i)), RrType::txt}},
                 std::chrono::steady_clock::now() + seconds(20), [&](const std::vector<facts::Fact>& facts) {
                   const auto& answer = std::get<AnswerPtr>(facts[0]);
                   ++(answer->present() ? present : answer->unknown() ? unknown : other);
                 });
    io.restart();
    if (i < 10) io.run_for(seconds(20));
    if (i == 10) nsd_.stop();
  }
  io.run_for(seconds(30));
  EXPECT_GE(present, 10);
  EXPECT_EQ(present + unknown, 20);
  EXPECT_GE(unknown, 9);
  EXPECT_EQ(other, 0);
}

TEST_F(LiveNsdTest, TwoProvidersInTwoThreads) {
  std::array<int, 2> present{};
  const auto work = [&](std::size_t which) {
    boost::asio::io_context io{1};
    LiveProvider provider(io, options_);
    std::vector<facts::Question> questions;
    for (int i = 0; i < 500; ++i) {
      questions.push_back(DnsQuestion{name(fmt::format("n{}.wild.example", i)), RrType::txt});
    }
    provider.ask(std::move(questions), std::chrono::steady_clock::now() + seconds(30),
                 [&](const std::vector<facts::Fact>& facts) {
                   for (const auto& fact : facts)
                     present[which] += std::get<AnswerPtr>(fact)->present() ? 1 : 0;
                 });
    io.run_for(seconds(40));
  };
  std::jthread other(work, 1);
  work(0);
  other.join();
  EXPECT_EQ(present[0], 500);
  EXPECT_EQ(present[1], 500);
}

TEST_F(LiveNsdTest, ThroughUnboundAndAsTheZonesOwnServers) {
  Daemon unbound;
  // A copy: Debian's AppArmor profile for unbound goes by its path.
  const std::string program = unbound.folder() + "/unbound-copy";
  std::filesystem::copy_file("/usr/sbin/unbound", program);
  const auto stub = [&](const char* zone) {
    return fmt::format("stub-zone:\n name: {}\n stub-addr: 127.0.0.1@{}\n stub-prime: no\n", zone,
                       nsd_.endpoint().port);
  };
  unbound.start(
      program,
      fmt::format(
          "server:\n interface: 127.0.0.1\n port: {0}\n do-daemonize: no\n username: \"\"\n chroot: \"\"\n"
          " directory: \"{1}\"\n pidfile: \"{1}/pid\"\n use-syslog: no\n do-ip6: no\n"
          " do-not-query-localhost: no\n module-config: \"iterator\"\n local-zone: \"example.\" nodefault\n"
          " access-control: 127.0.0.0/8 allow\nremote-control:\n control-enable: no\n{2}{3}",
          unbound.endpoint().port, unbound.folder(), stub("example"), stub("elsewhere")));
  LiveOptions options{.resolvers = {unbound.endpoint()}};
  wait_for(options);
  const auto answer = ask(options, name("away.bank.example"), RrType::txt);
  ASSERT_TRUE(answer->present()) << answer->detail();
  EXPECT_EQ(answer->aliases(), std::vector{name("bank.elsewhere")});
  EXPECT_EQ(answer->server(), unbound.endpoint().text());
  EXPECT_EQ(ask(options, name("nothing.example"), RrType::txt)->presence(), Presence::no_name);

  options.authoritative = true;
  options.zone_servers = {.port = nsd_.endpoint().port, .allow_private = true};
  const auto direct = ask(options, name("away.bank.example"), RrType::txt);
  ASSERT_TRUE(direct->present()) << direct->detail();
  EXPECT_EQ(direct->server(), nsd_.endpoint().text());
}

}  // namespace
}  // namespace rampart::net
