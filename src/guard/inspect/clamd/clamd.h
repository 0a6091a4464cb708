// Asks ClamAV's daemon about bytes (clamd(8), INSTREAM), without waiting for it.
//
//   Clamd clamd(io, TRY(parse_clamd("unix:/run/clamav/clamd.ctl")), {});
//   clamd.scan(bytes, [](ClamdAnswer answer) { … });      // on the thread of `io`, later, once
//   answer.said, answer.name                              ClamdSaid::found, "Eicar-Test-Signature"
//   answer.said, answer.why, answer.text()                ClamdSaid::unknown, ClamdWhy::absent, "clamd does not answer: Connection refused"
//
// At most ClamdOptions::at_once connections are open; what else is asked waits, and its patience goes on meanwhile. A daemon that has let
// several run out of patience is not asked for a while, so that mail does not wait for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "base/result.h"

namespace rampart::guard {

enum class ClamdSaid : std::uint8_t { clean, found, unknown };
std::string_view to_string(ClamdSaid said);

// Why it is unknown.
enum class ClamdWhy : std::uint8_t {
  none,       // it is known
  absent,     // nobody listens there
  late,       // no answer in time: it loads its signatures, or has too much to do
  resting,    // it was late several times in a row, and is not asked for a while
  busy,       // too many wait
  too_large,  // over our limit or over its StreamMaxLength
  gone,       // it closed the connection without an answer
  failed,     // it says that it failed, or something that is not understood
};
inline constexpr std::size_t kClamdWhys = static_cast<std::size_t>(ClamdWhy::failed) + 1;
std::string_view to_string(ClamdWhy why);  // "too-large"

struct ClamdAnswer {
  ClamdSaid said = ClamdSaid::unknown;
  ClamdWhy why = ClamdWhy::none;
  std::string name;    // of what was found; printable, up to 200 bytes
  std::string detail;  // what the system or clamd said; the same

  // One clause for people.
  [[nodiscard]] std::string text() const;
};

// Where it listens: "unix:/path", or "inet:ADDRESS:PORT", as clamd.conf's LocalSocket and TCPSocket. It reads all mail that is asked
// about, unencrypted: an address beyond this host is a network that mail may cross.
struct ClamdAddress {
  std::string path;      // of a unix socket, or
  std::string endpoint;  // address and port
  friend bool operator==(const ClamdAddress&, const ClamdAddress&) = default;
};
// Errors are of kind config.
base::Result<ClamdAddress> parse_clamd(std::string_view text);

// All our own.
struct ClamdOptions {
  std::chrono::milliseconds patience{5'000};  // of one question, with the time that it waits for its turn
  std::size_t at_once = 8;                    // connections; clamd's MaxThreads is 10
  std::size_t max_waiting = 200;
  std::size_t max_bytes = std::size_t{25}
                          << 20U;  // clamd's StreamMaxLength is 25 MiB, too, or 100 since version 1.0
  std::size_t late_in_a_row = 3;   // then it rests
  std::chrono::milliseconds rest{30'000};
};

class Clamd {
 public:
  // `io` must outlive it, and is run by one thread.
  Clamd(boost::asio::io_context& io, ClamdAddress address, ClamdOptions options);
  ~Clamd();  // what is asked is not answered any more
  Clamd(const Clamd&) = delete;
  Clamd& operator=(const Clamd&) = delete;

  // On the thread of `io`, where `done` is called, too: once, never within scan().
  void scan(std::string bytes, std::function<void(ClamdAnswer)> done);

 private:
  class Loop;
  std::shared_ptr<Loop> loop_;  // shared with what it has begun on `io`
};

}  // namespace rampart::guard
