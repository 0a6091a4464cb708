#include "dns/domain.h"

#include <array>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include <fmt/format.h>
#include <idn2.h>
#include <libpsl.h>
#include <unicode/uspoof.h>

#include "base/ip.h"
#include "base/text.h"
#include "dns/known_suffix.h"

namespace rampart::dns {
namespace {

using base::ErrorKind;

constexpr std::size_t kShown = 80;          // bytes of what was typed that an error repeats; our own choice
constexpr std::size_t kMaxTyped = 1 << 12;  // no name is that long, escaped or not: IDNA need not look at it

std::unexpected<base::Error> refuse(std::string_view typed, std::string what, std::string hint) {
  return base::fail(ErrorKind::input, std::move(what), base::excerpt(typed, kShown), std::move(hint));
}

bool is_name_byte(char c) { return base::is_alnum(c) || c == '-' || c == '_'; }

// U-labels to A-labels. The result may hold bytes that no domain has (UTS 46 maps U+2100 to "a/c"), so it is
// checked after this and not only before.
base::Result<std::string> to_ascii(std::string_view text) {
  char* out = nullptr;
  const int code = idn2_to_ascii_8z(std::string(text).c_str(), &out, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, void (*)(void*)> owner(out, idn2_free);
  if (code == IDN2_OK) return std::string(out);
  return refuse(text, fmt::format("is not a valid internationalised name: {}", idn2_strerror(code)),
                "check the spelling, or write the name in its ASCII form (xn--…)");
}

// The part of `text` that is probably the domain, if it is one.
std::string did_you_mean(std::string_view candidate, std::string_view otherwise) {
  if (candidate.empty()) return std::string(otherwise);
  const auto name = parse_domain(candidate);
  return name ? fmt::format("did you mean {}?", display(*name)) : std::string(otherwise);
}

std::string_view authority_of(std::string_view url) {
  auto rest = url.substr(url.find("//") == std::string_view::npos ? 0 : url.find("//") + 2);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  return rest.substr(0, rest.find(':'));
}

bool is_address(std::string_view text) {
  if (text.starts_with('[')) text.remove_prefix(1);
  if (text.ends_with(']')) text.remove_suffix(1);
  text = text.substr(0, text.find('/'));
  return base::IpAddress::parse(text).has_value();
}

// The shapes that are something else than a domain. Nothing when none of them fits.
std::optional<base::Error> recognise(std::string_view text) {
  const auto error = [text](std::string what, std::string hint) {
    return refuse(text, std::move(what), std::move(hint)).error();
  };
  constexpr std::string_view kWrite = "write the domain alone, as in ministry.example";
  if (text.empty()) return error("the domain is empty", std::string(kWrite));
  if (text == ".") return error("the root is not a domain that sends mail", std::string(kWrite));
  if (is_address(text)) return error("is an IP address, not a domain", "give the name of the domain");
  if (text.find("://") != std::string_view::npos)
    return error("is a URL, not a domain", did_you_mean(authority_of(text), kWrite));
  if (text.find_first_of(" \t\r\n\v\f") != std::string_view::npos)
    return error("has a space in it", "give one domain at a time; in a list, one a line");
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    auto domain = text.substr(at + 1);
    domain = domain.substr(0, domain.find_first_of(">/?"));
    return error("is an e-mail address, not a domain", did_you_mean(domain, kWrite));
  }
  if (text.find_first_of("/?#") != std::string_view::npos)
    return error("has a path behind the domain", did_you_mean(authority_of(text), kWrite));
  if (text.find(':') != std::string_view::npos)
    return error("has a port behind the domain", did_you_mean(authority_of(text), kWrite));
  if (text.starts_with("*."))
    return error("is a wildcard, not a domain", did_you_mean(text.substr(2), kWrite));
  if (text.starts_with('.') && !text.starts_with(".."))
    return error("begins with a dot", did_you_mean(text.substr(1), kWrite));
  if (text.find_first_of(",;") != std::string_view::npos)
    return error("is more than one domain", "give one domain at a time; in a list, one a line");
  return std::nullopt;
}

// The first character that a domain cannot hold, for people; empty when there is none. `text` is UTF-8.
std::string odd_character(std::string_view text) {
  while (!text.empty()) {
    const auto [length, value] = base::decode_utf8(text);
    const char c = text[0];
    if (length == 1 && !is_name_byte(c) && c != '.')
      return base::is_deceptive(value) ? fmt::format("the byte {}", static_cast<int>(c))
                                       : fmt::format("'{}'", c);
    // UTS 46 would drop these in silence, and a name that looks right would not be what was typed.
    if (base::is_deceptive(value) && value != 0x200c && value != 0x200d)
      return fmt::format("the invisible character U+{:04X}", static_cast<std::uint32_t>(value));
    text.remove_prefix(length);
  }
  return {};
}

base::Result<Name> name_of(std::string_view ascii, std::string_view typed) {
  if (const auto odd = odd_character(ascii); !odd.empty())
    return refuse(typed, fmt::format("holds {}, which no domain has", odd),
                  "a domain is made of letters, digits, hyphens, underscores and dots");
  auto name = Name::parse(ascii);
  if (!name) return refuse(typed, name.error().what, "check for a missing or doubled dot");
  const auto top = name->label(name->label_count() - 1);
  if (std::ranges::all_of(top, base::is_digit))
    return refuse(typed, "ends in a number, which no domain does", "check the last part of the name");
  return name;
}

// --- for people ---

class Spoof {
 public:
  Spoof() {
    UErrorCode status = U_ZERO_ERROR;
    checker_.reset(uspoof_open(&status));
    uspoof_setRestrictionLevel(checker_.get(), USPOOF_HIGHLY_RESTRICTIVE);
    uspoof_setChecks(checker_.get(), USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE | USPOOF_MIXED_NUMBERS,
                     &status);
    if (U_FAILURE(status) != 0) checker_.reset();
  }

  // Without ICU's data nothing can be cleared, so everything deceives.
  [[nodiscard]] bool deceives(const std::string& label) const {
    if (!checker_) return true;
    UErrorCode status = U_ZERO_ERROR;
    const auto size = static_cast<int32_t>(label.size());
    if (uspoof_checkUTF8(checker_.get(), label.data(), size, nullptr, &status) != 0 || U_FAILURE(status) != 0)
      return true;
    char skeleton[1024];
    const int32_t length =
        uspoof_getSkeletonUTF8(checker_.get(), 0, label.data(), size, skeleton, sizeof skeleton, &status);
    if (U_FAILURE(status) != 0) return true;
    // A label of one foreign script that looks like plain ASCII (Cyrillic "аррӏе").
    return base::is_ascii(std::string_view(skeleton, static_cast<std::size_t>(length)));
  }

 private:
  struct Close {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
  };
  std::unique_ptr<USpoofChecker, Close> checker_;
};

// The U-label of an A-label, when it may be shown.
std::optional<std::string> shown_u_label(std::string_view label) {
  if (!label.starts_with("xn--") || !std::ranges::all_of(label, is_name_byte)) return std::nullopt;
  char* out = nullptr;
  const int code = idn2_to_unicode_8z8z(std::string(label).c_str(), &out, 0);
  const std::unique_ptr<char, void (*)(void*)> owner(out, idn2_free);
  if (code != IDN2_OK) return std::nullopt;
  std::string text(out);
  const auto back = to_ascii(text);
  if (!back || *back != label || text.find('.') != std::string::npos) return std::nullopt;
  static const Spoof spoof;
  if (base::is_ascii(text) || base::printable(text) != text || spoof.deceives(text)) return std::nullopt;
  return text;
}

// --- the public suffix list ---

const psl_ctx_t* list() {
  static const std::unique_ptr<psl_ctx_t, void (*)(psl_ctx_t*)> loaded(
      psl_load_file("/usr/share/publicsuffix/public_suffix_list.dafsa"), psl_free);
  return loaded ? loaded.get() : psl_builtin();
}

// libpsl splits at every dot, and a label may hold one; no rule holds an odd byte, so any stands for them.
std::string plain_text(const Name& name) {
  std::string out;
  for (unsigned i = 0; i < name.label_count(); ++i) {
    if (i != 0) out += '.';
    for (const char c : name.label(i)) out += is_name_byte(c) ? c : '_';
  }
  return out;
}

}  // namespace

base::Result<Name> parse_domain(std::string_view text) {
  text = base::trim(text);
  if (text.size() > 1 && text.ends_with('.') && !text.ends_with("..")) text.remove_suffix(1);
  if (text.size() > kMaxTyped)
    return refuse(text, "the name is longer than 253 characters (RFC 1035 section 2.3.4)",
                  "check that this is one domain");
  if (auto error = recognise(text)) return std::unexpected(std::move(*error));
  if (base::is_ascii(text)) return name_of(text, text);
  if (!base::is_utf8(text))
    return refuse(text, "is not valid UTF-8", "save the list as UTF-8, or write the name as xn--…");
  if (const auto odd = odd_character(text); !odd.empty())
    return refuse(text, fmt::format("holds {}, which no domain has", odd),
                  "type the name again rather than copying it");
  std::string ascii = TRY(to_ascii(text));
  if (ascii.size() > 1 && ascii.ends_with('.')) ascii.pop_back();  // an ideographic full stop at the end
  return name_of(ascii, text);
}

std::string display(const Name& name) {
  if (name.is_root()) return ".";
  std::string plain = name.text();
  if (plain.find("xn--") == std::string::npos) return plain;
  std::string out;
  for (unsigned i = 0; i < name.label_count(); ++i) {
    if (i != 0) out += '.';
    const auto u_label = shown_u_label(name.label(i));
    out += u_label ? *u_label : Name().prepend_label(name.label(i))->text();
  }
  return out;
}

namespace {

Name find_public_suffix(const Name& name) {
  const std::string text = plain_text(name);
  const char* suffix = psl_unregistrable_domain(list(), text.c_str());
  if (suffix == nullptr) return name.suffix(1);
  const auto dots = std::ranges::count(std::string_view(suffix), '.');
  return name.suffix(static_cast<unsigned>(dots) + 1);
}

// A decision asks for the same few names in each of its runs, and libpsl takes microseconds for one.
struct KnownSuffix {
  Name name;
  unsigned labels = 0;  // of its suffix; 0: nothing is kept here
};
constexpr std::size_t kKnownSuffixes = 4096;  // about a megabyte a thread: hundreds of domains are in flight
static_assert(std::is_trivially_copyable_v<KnownSuffix>);

struct KnownSuffixes {
  std::vector<KnownSuffix> places = std::vector<KnownSuffix>(kKnownSuffixes);
  std::vector<std::size_t> taken;
};

KnownSuffixes& known_suffixes() {
  thread_local KnownSuffixes known;
  return known;
}

}  // namespace

Name public_suffix(const Name& name) {
  if (name.is_root()) return name;
  auto& known = known_suffixes();
  const auto at = name.hash() % kKnownSuffixes;
  auto& place = known.places[at];
  if (place.labels == 0) known.taken.push_back(at);
  if (place.labels == 0 || place.name != name) place = {name, find_public_suffix(name).label_count()};
  return name.suffix(place.labels);
}

void forget_public_suffixes() {
  auto& known = known_suffixes();
  for (const auto at : known.taken) ::explicit_bzero(&known.places[at], sizeof known.places[at]);
  known.taken.clear();
}

std::optional<Name> registered_domain(const Name& name) {
  const Name suffix = public_suffix(name);
  if (suffix == name) return std::nullopt;
  return name.suffix(suffix.label_count() + 1);
}

bool has_known_suffix(const Name& name) {
  if (name.is_root()) return false;
  const std::string top = plain_text(name.suffix(1));
  return psl_is_public_suffix2(list(), top.c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}

bool is_registry_suffix(const Name& name) {
  return !name.is_root() &&
         psl_is_public_suffix2(list(), plain_text(name).c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}

std::string check_domain_setting(std::string_view text) {
  return text.empty() || parse_domain(text) ? "" : "is not a domain name";
}

}  // namespace rampart::dns
