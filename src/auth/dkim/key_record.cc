#include "auth/dkim/key_record.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/parse_memo.h"
#include "auth/tags.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"

namespace rampart::dkim {
namespace {

using auth::add_fault;
using auth::Gravity;
using auth::Tag;

constexpr std::string_view kKeySection = "RFC 6376 section 3.6.1";
constexpr std::string_view kListSection = "RFC 6376 section 3.2";
constexpr std::string_view kServiceOther = "service-other";
constexpr std::string_view kSizeSection = "RFC 8301 section 3.2";
constexpr std::size_t kShown = 40;      // bytes of a stranger's text in a sentence
constexpr std::size_t kMaxValues = 16;  // our own: of h=, s=; the rest is dropped

std::string shown(std::string_view text) { return base::excerpt(text, kShown); }

std::vector<std::string> read_list(std::string_view value) {
  std::vector<std::string> out;
  for (const auto part : base::split(value, ':')) {
    const auto item = base::trim(part);
    if (!item.empty() && out.size() < kMaxValues) out.push_back(base::lower(item));
  }
  return out;
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

class Reader {
 public:
  explicit Reader(KeyRecord& record) : record_(record) {}

  void read(const std::vector<Tag>& tags) {
    for (std::size_t i = 0; i < tags.size(); ++i) {
      if (!read_tag(tags[i], i)) return;
    }
    if (!has_key_tag_) {
      fault(Gravity::fatal, "key-missing", "there is no p=", kKeySection, 0);
      return;
    }
    if (!record_.version_published) {
      fault(Gravity::note, "version-missing", "v=DKIM1 is recommended and missing", kKeySection, 0);
    }
    read_key();
    judge_limits();
  }

 private:
  void fault(Gravity gravity, std::string_view code, std::string text, std::string_view section,
             std::size_t position) {
    add_fault(record_.faults, gravity, code, std::move(text), section, position);
  }

  // False when the whole record is discarded.
  bool read_tag(const Tag& tag, std::size_t index) {
    if (tag.name.empty()) {
      const bool empty = tag.value.empty();
      fault(empty ? Gravity::note : Gravity::error, "tag-malformed",
            empty ? std::string("two semicolons with nothing between them")
                  : fmt::format("\"{}\" is no tag=value", shown(tag.value)),
            kListSection, tag.position);
      return true;
    }
    if (std::find(seen_.begin(), seen_.end(), tag.name) != seen_.end()) {
      // RFC 6376 section 3.2: a tag that stands twice makes the whole list invalid.
      fault(Gravity::fatal, "tag-duplicate", fmt::format("the tag {} stands more than once", shown(tag.name)),
            kListSection, tag.position);
      return false;
    }
    seen_.push_back(tag.name);
    if (tag.name == "v") return read_version(tag, index);
    if (tag.name == "p") {
      key_ = tag;
      has_key_tag_ = true;
    } else if (!read_limit(tag)) {
      fault(Gravity::note, "tag-unknown", fmt::format("the tag {} is unknown and ignored", shown(tag.name)),
            kListSection, tag.position);
    }
    return true;
  }

  bool read_version(const Tag& tag, std::size_t index) {
    record_.version_published = true;
    if (tag.value == "DKIM1" && index == 0) return true;
    // Section 3.6.1: records that begin with another v= MUST be discarded.
    fault(Gravity::fatal, "version-invalid",
          index == 0 ? fmt::format("v={} is not v=DKIM1", shown(tag.value)) : "v= is not the first tag",
          kKeySection, tag.position);
    return false;
  }

  bool read_limit(const Tag& tag) {
    if (tag.name == "k") {
      record_.type_text = shown(tag.value);
      record_.type = tag.value == "rsa"       ? KeyType::rsa
                     : tag.value == "ed25519" ? KeyType::ed25519
                                              : KeyType::unknown;
      type_position_ = tag.position;
    } else if (tag.name == "h") {
      record_.hashes = read_list(tag.value);
      hashes_position_ = tag.position;
    } else if (tag.name == "s") {
      record_.services = read_list(tag.value);
      services_position_ = tag.position;
    } else if (tag.name == "t") {
      const auto flags = read_list(tag.value);
      record_.testing = contains(flags, "y");
      record_.strict = contains(flags, "s");
      testing_position_ = tag.position;
    } else if (tag.name == "n") {
      record_.notes = shown(tag.value);
    } else if (tag.name == "g") {  // RFC 4871; section C.1 of RFC 6376 removed it
      fault(Gravity::note, "tag-removed", "the tag g is no longer part of DKIM and is ignored",
            "RFC 6376 appendix E", tag.position);
    } else {
      return false;
    }
    return true;
  }

  void read_key() {
    if (record_.type == KeyType::unknown) {
      fault(Gravity::fatal, "type-unknown", fmt::format("k={} is no key type", record_.type_text),
            kKeySection, type_position_);
      return;
    }
    if (key_.value.empty()) {
      record_.revoked = true;
      fault(Gravity::note, "key-revoked", "an empty p= revokes the key", kKeySection, key_.position);
      return;
    }
    const auto bytes = base::decode_base64(key_.value);
    if (!bytes) {
      fault(Gravity::fatal, "key-not-base64",
            key_.value.find('"') != std::string_view::npos
                ? "p= is not base64: a quotation mark stands inside it"
                : "p= is not base64",
            kKeySection, key_.value_position);
      return;
    }
    record_.type == KeyType::rsa ? read_rsa(*bytes) : read_ed25519(*bytes);
    if (record_.bits != 0) record_.public_key = *bytes;
  }

  void read_rsa(const std::string& der) {
    const auto key = crypto::PublicKey::rsa(der);
    if (!key) {
      fault(Gravity::fatal, "key-unreadable", "p= holds no RSA key: " + key.error().what, kKeySection,
            key_.value_position);
      return;
    }
    record_.bits = key->bits();
    record_.fingerprint = base::hex(crypto::sha256(key->spki()));
    if (key->form() == crypto::PublicKey::Form::rsa_public_key) {
      fault(Gravity::warning, "key-bare",
            "p= holds a bare RSAPublicKey; most verifiers want a SubjectPublicKeyInfo", kKeySection,
            key_.value_position);
    }
    if (key->even_or_tiny_exponent()) {
      fault(Gravity::fatal, "key-exponent", "the key's public exponent is even or below 3",
            "RFC 8017 section 3.1", key_.value_position);
    }
    judge_size();
  }

  void judge_size() {
    const auto bits = record_.bits;
    if (bits < kMinRsaBits) {
      fault(Gravity::fatal, "key-too-short",
            fmt::format("the RSA key has {} bits; verifiers refuse fewer than {}", bits, kMinRsaBits),
            kSizeSection, key_.value_position);
    } else if (bits < kRecommendedRsaBits) {
      fault(Gravity::warning, "key-short",
            fmt::format("the RSA key has {} bits; at least {} are recommended", bits, kRecommendedRsaBits),
            kSizeSection, key_.value_position);
    } else if (bits > kWidelyVerifiedRsaBits) {
      fault(Gravity::warning, "key-long",
            fmt::format("the RSA key has {} bits; verifiers need not go beyond {}", bits,
                        kWidelyVerifiedRsaBits),
            kSizeSection, key_.value_position);
    }
  }

  void read_ed25519(const std::string& raw) {
    const auto key = crypto::PublicKey::ed25519(raw);
    if (!key) {
      fault(Gravity::fatal, "key-unreadable", "p= holds no Ed25519 key: " + key.error().what,
            "RFC 8463 section 4", key_.value_position);
      return;
    }
    record_.bits = key->bits();
    record_.fingerprint = base::hex(crypto::sha256(raw));
  }

  void judge_limits() {
    if (record_.testing) {
      fault(Gravity::warning, "testing",
            "t=y: the owner is testing, and some verifiers treat such mail as unsigned", kKeySection,
            testing_position_);
    }
    if (!record_.serves(Service::email)) {
      fault(Gravity::fatal, kServiceOther, "s= does not allow e-mail", kKeySection, services_position_);
    }
    if (!record_.allows_sha256()) {
      fault(Gravity::fatal, "hash-sha1", "h= does not allow sha256, and SHA-1 signatures are never valid",
            "RFC 8301 section 3.1", hashes_position_);
    } else if (record_.hashes && contains(*record_.hashes, "sha1")) {
      fault(Gravity::note, "hash-sha1-listed", "h= still lists sha1, whose signatures are never valid",
            "RFC 8301 section 3.1", hashes_position_);
    }
  }

  KeyRecord& record_;
  std::vector<std::string_view> seen_;  // views of the caller's text, which outlives the reader
  Tag key_;
  bool has_key_tag_ = false;
  std::size_t type_position_ = 0;
  std::size_t hashes_position_ = 0;
  std::size_t services_position_ = 0;
  std::size_t testing_position_ = 0;
};

}  // namespace

bool KeyRecord::serves(Service service) const {
  return !services || contains(*services, "*") || contains(*services, "email") ||
         (service == Service::tlsrpt && contains(*services, "tlsrpt"));
}

bool KeyRecord::allows_sha256() const { return !hashes || contains(*hashes, "sha256"); }

bool KeyRecord::usable(Service service) const {
  const bool spoiled = std::any_of(faults.begin(), faults.end(), [](const auth::Fault& fault) {
    return fault.gravity == Gravity::fatal && fault.code != kServiceOther;
  });
  return !spoiled && serves(service) && !revoked && bits > 0;
}

bool is_key_record(std::string_view txt) {
  const auto tags = auth::split_tags(txt);
  if (tags.empty()) return false;
  if (tags.front().name == "v") return tags.front().value == "DKIM1";
  return std::any_of(tags.begin(), tags.end(), [](const Tag& tag) { return tag.name == "p"; });
}

KeyRecord parse(std::string_view txt) {
  KeyRecord record;
  record.text = txt;
  Reader(record).read(auth::split_tags(txt));
  return record;
}

std::string format(const KeyRecord& record, std::string_view public_key) {
  std::string out = "v=DKIM1; k=";
  out += record.type == KeyType::unknown ? std::string_view(record.type_text) : to_string(record.type);
  if (record.hashes) out += "; h=" + base::join(*record.hashes, ":");
  if (record.services) out += "; s=" + base::join(*record.services, ":");
  if (record.testing || record.strict) {
    out += record.testing && record.strict ? "; t=y:s" : record.testing ? "; t=y" : "; t=s";
  }
  return out + "; p=" + std::string(public_key);
}

Selector read_selector(const facts::Answer& answer) {
  Selector selector;
  if (answer.undetermined()) {
    selector.state = Selector::State::unknown;
    selector.why = facts::describe(answer.why());
    return selector;
  }
  for (const auto& record : answer.records()) {
    const auto text = answer.data(record);
    if (!is_key_record(text)) {
      ++selector.other;
      continue;
    }
    selector.state = Selector::State::present;
    if (++selector.records > kMaxRecords) continue;
    thread_local auth::ParseMemo<KeyRecord> memo;
    selector.keys.push_back(memo.get(answer, text, parse));
  }
  return selector;
}

std::string_view to_string(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return "rsa";
    case KeyType::ed25519:
      return "ed25519";
    case KeyType::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace rampart::dkim
