#include "facts/book_json.h"

#include <array>
#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "base/ip.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::facts {
namespace {

using base::JsonWriter;
using dns::Name;
using dns::RrType;

// --- writing ---

void put_text(JsonWriter& json, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  if (base::is_utf8(text)) {
    json.member(key, text);
  } else {
    json.member(fmt::format("{}_base64", key), base::encode_base64(text));
  }
}

void put_base64(JsonWriter& json, std::string_view key, std::string_view bytes) {
  if (!bytes.empty()) json.member(key, base::encode_base64(bytes));
}

void put_flag(JsonWriter& json, std::string_view key, bool flag) {
  if (flag) json.member(key, true);
}

// A certificate may hold a time that has no RFC 3339 form.
void put_time(JsonWriter& json, std::string_view key, base::Time time) {
  const auto text = base::format_time(time);
  if (base::parse_time(text) == time) {
    json.member(key, text);
  } else {
    json.member(key, static_cast<std::int64_t>(time.time_since_epoch().count()));
  }
}

template <class A>
void put_outcome(JsonWriter& json, const A& answer) {
  json.member("presence", to_string(answer.presence));
  if (answer.presence == Presence::unknown) {
    json.member("why", to_string(answer.why));
    put_text(json, "detail", answer.detail);
  }
}

bool holds_name(RrType type) {
  return type == RrType::ns || type == RrType::cname || type == RrType::ptr || type == RrType::mx;
}

void put_record(JsonWriter& json, const Answer& answer, const Record& record) {
  const auto data = answer.data(record);
  const auto type = answer.type();
  json.begin_object().member("ttl", record.ttl);
  if (type == RrType::mx) json.member("preference", record.preference);
  if (record.strings != 1) json.member("strings", record.strings);
  const auto address =
      type == RrType::a || type == RrType::aaaa ? base::IpAddress::from_bytes(data) : std::nullopt;
  if (address) {
    json.member("address", address->text());
  } else if (holds_name(type)) {
    json.member("name", answer.target(record).text());
  } else if (type == RrType::txt && base::is_utf8(data)) {
    json.member("text", data);
  } else {
    json.member("base64", base::encode_base64(data));
  }
  json.end_object();
}

void put(JsonWriter& json, const Answer& answer) {
  json.member("q", "dns").member("name", answer.name().text()).member("type", dns::to_string(answer.type()));
  json.member("presence", to_string(answer.presence()));
  if (answer.unknown()) {
    json.member("why", to_string(answer.why()));
    put_text(json, "detail", answer.detail());
  }
  put_flag(json, "ad", answer.ad());
  if (answer.ttl() != 0) json.member("ttl", answer.ttl());
  put_time(json, "seen", answer.seen());
  put_text(json, "server", answer.server());
  if (answer.has_aliases()) {
    json.key("aliases").begin_array();
    for (const auto& alias : answer.aliases()) json.value(alias.text());
    json.end_array();
  }
  if (!answer.present()) return;
  json.key("records").begin_array();
  for (const auto& record : answer.records()) put_record(json, answer, record);
  json.end_array();
}

void put(JsonWriter& json, const HttpAnswer& answer) {
  json.member("q", "https").member("host", answer.question.host.text());
  put_text(json, "path", answer.question.path);
  put_outcome(json, answer);
  put_flag(json, "tls_failed", answer.tls_failed);
  if (answer.status != 0) json.member("status", answer.status);
  put_text(json, "content_type", answer.content_type);
  put_text(json, "body", answer.body);
  put_time(json, "seen", answer.seen);
  put_text(json, "server", answer.server);
}

void put(JsonWriter& json, const Certificate& certificate) {
  json.begin_object();
  put_text(json, "subject", certificate.subject);
  json.key("names").begin_array();
  for (const auto& name : certificate.names) {
    json.begin_object();
    put_text(json, "name", name);
    json.end_object();
  }
  json.end_array();
  put_text(json, "issuer", certificate.issuer);
  put_time(json, "not_before", certificate.not_before);
  put_time(json, "not_after", certificate.not_after);
  put_text(json, "chain_error", certificate.chain_error);
  put_flag(json, "name_matches", certificate.name_matches);
  put_base64(json, "spki_sha256", certificate.spki_sha256);
  put_base64(json, "sha256", certificate.sha256);
  put_base64(json, "ta_spki_sha256", certificate.ta_spki_sha256);
  put_base64(json, "ta_sha256", certificate.ta_sha256);
  json.end_object();
}

void put(JsonWriter& json, const SmtpAnswer& answer) {
  json.member("q", "smtp").member("host", answer.question.host.text());
  put_outcome(json, answer);
  put_flag(json, "port_blocked", answer.port_blocked);
  put_text(json, "banner", answer.banner);
  put_flag(json, "starttls", answer.starttls);
  put_flag(json, "auth_in_clear", answer.auth_in_clear);
  put_text(json, "tls_error", answer.tls_error);
  put_text(json, "tls_version", answer.tls_version);
  if (!answer.certificate.empty()) {
    json.key("certificate").begin_array();
    for (const auto& certificate : answer.certificate) put(json, certificate);
    json.end_array();
  }
  put_time(json, "seen", answer.seen);
  put_text(json, "server", answer.server);
}

Presence presence_of(const Answer& answer) { return answer.presence(); }
Presence presence_of(const HttpAnswer& answer) { return answer.presence; }
Presence presence_of(const SmtpAnswer& answer) { return answer.presence; }

// --- reading ---

// Takes the members of one object; the first fault is kept and everything after it reads as its default.
class Members {
 public:
  explicit Members(const boost::json::object& object) : object_(object) {}
  explicit Members(const boost::json::value& entry) : object_(object_of(entry)) {
    if (!entry.is_object()) error_ = "an entry is not an object";
  }

  std::string text(std::string_view key) {
    if (const auto* encoded = object_.if_contains(fmt::format("{}_base64", key)))
      return decoded(key, *encoded);
    const auto* value = object_.if_contains(key);
    if (value == nullptr) return {};
    if (!value->is_string()) return fault(key, "is not a string");
    return std::string(value->get_string());
  }
  std::string base64(std::string_view key) {
    const auto* value = object_.if_contains(key);
    return value == nullptr ? std::string() : decoded(key, *value);
  }
  bool flag(std::string_view key) {
    const auto* value = object_.if_contains(key);
    if (value == nullptr) return false;
    if (!value->is_bool()) fault(key, "is neither true nor false");
    return value->is_bool() && value->get_bool();
  }
  template <class T>
  T number(std::string_view key, T otherwise = 0) {
    const auto* value = object_.if_contains(key);
    if (value == nullptr) return otherwise;
    if (!value->is_int64() || !std::in_range<T>(value->get_int64())) {
      fault(key, "is not a number in its range");
      return otherwise;
    }
    return static_cast<T>(value->get_int64());
  }
  Name name(std::string_view key) {
    const auto parsed = Name::try_parse(text(key));
    if (!parsed) fault(key, "is not a domain name");
    return parsed.value_or(Name());
  }
  base::Time time(std::string_view key) {
    const auto* value = object_.if_contains(key);
    if (value != nullptr && value->is_int64()) return base::Time(std::chrono::seconds(value->get_int64()));
    const auto parsed = base::parse_time(text(key));
    if (!parsed) fault(key, "is not a time, as in 2026-11-23T08:00:00Z");
    return parsed.value_or(base::Time());
  }
  template <class T, std::size_t N>
  T word(std::string_view key, const std::array<T, N>& words) {
    const auto given = text(key);
    for (const auto word : words) {
      if (to_string(word) == given) return word;
    }
    fault(key, "is not one of the known words");
    return words[0];
  }
  const boost::json::array& list(std::string_view key) {
    static const boost::json::array empty;
    const auto* value = object_.if_contains(key);
    if (value == nullptr) return empty;
    if (!value->is_array()) fault(key, "is not a list");
    return value->is_array() ? value->get_array() : empty;
  }
  [[nodiscard]] bool has(std::string_view key) const { return object_.contains(key); }
  std::string fault(std::string_view key, std::string_view what) {
    if (error_.empty()) error_ = fmt::format("\"{}\" {}", key, what);
    return {};
  }
  void take(const Members& inner) {
    if (error_.empty()) error_ = inner.error_;
  }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  static const boost::json::object& object_of(const boost::json::value& value) {
    static const boost::json::object empty;
    return value.is_object() ? value.get_object() : empty;
  }
  std::string decoded(std::string_view key, const boost::json::value& value) {
    auto bytes = value.is_string() ? base::decode_base64(std::string_view(value.get_string())) : std::nullopt;
    if (!bytes) return fault(key, "is not base64");
    return std::move(*bytes);
  }

  const boost::json::object& object_;
  std::string error_;
};

constexpr std::array kPresences = {Presence::present, Presence::no_name, Presence::no_data,
                                   Presence::unknown};
constexpr std::array kProbePresences = {Presence::present, Presence::unknown};
constexpr std::array kWhys = {Why::servfail,  Why::refused,    Why::rcode,     Why::timeout,  Why::network,
                              Why::truncated, Why::cname_loop, Why::malformed, Why::resolver, Why::outside,
                              Why::forbidden, Why::not_asked,  Why::budget};

// Whether data has the shape that readers of the type take for granted (rr.h).
bool fits(RrType type, std::string_view data) {
  switch (type) {
    case RrType::soa:
      return dns::parse_soa(data).has_value();
    case RrType::tlsa:
      return dns::parse_tlsa(data).has_value();
    case RrType::ds:
      return dns::parse_ds(data).has_value();
    case RrType::caa:
      return data.size() >= 2;
    default:
      return true;
  }
}

void read_record(Members& parent, const boost::json::value& value, RrType type, AnswerBuilder& builder) {
  Members members(value);
  const auto ttl = members.number<std::uint32_t>("ttl");
  const auto preference = members.number<std::uint16_t>("preference");
  const auto strings = members.number<std::uint16_t>("strings", 1);
  std::string data;
  if (type == RrType::a || type == RrType::aaaa) {
    const auto address = base::IpAddress::parse(members.text("address"));
    if (!address || address->is_v4() != (type == RrType::a)) {
      members.fault("address", "is not an address of the record's type");
    } else {
      const auto bytes = address->bytes();
      data.assign(bytes.begin(), bytes.end());
    }
  } else if (holds_name(type)) {
    data = members.name("name").wire();
  } else if (type == RrType::txt && members.has("text")) {
    data = members.text("text");
  } else {
    data = members.base64("base64");
    if (!members.has("base64")) members.fault("base64", "is missing");
    if (!fits(type, data)) members.fault("base64", "does not have the form of its type");
  }
  if (members.error().empty()) builder.add_record(data, ttl, preference, strings);
  parent.take(members);
}

Fact read_dns(Members& members) {
  const auto type = dns::parse_rr_type(members.text("type"));
  if (!type) members.fault("type", "is not a record type that is asked for");
  AnswerBuilder builder(members.name("name"), type.value_or(RrType::txt));
  const auto presence = members.word("presence", kPresences);
  builder.set_ad(members.flag("ad")).set_ttl(members.number<std::uint32_t>("ttl"));
  builder.set_seen(members.time("seen")).set_server(members.text("server"));
  const auto& aliases = members.list("aliases");
  if (aliases.size() > AnswerBuilder::kMaxAliases) members.fault("aliases", "is too long");
  for (const auto& alias : aliases) {
    const auto name =
        alias.is_string() ? Name::try_parse(std::string_view(alias.get_string())) : std::nullopt;
    if (!name) members.fault("aliases", "holds what is not a domain name");
    if (!members.error().empty()) break;
    builder.add_alias(*name);
  }
  const auto& records = members.list("records");
  if (presence == Presence::unknown) {
    builder.set_unknown(members.word("why", kWhys), members.text("detail"));
  } else {
    builder.set_presence(presence);
  }
  if ((presence == Presence::present) == records.empty())
    members.fault("records", "does not fit \"presence\"");
  if (records.size() > AnswerBuilder::kMaxRecords) members.fault("records", "is too long");
  if (members.error().empty()) {
    for (const auto& record : records) read_record(members, record, *type, builder);
  }
  return builder.build();
}

template <class A>
void read_outcome(Members& members, A& answer) {
  answer.presence = members.word("presence", kProbePresences);
  if (answer.presence != Presence::unknown) return;
  answer.why = members.word("why", kWhys);
  answer.detail = members.text("detail");
}

Fact read_https(Members& members) {
  HttpAnswer answer;
  answer.question = {members.name("host"), members.text("path")};
  read_outcome(members, answer);
  answer.tls_failed = members.flag("tls_failed");
  answer.status = members.number<int>("status");
  answer.content_type = members.text("content_type");
  answer.body = members.text("body");
  answer.seen = members.time("seen");
  answer.server = members.text("server");
  return std::make_shared<const HttpAnswer>(std::move(answer));
}

Certificate read_certificate(Members& members) {
  Certificate certificate;
  certificate.subject = members.text("subject");
  for (const auto& value : members.list("names")) {
    Members entry(value);
    certificate.names.push_back(entry.text("name"));
    members.take(entry);
  }
  certificate.issuer = members.text("issuer");
  certificate.not_before = members.time("not_before");
  certificate.not_after = members.time("not_after");
  certificate.chain_error = members.text("chain_error");
  certificate.name_matches = members.flag("name_matches");
  certificate.spki_sha256 = members.base64("spki_sha256");
  certificate.sha256 = members.base64("sha256");
  certificate.ta_spki_sha256 = members.base64("ta_spki_sha256");
  certificate.ta_sha256 = members.base64("ta_sha256");
  return certificate;
}

Fact read_smtp(Members& members) {
  SmtpAnswer answer;
  answer.question = {members.name("host")};
  read_outcome(members, answer);
  answer.port_blocked = members.flag("port_blocked");
  answer.banner = members.text("banner");
  answer.starttls = members.flag("starttls");
  answer.auth_in_clear = members.flag("auth_in_clear");
  answer.tls_error = members.text("tls_error");
  answer.tls_version = members.text("tls_version");
  for (const auto& value : members.list("certificate")) {
    Members entry(value);
    answer.certificate.push_back(read_certificate(entry));
    members.take(entry);
  }
  if (answer.certificate.size() > 1) members.fault("certificate", "holds more than one");
  answer.seen = members.time("seen");
  answer.server = members.text("server");
  return std::make_shared<const SmtpAnswer>(std::move(answer));
}

}  // namespace

void append_fact(std::string& out, const Fact& fact) {
  std::visit(
      [&](const auto& answer) {
        if (presence_of(*answer) == Presence::open) return;
        JsonWriter json(out);
        json.begin_object();
        put(json, *answer);
        json.end_object();
        out += '\n';
      },
      fact);
}

base::Result<Fact> fact_of(const boost::json::object& object) {
  Members members(object);
  const auto kind = members.text("q");
  Fact fact;
  if (kind == "dns") {
    fact = read_dns(members);
  } else if (kind == "https") {
    fact = read_https(members);
  } else if (kind == "smtp") {
    fact = read_smtp(members);
  } else {
    members.fault("q", "is neither dns, https nor smtp");
  }
  if (members.error().empty()) return fact;
  return base::fail(base::ErrorKind::input, members.error());
}

}  // namespace rampart::facts
