#include "audit/fix/rollback.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/fix/apply.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::audit::fix {
namespace {

using base::ErrorKind;
using base::Result;
namespace json = boost::json;

constexpr std::string_view kSchema = "rampart.rollback/1";
constexpr std::uint32_t kMaxTtl = 0x7fffffff;  // RFC 2181 section 8

void write_set(base::JsonWriter& out, std::string_view key, const dns::RecordSet& set) {
  out.key(key).begin_object().member("ttl", set.ttl).key("records").begin_array();
  for (const auto& record : set.rdata) {
    out.begin_object()
        .member("data", dns::rdata_text(set.type, record))
        .member("rdata", base::hex(record))
        .end_object();
  }
  out.end_array().end_object();
}

std::optional<std::string> unhex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  const auto digit = [](char c) -> int {
    if (base::is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  Result<Rollback> read(const json::value& value) const {
    const auto* top = value.if_object();
    if (top == nullptr || text(*top, "schema") != kSchema)
      return wrong(fmt::format("its schema is not {}", kSchema), "name a file that fix apply has written");
    Rollback out;
    out.domain = TRY(name(*top, "domain"));
    const auto server = base::parse_endpoint(text(*top, "server"), 0);
    if (!server || server->port == 0) return wrong("the server is no ADDRESS:PORT");
    out.server = *server;
    out.time = TRY(time(*top));
    if (const auto* risk = object(*top, "accepted_risk")) {
      AcceptedRisk accepted{std::string(text(*risk, "reason")), TRY(time(*risk))};
      if (accepted.reason.empty() || accepted.reason.size() > kMaxReason)
        return wrong("the accepted risk has no reason");
      out.risk = std::move(accepted);
    }
    const auto* updates = top->if_contains("updates");
    const auto* list = updates == nullptr ? nullptr : updates->if_array();
    if (list == nullptr || list->size() > kMaxUpdates)
      return wrong(fmt::format("updates is no list of at most {}", kMaxUpdates));
    for (const auto& item : *list) {
      const auto* entry = item.if_object();
      if (entry == nullptr) return wrong("an update is no object");
      out.updates.push_back(TRY(update(*entry, out.domain)));
    }
    for (const auto& history : histories(out)) TRY(check(history, out));
    return out;
  }

 private:
  [[nodiscard]] std::unexpected<base::Error> wrong(std::string what, std::string hint = {}) const {
    return base::fail(ErrorKind::input, std::move(what), base::printable(file_), std::move(hint));
  }

  static std::string_view text(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    const auto* string = value == nullptr ? nullptr : value->if_string();
    return string == nullptr ? std::string_view() : std::string_view(*string);
  }
  static const json::object* object(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value == nullptr ? nullptr : value->if_object();
  }
  [[nodiscard]] Result<base::Time> time(const json::object& object) const {
    const auto found = base::parse_time(text(object, "time"));
    if (!found) return wrong("a time is not as 2026-11-23T08:00:00Z");
    return *found;
  }
  [[nodiscard]] Result<dns::Name> name(const json::object& object, std::string_view key) const {
    const auto found = dns::Name::try_parse(text(object, key));
    if (!found || found->is_root()) return wrong(fmt::format("{} is no domain name", key));
    return *found;
  }

  Result<dns::RecordSet> set(const json::object& entry, std::string_view key, const dns::Name& owner,
                             dns::RrType type) const {
    dns::RecordSet out{.name = owner, .type = type, .ttl = 0, .rdata = {}};
    const auto* found = object(entry, key);
    const auto* records = found == nullptr ? nullptr : found->if_contains("records");
    if (records == nullptr || !records->is_array()) return wrong(fmt::format("{} has no records", key));
    for (const auto& item : records->get_array()) {
      const auto* record = item.if_object();
      auto rdata = record == nullptr ? std::nullopt : unhex(text(*record, "rdata"));
      if (!rdata || !dns::is_rdata(type, *rdata))
        return wrong("rdata is not that of its type in hexadecimal digits");
      if (text(*record, "data") != dns::rdata_text(type, *rdata))
        return wrong(fmt::format("data and rdata of {} differ", owner.text()),
                     "the file was changed by hand");
      out.put(*std::move(rdata));
    }
    const auto* ttl = found->if_contains("ttl");
    const auto seconds = ttl != nullptr && ttl->is_int64() ? ttl->get_int64() : -1;
    if (seconds < 0 || seconds > kMaxTtl) return wrong("a TTL is no number of seconds");
    out.ttl = static_cast<std::uint32_t>(seconds);
    return out;
  }

  Result<Update> update(const json::object& entry, const dns::Name& domain) const {
    Update out;
    out.zone = TRY(name(entry, "zone"));
    out.step = text(entry, "step");
    const auto owner = TRY(name(entry, "name"));
    const auto type = dns::parse_rr_type(text(entry, "type"));
    if (!type) return wrong(fmt::format("{} has a type that is not known", owner.text()));
    out.before = TRY(set(entry, "before", owner, *type));
    out.after = TRY(set(entry, "after", owner, *type));
    const auto* done = entry.if_contains("done");
    out.done = done != nullptr && done->is_bool() && done->get_bool();
    if (!owner.is_within(out.zone))
      return wrong(fmt::format("{} is not in the zone {}", owner.text(), out.zone.text()));
    if (auto why = forbidden(domain, out.before, out.after); !why.empty()) return wrong(std::move(why));
    return out;
  }

  [[nodiscard]] Result<> check(const History& history, const Rollback& rollback) const {
    const auto& first = history.states.front();
    const auto* last = &first;
    for (const auto& update : rollback.updates) {
      if (update.before.name != first.name || update.before.type != first.type) continue;
      if (update.before != *last || update.zone != history.zone)
        return wrong(fmt::format("the updates of {} do not follow one another", first.name.text()),
                     "the file was changed by hand");
      last = &update.after;
    }
    return {};
  }

  std::string_view file_;
};

std::vector<std::string> without(const std::vector<std::string>& records,
                                 const std::vector<std::string>& others) {
  std::vector<std::string> out;
  std::ranges::set_difference(records, others, std::back_inserter(out));
  return out;
}

}  // namespace

std::string rollback_json(const Rollback& rollback, std::string_view version) {
  std::string text;
  base::JsonWriter out(text, base::JsonStyle::pretty);
  out.begin_object().member("schema", kSchema).member("time", base::format_time(rollback.time));
  out.key("program").begin_object().member("name", "rampart").member("version", version).end_object();
  out.member("domain", rollback.domain.text()).member("server", rollback.server.text()).key("accepted_risk");
  if (rollback.risk) {
    out.begin_object()
        .member("reason", rollback.risk->reason)
        .member("time", base::format_time(rollback.risk->time))
        .end_object();
  } else {
    out.null();
  }
  out.key("updates").begin_array();
  for (const auto& update : rollback.updates) {
    out.begin_object()
        .member("zone", update.zone.text())
        .member("name", update.before.name.text())
        .member("type", dns::to_string(update.before.type))
        .member("step", update.step);
    write_set(out, "before", update.before);
    write_set(out, "after", update.after);
    out.member("done", update.done).end_object();
  }
  out.end_array().end_object();
  return text + '\n';
}

Result<Rollback> parse_rollback(std::string_view text, std::string_view file) {
  const auto value = TRY(base::parse_json(text, file, {.max_bytes = kMaxRollback}));
  return Reader(file).read(value);
}

std::vector<History> histories(const Rollback& rollback) {
  std::vector<History> out;
  for (const auto& update : rollback.updates) {
    const auto known = std::ranges::find_if(out, [&](const History& history) {
      return history.states.front().name == update.before.name &&
             history.states.front().type == update.before.type;
    });
    if (known == out.end()) {
      out.push_back({update.zone, {update.before, update.after}});
    } else {  // moved behind the others: it was changed later than they
      known->states.push_back(update.after);
      std::rotate(known, known + 1, out.end());
    }
  }
  std::ranges::reverse(out);
  return out;
}

Restoration restore(const History& history, const dns::RecordSet& current) {
  const auto& first = history.states.front();
  const auto has = [&](const std::string& record) { return current.holds(record); };
  const auto with_ttl = [&](dns::RecordSet set) {
    if (!first.empty()) set.ttl = first.ttl;
    if (set.empty()) set.ttl = 0;
    return set;
  };
  bool ours = false;  // something that we put is there
  for (std::size_t i = history.states.size() - 1; i > 0; --i) {
    const auto added = without(history.states[i].rdata, first.rdata);
    const auto gone = without(first.rdata, history.states[i].rdata);
    ours = ours || std::ranges::any_of(added, has);
    const bool is_state = std::ranges::all_of(added, has) && std::ranges::none_of(gone, has);
    if (!is_state || (added.empty() && gone.empty())) continue;
    auto after = current;
    for (const auto& record : added) after.take(record);
    for (const auto& record : gone) after.put(record);
    return {with_ttl(std::move(after)), {}};
  }
  if (!ours && std::ranges::all_of(first.rdata, has)) return {with_ttl(current), {}};
  return {current, fmt::format("{} {} was changed by somebody else since", first.name.text(),
                               dns::to_string(first.type))};
}

}  // namespace rampart::audit::fix
