// The server's side of TLS: 1.2 or newer, by a certificate and a key in PEM files that are read again when they change.
//
//   auto tls = TRY(ServerTls::load({.certificate = "/etc/rampart/tls.pem", .key = "/etc/rampart/tls.key"}));
//   server.listen({.place = "[::]:443", .tls = tls, …});
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <openssl/types.h>

#include "base/result.h"

namespace rampart::net::http {

// How often the files are looked at, when somebody connects; our own.
inline constexpr std::chrono::seconds kLookAtFiles{2};

struct TlsFiles {
  std::string certificate;  // the server's own first, then those between it and the root
  std::string key;          // empty: it stands in the same file
  // Told, on the loop's thread, that changed files were taken, or why they were not: then the old ones stay.
  std::function<void(const std::string&)> log = {};
};

// One thread's, once it is loaded.
class ServerTls {
 public:
  // Errors are of kind config, and name the file.
  static base::Result<std::shared_ptr<ServerTls>> load(TlsFiles files);
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;
  ~ServerTls();

  // For a new connection; connections keep the one that they began with. Looks at the files when that is due.
  SSL_CTX* context();
  // Looks at them now: at a reload.
  void look();

 private:
  struct Files;
  struct FreeContext {
    void operator()(SSL_CTX* context) const;
  };
  using Context = std::unique_ptr<SSL_CTX, FreeContext>;

  explicit ServerTls(TlsFiles files);
  [[nodiscard]] base::Result<Context> read() const;

  TlsFiles files_;
  std::unique_ptr<Files> seen_;  // how they were when they were read, or refused
  Context context_;
  std::chrono::steady_clock::time_point looked_;
};

}  // namespace rampart::net::http
