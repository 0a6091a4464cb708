// A short conversation with a mail server: banner, EHLO, STARTTLS, the TLS handshake, EHLO, QUIT. No mail.
//
// Limits: ten seconds, lines of 1,000 octets, 100 lines, 64 KiB, a chain of 10 certificates. The certificate
// is looked at and never trusted: nothing secret is said. What a server sends between its reply to STARTTLS
// and the handshake is dropped, and its TLS is reported as failed (RFC 3207 section 6; what came in clear
// must not count as said under TLS).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/ip.h"
#include "facts/probe.h"

namespace rampart::net {

struct SmtpOptions {
  std::chrono::milliseconds timeout{10'000};  // for one host, all its addresses together
  std::size_t at_once = 64;
  std::uint16_t port = 25;  // another one for tests only
  std::string ca_file;      // instead of the system's roots; for tests
  // When so many hosts, the first ones, cannot be connected to at all, it is our side that blocks port 25.
  std::size_t blocked_after = 5;
};

class SmtpProber {
 public:
  using Done = std::move_only_function<void(facts::SmtpAnswerPtr)>;

  SmtpProber(boost::asio::io_context& io, const SmtpOptions& options);
  ~SmtpProber();  // what is under way ends without its callback
  SmtpProber(const SmtpProber&) = delete;
  SmtpProber& operator=(const SmtpProber&) = delete;

  // `addresses`: what ProbeGuard left, not empty; no other is connected to. `done` runs later from the
  // io_context. Once port 25 is known to be blocked the answer is unknown at once.
  void probe(const facts::SmtpProbe& question, const std::vector<base::IpAddress>& addresses, Done done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with the conversations under way
};

}  // namespace rampart::net
