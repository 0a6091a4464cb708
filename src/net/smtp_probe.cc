#include "net/smtp_probe.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include "base/text.h"
#include "net/certificate.h"

namespace rampart::net {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using facts::Presence;
using facts::Why;

constexpr std::size_t kMaxLine = 1000;         // octets; RFC 5321 section 4.5.3.1.5 allows 512
constexpr std::size_t kMaxLines = 100;         // of one conversation; our own
constexpr std::size_t kMaxOctets = 64 * 1024;  // of one conversation, outside TLS' own; our own
constexpr std::size_t kMaxBanner = 500;        // octets that are kept

struct Reply {
  int code = 0;
  std::vector<std::string> lines;  // the text behind the code
};

// Reads replies and counts what they cost. The same for clear text and TLS.
class Conversation {
 public:
  // Nothing on an error, a broken reply or a limit: `fault` says which.
  template <class Stream>
  awaitable<std::optional<Reply>> read(Stream& stream) {
    Reply reply;
    while (true) {
      const auto end = buffer_.find('\n');
      if (end == std::string::npos) {
        if (buffer_.size() > kMaxLine) co_return refuse("a line is longer than 1,000 octets");
        if (!co_await fill(stream)) co_return std::nullopt;
        continue;
      }
      const std::string line(base::trim(std::string_view(buffer_).substr(0, end)));
      buffer_.erase(0, end + 1);
      if (end > kMaxLine) co_return refuse("a line is longer than 1,000 octets");
      if (++lines_ > kMaxLines) co_return refuse("more than 100 lines");
      const auto code = base::parse_number(std::string_view(line).substr(0, 3));
      const char separator = line.size() > 3 ? line[3] : ' ';
      if (line.size() < 3 || !code || *code < 200 || *code > 599 || (separator != ' ' && separator != '-')) {
        co_return refuse("a reply that is not SMTP's");  // RFC 5321 section 4.2
      }
      reply.code = static_cast<int>(*code);
      reply.lines.push_back(line.size() > 4 ? line.substr(4) : std::string());
      if (separator == ' ') co_return reply;
    }
  }

  template <class Stream>
  awaitable<std::optional<Reply>> ask(Stream& stream, std::string command) {
    command += "\r\n";
    co_await asio::async_write(stream, asio::buffer(command), redirect_error(use_awaitable, error));
    if (error) co_return std::nullopt;
    co_return co_await read(stream);
  }

  [[nodiscard]] bool has_more() const { return !buffer_.empty(); }
  void forget() { buffer_.clear(); }

  error_code error;
  std::string fault;  // when the peer broke the rules

 private:
  std::nullopt_t refuse(std::string why) {
    fault = std::move(why);
    return std::nullopt;
  }
  template <class Stream>
  awaitable<bool> fill(Stream& stream) {
    char chunk[4096];
    const std::size_t size =
        co_await stream.async_read_some(asio::buffer(chunk), redirect_error(use_awaitable, error));
    octets_ += size;
    if (octets_ > kMaxOctets) {
      fault = "more than 64 KiB";
      co_return false;
    }
    buffer_.append(chunk, size);
    co_return !error;
  }

  std::string buffer_;
  std::size_t lines_ = 0;
  std::size_t octets_ = 0;
};

bool offers(const Reply& ehlo, std::string_view keyword) {
  return std::ranges::any_of(ehlo.lines, [&](const std::string& line) {
    return base::iequals(std::string_view(line).substr(0, line.find(' ')), keyword);
  });
}

// AUTH with PLAIN or LOGIN (RFC 4954 section 3), the old "AUTH=" form too.
bool offers_passwords(const Reply& ehlo) {
  return std::ranges::any_of(ehlo.lines, [](const std::string& line) {
    if (!base::istarts_with(line, "AUTH ") && !base::istarts_with(line, "AUTH=")) return false;
    return std::ranges::any_of(base::split(std::string_view(line).substr(5), ' '), [](std::string_view word) {
      return base::iequals(word, "PLAIN") || base::iequals(word, "LOGIN");
    });
  });
}

// Our own name in EHLO: the address we come from (RFC 5321 section 4.1.3).
std::string address_literal(const tcp::socket& socket) {
  error_code ignored;
  const auto address = socket.local_endpoint(ignored).address();
  return address.is_v6() ? fmt::format("[IPv6:{}]", address.to_string())
                         : fmt::format("[{}]", address.to_string());
}

tcp::endpoint to_asio(const base::IpAddress& address, std::uint16_t port) {
  return {asio::ip::make_address(address.text()), port};
}

}  // namespace

class SmtpProber::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, SmtpOptions options)
      : io_(io), options_(std::move(options)), tls_(asio::ssl::context::tls_client) {
    SSL_CTX* tls = tls_.native_handle();
    // What a server speaks is to be found out, not refused: old versions are findings.
    SSL_CTX_set_min_proto_version(tls, TLS1_VERSION);
    SSL_CTX_set_cipher_list(tls, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_verify_depth(tls, kMaxChain);
    SSL_CTX_set_max_cert_list(tls, kMaxChainBytes);
    error_code ignored;  // without roots every chain is reported as not verified
    if (options_.ca_file.empty()) {
      tls_.set_default_verify_paths(ignored);
    } else {
      tls_.load_verify_file(options_.ca_file, ignored);
    }
    tls_.set_verify_mode(asio::ssl::verify_none, ignored);
  }

  void add(const facts::SmtpProbe& question, const std::vector<base::IpAddress>& addresses, Done done) {
    waiting_.push_back({question, addresses, std::move(done)});
    start_next();
  }

  void stop() {
    stopped_ = true;
    waiting_.clear();
    for (tcp::socket* socket : sockets_) {
      error_code ignored;
      socket->close(ignored);
    }
  }

 private:
  struct Request {
    facts::SmtpProbe question;
    std::vector<base::IpAddress> addresses;
    Done done;
  };
  // What one conversation has in hand. Its watchdog closes the socket, which ends whatever waits on it.
  struct Session {
    explicit Session(asio::io_context& io) : socket(io), watchdog(io) {}
    tcp::socket socket;
    asio::steady_timer watchdog;
    Conversation talk;
    bool expired = false;
  };

  void start_next() {
    while (!waiting_.empty() && running_ < options_.at_once) {
      ++running_;
      Request request = std::move(waiting_.front());
      waiting_.pop_front();
      asio::co_spawn(io_, run(shared_from_this(), std::move(request)), asio::detached);
    }
  }

  static awaitable<void> run(std::shared_ptr<Impl> self, Request request) {
    co_await asio::post(use_awaitable);  // or a row of quick answers would nest
    auto answer = std::make_shared<facts::SmtpAnswer>();
    answer->question = request.question;
    answer->seen = base::now();
    if (self->blocked_) {
      self->say_blocked(*answer);
    } else {
      co_await self->converse(request, *answer);
    }
    --self->running_;
    if (self->stopped_) co_return;
    self->start_next();
    request.done(std::move(answer));
  }

  awaitable<void> converse(const Request& request, facts::SmtpAnswer& answer) {
    Session session(io_);
    sockets_.insert(&session.socket);
    session.watchdog.expires_after(options_.timeout);
    // The flag outlives the session when the timer has fired already.
    const auto alive = std::make_shared<Session*>(&session);
    session.watchdog.async_wait([alive](const error_code& error) {
      if (error || *alive == nullptr) return;
      (*alive)->expired = true;
      error_code ignored;
      (*alive)->socket.close(ignored);
    });
    const bool connected = co_await connect(request, session, answer);
    note_connection(request.question.host, connected);
    if (connected) {
      co_await talk(request, session, answer);
    } else if (blocked_) {
      say_blocked(answer);
    }
    session.watchdog.cancel();
    *alive = nullptr;
    sockets_.erase(&session.socket);
  }

  awaitable<bool> connect(const Request& request, Session& session, facts::SmtpAnswer& answer) {
    error_code error;
    for (const auto& address : request.addresses) {
      if (session.expired || stopped_) break;
      error_code ignored;
      session.socket.close(ignored);
      answer.server = base::Endpoint{address, options_.port}.text();
      co_await session.socket.async_connect(to_asio(address, options_.port),
                                            redirect_error(use_awaitable, error));
      if (!error) co_return true;
    }
    answer.why = session.expired || error == asio::error::timed_out ? Why::timeout : Why::network;
    answer.detail = session.expired ? "no connection in time" : base::printable(error.message());
    co_return false;
  }

  awaitable<void> talk(const Request& request, Session& session, facts::SmtpAnswer& answer) {
    auto& talk = session.talk;
    const auto banner = co_await talk.read(session.socket);
    if (!banner) {
      answer.why = session.expired ? Why::timeout : (talk.fault.empty() ? Why::network : Why::malformed);
      answer.detail =
          session.expired ? "no banner in time" : describe(session, "the server closed without a banner");
      co_return;
    }
    answer.presence = Presence::present;
    answer.banner = base::excerpt(fmt::format("{} {}", banner->code, banner->lines.front()), kMaxBanner);
    const std::string hello = "EHLO " + address_literal(session.socket);
    if (banner->code == 220) {
      const auto ehlo = co_await talk.ask(session.socket, hello);
      if (ehlo && ehlo->code == 250) {
        answer.auth_in_clear = offers_passwords(*ehlo);
        answer.starttls = offers(*ehlo, "STARTTLS");
        if (answer.starttls) {
          co_await start_tls(request, session, hello, answer);
          co_return;
        }
      }
    }
    if (!talk.error && talk.fault.empty()) co_await talk.ask(session.socket, "QUIT");
  }

  awaitable<void> start_tls(const Request& request, Session& session, const std::string& hello,
                            facts::SmtpAnswer& answer) {
    auto& talk = session.talk;
    const auto reply = co_await talk.ask(session.socket, "STARTTLS");
    if (!reply || reply->code != 220) {
      answer.tls_error = reply ? fmt::format("STARTTLS was answered with {}", reply->code)
                               : describe(session, "the server closed after STARTTLS");
      co_return;
    }
    if (talk.has_more()) {
      talk.forget();
      answer.tls_error = "the server sent data in clear after its reply to STARTTLS (dropped)";
      co_return;
    }
    asio::ssl::stream<tcp::socket&> tls(session.socket, tls_);
    const std::string host = request.question.host.text();
    SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
    error_code error;
    co_await tls.async_handshake(asio::ssl::stream_base::client, redirect_error(use_awaitable, error));
    if (error) {
      answer.tls_error =
          session.expired ? "the TLS handshake did not end in time" : base::printable(error.message());
      co_return;
    }
    answer.tls_version = SSL_get_version(tls.native_handle());
    answer.certificate = read_certificate(tls.native_handle(), request.question.host);
    if (co_await talk.ask(tls, hello)) co_await talk.ask(tls, "QUIT");
  }

  static std::string describe(const Session& session, std::string_view otherwise) {
    if (!session.talk.fault.empty()) return session.talk.fault;
    if (session.expired) return "no reply in time";
    if (session.talk.error == asio::error::eof || !session.talk.error) return std::string(otherwise);
    return base::printable(session.talk.error.message());
  }

  // While nobody at all could be reached, hosts are counted; one that answers settles it for good.
  void note_connection(const dns::Name& host, bool connected) {
    if (reached_) return;
    if (connected) {
      reached_ = true;
      blocked_ = false;
      unreached_.clear();
      return;
    }
    unreached_.insert(host);
    blocked_ = unreached_.size() >= options_.blocked_after;
  }

  void say_blocked(facts::SmtpAnswer& answer) const {
    answer.why = Why::network;
    answer.port_blocked = true;
    answer.detail = fmt::format(
        "outgoing port {} seems to be closed on our side: none of the first {} hosts could be reached",
        options_.port, options_.blocked_after);
  }

  asio::io_context& io_;
  SmtpOptions options_;
  asio::ssl::context tls_;
  std::deque<Request> waiting_;
  std::set<tcp::socket*> sockets_;
  std::set<dns::Name> unreached_;
  std::size_t running_ = 0;
  bool reached_ = false;
  bool blocked_ = false;
  bool stopped_ = false;
};

SmtpProber::SmtpProber(asio::io_context& io, const SmtpOptions& options)
    : impl_(std::make_shared<Impl>(io, options)) {}

SmtpProber::~SmtpProber() { impl_->stop(); }

void SmtpProber::probe(const facts::SmtpProbe& question, const std::vector<base::IpAddress>& addresses,
                       Done done) {
  impl_->add(question, addresses, std::move(done));
}

}  // namespace rampart::net
