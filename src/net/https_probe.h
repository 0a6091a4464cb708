// GET https://host/path for a fact: libcurl in a thread of its own, held short.
//
// It never resolves: the addresses are given, pinned, and checked once more when the socket opens. Port 443,
// TLS 1.2 or later, the system's roots (RFC 8461 section 3.3); no redirect, proxy, cookie, netrc, HTTP/0.9 or
// compressed body; 64 KiB and ten seconds.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/ip.h"
#include "facts/probe.h"

namespace rampart::net {

inline constexpr std::size_t kMaxHttpBody = 64 * 1024;  // octets; RFC 8461 section 3.2 asks for no more

struct HttpsOptions {
  std::chrono::milliseconds timeout{10'000};
  std::size_t at_once = 64;
  std::uint16_t port = 443;  // another one for tests only
  std::string ca_file;       // instead of the system's roots; for tests
};

class HttpsProber {
 public:
  using Done = std::move_only_function<void(facts::HttpAnswerPtr)>;

  HttpsProber(boost::asio::io_context& io, const HttpsOptions& options);
  ~HttpsProber();  // breaks off what is under way; its callbacks are dropped
  HttpsProber(const HttpsProber&) = delete;
  HttpsProber& operator=(const HttpsProber&) = delete;

  // `addresses`: what ProbeGuard left, not empty; no other is connected to. `done` runs later from the
  // io_context.
  void fetch(const facts::HttpsGet& question, const std::vector<base::IpAddress>& addresses, Done done);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace rampart::net
