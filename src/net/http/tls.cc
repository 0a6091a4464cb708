#include "net/http/tls.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include "base/text.h"

namespace rampart::net::http {

using base::ErrorKind;
using base::Result;

namespace {

// Those with forward secrecy and authenticated encryption (RFC 9325 section 4.2); TLS 1.3 has no others.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr std::string_view kProtocol = "http/1.1";

// RFC 7301: whoever speaks other protocols alone is told so.
int choose_protocol(SSL* /*tls*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned size, void* /*context*/) {
  for (unsigned i = 0; i < size && i + 1 + offered[i] <= size; i += 1U + offered[i]) {
    const std::string_view one(reinterpret_cast<const char*>(offered) + i + 1, offered[i]);
    if (one != kProtocol) continue;
    *out = offered + i + 1;
    *out_size = offered[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A key with a password would be asked for at the terminal.
int no_password(char* /*room*/, int /*size*/, int /*writes*/, void* /*context*/) { return 0; }

std::string reason() {
  const auto code = ERR_peek_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string out = text == nullptr ? "it cannot be used" : text;
  if (code != 0 && ERR_SYSTEM_ERROR(code)) out = std::generic_category().message(ERR_GET_REASON(code));
  ERR_clear_error();
  return out;
}

struct Stamp {
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t seconds = 0;
  long nanoseconds = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

Stamp stamp_of(const std::string& file) {
  struct stat status{};
  if (file.empty() || ::stat(file.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

}  // namespace

struct ServerTls::Files {
  Stamp certificate;
  Stamp key;
  friend bool operator==(const Files&, const Files&) = default;
};

void ServerTls::FreeContext::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

ServerTls::ServerTls(TlsFiles files) : files_(std::move(files)), seen_(std::make_unique<Files>()) {}
ServerTls::~ServerTls() = default;

Result<ServerTls::Context> ServerTls::read() const {
  const auto fail = [](std::string what, const std::string& file, std::string hint = {}) {
    return base::fail(ErrorKind::config, std::move(what), base::printable(file), std::move(hint));
  };
  ERR_clear_error();
  Context out(SSL_CTX_new(TLS_server_method()));
  if (!out) return fail("TLS could not begin: " + reason(), files_.certificate);
  auto* const context = out.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Nothing is resumed: a ticket's key that is kept for months is a key to all that was said in them.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_default_passwd_cb(context, no_password);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (SSL_CTX_set_cipher_list(context, kCiphers) != 1)
    return fail("its ciphers are missing: " + reason(), "TLS");
  if (SSL_CTX_use_certificate_chain_file(context, files_.certificate.c_str()) != 1)
    return fail("is no certificate in PEM: " + reason(), files_.certificate,
                "it holds the server's certificate, and behind it those that lead to the root");
  const auto& key = files_.key.empty() ? files_.certificate : files_.key;
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return fail("holds no key for this certificate: " + reason(), key,
                "it holds the certificate's private key in PEM, without a password");
  if (SSL_CTX_check_private_key(context) != 1)
    return fail("is not the key of this certificate: " + reason(), key);
  return out;
}

Result<std::shared_ptr<ServerTls>> ServerTls::load(TlsFiles files) {
  std::shared_ptr<ServerTls> out(new ServerTls(std::move(files)));
  *out->seen_ = {stamp_of(out->files_.certificate), stamp_of(out->files_.key)};
  out->context_ = TRY(out->read());
  out->looked_ = std::chrono::steady_clock::now();
  return out;
}

SSL_CTX* ServerTls::context() {
  if (std::chrono::steady_clock::now() - looked_ >= kLookAtFiles) look();
  return context_.get();
}

void ServerTls::look() {
  looked_ = std::chrono::steady_clock::now();
  const Files now{stamp_of(files_.certificate), stamp_of(files_.key)};
  if (now == *seen_) return;
  *seen_ = now;
  auto context = read();
  std::string said;
  if (context) {
    context_ = *std::move(context);
    said = fmt::format("{}: the new certificate is used", base::printable(files_.certificate));
  } else {
    said = fmt::format("{}; the certificate of before stays in use", context.error().message());
  }
  if (files_.log) files_.log(said);
}

}  // namespace rampart::net::http
