#include "net/live_provider.h"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "net/cares_transport.h"

namespace rampart::net {
namespace {

using facts::Answer;
using facts::AnswerPtr;
using facts::Presence;
using facts::Why;
using std::chrono::milliseconds;

// The length of the first, second, third and every later try, in quarters of the timeout; and of every try
// where nothing answers (silent_zones.h).
constexpr std::array<int, 5> kTryQuarters = {2, 3, 5, 8, 1};
constexpr std::size_t kLastTry = 3;
constexpr std::size_t kSilentTry = 4;
constexpr std::size_t kLeastTcpTry = 2;       // index into kTryQuarters: a connection takes its time
constexpr milliseconds kFirstPause{100};      // before a server that failed is asked again; doubles
constexpr milliseconds kBeat{20};             // how exact times are
constexpr milliseconds kBatchesChecked{200};  // how exact deadlines of batches are

}  // namespace

LiveProvider::LiveProvider(boost::asio::io_context& io, LiveOptions options)
    : io_(io), options_(std::move(options)), cache_(options_.cache_entries), beat_timer_(io) {
  auto set = std::make_shared<ServerSet>();
  for (const auto& endpoint : options_.resolvers) {
    set->servers.push_back(std::make_shared<Server>(endpoint, make_transport(endpoint), options_.cap));
  }
  resolvers_ = std::move(set);
  desk_ = std::make_unique<ProbeDesk>(io, *this, options_.probes);
  if (!options_.authoritative) return;
  LiveOptions finding = options_;
  finding.authoritative = false;
  finding.probes = {};
  finder_ = std::make_unique<LiveProvider>(io, std::move(finding));
  zones_ =
      std::make_unique<ZoneServers>(io, *finder_, options_.zone_servers, [this](const Endpoint& endpoint) {
        return std::make_shared<Server>(endpoint, make_transport(endpoint), options_.cap);
      });
}

std::unique_ptr<Transport> LiveProvider::make_transport(const Endpoint& endpoint) {
  if (options_.make_transport) return options_.make_transport(io_, endpoint);
  // A reply may come late: c-ares keeps a packet's place for longer than any try.
  const auto longest = options_.timeout * kTryQuarters[kLastTry] / 4 + milliseconds(1000);
  return std::make_unique<CaresTransport>(io_, endpoint,
                                          CaresOptions{.timeout_ms = static_cast<int>(longest.count())});
}

LiveProvider::~LiveProvider() {
  *self_ = nullptr;
  // A flight and the batches that wait for it hold each other until one of them is answered.
  for (const auto& flight : flights_) flight->waiters.clear();
  // Transports hold handlers, which hold flights, which hold servers.
  for (const auto& server : resolvers_->servers) server->transport->cancel();
  if (zones_) zones_->cancel();
}

void LiveProvider::distrust(const Endpoint& resolver, Distrust distrust) {
  for (const auto& server : resolvers_->servers) {
    if (server->endpoint == resolver) server->distrust = distrust;
  }
  if (finder_) finder_->distrust(resolver, std::move(distrust));
}

// ---- questions in, facts out

void LiveProvider::ask(std::vector<facts::Question> questions, facts::Deadline deadline, Done done) {
  const BatchPtr batch(new Batch);
  batch->done = std::move(done);
  batch->deadline = deadline;
  batch->facts.resize(questions.size());
  batch->pending.resize(questions.size());
  batch->missing = questions.size();
  stats_.questions += questions.size();
  if (questions.empty()) return complete(*batch);
  for (std::size_t place = 0; place < questions.size(); ++place) {
    if (const auto* dns = std::get_if<facts::DnsQuestion>(&questions[place])) {
      ask_dns(batch, place, *dns);
    } else {
      ask_probe(batch, place, questions[place]);
    }
  }
  if (batch->missing == 0) return;
  batches_.push_back(*batch);
  waiting_.push_back(batch);
  start_beat();
  pump();
}

void LiveProvider::ask_dns(const BatchPtr& batch, std::size_t place, const facts::DnsQuestion& question) {
  if (auto known = cache_.find(question.name, question.type, Clock::now())) {
    ++stats_.cached;
    return deliver(*batch, place, std::move(known));
  }
  if (const auto found = flights_.find(question); found != flights_.end()) {
    ++stats_.joined;
    (*found)->waiters.push_back({batch, place});
    batch->pending[place] = *found;
    return;
  }
  if (backlog_ >= kMaxBacklog) {
    return deliver(*batch, place,
                   Answer::make_unknown(question.name, question.type, Why::budget,
                                        fmt::format("more than {} questions are waiting", kMaxBacklog), {},
                                        base::now()));
  }
  const FlightPtr flight(new Flight(question));
  flight->waiters.push_back({batch, place});
  batch->pending[place] = flight;
  flights_.insert(flight);
  if (zones_) {
    locate(flight);
  } else {
    flight->set = resolvers_;
    ++backlog_;
  }
}

void LiveProvider::ask_probe(const BatchPtr& batch, std::size_t place, const facts::Question& question) {
  const std::size_t index = batch->probes.size();
  batch->probes.push_back({place, question});
  desk_->ask(question, [self = self_, batch, index](facts::Fact fact) {
    auto& probe = batch->probes[index];
    if (*self == nullptr || !std::exchange(probe.open, false)) return;  // its time may have been up
    (*self)->deliver(*batch, probe.place, std::move(fact));
  });
}

// Finds the servers of the asked name's zone; the flight is sent when they are known.
void LiveProvider::locate(const FlightPtr& flight) {
  flight->state = Flight::State::busy;
  flight->set.reset();
  zones_->find(flight->asking(), flight->question.type, [self = self_, flight](ZoneServers::Found found) {
    if (*self == nullptr || flight->state == Flight::State::done) return;
    LiveProvider& provider = **self;
    flight->set = std::move(found.servers);
    if (flight->set) {
      provider.again_.push_back(flight);
      provider.pump();
      return;
    }
    ++provider.stats_.unknown;
    provider.finish(flight, Answer::make_unknown(flight->question.name, flight->question.type, found.why,
                                                 found.detail, {}, base::now()));
  });
}

void LiveProvider::deliver(Batch& batch, std::size_t place, facts::Fact fact) {
  batch.facts[place] = std::move(fact);
  batch.pending[place].reset();
  if (--batch.missing == 0) complete(batch);
}

// Callbacks run from the event loop: so no decision runs inside c-ares while replies fill the socket's
// buffer, and a run of cached domains does not nest.
void LiveProvider::complete(Batch& batch) {
  if (batch.is_linked()) batch.unlink();
  completed_.emplace_back(&batch);
  if (completed_.size() > 1) return;
  boost::asio::post(io_, [self = self_] {
    if (*self != nullptr) (*self)->run_completed();
  });
}

void LiveProvider::run_completed() {
  const auto batches = std::exchange(completed_, {});
  for (const auto& batch : batches) batch->done(std::move(batch->facts));
}

void LiveProvider::expire(Batch& batch) {
  const BatchPtr alive(&batch);
  for (auto& probe : batch.probes) {
    if (!std::exchange(probe.open, false)) continue;
    deliver(batch, probe.place,
            facts::unknown_fact(probe.question, Why::timeout,
                                "the domain's time was up before the probe ended", base::now()));
  }
  for (std::size_t place = 0; place < batch.facts.size(); ++place) {
    const FlightPtr flight = batch.pending[place];
    if (!flight) continue;
    auto& waiters = flight->waiters;
    waiters.erase(std::remove_if(waiters.begin(), waiters.end(),
                                 [&](const Flight::Waiter& waiter) { return waiter.batch == &batch; }),
                  waiters.end());
    const bool was_sent = flight->state != Flight::State::queued;
    if (!was_sent && flight->waiters.empty()) {  // nobody wants it any more
      flights_.erase(flight);
      flight->state = Flight::State::done;
      --backlog_;
    }
    std::string detail = "the domain's time was up before the question was sent";
    if (was_sent) detail = "the domain's time was up before a reply came";
    if (!flight->faults.empty() && flight->set) {
      detail += "; " + sum_up(flight->faults, flight->set->servers.size()).detail;
    }
    deliver(batch, place,
            Answer::make_unknown(flight->question.name, flight->question.type,
                                 was_sent ? Why::timeout : Why::budget, detail, {}, base::now()));
  }
}

// ---- sending

void LiveProvider::pump() {
  if (pumping_) return;  // a transport may call back while we send
  pumping_ = true;
  for (auto left = again_.size(); left > 0 && !again_.empty(); --left) {
    const FlightPtr flight = again_.front();
    again_.pop_front();
    if (flight->state == Flight::State::done || launch(flight)) continue;  // done by a late reply
    again_.push_back(flight);
    if (flight->set == resolvers_) break;
  }
  // A turn for each batch, so that a domain with 500 questions does not hold up the others. What cannot go
  // now goes to the end; when nobody in a whole round could go, there is no room.
  std::size_t stuck = 0;
  while ((zones_ || again_.empty()) && stuck < waiting_.size()) {
    const BatchPtr batch = std::move(waiting_.front());
    waiting_.pop_front();
    const FlightPtr flight = next_queued(*batch);
    if (!flight) continue;
    waiting_.push_back(batch);
    if (launch(flight)) {
      --backlog_;
      ++batch->next;
      stuck = 0;
    } else {
      ++stuck;
      if (flight->set == resolvers_) break;
    }
  }
  pumping_ = false;
}

FlightPtr LiveProvider::next_queued(Batch& batch) {
  for (; batch.next < batch.pending.size(); ++batch.next) {
    const auto& flight = batch.pending[batch.next];
    if (flight && flight->state == Flight::State::queued) return flight;
  }
  return nullptr;
}

bool LiveProvider::launch(const FlightPtr& flight) {
  Server* server = pick(*flight);
  if (server == nullptr) return false;
  server->chosen(Clock::now());
  send(flight, *server, false);
  return true;
}

// The server that was tried least, a well one before an ill one, the first in the list before the next; null
// when none has room.
Server* LiveProvider::pick(const Flight& flight) {
  const auto now = Clock::now();
  Server* best = nullptr;
  std::tuple<std::size_t, bool> least;
  for (const auto& server : flight.set->servers) {
    if (!server->cap.has_room()) continue;
    const std::tuple rank{flight.tries_at(*server), server->is_ill(now)};
    if (best != nullptr && rank >= least) continue;
    best = server.get();
    least = rank;
  }
  return best;
}

void LiveProvider::send(const FlightPtr& flight, Server& server, bool tcp) {
  const bool silent = !tcp && silent_.contains(flight->asking(), Clock::now());
  const std::size_t length =
      silent ? kSilentTry : std::max(std::min(flight->faults.size(), kLastTry), tcp ? kLeastTcpTry : 0);
  flight->state = Flight::State::busy;
  flight->live = ++flight->attempt;
  flight->server = &server;
  flight->expires = Clock::now() + options_.timeout * kTryQuarters[length] / 4;
  tries_[length].push_back(*flight);
  server.cap.take();
  ++stats_.sent;
  if (tcp) ++stats_.over_tcp;
  const dns::QueryOptions query{
      .recurse = flight->set->recurse, .edns = !flight->without_edns, .ask_ad = flight->set->recurse};
  auto packet = dns::build_query(0, flight->asking(), flight->question.type, query);
  auto handler = [self = self_, flight, &server, attempt = flight->attempt, tcp](Delivery delivery,
                                                                                 std::string_view reply) {
    if (*self != nullptr) (*self)->on_delivery(flight, server, attempt, tcp, delivery, reply);
  };
  if (tcp) {
    server.transport->send_tcp(std::move(packet), std::move(handler));
  } else {
    server.transport->send_udp(std::move(packet), std::move(handler));
  }
}

// The live packet's time or wait is over.
void LiveProvider::release(Flight& flight) {
  flight.live = 0;
  flight.unlink();
  flight.server->cap.give();
}

// ---- what came back

void LiveProvider::on_delivery(const FlightPtr& flight, Server& server, std::uint32_t attempt, bool tcp,
                               Delivery delivery, std::string_view packet) {
  const bool late = flight->live != attempt;  // its time was up: that was counted, but a good reply is good
  if (!late) release(*flight);
  if (delivery == Delivery::reply) {
    server.replied();
    silent_.replied(flight->asking());
  }
  if (flight->state != Flight::State::done && attempt >= flight->link_began) {
    if (delivery == Delivery::reply) {
      on_reply(flight, server, tcp, late, packet);
    } else if (!late && tcp) {
      on_truncated(flight, server, true);
    } else if (!late) {
      fail_try(flight, server, delivery == Delivery::timeout ? Why::timeout : Why::network, {});
    }
  }
  pump();
}

namespace {

// Whether an answer of this kind is one the server was found to invent.
bool is_distrusted(const Distrust& distrust, const facts::DnsQuestion& question, Reading::Kind kind) {
  const bool address = question.type == dns::RrType::a || question.type == dns::RrType::aaaa;
  if (distrust.own_zone && question.name.is_within(*distrust.own_zone)) return true;
  if (kind == Reading::Kind::present) return distrust.records || (address && distrust.addresses);
  return kind == Reading::Kind::no_data && distrust.no_data;
}

}  // namespace

// Whether another reply was as bare as the one at hand, and nobody is left to ask who might say more.
bool LiveProvider::is_seconded(const Flight& flight, const Server& at_hand) {
  return std::ranges::any_of(flight.faults, &Fault::bare) &&
         std::ranges::none_of(flight.set->servers, [&](const auto& server) {
           return flight.tries_at(*server) == 0 && server.get() != &at_hand;
         });
}

void LiveProvider::on_reply(const FlightPtr& flight, Server& server, bool tcp, bool late,
                            std::string_view packet) {
  using Kind = Reading::Kind;
  Chain chain = flight->chain ? *flight->chain : Chain{};
  facts::AnswerBuilder builder(flight->question.name, flight->question.type);
  const ReadOptions options{
      .trust_ad = flight->set->recurse && (options_.trust_ad || is_loopback(server.endpoint.address)),
      .sent_edns = !flight->without_edns};
  Reading reading = read_reply(packet, flight->asking(), flight->question.type, options, chain, builder);
  if (is_distrusted(server.distrust, flight->question, reading.kind)) {
    reading = {Kind::failed, Why::resolver,
               fmt::format("resolver {} {}", server.text, server.distrust.reason)};
  }
  if (reading.bare && !is_seconded(*flight, server)) {
    if (late) return;
    flight->faults.push_back(
        {&server, Why::malformed, "an empty reply without the SOA that would prove absence", true});
    if (flight->faults.size() >= options_.tries) return give_up(flight);
    return again_.push_back(flight);
  }
  switch (reading.kind) {
    case Kind::present:
    case Kind::no_name:
    case Kind::no_data:
      for (const auto& alias : chain.aliases) builder.add_alias(alias);
      if (reading.kind == Kind::no_name) builder.set_presence(Presence::no_name);
      builder.set_ttl(chain.ttl).set_ad(chain.ad).set_server(server.text).set_seen(base::now());
      server.cap.answered();
      if (!late) {
        for (const auto& fault : flight->faults) {
          if (fault.why == Why::timeout) fault.server->cap.lost();
        }
      }
      return finish(flight, builder.build());
    case Kind::alias:
      return on_alias(flight, late, std::move(chain));
    case Kind::truncated:
      if (!late) on_truncated(flight, server, tcp);
      return;
    case Kind::no_edns:
      if (late) return;
      flight->without_edns = true;
      return send(flight, server, tcp);
    case Kind::failed:
      if (reading.why == Why::cname_loop) {  // the zone's doing: no other server would say otherwise
        flight->faults.assign(1,
                              {.server = &server, .why = reading.why, .detail = std::move(reading.detail)});
        return give_up(flight);
      }
      if (!late) fail_try(flight, server, reading.why, std::move(reading.detail));
      return;
  }
}

// The reply ended in a CNAME: the flight goes on with its target.
void LiveProvider::on_alias(const FlightPtr& flight, bool late, Chain chain) {
  const auto known = cache_.find(chain.aliases.back(), flight->question.type, Clock::now());
  flight->chain = std::make_unique<Chain>(std::move(chain));
  if (known && !known->unknown() && !known->has_aliases()) {
    facts::AnswerBuilder builder(flight->question.name, flight->question.type);
    for (const auto& alias : flight->chain->aliases) builder.add_alias(alias);
    builder.set_presence(known->presence());
    for (const auto& record : known->records()) {
      builder.add_record(known->data(record), record.ttl, record.preference, record.strings);
    }
    builder.set_ttl(std::min(known->ttl(), flight->chain->ttl)).set_ad(known->ad() && flight->chain->ad);
    return finish(flight, builder.set_server(known->server()).set_seen(known->seen()).build());
  }
  flight->faults.clear();
  flight->link_began = flight->attempt + 1;
  const bool scheduled =
      late && flight->live == 0;            // its next try waits already, and will ask for the target
  if (flight->live != 0) release(*flight);  // a packet that asked for the link before
  if (scheduled) return;
  if (zones_) return locate(flight);  // the target may be in another zone
  again_.push_back(flight);
}

void LiveProvider::on_truncated(const FlightPtr& flight, Server& server, bool tcp) {
  if (!tcp && !server.truncation_broken) return send(flight, server, true);
  server.truncation_broken = true;
  fail_try(flight, server, Why::truncated, {});
}

void LiveProvider::fail_try(const FlightPtr& flight, Server& server, Why why, std::string detail) {
  if (why == Why::timeout || why == Why::network) server.failed(Clock::now());
  flight->faults.push_back({.server = &server, .why = why, .detail = std::move(detail)});
  try_again(flight, server, why);
}

void LiveProvider::try_again(const FlightPtr& flight, const Server& failed, Why why) {
  const auto& faults = flight->faults;
  const auto& servers = flight->set->servers;
  const bool untried =
      std::ranges::any_of(servers, [&](const auto& server) { return flight->tries_at(*server) == 0; });
  const auto says = [&](Why kind) { return std::ranges::count(faults, kind, &Fault::why); };
  if (faults.size() >= options_.tries) return give_up(flight);
  // Resolvers remember a failure (RFC 9520) and what they cannot be trusted with: asking them often is no
  // use.
  if (!untried && (says(Why::servfail) >= 2 || says(Why::resolver) >= 1)) return give_up(flight);
  if (!untried && says(Why::servfail) == 1 && servers.size() > 1) return give_up(flight);
  if (untried || why == Why::timeout) {
    again_.push_back(flight);
    return;
  }
  const auto before = flight->tries_at(failed);
  paused_.emplace(Clock::now() + kFirstPause * (1U << before) / 2, flight);
}

void LiveProvider::give_up(const FlightPtr& flight) {
  const auto verdict = sum_up(flight->faults, flight->set->servers.size());
  ++stats_.unknown;
  if (std::ranges::all_of(flight->faults, [](const Fault& fault) { return fault.why == Why::timeout; }))
    silent_.failed(flight->asking(), Clock::now());
  finish(flight, Answer::make_unknown(flight->question.name, flight->question.type, verdict.why,
                                      verdict.detail, flight->faults.back().server->text, base::now()));
}

void LiveProvider::finish(const FlightPtr& flight, AnswerPtr answer) {
  flight->state = Flight::State::done;
  flights_.erase(flight);
  cache_.add(answer, Clock::now());
  const auto waiters = std::exchange(flight->waiters, {});
  for (const auto& waiter : waiters) deliver(*waiter.batch, waiter.place, answer);
}

// ---- the beat

void LiveProvider::start_beat() {
  if (beating_) return;
  beating_ = true;
  beat_timer_.expires_after(kBeat);
  beat_timer_.async_wait([self = self_](const boost::system::error_code&) {
    if (*self == nullptr) return;
    (*self)->beating_ = false;
    (*self)->beat();
  });
}

void LiveProvider::beat() {
  const auto now = Clock::now();
  expire_tries(now);
  while (!paused_.empty() && paused_.begin()->first <= now) {
    again_.push_back(paused_.begin()->second);
    paused_.erase(paused_.begin());
  }
  for (const auto& server : resolvers_->servers) server->cap.tick(now);
  if (zones_) zones_->tick(now);
  if (now - batches_checked_ >= kBatchesChecked) {
    batches_checked_ = now;
    for (auto at = batches_.begin(); at != batches_.end();) {
      Batch& batch = *at++;
      if (batch.deadline <= now) expire(batch);
    }
  }
  pump();
  if (!flights_.empty() || !batches_.empty()) start_beat();
}

void LiveProvider::expire_tries(Clock::time_point now) {
  for (auto& queue : tries_) {
    while (!queue.empty() && queue.front().expires <= now) {
      const FlightPtr flight(&queue.front());
      Server& server = *flight->server;
      release(*flight);
      if (flight->state == Flight::State::done) continue;  // by a late reply to the try before
      ++stats_.timeouts;
      fail_try(flight, server, Why::timeout, {});
    }
  }
}

}  // namespace rampart::net
