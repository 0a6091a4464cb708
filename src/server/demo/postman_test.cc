#include "server/demo/postman.h"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "guard/milter/listener.h"
#include "guard/milter/server.h"
#include "store/store_test.h"

namespace rampart::server::demo {
namespace {

// Says yes to all that comes, and remembers whom it was from.
class Decider : public guard::milter::Decider {
 public:
  void decide(guard::milter::Session& session, std::function<void(guard::milter::Answer)> done) override {
    from.push_back(session.message().sender.address);
    sizes.push_back(session.message().size);
    done({});
  }
  guard::milter::Answer overloaded() override { return {}; }
  bool may_wait() override { return true; }
  void trouble(const std::string& what) override { ADD_FAILURE() << what; }
  std::vector<std::string> from;
  std::vector<std::uint64_t> sizes;
};

TEST(Postman, HandsOverEachLetterAsAMailServerDoes) {
  store::TemporaryFolder folder;
  const auto world = *World::make();
  boost::asio::io_context io(1);
  Decider decider;
  guard::milter::Admission admission(10);
  guard::milter::Server server(io, {}, admission, decider);
  const auto socket = (folder.path() / "guard.sock").string();
  const auto listener = guard::milter::Listener::open(*guard::milter::parse_listen("unix:" + socket), 0600);
  ASSERT_TRUE(listener) << listener.error().message();
  ASSERT_TRUE(server.serve(*listener, "demo"));
  std::thread loop([&] { io.run(); });
  Letters letters(*world, 5);
  for (const auto scenario : Letters::scenarios()) {
    const auto letter = *letters.of(scenario, base::now());
    const auto answer = deliver(socket, letter);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(*answer, 'a') << scenario;
  }
  io.stop();
  loop.join();
  EXPECT_EQ(decider.from.size(), Letters::scenarios().size());
  EXPECT_FALSE(deliver((folder.path() / "nobody.sock").string(), *letters.next(base::now())));
}

}  // namespace
}  // namespace rampart::server::demo
