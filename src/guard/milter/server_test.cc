#include "guard/milter/server.h"

#include <filesystem>
#include <thread>

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ip.h"
#include "base/text.h"
#include "guard/milter/mta_test.h"

namespace rampart::guard::milter {
namespace {

using testing::HasSubstr;

std::string folder() { return std::filesystem::temp_directory_path().string(); }

// Adds a field with the size of the message; holds answers back while `held`.
struct Counter : Decider {
  explicit Counter(boost::asio::io_context& io) : io(io) {}
  void decide(Session& session, std::function<void(Answer)> done) override {
    Answer answer;
    answer.added = {{.place = 0, .name = "X-Size", .value = std::to_string(session.message().size)}};
    if (!held) return done(std::move(answer));
    waiting.emplace_back([done = std::move(done), answer] { done(answer); });
  }
  Answer overloaded() override {
    return {.verdict = Answer::Verdict::tempfail,
            .reply = {.code = 451, .enhanced = "4.3.2", .text = "busy"},
            .removed = {},
            .added = {},
            .not_for = {}};
  }
  void trouble(const std::string& what) override { troubles.push_back(what); }

  bool may_wait() override {
    ++asked;
    return waits;
  }

  boost::asio::io_context& io;
  bool waits = true;
  int asked = 0;
  bool held = false;
  std::vector<std::function<void()>> waiting;
  std::vector<std::string> troubles;
};

// A server on a thread of its own, until this goes.
class Running {
 public:
  explicit Running(std::string_view listen = "inet:127.0.0.1:0", std::size_t most = 10)
      : admission(most),
        decider(io),
        server(io,
               {.session = {.folder = folder()},
                .most_wait = std::chrono::milliseconds(100),
                .progress = std::chrono::milliseconds(50)},
               admission, decider),
        listener(*Listener::open(*parse_listen(listen), 0600)) {
    if (!server.serve(listener, listener.text())) throw std::runtime_error("no server");
    thread = std::thread([this] { io.run(); });
  }
  ~Running() {
    boost::asio::post(io, [this] { server.stop(); });
    boost::asio::post(io, [this] { io.stop(); });
    thread.join();
  }
  // On the loop's thread, and waits for it.
  void on_loop(const std::function<void()>& what) {
    std::atomic<bool> over = false;
    boost::asio::post(io, [&] {
      what();
      over = true;
    });
    while (!over) std::this_thread::yield();
  }

  boost::asio::io_context io;
  Admission admission;
  Counter decider;
  Server server;
  Listener listener;
  std::thread thread;
};

class Mta {
 public:
  explicit Mta(const Running& running) : Mta(running.listener) {}
  explicit Mta(const Listener& listener) {
    const auto text = listener.text();
    if (text.starts_with("unix:")) {
      sockaddr_un to{};
      to.sun_family = AF_UNIX;
      text.copy(to.sun_path, text.size() - 5, 5);
      file_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
      connected_ = ::connect(file_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    } else {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      to.sin_port = htons(base::parse_endpoint(text.substr(5), 0)->port);
      file_ = ::socket(AF_INET, SOCK_STREAM, 0);
      connected_ = ::connect(file_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
  }
  Mta(const Mta&) = delete;
  Mta& operator=(const Mta&) = delete;
  ~Mta() { ::close(file_); }

  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  // The commands of the next replies up to one of `ends`; what came when the connection was closed.
  std::string replies(std::string_view ends) {
    std::string out;
    for (;;) {
      while (const auto frame = *reader_.next()) {
        out += frame->command;
        if (ends.find(frame->command) != std::string_view::npos) return out;
      }
      char buffer[4096];
      const auto got = ::recv(file_, buffer, sizeof buffer, 0);
      if (got <= 0) return out + "!";
      reader_.feed({buffer, static_cast<std::size_t>(got)});
    }
  }
  [[nodiscard]] bool connected() const { return connected_; }

 private:
  int file_ = -1;
  bool connected_ = false;
  FrameReader reader_;
};

const std::string kHello = offer() + client("h", "192.0.2.1");
const std::string kMessage =
    frame(Command::mail, texts({"<a@b.example>"})) + frame(Command::recipient, texts({"<c@d.example>"})) +
    frame(Command::header, texts({"From", " a@b.example"})) + frame(Command::end_of_headers) +
    frame(Command::body, "hello\r\n") + frame(Command::end_of_body);

TEST(Server, AnswersMessagesOfManyConnections) {
  const auto path = fmt::format("unix:{}/rampart-milter-{}", folder(), ::getpid());
  for (const auto& listen : {std::string("inet:127.0.0.1:0"), std::string("inet:[::1]:0"), path}) {
    if (listen.find("::1") != std::string::npos) {
      if (!Listener::open(*parse_listen(listen), 0600)) continue;  // a machine without IPv6
      EXPECT_THAT(Listener::open(*parse_listen(listen), 0600)->text(), HasSubstr("[::1]:"));
      continue;
    }
    Running running(listen);
    std::vector<std::unique_ptr<Mta>> mtas;
    for (int i = 0; i < 5; ++i) mtas.push_back(std::make_unique<Mta>(running));
    for (auto& mta : mtas) mta->send(kHello + kMessage);
    for (auto& mta : mtas) EXPECT_EQ(mta->replies("a"), "Oia");
    mtas[0]->send(kMessage + frame(Command::quit));
    EXPECT_EQ(mtas[0]->replies("a"), "ia");
    EXPECT_EQ(mtas[0]->replies("a"), "!");
  }
}

TEST(Server, GivesSignsOfLifeWhileItIsDecided) {
  Running running;
  running.on_loop([&] { running.decider.held = true; });
  Mta mta(running);
  mta.send(kHello + kMessage);
  EXPECT_EQ(mta.replies("p"), "Op");
  EXPECT_EQ(mta.replies("p"), "p");
  running.on_loop([&] { running.decider.waiting.at(0)(); });
  EXPECT_THAT(mta.replies("a"), testing::EndsWith("ia"));
}

TEST(Server, AnswersWithoutALookWhenThereIsNoRoom) {
  Running running("inet:127.0.0.1:0", 1);
  running.on_loop([&] { running.decider.held = true; });
  Mta first(running);
  first.send(kHello + kMessage);
  EXPECT_EQ(first.replies("p"), "Op");
  Mta second(running);
  second.send(kHello + kMessage);
  EXPECT_EQ(second.replies("yta"), "Oy");
  running.on_loop([&] { running.decider.waiting.at(0)(); });
  EXPECT_THAT(first.replies("a"), testing::EndsWith("ia"));
  running.on_loop([&] { running.decider.held = false; });
  second.send(kMessage);
  EXPECT_EQ(second.replies("yta"), "ia") << "there is room again";
  Mta third(running);
  third.send(kHello + frame(Command::mail, texts({"<a@b.example>"})) +
             frame(Command::header, texts({"From", " a@b.example"})));
  EXPECT_EQ(third.replies("O"), "O");
  third.send(frame(Command::abort));
  second.send(kMessage);
  EXPECT_EQ(second.replies("yta"), "ia") << "an abort gives the place back";
}

TEST(Server, WhoOnlyBeginsMessagesTakesNobodysPlace) {
  Running running("inet:127.0.0.1:0", 1);
  std::vector<std::unique_ptr<Mta>> idle;
  for (int i = 0; i < 5; ++i) {
    idle.push_back(std::make_unique<Mta>(running));
    idle.back()->send(kHello + frame(Command::mail, texts({"<a@b.example>"})) +
                      frame(Command::recipient, texts({"<c@d.example>"})) + frame(Command::data));
    EXPECT_EQ(idle.back()->replies("O"), "O");
  }
  Mta mta(running);
  mta.send(kHello + kMessage);
  EXPECT_EQ(mta.replies("yta"), "Oia");
  idle.clear();
}

TEST(Admission, GivesPlacesInTheOrderInWhichTheyWereAskedFor) {
  Admission admission(1);
  std::vector<int> woken;
  Admission::Place first(admission);
  Admission::Place second(admission);
  Admission::Place gone(admission);
  Admission::Place third(admission);
  EXPECT_TRUE(first.enter([] {}));
  EXPECT_FALSE(second.enter([&] { woken.push_back(2); }));
  EXPECT_FALSE(gone.enter([&] { woken.push_back(0); }));
  EXPECT_FALSE(third.enter([&] { woken.push_back(3); }));
  EXPECT_FALSE(gone.settle()) << "it waits no longer";
  first.leave();
  EXPECT_THAT(woken, testing::ElementsAre(2));
  Admission::Place late(admission);
  EXPECT_FALSE(late.enter([&] { woken.push_back(4); })) << "others wait";
  EXPECT_TRUE(second.settle());
  EXPECT_EQ(admission.inside(), 1U);
  second.leave();
  third.leave();  // which it was given, and never took
  EXPECT_TRUE(late.settle());
  late.leave();
  EXPECT_THAT(woken, testing::ElementsAre(2, 3, 4));
  EXPECT_EQ(admission.inside(), 0U);
}

TEST(Admission, HoldsItsLimitOnManyThreads) {
  Admission admission(3);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 2'000; ++n) {
        Admission::Place place(admission);
        std::atomic<bool> woken = false;
        if (!place.enter([&] { woken = true; })) {
          while (n % 3 != 0 && !woken) std::this_thread::yield();
          if (!place.settle()) continue;
        }
        const auto now = ++inside;
        for (auto seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        --inside;
      }
    });
  threads.clear();
  EXPECT_LE(most, 3);
  EXPECT_EQ(admission.inside(), 0U);
}

TEST(Server, LeavesAPlaceWithoutDroppingAMessage) {
  Running running;
  const auto other = *Listener::open(*parse_listen("inet:127.0.0.1:0"), 0600);
  Mta between(running);
  between.send(kHello + kMessage);
  EXPECT_EQ(between.replies("a"), "Oia");
  running.on_loop([&] {
    ASSERT_TRUE(running.server.serve(other, other.text()));
    running.decider.held = true;
  });
  Mta under_way(running);
  under_way.send(kHello + kMessage);
  EXPECT_EQ(under_way.replies("p"), "Op");
  running.on_loop([&] { running.server.leave(running.listener.text()); });
  running.on_loop([&] { running.decider.held = false; });
  running.on_loop([&] { running.decider.waiting.at(0)(); });
  EXPECT_THAT(under_way.replies("a"), testing::EndsWith("ia"));
  EXPECT_EQ(under_way.replies("a"), "!") << "it ends behind its answer";
  between.send(kMessage);
  EXPECT_EQ(between.replies("a"), "ia") << "a session that was there is served once more";
  EXPECT_EQ(between.replies("a"), "!");
  Mta elsewhere(other);
  elsewhere.send(kHello + kMessage + kMessage);
  EXPECT_EQ(elsewhere.replies("a"), "Oia") << "another place goes on";
  EXPECT_EQ(elsewhere.replies("a"), "ia");
}

TEST(Server, LetsNothingWaitWhereItMayNot) {
  Running running("inet:127.0.0.1:0", 0);
  running.on_loop([&] { running.decider.waits = false; });
  Mta mta(running);
  mta.send(kHello + kMessage);
  EXPECT_EQ(mta.replies("y"), "Oy");
  running.on_loop([&] { EXPECT_EQ(running.decider.asked, 1); });
}

TEST(Server, ClosesWhatIsNoMta) {
  Running running;
  Mta mta(running);
  mta.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(mta.replies("a"), "!");
  Mta gone(running);
  gone.send(kHello + kMessage.substr(0, 40));
  running.on_loop([&] {
    ASSERT_EQ(running.decider.troubles.size(), 1U);
    EXPECT_THAT(running.decider.troubles[0],
                HasSubstr("begins with \"GET \", which is no mail server's milter protocol"));
    EXPECT_THAT(running.decider.troubles[0], HasSubstr("was asked by 127.0.0.1: "));
  });
}

TEST(Listener, TakesTheSocketOfARunThatWasKilled) {
  const auto path = fmt::format("{}/rampart-listener-{}", folder(), ::getpid());
  const auto address = *parse_listen("unix:" + path);
  {
    const auto first = Listener::open(address, 0660);
    ASSERT_TRUE(first);
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0660));
    EXPECT_THAT(Listener::open(address, 0660).error().message(), HasSubstr("Address already in use"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  path.copy(to.sun_path, path.size());
  ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  ::close(left);
  EXPECT_TRUE(Listener::open(address, 0600));
  EXPECT_FALSE(Listener::open(*parse_listen("unix:/etc/passwd"), 0600)) << "a file stays";
  for (const auto* text :
       {"", "unix:relative", "inet:localhost:1", "inet:127.0.0.1", "smtp:x", "inet:127.0.0.1:99999"})
    EXPECT_FALSE(parse_listen(text)) << text;
}

}  // namespace
}  // namespace rampart::guard::milter
