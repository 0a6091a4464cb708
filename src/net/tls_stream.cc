#include "net/tls_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ip.h"
#include "base/text.h"
#include "net/probe_guard.h"

namespace rampart::net {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::chrono::milliseconds kHeedStop{200};
constexpr std::size_t kRoom = 16 * 1024;  // bytes that are read or sent at a time

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

// The system's own resolution: the host is the operator's choice and not a stranger's.
Result<Addresses> resolve(const StreamOptions& options) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  if (base::IpAddress::parse(options.host)) hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const auto port = std::to_string(options.port);
  if (const int status = getaddrinfo(options.host.c_str(), port.c_str(), &hints, &list); status != 0)
    return base::fail(ErrorKind::unavailable,
                      fmt::format("its address cannot be found: {}", gai_strerror(status)), options.host);
  return Addresses(list);
}

// Notices in some minutes when the other end has gone without a word.
void keep_alive(int socket) {
  const int on = 1;
  const int idle = 120;     // seconds
  const int interval = 30;  // seconds
  (void)::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
}

}  // namespace

void TlsStream::FreeContext::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
void TlsStream::FreeTls::operator()(SSL* tls) const { SSL_free(tls); }

TlsStream::TlsStream(TlsStream&& other) noexcept
    : options_(std::move(other.options_)),
      socket_(std::exchange(other.socket_, -1)),
      context_(std::move(other.context_)),
      tls_(std::move(other.tls_)),
      from_peer_(other.from_peer_),
      to_peer_(other.to_peer_) {}

TlsStream& TlsStream::operator=(TlsStream&& other) noexcept {
  std::swap(options_, other.options_);
  std::swap(socket_, other.socket_);
  std::swap(context_, other.context_);
  std::swap(tls_, other.tls_);
  std::swap(from_peer_, other.from_peer_);
  std::swap(to_peer_, other.to_peer_);
  return *this;
}

TlsStream::~TlsStream() {
  if (socket_ >= 0) ::close(socket_);
}

std::unexpected<base::Error> TlsStream::failed(std::string what, std::string hint) const {
  return base::fail(ErrorKind::unavailable, std::move(what),
                    fmt::format("{}:{}", options_.host, options_.port), std::move(hint));
}

Result<TlsStream> TlsStream::connect(StreamOptions options) {
  const auto addresses = TRY(resolve(options));
  TlsStream stream(std::move(options), -1);
  auto last = stream.failed("it has no address");
  std::size_t tried = 0;
  for (const auto* at = addresses.get(); at != nullptr && tried < kMaxProbeAddresses;
       at = at->ai_next, ++tried) {
    if (stream.socket_ >= 0) ::close(stream.socket_);
    stream.socket_ = ::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (stream.socket_ < 0) continue;
    if (::connect(stream.socket_, at->ai_addr, at->ai_addrlen) != 0 && errno != EINPROGRESS) {
      last = stream.failed(fmt::format("cannot be reached: {}", std::strerror(errno)));
      continue;
    }
    if (!TRY(stream.wait(POLLOUT, Clock::now() + stream.options_.timeout))) {
      last = stream.failed("no connection in time");
      continue;
    }
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(stream.socket_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    if (error == 0) {
      keep_alive(stream.socket_);
      return stream;
    }
    last = stream.failed(fmt::format("cannot be reached: {}", std::strerror(error)),
                         "check the host, the port, and that something listens there");
  }
  return last;
}

Result<bool> TlsStream::wait(short events, Clock::time_point deadline) const {
  for (;;) {
    if (options_.stop && options_.stop()) return base::fail(ErrorKind::unavailable, "interrupted");
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd entry{socket_, events, 0};
    const auto patience = std::clamp(left, std::chrono::milliseconds(0), kHeedStop);
    const int ready = ::poll(&entry, 1, static_cast<int>(patience.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR)
      return failed(fmt::format("cannot be waited for: {}", std::strerror(errno)));
    if (left.count() <= 0) return false;
  }
}

Result<> TlsStream::send(std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    const auto done = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (done >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(done));
    } else if (errno == EAGAIN) {
      if (!TRY(wait(POLLOUT, deadline))) return failed("takes nothing more in time");
    } else if (errno != EINTR) {
      return failed(fmt::format("broke the connection: {}", std::strerror(errno)));
    }
  }
  return {};
}

Result<> TlsStream::send_pending(Clock::time_point deadline) {
  char chunk[kRoom];
  for (;;) {
    const int size = BIO_read(to_peer_, chunk, sizeof chunk);
    if (size <= 0) return {};
    TRY(send({chunk, static_cast<std::size_t>(size)}, deadline));
  }
}

// Encrypted bytes for `tls_`. False: none until the deadline.
Result<bool> TlsStream::receive(Clock::time_point deadline) {
  char chunk[kRoom];
  for (;;) {
    const auto got = ::recv(socket_, chunk, sizeof chunk, 0);
    if (got > 0) {
      BIO_write(from_peer_, chunk, static_cast<int>(got));
      return true;
    }
    if (got == 0) return failed("closed the connection");
    if (errno == EAGAIN) {
      if (!TRY(wait(POLLIN, deadline))) return false;
    } else if (errno != EINTR) {
      return failed(fmt::format("broke the connection: {}", std::strerror(errno)));
    }
  }
}

std::unexpected<base::Error> TlsStream::tls_failed(std::string_view what) const {
  const auto verified = SSL_get_verify_result(tls_.get());
  if (verified != X509_V_OK)
    return failed(
        fmt::format("its certificate is refused: {}", X509_verify_cert_error_string(verified)),
        "the certificate has to be for this host name, and by an authority that the system trusts, or that "
        "$SSL_CERT_FILE names");
  const auto code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return failed(fmt::format("{}: {}", what, reason == nullptr ? "the connection ended" : reason));
}

Result<> TlsStream::prepare() {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) return failed("TLS could not begin");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  const bool roots = options_.ca_file.empty() ? SSL_CTX_set_default_verify_paths(context_.get()) == 1
                                              : SSL_CTX_load_verify_locations(
                                                    context_.get(), options_.ca_file.c_str(), nullptr) == 1;
  if (!roots)
    return failed(fmt::format("the roots of trust cannot be read{}{}", options_.ca_file.empty() ? "" : ": ",
                              base::printable(options_.ca_file)));
  tls_.reset(SSL_new(context_.get()));
  from_peer_ = BIO_new(BIO_s_mem());
  to_peer_ = BIO_new(BIO_s_mem());
  if (!tls_ || from_peer_ == nullptr || to_peer_ == nullptr) return failed("TLS could not begin");
  SSL_set_bio(tls_.get(), from_peer_, to_peer_);
  SSL_set_connect_state(tls_.get());
  SSL_set_hostflags(tls_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const auto& host = options_.host;
  const bool named = base::IpAddress::parse(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), host.c_str()) == 1
                         : SSL_set1_host(tls_.get(), host.c_str()) == 1 &&
                               SSL_set_tlsext_host_name(tls_.get(), host.c_str()) == 1;
  if (!named) return failed("the host's name cannot be checked against a certificate");
  return {};
}

Result<> TlsStream::secure() {
  const auto deadline = Clock::now() + options_.timeout;
  ERR_clear_error();
  TRY(prepare());
  for (;;) {
    const int status = SSL_do_handshake(tls_.get());
    const int error = SSL_get_error(tls_.get(), status);
    // An alert that says why we leave goes out, too.
    if (const auto sent = send_pending(deadline); !sent && status == 1) return sent;
    if (status == 1) return {};
    if (error != SSL_ERROR_WANT_READ) return tls_failed("the TLS handshake failed");
    if (!TRY(receive(deadline))) return failed("the TLS handshake did not end in time");
  }
}

Result<std::size_t> TlsStream::read(std::span<char> room, Clock::time_point deadline) {
  if (!tls_) {
    for (;;) {
      const auto got = ::recv(socket_, room.data(), room.size(), 0);
      if (got > 0) return static_cast<std::size_t>(got);
      if (got == 0) return failed("closed the connection");
      if (errno == EAGAIN) {
        if (!TRY(wait(POLLIN, deadline))) return std::size_t{0};
      } else if (errno != EINTR) {
        return failed(fmt::format("broke the connection: {}", std::strerror(errno)));
      }
    }
  }
  for (;;) {
    ERR_clear_error();
    const int got = SSL_read(tls_.get(), room.data(), static_cast<int>(std::min(room.size(), kRoom)));
    const int error = SSL_get_error(tls_.get(), got);
    TRY(send_pending(deadline));  // what the protocol itself has to say
    if (got > 0) return static_cast<std::size_t>(got);
    if (error == SSL_ERROR_ZERO_RETURN) return failed("closed the connection");
    if (error != SSL_ERROR_WANT_READ) return tls_failed("TLS failed");
    if (!TRY(receive(deadline))) return std::size_t{0};
  }
}

Result<> TlsStream::write(std::string_view bytes, Clock::time_point deadline) {
  if (!tls_) return send(bytes, deadline);
  while (!bytes.empty()) {
    ERR_clear_error();
    const auto size = std::min(bytes.size(), kRoom);
    const int done = SSL_write(tls_.get(), bytes.data(), static_cast<int>(size));
    const int error = SSL_get_error(tls_.get(), done);
    TRY(send_pending(deadline));
    if (done > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(done));
    } else if (error != SSL_ERROR_WANT_READ) {
      return tls_failed("TLS failed");
    } else if (!TRY(receive(deadline))) {
      return failed("takes nothing more in time");
    }
  }
  return {};
}

}  // namespace rampart::net
