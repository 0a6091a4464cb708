// What the live provider keeps of its work: a batch is one call of ask(), a flight is one question under way
// for one batch or several. Counted references without locks: a provider lives on one thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/container/small_vector.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "facts/provider.h"
#include "net/reply.h"
#include "net/server.h"

namespace rampart::net {

template <class T>
using Counted = boost::intrusive_ref_counter<T, boost::thread_unsafe_counter>;

struct Flight;
using FlightPtr = boost::intrusive_ptr<Flight>;

struct Batch : Counted<Batch>,
               boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  facts::Provider::Done done;
  facts::Deadline deadline;
  std::vector<facts::Fact> facts;  // by the question's place; a null pointer: not yet
  std::vector<FlightPtr> pending;  // by the same place; null: answered, or no DNS question
  struct Probe {
    std::size_t place;
    facts::Question question;
    bool open = true;
  };
  std::vector<Probe> probes;  // the HTTPS and SMTP questions
  std::size_t missing = 0;
  std::size_t next = 0;  // where to look for its next flight that was not sent
};
using BatchPtr = boost::intrusive_ptr<Batch>;

struct Fault {
  Server* server;
  facts::Why why;
  std::string detail;  // "SERVFAIL"; empty for timeouts
  bool bare = false;   // a reply that proves no absence by itself: Reading::bare
};

struct Flight : Counted<Flight>,
                boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  enum class State : std::uint8_t { queued, busy, done };  // busy: sent, paused, or waiting to be sent again
  struct Waiter {
    BatchPtr batch;
    std::size_t place;
  };

  explicit Flight(const facts::DnsQuestion& asked) : question(asked) {}
  [[nodiscard]] const dns::Name& asking() const {
    return chain && !chain->aliases.empty() ? chain->aliases.back() : question.name;
  }
  [[nodiscard]] std::size_t tries_at(const Server& server) const {
    std::size_t count = 0;
    for (const auto& fault : faults) count += fault.server == &server ? 1 : 0;
    return count;
  }

  facts::DnsQuestion question;
  State state = State::queued;
  bool without_edns = false;
  std::uint32_t attempt = 0;     // serial of the packet sent last
  std::uint32_t live = 0;        // serial of the packet whose time is not up; 0: none
  std::uint32_t link_began = 1;  // packets before this one asked for an earlier link of the chain
  facts::Deadline expires{};     // of the live packet
  Server* server = nullptr;      // of the live packet
  ServerSetPtr set;
  std::unique_ptr<Chain> chain;                     // when a reply ended in a CNAME without its target
  boost::container::small_vector<Fault, 1> faults;  // of this link, one for each try
  boost::container::small_vector<Waiter, 1> waiters;
};

template <class T>
using Queue = boost::intrusive::list<T, boost::intrusive::constant_time_size<false>>;

// "SERVFAIL from 3 of 3 servers", "no reply from 192.0.2.1:53 in 4 tries"; and the reason that says most.
struct Verdict {
  facts::Why why = facts::Why::timeout;
  std::string detail;
};
Verdict sum_up(std::span<const Fault> faults, std::size_t servers);

}  // namespace rampart::net
