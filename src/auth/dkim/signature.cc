#include "auth/dkim/signature.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "auth/tags.h"
#include "base/lanes.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "dns/domain.h"
#include "mail/header.h"

namespace rampart::dkim {
namespace {

using auth::Tag;

constexpr std::string_view kField = "RFC 6376 section 3.5";
constexpr std::string_view kList = "RFC 6376 section 3.2";
constexpr std::string_view kSeal = "RFC 8617 section 4.1.3";
constexpr std::string_view kInstance = "RFC 8617 section 4.2.1";
constexpr std::size_t kShown = 40;             // bytes of a stranger's text in a sentence
constexpr std::size_t kMaxDigits = 12;         // of t= and x=: RFC 6376 section 3.5
constexpr std::size_t kMaxInstanceDigits = 2;  // RFC 8617 section 4.2.1
constexpr std::size_t kMaxLengthDigits = 19;   // of l=: what 64 bits hold; RFC 6376 allows 76

// RFC 6376 section 3.2: ALPHA *ALNUMPUNC, where an underscore is the only sign.
bool is_tag_name(std::string_view name) {
  return !name.empty() && !base::is_digit(name.front()) && name.front() != '_' &&
         std::ranges::all_of(name, [](char c) { return base::is_alnum(c) || c == '_'; });
}

// Visible ASCII and white space without a semicolon (tag-value); with RFC 8616 UTF-8, too.
bool is_tag_value(std::string_view value) {
  for (; value.size() >= base::kLane; value.remove_prefix(base::kLane)) {
    const auto here = base::load_lanes(value.begin());
    const base::Lanes space = (here == ' ') | (here == '\t') | (here == '\r') | (here == '\n');
    if (base::any_lane((here == 0x7f) | ((here <= ' ') & ~space))) return false;
  }
  return std::ranges::all_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x21 ? byte != 0x7f : c == ' ' || c == '\t' || c == '\r' || c == '\n';
  });
}

std::optional<std::uint64_t> number(std::string_view text, std::size_t most) {
  std::uint64_t out = 0;
  if (text.empty() || text.size() > most) return std::nullopt;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

bool is_host_name(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return base::is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}
// The name of a domain in a signature: letters, digits, hyphens and, as some are, underscores, or U-labels (RFC 8616 section
// 4). Whatever else a name of the DNS may hold ("bank.example(.evil.example") is read as another name by somebody else.
std::optional<dns::Name> host_name(std::string_view text) {
  if (base::is_ascii(text)) {
    if (!is_host_name(text) || text.ends_with('.')) return std::nullopt;
    auto name = dns::Name::try_parse(text);
    return name && !name->is_root() ? name : std::nullopt;
  }
  const auto name = dns::parse_domain(text);
  return name ? std::optional(*name) : std::nullopt;
}

// The same with two labels or more.
std::optional<dns::Name> domain_of(std::string_view text) {
  auto name = host_name(text);
  return name && name->label_count() >= 2 ? name : std::nullopt;
}

class Reader {
 public:
  Reader(Signature& out, Kind kind) : out_(out), kind_(kind) {}

  void read(std::string_view text) {
    tags_ = auth::split_tags(text);
    if (check_list()) read_tags();
  }

 private:
  bool fail(std::string why, std::string_view section = kField) {
    out_.fault = std::move(why);
    out_.section = section;
    return false;
  }

  bool check_list() {
    if (tags_.size() == auth::kMaxTags) return fail("it has too many tags", kList);
    for (std::size_t i = 0; i < tags_.size(); ++i) {
      const auto& tag = tags_[i];
      if (!is_tag_name(tag.name) || !is_tag_value(tag.value))
        return fail(fmt::format("\"{}\" is no tag=value",
                                base::excerpt(tag.name.empty() ? tag.value : tag.name, kShown)),
                    kList);
      for (std::size_t j = 0; j < i; ++j) {
        if (base::same_bytes(tags_[j].name, tag.name))
          return fail(fmt::format("the tag {} stands more than once", base::excerpt(tag.name, kShown)),
                      kList);
      }
    }
    return true;
  }

  [[nodiscard]] const Tag* find(std::string_view name) const {
    const auto found =
        std::ranges::find_if(tags_, [&](const Tag& tag) { return base::same_bytes(tag.name, name); });
    return found == tags_.end() ? nullptr : &*found;
  }

  bool read_tags() {
    // What a report says of a broken signature, too: whose it would be.
    if (const auto* tag = find("d")) {
      if (const auto name = domain_of(tag->value)) out_.domain = *name;
    }
    if (const auto* tag = find("s")) {
      if (const auto name = host_name(tag->value)) out_.selector = name->text();
    }
    if (kind_ == Kind::dkim) return read_dkim();
    if (!read_instance()) return false;
    return kind_ == Kind::arc_message ? read_arc_message() : read_arc_seal();
  }

  bool need(std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
      if (find(name) == nullptr) return fail(fmt::format("the tag {} is missing", name));
    }
    return true;
  }

  bool read_dkim() {
    if (!need({"v", "a", "b", "bh", "d", "h", "s"})) return false;
    if (find("v")->value != "1") return fail("v= is not 1");
    return read_algorithm() && read_canon() && read_names_of_keys() && read_identity() && read_fields() &&
           read_numbers() && read_bytes() && read_body_hash() && read_query();
  }

  bool read_arc_message() {
    // Without c=, as everybody who seals means it; RFC 8617 does not say.
    out_.header_canon = out_.body_canon = Canon::relaxed;
    return need({"a", "b", "bh", "d", "h", "s"}) && read_algorithm() && read_canon() &&
           read_names_of_keys() && read_arc_fields() && read_numbers() && read_bytes() && read_body_hash();
  }

  bool read_arc_seal() {
    if (!need({"a", "b", "cv", "d", "s"})) return false;
    if (find("h") != nullptr) return fail("a seal has no h=", kSeal);
    out_.chain = base::lower(find("cv")->value);
    if (out_.chain != "none" && out_.chain != "pass" && out_.chain != "fail")
      return fail("cv= is not none, pass or fail", kSeal);
    return read_algorithm() && read_names_of_keys() && read_numbers() && read_bytes();
  }

  // Its set in the chain, which a field with other faults belongs to as well.
  bool read_instance() {
    const auto* tag = find("i");
    const auto value = tag == nullptr ? std::nullopt : number(tag->value, kMaxInstanceDigits);
    if (!value || *value == 0 || *value > kMaxInstance)
      return fail(fmt::format("i= is no number from 1 to {}", kMaxInstance), kInstance);
    out_.instance = static_cast<unsigned>(*value);
    return true;
  }

  bool read_algorithm() {
    const auto value = find("a")->value;
    out_.algorithm = base::excerpt(value, kShown);
    if (base::iequals(value, "rsa-sha256")) {
      out_.type = KeyType::rsa;
    } else if (base::iequals(value, "ed25519-sha256")) {
      out_.type = KeyType::ed25519;
    } else if (base::iequals(value, "rsa-sha1")) {
      return fail("SHA-1 signatures are never valid", "RFC 8301 section 3.1");
    } else {
      return fail(fmt::format("a={} is not known", out_.algorithm));
    }
    return true;
  }

  bool read_canon() {
    const auto* tag = find("c");
    if (tag == nullptr) return true;  // simple/simple
    const auto slash = tag->value.find('/');
    const auto header = canon_of(tag->value.substr(0, slash));
    const auto body =
        slash == std::string_view::npos ? Canon::simple : canon_of(tag->value.substr(slash + 1));
    if (!header || !body) return fail(fmt::format("c={} is not known", base::excerpt(tag->value, kShown)));
    out_.header_canon = *header;
    out_.body_canon = *body;
    return true;
  }
  static std::optional<Canon> canon_of(std::string_view text) {
    if (base::iequals(text, "simple")) return Canon::simple;
    if (base::iequals(text, "relaxed")) return Canon::relaxed;
    return std::nullopt;
  }

  bool read_names_of_keys() {
    if (out_.domain.is_root()) return fail("d= is no domain");
    if (out_.selector.empty()) return fail("s= is no selector");
    const auto name = out_.domain.prepend(out_.selector + "._domainkey");
    if (!name) return fail("the key's name is too long");
    out_.key_name = *name;
    out_.identity_domain = out_.domain;
    return true;
  }

  bool read_identity() {
    const auto* tag = find("i");
    if (tag == nullptr) return true;
    const auto at = tag->value.rfind('@');
    if (at == std::string_view::npos || tag->value.size() > kMaxIdentity) return fail("i= is no identity");
    const auto name = domain_of(tag->value.substr(at + 1));
    if (!name) return fail("i= has no domain");
    if (!name->is_within(out_.domain)) return fail("i= is not within d=");
    out_.identity_domain = *name;
    out_.identity = base::printable(tag->value);
    return true;
  }

  bool read_fields() {
    const auto parts = base::split(find("h")->value, ':');
    out_.names.reserve(std::min(parts.size(), kMaxSignedNames));
    for (const auto part : parts) {
      if (!read_field(base::trim(part))) return false;
    }
    return std::ranges::find(out_.names, "from") != out_.names.end() ||
           fail("h= does not name From", "RFC 6376 section 5.4");
  }
  // RFC 8617 asks for no field in particular. A name that is left empty covers nothing.
  bool read_arc_fields() {
    for (const auto part : base::split(find("h")->value, ':')) {
      const auto name = base::trim(part);
      if (!name.empty() && !read_field(name)) return false;
    }
    return std::ranges::find(out_.names, "arc-seal") == out_.names.end() ||
           fail("h= names ARC-Seal", "RFC 8617 section 4.1.2");
  }
  bool read_field(std::string_view name) {
    // ftext of RFC 5322 section 3.6.8; a semicolon cannot come.
    if (name.empty() || !std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; }))
      return fail("h= names something that is no field");
    if (out_.names.size() == kMaxSignedNames)
      return fail(fmt::format("h= names more than {} fields", kMaxSignedNames));
    out_.names.push_back(base::lower(name));
    return true;
  }

  bool read_numbers() {
    if (const auto* tag = find("l")) {
      out_.length = number(tag->value, kMaxLengthDigits);
      if (!out_.length) return fail("l= is no number of octets");
    }
    const auto read_time = [&](const char* name, std::optional<base::Time>& to) {
      const auto* tag = find(name);
      if (tag == nullptr) return true;
      const auto seconds = number(tag->value, kMaxDigits);
      if (!seconds) return fail(fmt::format("{}= is no time", name));
      to = base::Time(std::chrono::seconds(static_cast<std::int64_t>(*seconds)));
      return true;
    };
    if (!read_time("t", out_.time) || !read_time("x", out_.expires)) return false;
    if (out_.time && out_.expires && *out_.expires <= *out_.time) return fail("x= is not behind t=");
    return true;
  }

  bool read_bytes() {
    auto bytes = base::decode_base64(find("b")->value);
    if (!bytes || bytes->empty()) return fail("b= is no base64");
    if (bytes->size() > kMaxSignatureBytes) return fail("b= is longer than any signature");
    out_.bytes = std::move(*bytes);
    return true;
  }

  bool read_body_hash() {
    auto hash = base::decode_base64(find("bh")->value);
    if (!hash || hash->size() != crypto::kSha256Bytes) return fail("bh= is no SHA-256 hash in base64");
    out_.body_hash = std::move(*hash);
    return true;
  }

  // A list; what is not known in it is passed over.
  bool read_query() {
    const auto* tag = find("q");
    if (tag == nullptr) return true;
    for (const auto part : base::split(tag->value, ':')) {
      if (base::iequals(base::trim(part), "dns/txt")) return true;
    }
    return fail("q= names no way to the key that is known");
  }

  Signature& out_;
  Kind kind_;
  std::vector<Tag> tags_;  // views of the caller's text
};

}  // namespace

Signature parse_signature(std::string_view value, Kind kind) {
  Signature out;
  const auto text = mail::unfold(value);
  Reader(out, kind).read(text);
  return out;
}

}  // namespace rampart::dkim
