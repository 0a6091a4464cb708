// A connection to a server that the operator configured, in clear first or TLS at once, waited for with a deadline: for
// protocols in which the server may be silent for long. Blocking; one thread's.
//
//   auto stream = TRY(TlsStream::connect({.host = "mail.bank.example", .port = 993}));
//   TRY(stream.secure());
//   const auto got = TRY(stream.read(room, Clock::now() + 60s));   // 0: nothing came until then
//
// TLS is 1.2 or newer, and the certificate has to be good for the host by the roots of the system (or of $SSL_CERT_FILE, or
// `ca_file`). There is no way to have less.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "base/result.h"

namespace rampart::net {

struct StreamOptions {
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 0;
  std::string ca_file;                        // instead of the system's roots
  std::chrono::milliseconds timeout{30'000};  // of connecting to one address, and of the handshake
  std::function<bool()> stop;                 // asked several times a second; true gives up
};

class TlsStream {
 public:
  using Clock = std::chrono::steady_clock;

  // To the first of the host's addresses that answers, at most kMaxProbeAddresses. All errors here are of kind unavailable, and
  // name the host; what can be mended at our side has a hint.
  static base::Result<TlsStream> connect(StreamOptions options);
  TlsStream(TlsStream&& other) noexcept;
  TlsStream& operator=(TlsStream&& other) noexcept;
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  ~TlsStream();

  // From here on everything is encrypted. Once.
  base::Result<> secure();
  [[nodiscard]] bool is_secure() const { return tls_ != nullptr; }

  // At least one byte, or 0 when none came until the deadline. The end of the connection is an error.
  base::Result<std::size_t> read(std::span<char> room, Clock::time_point deadline);
  base::Result<> write(std::string_view bytes, Clock::time_point deadline);

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const;
  };
  struct FreeTls {
    void operator()(SSL* tls) const;
  };

  TlsStream(StreamOptions options, int socket) : options_(std::move(options)), socket_(socket) {}

  [[nodiscard]] std::unexpected<base::Error> failed(std::string what, std::string hint = {}) const;
  [[nodiscard]] std::unexpected<base::Error> tls_failed(std::string_view what) const;
  base::Result<> prepare();
  // False: nothing until the deadline.
  base::Result<bool> wait(short events, Clock::time_point deadline) const;
  base::Result<bool> receive(Clock::time_point deadline);
  base::Result<> send(std::string_view bytes, Clock::time_point deadline);
  base::Result<> send_pending(Clock::time_point deadline);

  StreamOptions options_;
  int socket_ = -1;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeTls> tls_;
  BIO* from_peer_ = nullptr;  // of `tls_`
  BIO* to_peer_ = nullptr;    // of `tls_`
};

}  // namespace rampart::net
