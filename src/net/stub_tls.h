// TLS servers for tests: a certificate made on the spot, and a script that talks to each connection.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

namespace rampart::net {

// A self-signed certificate for some names, in files of its own; its file is the roots that verify it.
class StubCertificate {
 public:
  explicit StubCertificate(const std::string& names, long valid_days = 30) {
    std::string pattern = (std::filesystem::temp_directory_path() / "rampart-tls-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400L * 60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * valid_days);
    X509_set_pubkey(certificate, key);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("stub"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* san = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, names.c_str());
    X509_add_ext(certificate, san, -1);
    X509_EXTENSION_free(san);
    X509_sign(certificate, key, EVP_sha256());
    FILE* out = fopen(file().c_str(), "w");
    PEM_write_X509(out, certificate);
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    fclose(out);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~StubCertificate() { std::filesystem::remove_all(folder_); }
  StubCertificate(const StubCertificate&) = delete;
  StubCertificate& operator=(const StubCertificate&) = delete;
  [[nodiscard]] std::string file() const { return folder_ + "/server.pem"; }

 private:
  std::string folder_;
};

// One accepted connection, clear at first. Reading ends with an empty string when the peer closes.
class StubPeer {
 public:
  StubPeer(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls)
      : socket_(std::move(socket)), tls_(socket_, tls) {}

  boost::asio::awaitable<void> say(std::string text) {
    boost::system::error_code ignored;
    if (secure_) {
      co_await boost::asio::async_write(tls_, boost::asio::buffer(text),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    } else {
      co_await boost::asio::async_write(socket_, boost::asio::buffer(text),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
  }
  // Up to and with `end`.
  boost::asio::awaitable<std::string> hear(std::string end = "\r\n") {
    boost::system::error_code error;
    while (buffer_.find(end) == std::string::npos) {
      char chunk[1024];
      std::size_t size = 0;
      if (secure_) {
        size = co_await tls_.async_read_some(boost::asio::buffer(chunk),
                                             boost::asio::redirect_error(boost::asio::use_awaitable, error));
      } else {
        size = co_await socket_.async_read_some(
            boost::asio::buffer(chunk), boost::asio::redirect_error(boost::asio::use_awaitable, error));
      }
      if (error) co_return std::string();
      buffer_.append(chunk, size);
    }
    const auto size = buffer_.find(end) + end.size();
    std::string out = buffer_.substr(0, size);
    buffer_.erase(0, size);
    co_return out;
  }
  boost::asio::awaitable<void> secure() {
    boost::system::error_code error;
    co_await tls_.async_handshake(boost::asio::ssl::stream_base::server,
                                  boost::asio::redirect_error(boost::asio::use_awaitable, error));
    secure_ = !error;
  }

 private:
  boost::asio::ip::tcp::socket socket_;
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket&> tls_;
  std::string buffer_;
  bool secure_ = false;
};

class StubServer {
 public:
  using Script = std::function<boost::asio::awaitable<void>(StubPeer&)>;

  StubServer(boost::asio::io_context& io, const StubCertificate& certificate, Script script)
      : io_(io),
        tls_(boost::asio::ssl::context::tls_server),
        script_(std::move(script)),
        acceptor_(io, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    tls_.use_certificate_chain_file(certificate.file());
    tls_.use_private_key_file(certificate.file(), boost::asio::ssl::context::pem);
    accept();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept() {
    acceptor_.async_accept(
        [this](const boost::system::error_code& error, boost::asio::ip::tcp::socket socket) {
          if (error) return;
          ++connections_;
          boost::asio::co_spawn(io_, serve(script_, std::make_unique<StubPeer>(std::move(socket), tls_)),
                                boost::asio::detached);
          accept();
        });
  }
  static boost::asio::awaitable<void> serve(Script script, std::unique_ptr<StubPeer> peer) {
    co_await script(*peer);
  }

  boost::asio::io_context& io_;
  boost::asio::ssl::context tls_;
  Script script_;
  boost::asio::ip::tcp::acceptor acceptor_;
  int connections_ = 0;
};

}  // namespace rampart::net
