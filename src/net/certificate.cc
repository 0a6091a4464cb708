#include "net/certificate.h"

#include <ctime>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/digest.h"

namespace rampart::net {
namespace {

constexpr std::size_t kMaxText = 255;  // octets of a name

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  std::string out(reinterpret_cast<char*>(bytes), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(bytes);
  return out;
}

std::string spki_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
  std::string out(reinterpret_cast<char*>(bytes), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(bytes);
  return out;
}

std::string text_of(const ASN1_STRING* string) {
  if (string == nullptr) return {};
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(string));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)), std::min(size, kMaxText)};
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  return at < 0 ? std::string() : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::string one_line(const X509_NAME* name) {
  std::string out = common_name(name);
  const int at = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);
  if (at < 0) return out;
  if (!out.empty()) out += ", ";
  return out + text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

base::Time time_of(const ASN1_TIME* time) {
  std::tm broken{};
  if (ASN1_TIME_to_tm(time, &broken) != 1) return {};
  return base::Time(std::chrono::seconds(timegm(&broken)));
}

std::vector<std::string> dns_names(X509* certificate) {
  std::vector<std::string> out;
  auto* names =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names) && out.size() < kMaxNames; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) out.push_back(text_of(name->d.dNSName));
  }
  GENERAL_NAMES_free(names);
  return out;
}

}  // namespace

std::vector<facts::Certificate> read_certificate(SSL* tls, const dns::Name& host) {
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(tls);  // of a client: the end entity first
  if (chain == nullptr || sk_X509_num(chain) == 0) return {};
  X509* end = sk_X509_value(chain, 0);
  facts::Certificate out;
  out.subject = common_name(X509_get_subject_name(end));
  out.issuer = one_line(X509_get_issuer_name(end));
  out.names = dns_names(end);
  out.not_before = time_of(X509_get0_notBefore(end));
  out.not_after = time_of(X509_get0_notAfter(end));
  if (const long verdict = SSL_get_verify_result(tls); verdict != X509_V_OK) {
    out.chain_error = X509_verify_cert_error_string(verdict);
  }
  const std::string name = host.text();
  out.name_matches =
      X509_check_host(end, name.c_str(), name.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
  out.sha256 = crypto::sha256(der_of(end));
  out.spki_sha256 = crypto::sha256(spki_of(end));
  for (int i = 1; i < sk_X509_num(chain) && i < kMaxChain; ++i) {
    out.ta_sha256 += crypto::sha256(der_of(sk_X509_value(chain, i)));
    out.ta_spki_sha256 += crypto::sha256(spki_of(sk_X509_value(chain, i)));
  }
  return {std::move(out)};
}

}  // namespace rampart::net
