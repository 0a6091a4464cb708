// The file of a domain's keys; see rotation.h.
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "auth/dkim/rotation.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::dkim {
namespace {

namespace json = boost::json;
using base::Result;

constexpr std::string_view kSchema = "rampart.dkim-keys/1";
constexpr std::int64_t kMaxSettle = 366LL * 24 * 3600;  // seconds; our own
constexpr KeyPhase kPhases[] = {KeyPhase::made, KeyPhase::published, KeyPhase::signing, KeyPhase::leaving,
                                KeyPhase::retired};

void time_member(base::JsonWriter& out, std::string_view name, const std::optional<base::Time>& time) {
  if (time) out.member(name, base::format_time(*time));
}

class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  Result<ManagedDomain> read(const json::value& value) const {
    const auto* top = value.if_object();
    if (top == nullptr || text(*top, "schema") != kSchema) return wrong("it is no list of DKIM keys");
    ManagedDomain out;
    const auto domain = dns::Name::try_parse(text(*top, "domain"));
    if (!domain || domain->is_root()) return wrong("domain is no name");
    out.domain = *domain;
    if (top->contains("delegate")) {
      const auto zone = dns::Name::try_parse(text(*top, "delegate"));
      if (!zone || zone->is_root()) return wrong("delegate is no name");
      out.delegate = *zone;
    }
    const auto* keys = top->if_contains("keys");
    if (keys == nullptr || !keys->is_array() || keys->get_array().size() > kMaxManagedKeys)
      return wrong(fmt::format("keys is no list of at most {}", kMaxManagedKeys));
    for (const auto& item : keys->get_array()) {
      const auto* object = item.if_object();
      if (object == nullptr) return wrong("a key is no object");
      out.keys.push_back(TRY(key(*object)));
    }
    return out;
  }

 private:
  [[nodiscard]] std::unexpected<base::Error> wrong(std::string what) const {
    return base::fail(base::ErrorKind::input, std::move(what), base::printable(name_));
  }
  static std::string_view text(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    const auto* string = value == nullptr ? nullptr : value->if_string();
    return string == nullptr ? std::string_view() : std::string_view(*string);
  }
  Result<std::optional<base::Time>> moment(const json::object& object, std::string_view name) const {
    if (!object.contains(name)) return std::nullopt;
    const auto out = base::parse_time(text(object, name));
    if (!out) return wrong(fmt::format("{} is not as 2026-11-23T08:00:00Z", name));
    return out;
  }

  Result<ManagedKey> key(const json::object& object) const {
    ManagedKey out;
    out.selector = text(object, "selector");
    out.file = text(object, "file");
    if (out.selector.empty() || out.file.empty()) return wrong("a key has no selector or no file");
    const auto type = text(object, "type");
    if (type != "rsa" && type != "ed25519") return wrong("a key is neither rsa nor ed25519");
    out.type = type == "rsa" ? KeyType::rsa : KeyType::ed25519;
    auto bytes = base::decode_base64(text(object, "public_key"));
    if (!bytes) return wrong("a public_key is no base64");
    out.public_key = *std::move(bytes);
    const auto phase = std::ranges::find(kPhases, text(object, "phase"), [](auto p) { return to_string(p); });
    if (phase == std::end(kPhases)) return wrong("a phase is not known");
    out.phase = *phase;
    out.bits = static_cast<unsigned>(number(object, "bits", 100'000));
    out.settle = std::chrono::seconds(number(object, "settle", kMaxSettle));
    const auto made = TRY(moment(object, "made"));
    if (!made) return wrong("a key has no time at which it was made");
    out.made = *made;
    out.seen = TRY(moment(object, "seen"));
    out.signing = TRY(moment(object, "signing"));
    out.left = TRY(moment(object, "left"));
    out.retired = TRY(moment(object, "retired"));
    const bool whole = (out.phase != KeyPhase::published || out.seen) &&
                       (out.phase != KeyPhase::signing || out.signing) &&
                       (out.phase != KeyPhase::leaving || out.left);
    if (!whole)
      return wrong(fmt::format("{} is {} and has no time for it", out.selector, to_string(out.phase)));
    return out;
  }
  static std::int64_t number(const json::object& object, std::string_view name, std::int64_t most) {
    const auto* value = object.if_contains(name);
    const auto out = value != nullptr && value->is_int64() ? value->get_int64() : 0;
    return std::clamp<std::int64_t>(out, 0, most);
  }

  std::string_view name_;
};

}  // namespace

std::string format_keys(const ManagedDomain& domain) {
  std::string text;
  base::JsonWriter out(text, base::JsonStyle::pretty);
  out.begin_object().member("schema", kSchema).member("domain", domain.domain.text());
  if (domain.delegate) out.member("delegate", domain.delegate->text());
  out.key("keys").begin_array();
  for (const auto& key : domain.keys) {
    out.begin_object()
        .member("selector", key.selector)
        .member("type", to_string(key.type))
        .member("bits", key.bits)
        .member("phase", to_string(key.phase))
        .member("file", key.file)
        .member("made", base::format_time(key.made));
    time_member(out, "seen", key.seen);
    out.member("settle", key.settle.count());
    time_member(out, "signing", key.signing);
    time_member(out, "left", key.left);
    time_member(out, "retired", key.retired);
    out.member("public_key", base::encode_base64(key.public_key)).end_object();
  }
  out.end_array().end_object();
  return text + '\n';
}

base::Result<ManagedDomain> parse_keys(std::string_view text, std::string_view name) {
  return Reader(name).read(TRY(base::parse_json(text, name)));
}

}  // namespace rampart::dkim
