#include "reports/write/results.h"

#include <algorithm>
#include <array>
#include <memory>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "reports/clean.h"

namespace rampart::reports {
namespace {

namespace json = boost::json;
using base::ErrorKind;

constexpr std::size_t kShown = 60;  // bytes of a value in an error

constexpr std::array kMembers = std::to_array<std::string_view>(
    {"schema", "time", "source_ip", "header_from", "envelope_from", "envelope_to", "policy", "errors",
     "disposition", "aligned", "dkim", "spf", "reasons", "rua"});
constexpr std::array kPolicyMembers = std::to_array<std::string_view>(
    {"domain", "p", "sp", "np", "adkim", "aspf", "testing", "discovery_method", "fo"});
constexpr std::array kAlignedMembers = std::to_array<std::string_view>({"dkim", "spf"});
constexpr std::array kDkimMembers =
    std::to_array<std::string_view>({"domain", "selector", "result", "aligned"});
constexpr std::array kSpfMembers = std::to_array<std::string_view>({"domain", "result"});
constexpr std::array kReasonMembers = std::to_array<std::string_view>({"type", "comment"});

template <class T>
constexpr unsigned kWords = 0;
template <>
constexpr unsigned kWords<Disposition> = 5;
template <>
constexpr unsigned kWords<Aligned> = 3;
template <>
constexpr unsigned kWords<AuthResult> = 9;
template <>
constexpr unsigned kWords<Override> = 6;  // without RFC 7489's, which are read and never written

// Reads one line; errors name the member by its path.
class LineReader {
 public:
  explicit LineReader(std::string_view where) : where_(where) {}

  base::Result<MessageResult> read(const json::value& value) {
    const auto* line = value.if_object();
    if (line == nullptr) return fail("a line must be an object");
    TRY(only(*line, "", kMembers));
    MessageResult out;
    if (const auto schema = TRY(text(*line, "", "schema")); schema != kResultSchema)
      return fail(fmt::format("the schema is \"{}\", not {}", base::excerpt(schema, kShown), kResultSchema));
    const auto time = TRY(text(*line, "", "time"));
    const auto when = base::parse_time(time);
    if (!when)
      return fail(fmt::format("time is \"{}\"", base::excerpt(time, kShown)),
                  "write it as 2025-11-25T08:00:00Z");
    out.time = *when;
    const auto source = TRY(text(*line, "", "source_ip"));
    const auto address = base::IpAddress::parse(source);
    if (!address)
      return fail(fmt::format("source_ip \"{}\" is no IP address", base::excerpt(source, kShown)));
    out.source = address->unmapped();
    out.header_from = TRY(text(*line, "", "header_from"));
    out.envelope_from = TRY(text(*line, "", "envelope_from"));
    out.envelope_to = TRY(optional_text(*line, "", "envelope_to"));
    TRY(take_policy(*line, out.policy));
    out.disposition = TRY(word<Disposition>(*line, "", "disposition"));
    const auto* aligned = TRY(object(*line, "aligned", true));
    TRY(only(*aligned, "aligned.", kAlignedMembers));
    out.dkim = TRY(word<Aligned>(*aligned, "aligned.", "dkim"));
    out.spf = TRY(word<Aligned>(*aligned, "aligned.", "spf"));
    TRY(take_results(*line, out));
    out.errors = TRY(texts(*line, "errors", kMaxResultErrors));
    out.rua = TRY(texts(*line, "rua", kMaxResultUris));
    return out;
  }

 private:
  [[nodiscard]] std::unexpected<base::Error> fail(std::string what, std::string hint = {}) const {
    return base::fail(ErrorKind::input, std::move(what), std::string(where_), std::move(hint));
  }

  base::Result<> only(const json::object& object, std::string_view path,
                      std::span<const std::string_view> names) {
    for (const auto& member : object) {
      const std::string_view key = member.key();
      if (std::ranges::find(names, key) != names.end()) continue;
      const auto near = base::nearest(key, names);
      return fail(fmt::format("there is no member {}{}", path, base::excerpt(key, kShown)),
                  near.empty() ? std::string() : fmt::format("did you mean {}{}?", path, near));
    }
    return {};
  }

  base::Result<std::string> text(const json::object& object, std::string_view path, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr) return fail(fmt::format("{}{} is missing", path, name));
    if (!value->is_string()) return fail(fmt::format("{}{} must be a string", path, name));
    return std::string(std::string_view(value->get_string()));
  }
  base::Result<std::string> optional_text(const json::object& object, std::string_view path,
                                          std::string_view name) {
    if (!object.contains(name)) return std::string();
    return text(object, path, name);
  }

  base::Result<const json::object*> object(const json::object& line, std::string_view name, bool required) {
    const auto* value = line.if_contains(name);
    if (value == nullptr && !required) return nullptr;
    if (value == nullptr) return fail(fmt::format("{} is missing", name));
    if (!value->is_object()) return fail(fmt::format("{} must be an object", name));
    return &value->get_object();
  }

  // The objects of a list that may be left out.
  base::Result<std::vector<const json::object*>> objects(const json::object& line, std::string_view name) {
    std::vector<const json::object*> out;
    const auto* value = line.if_contains(name);
    if (value == nullptr) return out;
    if (!value->is_array()) return fail(fmt::format("{} must be a list", name));
    for (const auto& one : value->get_array()) {
      if (!one.is_object()) return fail(fmt::format("{}[{}] must be an object", name, out.size()));
      out.push_back(&one.get_object());
    }
    return out;
  }

  base::Result<std::vector<std::string>> texts(const json::object& line, std::string_view name,
                                               std::size_t limit) {
    std::vector<std::string> out;
    const auto* value = line.if_contains(name);
    if (value == nullptr) return out;
    if (!value->is_array()) return fail(fmt::format("{} must be a list", name));
    for (const auto& one : value->get_array()) {
      if (!one.is_string()) return fail(fmt::format("{}[{}] must be a string", name, out.size()));
      if (out.size() == limit) return fail(fmt::format("{} has more than {} items", name, limit));
      out.emplace_back(std::string_view(one.get_string()));
    }
    return out;
  }

  template <class T>
  base::Result<T> word(const json::object& object, std::string_view path, std::string_view name) {
    const auto found = TRY(text(object, path, name));
    std::vector<std::string_view> words;
    for (unsigned i = 1; i < kWords<T>; ++i) words.push_back(to_string(static_cast<T>(i)));
    const auto at = std::ranges::find(words, found);
    if (at != words.end()) return static_cast<T>(at - words.begin() + 1);
    return fail(fmt::format("{}{} is \"{}\"", path, name, base::excerpt(found, kShown)),
                fmt::format("it is one of {}", fmt::join(words, ", ")));
  }

  base::Result<> take_policy(const json::object& line, Published& out) {
    const auto* policy = TRY(object(line, "policy", true));
    TRY(only(*policy, "policy.", kPolicyMembers));
    out.domain = TRY(text(*policy, "policy.", "domain"));
    out.p = TRY(text(*policy, "policy.", "p"));
    out.sp = TRY(optional_text(*policy, "policy.", "sp"));
    out.np = TRY(optional_text(*policy, "policy.", "np"));
    out.adkim = TRY(optional_text(*policy, "policy.", "adkim"));
    out.aspf = TRY(optional_text(*policy, "policy.", "aspf"));
    out.testing = TRY(optional_text(*policy, "policy.", "testing"));
    out.discovery_method = TRY(optional_text(*policy, "policy.", "discovery_method"));
    out.fo = TRY(optional_text(*policy, "policy.", "fo"));
    return {};
  }

  base::Result<> take_results(const json::object& line, MessageResult& out) {
    for (const auto* one : TRY(objects(line, "dkim"))) {
      TRY(only(*one, "dkim[].", kDkimMembers));
      SignatureResult signature;
      signature.seen.domain = TRY(text(*one, "dkim[].", "domain"));
      signature.seen.selector = TRY(text(*one, "dkim[].", "selector"));
      signature.seen.result = TRY(word<AuthResult>(*one, "dkim[].", "result"));
      if (const auto* aligned = one->if_contains("aligned")) {
        if (!aligned->is_bool()) return fail("dkim[].aligned must be true or false");
        signature.aligned = aligned->get_bool();
      }
      out.signatures.push_back(std::move(signature));
    }
    if (const auto* spf = TRY(object(line, "spf", false))) {
      TRY(only(*spf, "spf.", kSpfMembers));
      out.spf_seen = SpfSeen{.domain = TRY(text(*spf, "spf.", "domain")),
                             .result = TRY(word<AuthResult>(*spf, "spf.", "result"))};
    }
    for (const auto* one : TRY(objects(line, "reasons"))) {
      TRY(only(*one, "reasons[].", kReasonMembers));
      if (out.reasons.size() == kMaxReasons)
        return fail(fmt::format("reasons has more than {} items", kMaxReasons));
      out.reasons.push_back({.type = TRY(word<Override>(*one, "reasons[].", "type")),
                             .comment = TRY(optional_text(*one, "reasons[].", "comment"))});
    }
    return {};
  }

  std::string_view where_;
};

void add_given(base::JsonWriter& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.member(name, text);
}

// Lines out of pieces.
class Lines {
 public:
  explicit Lines(Source& from) : from_(from), room_(std::make_unique<char[]>(kRoom)) {}

  // The next line without its end, until the next call; nothing at the end. Errors of kind input: it is too long.
  base::Result<std::optional<std::string_view>> next(std::string_view name) {
    line_.clear();
    for (;;) {
      const auto end = rest_.find('\n');
      line_ += rest_.substr(0, end);
      if (line_.size() > kMaxResultLine)
        return base::fail(ErrorKind::input, fmt::format("a line has more than {} bytes", kMaxResultLine),
                          fmt::format("{}:{}", name, number_ + 1));
      if (end != std::string_view::npos) {
        rest_.remove_prefix(end + 1);
        break;
      }
      const auto got = TRY(from_.read({room_.get(), kRoom}));
      rest_ = {room_.get(), got};
      if (got != 0) continue;
      if (line_.empty()) return std::nullopt;
      break;
    }
    ++number_;
    return line_;
  }
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  static constexpr std::size_t kRoom = std::size_t{64} << 10U;

  Source& from_;
  std::unique_ptr<char[]> room_;
  std::string_view rest_;  // of room_
  std::string line_;
  std::size_t number_ = 0;  // of the lines that were given
};

}  // namespace

base::Result<MessageResult> parse_result(std::string_view line, std::string_view where) {
  constexpr base::JsonLimits kLimits{.max_bytes = 3 * kMaxResultLine, .max_depth = 8};
  if (line.size() > kMaxResultLine)
    return base::fail(ErrorKind::input, fmt::format("a line has more than {} bytes", kMaxResultLine),
                      std::string(where));
  const auto value = TRY(base::is_utf8(line) ? base::parse_json(line, where, kLimits)
                                             : base::parse_json(as_utf8(line), where, kLimits));
  return LineReader(where).read(value);
}

std::string format_result(const MessageResult& message) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().member("schema", kResultSchema).member("time", base::format_time(message.time));
  out.member("source_ip", message.source.text()).member("header_from", message.header_from);
  out.member("envelope_from", message.envelope_from);
  add_given(out, "envelope_to", message.envelope_to);
  const auto& policy = message.policy;
  out.key("policy").begin_object().member("domain", policy.domain).member("p", policy.p);
  add_given(out, "sp", policy.sp);
  add_given(out, "np", policy.np);
  add_given(out, "adkim", policy.adkim);
  add_given(out, "aspf", policy.aspf);
  add_given(out, "testing", policy.testing);
  add_given(out, "discovery_method", policy.discovery_method);
  add_given(out, "fo", policy.fo);
  out.end_object();
  if (!message.errors.empty()) out.member_array("errors", message.errors);
  out.member("disposition", to_string(message.disposition)).key("aligned").begin_object();
  out.member("dkim", to_string(message.dkim)).member("spf", to_string(message.spf)).end_object();
  out.key("dkim").begin_array();
  for (const auto& signature : message.signatures) {
    out.begin_object().member("domain", signature.seen.domain).member("selector", signature.seen.selector);
    out.member("result", to_string(signature.seen.result));
    if (signature.aligned) out.member("aligned", *signature.aligned);
    out.end_object();
  }
  out.end_array();
  if (message.spf_seen) {
    out.key("spf").begin_object().member("domain", message.spf_seen->domain);
    out.member("result", to_string(message.spf_seen->result)).end_object();
  }
  if (!message.reasons.empty()) {
    out.key("reasons").begin_array();
    for (const auto& reason : message.reasons) {
      out.begin_object().member("type", to_string(reason.type));
      add_given(out, "comment", reason.comment);
      out.end_object();
    }
    out.end_array();
  }
  out.member_array("rua", message.rua).end_object();
  return text;
}

base::Result<> read_results(Source& from, std::string_view name,
                            const std::function<base::Result<>(MessageResult&&)>& each) {
  Lines lines(from);
  while (const auto line = TRY(lines.next(name))) {
    if (base::trim(*line).empty()) continue;
    const auto where = fmt::format("{}:{}", name, lines.number());
    auto done = each(TRY(parse_result(*line, where)));
    if (done) continue;
    if (done.error().where.empty()) done.error().where = where;
    return done;
  }
  return {};
}

}  // namespace rampart::reports
