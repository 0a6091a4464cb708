// For tests only: an authenticator and the browser around it, whose every field can be made wrong before it is signed.
//
//   StubAuthenticator key;                                              // ES256
//   check_registration(party, challenge, key.create({.challenge = challenge}))
//   check_assertion(party, challenge, handle, passkeys, key.get({.challenge = challenge}))
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "accounts/factor/webauthn.h"
#include "base/base64url.h"
#include "crypto/digest.h"

namespace rampart::accounts::factor {

// CBOR, as little of it as is needed.
namespace cbor {
inline std::string head(unsigned major, std::size_t number) {
  const auto first = [&](unsigned low) { return std::string(1, static_cast<char>(major << 5 | low)); };
  if (number < 24) return first(static_cast<unsigned>(number));
  if (number < 256) return first(24) + static_cast<char>(number);
  return first(25) + static_cast<char>(number >> 8) + static_cast<char>(number & 255);
}
inline std::string integer(long number) {
  return number >= 0 ? head(0, static_cast<std::size_t>(number))
                     : head(1, static_cast<std::size_t>(-1 - number));
}
inline std::string bytes(std::string_view content) { return head(2, content.size()).append(content); }
inline std::string text(std::string_view content) { return head(3, content.size()).append(content); }
}  // namespace cbor

class StubAuthenticator {
 public:
  struct Wishes {
    std::string challenge{};
    std::string type{};  // the right one of the ceremony when empty
    std::string origin = "https://rampart.cert.example";
    std::string party = "rampart.cert.example";
    std::string more_client_data{};  // `,"x":1`
    std::uint8_t flags = 0x05;       // UP and UV; AT and ED come by themselves
    std::uint32_t count = 0;
    std::string extensions{};  // a CBOR map
    std::string format = "none";
    std::optional<std::string> user_handle{};
    std::string behind_data{};                         // octets behind the authenticator data
    std::function<void(std::string&)> alter_client{};  // before it is hashed
    std::function<void(std::string&)> alter_data{};    // before it is signed
    std::function<void(std::string&)> alter_object{};  // the attestation object
    std::function<void(std::string&)> alter_signature{};
    std::function<void(std::string&)> alter_after{};  // the authenticator data, behind the signature's back
  };

  explicit StubAuthenticator(Algorithm algorithm = Algorithm::es256, std::string id = std::string(32, 'k'),
                             unsigned rsa_bits = 2048)
      : algorithm_(algorithm), id_(std::move(id)) {
    if (algorithm == Algorithm::es256) key_.reset(EVP_EC_gen("P-256"));
    if (algorithm == Algorithm::eddsa) key_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (algorithm == Algorithm::rs256) key_.reset(EVP_RSA_gen(rsa_bits));
  }

  [[nodiscard]] std::string create(const Wishes& wishes) const {
    const auto client = client_data(wishes, "webauthn.create");
    auto data = head(wishes, true) + aaguid_ + two(id_.size()) + id_ + cose_key();
    data += wishes.extensions + wishes.behind_data;
    if (wishes.alter_data) wishes.alter_data(data);
    std::string statement = cbor::head(5, 0);
    if (wishes.format == "packed") {
      auto signature = sign(data + crypto::sha256(client));
      if (wishes.alter_signature) wishes.alter_signature(signature);
      statement = cbor::head(5, 2) + cbor::text("alg") + cbor::integer(static_cast<long>(algorithm_)) +
                  cbor::text("sig") + cbor::bytes(signature);
    } else if (wishes.format == "fido-u2f") {
      statement = u2f_statement(wishes, client);
    }
    auto object = cbor::head(5, 3) + cbor::text("fmt") + cbor::text(wishes.format) + cbor::text("attStmt") +
                  statement + cbor::text("authData") + cbor::bytes(data);
    if (wishes.alter_object) wishes.alter_object(object);
    return fmt::format(
        R"({{"id":"{0}","rawId":"{0}","type":"public-key","authenticatorAttachment":"platform","response":)"
        R"({{"clientDataJSON":"{1}","attestationObject":"{2}","transports":["usb","internal","usb"],)"
        R"("publicKeyAlgorithm":-7}},"clientExtensionResults":{{}}}})",
        base::encode_base64url(id_), base::encode_base64url(client), base::encode_base64url(object));
  }

  [[nodiscard]] std::string get(const Wishes& wishes) const {
    const auto client = client_data(wishes, "webauthn.get");
    auto data = head(wishes, false) + wishes.extensions + wishes.behind_data;
    if (wishes.alter_data) wishes.alter_data(data);
    auto signature = sign(data + crypto::sha256(client));
    if (wishes.alter_signature) wishes.alter_signature(signature);
    if (wishes.alter_after) wishes.alter_after(data);
    const auto handle =
        wishes.user_handle ? fmt::format(R"(,"userHandle":"{}")", base::encode_base64url(*wishes.user_handle))
                           : "";
    return fmt::format(
        R"({{"id":"{0}","rawId":"{0}","type":"public-key","response":{{"clientDataJSON":"{1}",)"
        R"("authenticatorData":"{2}","signature":"{3}"{4}}},"clientExtensionResults":{{}}}})",
        base::encode_base64url(id_), base::encode_base64url(client), base::encode_base64url(data),
        base::encode_base64url(signature), handle);
  }

  [[nodiscard]] std::string cose_key() const {
    using cbor::bytes;
    using cbor::integer;
    const auto pair = [](long label, const std::string& value) { return integer(label) + value; };
    const auto algorithm = pair(3, integer(static_cast<long>(algorithm_)));
    switch (algorithm_) {
      case Algorithm::es256:
        return cbor::head(5, 5) + pair(1, integer(2)) + algorithm + pair(-1, integer(1)) +
               pair(-2, bytes(number(OSSL_PKEY_PARAM_EC_PUB_X, 32))) +
               pair(-3, bytes(number(OSSL_PKEY_PARAM_EC_PUB_Y, 32)));
      case Algorithm::eddsa: {
        std::string raw(32, '\0');
        std::size_t size = raw.size();
        EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
        return cbor::head(5, 4) + pair(1, integer(1)) + algorithm + pair(-1, integer(6)) +
               pair(-2, bytes(raw));
      }
      case Algorithm::rs256:
        return cbor::head(5, 4) + pair(1, integer(3)) + algorithm +
               pair(-1, bytes(number(OSSL_PKEY_PARAM_RSA_N, EVP_PKEY_get_bits(key_.get()) / 8))) +
               pair(-2, bytes(std::string("\x01\x00\x01", 3)));
    }
    return {};
  }

  std::string aaguid_ = std::string(16, '\0');

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };

  static std::string two(std::size_t number) {
    return {static_cast<char>(number >> 8), static_cast<char>(number & 255)};
  }
  static std::string client_data(const Wishes& wishes, std::string_view type) {
    auto out = fmt::format(R"({{"type":"{}","challenge":"{}","origin":"{}"{}}})",
                           wishes.type.empty() ? type : std::string_view(wishes.type),
                           base::encode_base64url(wishes.challenge), wishes.origin, wishes.more_client_data);
    if (wishes.alter_client) wishes.alter_client(out);
    return out;
  }
  static std::string head(const Wishes& wishes, bool attested) {
    auto flags = wishes.flags;
    if (attested) flags |= 0x40;
    if (!wishes.extensions.empty()) flags |= 0x80;
    auto out = crypto::sha256(wishes.party) + static_cast<char>(flags);
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(wishes.count >> shift & 255);
    return out;
  }
  [[nodiscard]] std::string number(const char* name, int size) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &number);
    std::string out(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), size);
    BN_free(number);
    return out;
  }
  [[nodiscard]] std::string sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    EVP_DigestSignInit(context.get(), nullptr, algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256(),
                       nullptr, key_.get());
    EVP_DigestSign(context.get(), nullptr, &size, data, text.size());
    std::string out(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, data, text.size());
    out.resize(size);
    return out;
  }
  // WebAuthn section 8.6; the certificate is of the same key, which a real one never is, and is as good to verify.
  [[nodiscard]] std::string u2f_statement(const Wishes& wishes, const std::string& client) const {
    const std::unique_ptr<X509, Free> certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key_.get());
    X509_sign(certificate.get(), key_.get(), EVP_sha256());
    unsigned char* der = nullptr;
    const auto length = i2d_X509(certificate.get(), &der);
    const std::string x5c(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    auto signature =
        sign(std::string(1, '\0') + crypto::sha256(wishes.party) + crypto::sha256(client) + id_ + '\x04' +
             number(OSSL_PKEY_PARAM_EC_PUB_X, 32) + number(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    if (wishes.alter_signature) wishes.alter_signature(signature);
    return cbor::head(5, 2) + cbor::text("sig") + cbor::bytes(signature) + cbor::text("x5c") +
           cbor::head(4, 1) + cbor::bytes(x5c);
  }

  Algorithm algorithm_;
  std::string id_;
  std::unique_ptr<EVP_PKEY, Free> key_;
};

}  // namespace rampart::accounts::factor
