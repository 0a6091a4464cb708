// A connection of an MTA as a state machine: frames in; out come replies that are due at once, and messages that are to be decided.
// It opens no file but the message's and knows no socket and no clock.
//
//   Session session(options);
//   const auto turn = TRY(session.take(frame));       // Result<Turn>; an error: say no more, and close
//   if (turn.kind == Turn::Kind::decide) send(TRY(session.answer(decide(session))));
//
// What is agreed on lets the MTA send everything up to the end of a message without waiting; where it does not take that, each
// step is answered with "go on". Nothing is decided before the end: only then are all recipients and the whole message known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "base/spool.h"
#include "guard/milter/answer.h"
#include "guard/milter/frames.h"
#include "guard/milter/macros.h"

namespace rampart::guard::milter {

// Our own.
inline constexpr std::size_t kMaxRecipients = 50'000;
inline constexpr std::size_t kMaxArguments = 50;  // of MAIL or RCPT

struct SessionOptions {
  std::size_t memory = std::size_t{1} << 20;         // octets of a message that are held without a file
  std::size_t max_message = std::size_t{256} << 20;  // octets that are kept of one; behind them it is cut
  std::string folder = "/var/tmp";                   // of messages that are larger than `memory`
  std::string place;                                 // where the MTA connects; passed on as place()
  // Asked for in place of what the MTA is set to send; "" leaves that to it.
  std::string macros_connect = "j {daemon_name} {daemon_addr}";
  std::string macros_mail = "i {auth_type} {auth_authen} {mail_addr}";
  std::string macros_recipient = "{rcpt_addr} {rcpt_mailer}";
  std::string macros_end = "i";
};

struct Client {
  enum class Family : std::uint8_t { unknown, local, internet };
  Family family = Family::unknown;
  std::string host;  // its name as the MTA found it, or its address in brackets
  std::optional<base::IpAddress> ip;
  std::uint16_t port = 0;
};

struct Path {
  std::string raw;      // as it was given, brackets and all
  std::string address;  // without them; empty for the null sender
  std::vector<std::string> arguments;
};

// A message as the MTA passed it.
struct Transaction {
  Path sender;
  std::vector<Path> recipients;  // those that the MTA takes
  std::size_t header_size = 0;   // octets, up to and with the empty line
  std::uint64_t size = 0;        // octets, whether they were kept or not
  std::string fault;             // why `bytes` are not the whole message; empty when they are
  base::Spool bytes;             // header, empty line and body, with CRLF
};

struct Turn {
  enum class Kind : std::uint8_t {
    go_on,
    decide,   // a message is whole: answer() is awaited
    dropped,  // the message that was under way is gone
    closed,   // nothing more is said
  };
  Kind kind = Kind::go_on;
  std::string reply;  // to be sent now; may be empty
};

class Session {
 public:
  explicit Session(SessionOptions options);

  // Errors are of kind input: a frame that no MTA sends, or that has no place where it came.
  base::Result<Turn> take(const Frame& frame);

  // The bytes that end the message; the next may come. Only where a turn was `decide`. Errors are those of format(), and leave
  // the message open.
  base::Result<std::string> answer(const Answer& answer);
  // Keeps nothing more of the message under way, which then has this fault.
  void skip_content(std::string fault);
  // While a decision takes long: bytes that restart the MTA's clock.
  static std::string progress();

  [[nodiscard]] const Agreement& agreed() const { return agreed_; }
  [[nodiscard]] const std::string& place() const { return options_.place; }
  [[nodiscard]] const Client& client() const { return client_; }
  [[nodiscard]] const std::string& helo() const { return helo_; }
  [[nodiscard]] const Macros& macros() const { return macros_; }
  // Between `decide` and answer().
  [[nodiscard]] Transaction& message() { return message_; }

 private:
  enum class State : std::uint8_t { fresh, agreed, connected, sender, headers, body, deciding, closed };

  base::Result<Turn> take_message(const Frame& frame);
  base::Result<Turn> negotiate(std::string_view payload);
  base::Result<> connect(std::string_view payload);
  base::Result<> mail(std::string_view payload);
  base::Result<> recipient(std::string_view payload);
  base::Result<> header(std::string_view payload);
  void end_of_headers();
  void append(std::string_view bytes);
  void keep(std::string_view bytes);
  void drop();
  Turn forget(State next);
  Turn after_body();
  Turn waited_for(std::uint32_t no_reply) const;

  SessionOptions options_;
  State state_ = State::fresh;
  Agreement agreed_;
  Client client_;
  std::string helo_;
  Macros macros_;
  Transaction message_;
  bool skipped_ = false;  // the MTA was told that the rest of this body is not needed
};

}  // namespace rampart::guard::milter
