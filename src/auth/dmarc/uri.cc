#include "auth/dmarc/uri.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::dmarc {
namespace {

using auth::add_fault;
using auth::Gravity;

constexpr std::string_view kUriSection = "RFC 9989 section 4.8";
constexpr std::size_t kShown = 60;  // bytes of a stranger's text in a sentence

std::optional<unsigned> hex_digit(char c) {
  if (base::is_digit(c)) return static_cast<unsigned>(c - '0');
  const char low = base::to_lower(c);
  if (low >= 'a' && low <= 'f') return static_cast<unsigned>(low - 'a') + 10;
  return std::nullopt;
}

// RFC 3986 section 2.1; nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

bool is_scheme(std::string_view text) {  // RFC 3986 section 3.1
  return !text.empty() && base::is_alpha(text[0]) && std::all_of(text.begin(), text.end(), [](char c) {
    return base::is_alnum(c) || c == '+' || c == '-' || c == '.';
  });
}

bool is_uri_text(std::string_view text) {  // printable ASCII that RFC 3986 appendix A allows somewhere
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  });
}

// Takes "!10m" off the end (obs-dmarc-report-size). False when what follows a '!' is not that.
bool take_size_limit(std::string_view& text, Uri& uri) {
  const auto bang = text.find('!');
  if (bang == std::string_view::npos) return true;
  auto size = text.substr(bang + 1);
  uri.obsolete_size_limit = size;
  text = text.substr(0, bang);
  if (!size.empty() && std::string_view("kmgtKMGT").find(size.back()) != std::string_view::npos) {
    size.remove_suffix(1);
  }
  return !size.empty() && std::all_of(size.begin(), size.end(), base::is_digit);
}

// Why the part behind "mailto:" is no address; empty when it is one.
std::string_view read_mailto(std::string_view rest, Uri& uri) {
  const auto decoded = percent_decode(rest.substr(0, rest.find('?')));
  if (!decoded) return "has a broken percent escape";
  const auto at = decoded->rfind('@');
  if (at == std::string::npos || at == 0) return "holds no address of the form user@domain";
  const auto local = std::string_view(*decoded).substr(0, at);
  if (local.find_first_of("@ \t\r\n") != std::string_view::npos) return "holds more than one address";
  if (!base::is_utf8(*decoded) || base::printable(*decoded) != *decoded) return "holds a control character";
  const auto host = dns::Name::try_parse(std::string_view(*decoded).substr(at + 1));
  if (!host || host->is_root()) return "names no valid domain";
  uri.address = *decoded;
  uri.host = host;
  return {};
}

// The host of scheme://[user@]host[:port]/...; a URI without authority has none.
std::string_view read_authority(std::string_view rest, Uri& uri) {
  if (!rest.starts_with("//")) return {};
  auto authority = rest.substr(2);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) return {};  // an IP literal: no domain name, so never a destination host
  authority = authority.substr(0, authority.find(':'));
  const auto host = dns::Name::try_parse(authority);
  if (!host || host->is_root()) return "names no valid host";
  uri.host = host;
  return {};
}

void note_invalid(std::vector<auth::Fault>& faults, const Uri& uri, std::string_view why) {
  add_fault(faults, Gravity::error, "uri-invalid",
            fmt::format("the reporting address \"{}\" {}", base::excerpt(uri.text, kShown), why), kUriSection,
            uri.position);
}

}  // namespace

Uri parse_uri(std::string_view text, std::size_t position, std::vector<auth::Fault>& faults) {
  Uri uri;
  uri.position = position;
  const bool size_ok = take_size_limit(text, uri);
  uri.text = text;
  if (!size_ok) {
    note_invalid(faults, uri, "is followed by '!' and something that is no size");
    return uri;
  }
  const auto colon = text.find(':');
  const auto scheme = text.substr(0, colon);
  if (colon == std::string_view::npos || !is_scheme(scheme)) {
    note_invalid(faults, uri,
                 text.find('@') == std::string_view::npos ? "is not a URI"
                                                          : "is not a URI: \"mailto:\" is missing in front");
    return uri;
  }
  uri.scheme = base::lower(scheme);
  if (!is_uri_text(text)) {
    note_invalid(faults, uri, "holds a character that a URI cannot hold");
    return uri;
  }
  const auto rest = text.substr(colon + 1);
  const auto why = uri.scheme == "mailto" ? read_mailto(rest, uri) : read_authority(rest, uri);
  if (!why.empty()) {
    note_invalid(faults, uri, why);
    return uri;
  }
  uri.valid = !rest.empty();
  if (!uri.valid) note_invalid(faults, uri, "ends after its scheme");
  if (uri.valid && uri.scheme != "mailto") {  // RFC 9989 section 4.7, rua: other schemes MUST be ignored
    add_fault(faults, Gravity::warning, "uri-scheme",
              fmt::format("few receivers can report to \"{}:\"; only mailto: must be supported",
                          base::excerpt(uri.scheme, kShown)),
              "RFC 9989 section 4.7", position);
  }
  if (uri.valid && !uri.obsolete_size_limit.empty()) {
    add_fault(faults, Gravity::note, "uri-size-limit",
              fmt::format("the size limit \"!{}\" is obsolete and ignored",
                          base::excerpt(uri.obsolete_size_limit, kShown)),
              kUriSection, position + uri.text.size());
  }
  return uri;
}

std::vector<Uri> parse_uri_list(std::string_view text, std::size_t position,
                                std::vector<auth::Fault>& faults) {
  std::vector<Uri> uris;
  for (const auto part : base::split(text, ',')) {
    const auto uri = base::trim(part);
    const auto place = position + static_cast<std::size_t>((uri.empty() ? part : uri).data() - text.data());
    if (uri.empty()) {
      add_fault(faults, Gravity::warning, "uri-empty", "the list of reporting addresses has an empty entry",
                kUriSection, place);
      continue;
    }
    if (uris.size() == kMaxUris) {
      add_fault(faults, Gravity::warning, "uri-too-many",
                fmt::format("more than {} reporting addresses; the rest is not looked at", kMaxUris),
                "RFC 9989 section 11.2", place);
      break;
    }
    uris.push_back(parse_uri(uri, place, faults));
  }
  return uris;
}

bool any_valid(const std::vector<Uri>& uris) {
  return std::any_of(uris.begin(), uris.end(), [](const Uri& uri) { return uri.valid; });
}

}  // namespace rampart::dmarc
