// Facts from the live DNS.
//
// One provider belongs to one thread: the one that runs its io_context. Domains scale over threads with a
// provider each; nothing is shared between them.
//
//   boost::asio::io_context io;
//   net::LiveProvider provider(io, {.resolvers = TRY(net::system_resolvers())});
//   facts::drive<Report>(assess, provider, {}, [&](facts::Driven<Report> result) { ... });
//   io.run();                     // returns when nothing is under way any more
//
// A question's way: the cache; a flight already under way; otherwise it is sent to the first resolver that is
// well and has room (the others take what is over), each batch of questions in its turn. What fails is tried
// again, at another server first, four tries in all (or as many as told):
//
//   no reply           a try lasts 1, 1.5, 2.5 and 4 s (half a second each where a zone's servers have
//                      answered nothing so far, silent_zones.h); a reply that comes late still counts
//   SERVFAIL           once at every server, twice when there is but one
//   REFUSED, other codes, no connection, a broken reply   four tries, with pauses before a server is asked
//   again truncated          over TCP at once; when that fails, elsewhere
//
// and then the answer is unknown, with who said what. A cut, a loop, a referral is unknown too, never absent.
// The AD bit counts only from a resolver on loopback or with `trust_ad` (RFC 6840 section 5.8 leaves it to
// the path), over the whole CNAME chain.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "facts/provider.h"
#include "net/answer_cache.h"
#include "net/flight.h"
#include "net/probe_desk.h"
#include "net/silent_zones.h"
#include "net/zone_servers.h"

namespace rampart::net {

inline constexpr std::size_t kMaxBacklog = 1'000'000;  // questions not sent yet; our own: about 400 MiB

struct LiveOptions {
  std::vector<Endpoint> resolvers;  // in order of preference; at least one
  bool trust_ad = false;            // believe AD from resolvers that are not on loopback
  // How long a try waits for its reply: the first half of this, the next 3/4, then 5/4, all others twice
  // this. So four tries take 9 s, and a domain that meets a dead server in each of three rounds stays within
  // its 30.
  std::chrono::milliseconds timeout{2000};
  std::size_t tries = 4;  // in all, over the resolvers: with 1 % loss, two would leave 1 in 10,000 unknown
  // Ask the servers of each question's own zone (zone_servers.h); the resolvers only find them. AD is then
  // never set.
  bool authoritative = false;
  ZoneServersOptions zone_servers;
  ProbeOptions probes;                  // HTTPS and SMTP; without them such questions are unknown(not_asked)
  std::size_t cache_entries = 100'000;  // about 250 bytes each
  CapOptions cap;
  // Instead of c-ares; for tests and other engines.
  std::function<std::unique_ptr<Transport>(boost::asio::io_context&, const Endpoint&)> make_transport;
};

struct LiveStats {
  std::uint64_t questions = 0;  // asked of the provider
  std::uint64_t cached = 0;     // answered from the cache
  std::uint64_t joined = 0;     // joined to a flight under way
  std::uint64_t sent = 0;       // packets, retries included
  std::uint64_t over_tcp = 0;   // of these, over TCP
  std::uint64_t timeouts = 0;   // tries without a reply in their time
  std::uint64_t unknown = 0;    // flights that ended unknown
};

class LiveProvider final : public facts::Provider {
 public:
  LiveProvider(boost::asio::io_context& io, LiveOptions options);
  // Batches that are not answered are dropped; their `done` is not called.
  ~LiveProvider() override;

  // `done` always runs later, from the io_context, never inside ask().
  void ask(std::vector<facts::Question> questions, facts::Deadline deadline, Done done) override;

  // From now on; what is in the cache stays (so examine first).
  void distrust(const Endpoint& resolver, Distrust distrust);
  [[nodiscard]] const LiveStats& stats() const { return stats_; }
  [[nodiscard]] const std::vector<std::shared_ptr<Server>>& resolvers() const { return resolvers_->servers; }

 private:
  using Clock = std::chrono::steady_clock;
  struct FlightHash {
    using is_transparent = void;
    std::size_t operator()(const facts::DnsQuestion& question) const {
      return question.name.hash() ^ static_cast<std::size_t>(question.type) * 0x9e3779b97f4a7c15;
    }
    std::size_t operator()(const FlightPtr& flight) const { return (*this)(flight->question); }
  };
  struct FlightEqual {
    using is_transparent = void;
    bool operator()(const FlightPtr& a, const FlightPtr& b) const { return a == b; }
    bool operator()(const facts::DnsQuestion& a, const FlightPtr& b) const { return a == b->question; }
    bool operator()(const FlightPtr& a, const facts::DnsQuestion& b) const { return a->question == b; }
  };

  std::unique_ptr<Transport> make_transport(const Endpoint& endpoint);

  // Taking questions in and handing facts out.
  void ask_dns(const BatchPtr& batch, std::size_t place, const facts::DnsQuestion& question);
  void ask_probe(const BatchPtr& batch, std::size_t place, const facts::Question& question);
  void deliver(Batch& batch, std::size_t place, facts::Fact fact);
  void complete(Batch& batch);
  void run_completed();
  void expire(Batch& batch);

  // Sending.
  void pump();
  FlightPtr next_queued(Batch& batch);
  bool launch(const FlightPtr& flight);
  static Server* pick(const Flight& flight);
  void send(const FlightPtr& flight, Server& server, bool tcp);
  void release(Flight& flight);

  // What came back.
  void on_delivery(const FlightPtr& flight, Server& server, std::uint32_t attempt, bool tcp,
                   Delivery delivery, std::string_view packet);
  static bool is_seconded(const Flight& flight, const Server& at_hand);
  void on_reply(const FlightPtr& flight, Server& server, bool tcp, bool late, std::string_view packet);
  void locate(const FlightPtr& flight);
  void on_alias(const FlightPtr& flight, bool late, Chain chain);
  void on_truncated(const FlightPtr& flight, Server& server, bool tcp);
  void fail_try(const FlightPtr& flight, Server& server, facts::Why why, std::string detail);
  void try_again(const FlightPtr& flight, const Server& failed, facts::Why why);
  void give_up(const FlightPtr& flight);
  void finish(const FlightPtr& flight, facts::AnswerPtr answer);

  // The beat: times that are up.
  void start_beat();
  void beat();
  void expire_tries(Clock::time_point now);

  boost::asio::io_context& io_;
  LiveOptions options_;
  ServerSetPtr resolvers_;
  // With `authoritative`: who finds a zone's servers, and what it asks.
  std::unique_ptr<LiveProvider> finder_;
  std::unique_ptr<ZoneServers> zones_;
  std::unique_ptr<ProbeDesk> desk_;
  AnswerCache cache_;
  LiveStats stats_;
  boost::unordered_flat_set<FlightPtr, FlightHash, FlightEqual> flights_;  // by question, until done
  SilentZones silent_;
  std::array<Queue<Flight>, 5> tries_;  // live packets by the length of their try: each in the order of time
  std::multimap<Clock::time_point, FlightPtr> paused_;
  std::deque<FlightPtr> again_;   // to be sent before anything new
  std::deque<BatchPtr> waiting_;  // batches with flights not sent, taking turns
  std::size_t backlog_ = 0;
  Queue<Batch> batches_;  // that are not complete, for their deadlines; their flights own them
  std::vector<BatchPtr> completed_;
  boost::asio::steady_timer beat_timer_;
  bool beating_ = false;
  bool pumping_ = false;
  Clock::time_point batches_checked_{};
  // Shared with handlers queued in the io_context, which may run after the provider is gone.
  std::shared_ptr<LiveProvider*> self_ = std::make_shared<LiveProvider*>(this);
};

}  // namespace rampart::net
