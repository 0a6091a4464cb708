#include "audit/fix/owner.h"

#include <fmt/format.h>

#include "audit/selectors.h"
#include "auth/dkim/key_record.h"
#include "auth/dmarc/uri.h"
#include "base/text.h"
#include "crypto/public_key.h"
#include "dns/domain.h"

namespace rampart::audit::fix {
namespace {

using base::ErrorKind;

constexpr std::size_t kShown = 60;  // bytes of what was given in an error; our own
// RFC 8410 section 4: the SubjectPublicKeyInfo of an Ed25519 key is these bytes and the 32 of the key.
constexpr std::string_view kEd25519Info("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);

// The base64 between the lines of a PEM file; nothing when there is no such block.
std::optional<std::string> pem_block(std::string_view text, std::string_view label) {
  const auto first = fmt::format("-----BEGIN {}-----", label);
  const auto begin = text.find(first);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto end = text.find("-----END", begin);
  if (end == std::string_view::npos) return std::nullopt;
  const auto body = text.substr(begin + first.size(), end - begin - first.size());
  std::string out;
  for (const char c : body) {
    if (c != '\n' && c != '\r' && !base::is_wsp(c)) out += c;
  }
  return out;
}

// The strings of a zone file's line, joined.
std::string quoted_parts(std::string_view text) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      inside = !inside;
    } else if (inside) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      out += text[i];
    }
  }
  return out;
}

base::Result<std::string> record_in(std::string_view text, const std::string& where) {
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
    return base::fail(ErrorKind::input, "this is a private key, which must not be published", where,
                      "give its public half: openssl pkey -in KEY -pubout");
  }
  if (const auto pem = pem_block(text, "PUBLIC KEY")) {
    const auto der = base::decode_base64(*pem);
    if (!der) return base::fail(ErrorKind::input, "the PEM block is no base64", where);
    if (der->starts_with(kEd25519Info) && der->size() == kEd25519Info.size() + crypto::kEd25519KeyBytes)
      return "v=DKIM1; k=ed25519; p=" +
             base::encode_base64(std::string_view(*der).substr(kEd25519Info.size()));
    return "v=DKIM1; k=rsa; p=" + *pem;
  }
  if (text.find('"') != std::string_view::npos) return quoted_parts(text);
  return std::string(base::trim(text));
}

}  // namespace

base::Result<std::string> parse_report_address(std::string_view text) {
  auto given = base::trim(text);
  if (base::istarts_with(given, "mailto:")) given.remove_prefix(7);
  const auto at = given.rfind('@');
  const auto domain =
      dns::parse_domain(at == std::string_view::npos ? std::string_view() : given.substr(at + 1));
  std::string address;
  if (domain) address = fmt::format("{}@{}", given.substr(0, at), domain->text());
  std::vector<auth::Fault> faults;
  const auto uri = dmarc::parse_uri("mailto:" + address, 0, faults);
  // What needs percent-encoding there is refused, so that the text is the address in every record.
  const bool plain = address.find_first_of(",;!%?\"\\ \t") == std::string::npos;
  if (!domain || at == 0 || !uri.valid || !plain) {
    return base::fail(ErrorKind::usage,
                      fmt::format("\"{}\" is no e-mail address", base::excerpt(text, kShown)), "--report-to",
                      "write it as dmarc@mydomain.example");
  }
  return address;
}

base::Result<Key> parse_key(std::string_view text,
                            const std::function<base::Result<std::string>(const std::string&)>& read) {
  const auto border = text.find_first_of("=:");
  const auto selector = text.substr(0, border);
  if (border == std::string_view::npos || !is_selector(selector)) {
    return base::fail(ErrorKind::usage,
                      fmt::format("\"{}\" names no selector and key", base::excerpt(text, kShown)), "--dkim",
                      "write SELECTOR=FILE, or SELECTOR:RECORD");
  }
  const std::string rest(text.substr(border + 1));
  const bool from_file = text[border] == '=';
  const auto where = from_file ? rest : std::string("--dkim");
  Key key{std::string(selector), TRY(record_in(from_file ? TRY(read(rest)) : rest, where))};
  const auto record = dkim::parse(key.record);
  if (!dkim::is_key_record(key.record) || !record.usable()) {
    auto why = record.faults.empty() ? std::string("it holds no key for e-mail") : record.faults.front().text;
    return base::fail(ErrorKind::input, fmt::format("this is no DKIM key that receivers use: {}", why), where,
                      "give the record as the signing software prints it, or the public key in PEM");
  }
  return key;
}

base::Result<std::vector<LegitimateSender>> parse_senders(std::string_view text, std::string_view file) {
  std::vector<LegitimateSender> out;
  std::size_t number = 0;
  for (auto line : base::split(text, '\n')) {
    ++number;
    line = base::trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const auto where = fmt::format("{}:{}", base::printable(file), number);
    if (out.size() == kMaxSenders)
      return base::fail(ErrorKind::input, fmt::format("more than {} senders", kMaxSenders), where);
    if (const auto address = base::IpAddress::parse(line)) {
      out.push_back({address->unmapped(), {}});
      continue;
    }
    const auto name = dns::parse_domain(line);
    if (!name)
      return base::fail(ErrorKind::input, name.error().message(), where, "one address or host a line");
    out.push_back({std::nullopt, *name});
  }
  if (out.empty()) {
    return base::fail(ErrorKind::input, "the list names no sender", base::printable(file),
                      "--sends no says that nothing sends");
  }
  return out;
}

base::Result<std::string> parse_policy_host(std::string_view text) {
  if (const auto address = base::IpAddress::parse(text)) return address->text();
  const auto name = dns::parse_domain(text);
  if (name) return name->text();
  auto error = name.error();
  error.kind = ErrorKind::usage;
  return std::unexpected(std::move(error));
}

}  // namespace rampart::audit::fix
