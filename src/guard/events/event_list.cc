#include "guard/events/event_list.h"

#include <algorithm>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "guard/events/event_keys.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

using base::Result;
using Number = long long;
using Object = boost::json::object;
using Place = EventStore::Place;

constexpr std::size_t kBatch = 128;  // events that are asked for at once, of each range

Number seconds(base::Time time) { return time.time_since_epoch().count(); }

// --- what is seen of an event ---

boost::json::array* array_of(Object& object, std::string_view name) {
  auto* list = object.if_contains(name);
  return list != nullptr && list->is_array() ? &list->get_array() : nullptr;
}

template <class Predicate>
void erase_if(boost::json::array& list, Predicate predicate) {
  list.erase(std::remove_if(list.begin(), list.end(), predicate), list.end());
}

// Takes the addresses away that are others'. How many are left.
std::size_t keep_own(Object& object, std::string_view name, const Scope& scope) {
  auto* list = array_of(object, name);
  if (list == nullptr) return 0;
  erase_if(*list, [&](const boost::json::value& one) {
    const auto* address = one.is_object() ? one.get_object().if_contains("address") : &one;
    return address == nullptr || !address->is_string() ||
           !scope.covers_address(std::string_view(address->get_string()));
  });
  return list->size();
}

void keep_own_outcomes(Object& event, const Scope& scope) {
  auto* outcomes = array_of(event, "outcomes");
  if (outcomes == nullptr) return;
  std::string kept;
  erase_if(*outcomes, [&](boost::json::value& one) {
    if (!one.is_object() || keep_own(one.get_object(), "recipients", scope) == 0) return true;
    if (kept.empty()) kept = base::text_member(one.get_object(), "kept");
    return false;
  });
  event["kept"] = kept;
}

bool is_own(Object& event, const Scope& scope) {
  if (scope.is_everything()) return true;
  const auto own = keep_own(event, "recipients", scope);
  if (own == 0 && !scope.covers_author(base::lower(base::text_member(event, "author")))) return false;
  keep_own_outcomes(event, scope);
  // Whoever is only named as its author has nothing to do with what is kept from others.
  if (own == 0) event["kept"] = "";
  if (auto* sender = event.if_contains("sender"); sender != nullptr && sender->is_object())
    keep_own(sender->get_object(), "recipients", scope);
  return true;
}

std::optional<Object> parse(std::string_view text) {
  auto value = base::parse_json(text, "guard_event");
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->get_object());
}

// --- whether it is what is looked for; once what is others' is taken away, so that nobody learns of it by asking ---

bool is_at(std::string_view address, std::string_view wanted) {
  if (wanted.starts_with('@')) return mail::domain_part(address) == wanted.substr(1);
  return address == wanted;
}

bool has_cause(Object& object, std::string_view code) {
  const auto* list = array_of(object, "causes");
  return list != nullptr && std::ranges::any_of(*list, [&](const boost::json::value& one) {
           return one.is_object() && base::text_member(one.get_object(), "code") == code;
         });
}

bool fits(Object& event, const EventFilter& filter) {
  const auto member = [&](std::string_view name) { return base::lower(base::text_member(event, name)); };
  if (!filter.actions.empty() &&
      std::ranges::find(filter.actions, member("answered")) == filter.actions.end())
    return false;
  if (!filter.sender.empty() && !is_at(member("mail_from"), filter.sender)) return false;
  if (!filter.client.empty() && member("client") != filter.client) return false;
  if (!filter.text.empty() && member("subject").find(filter.text) == std::string::npos) return false;
  if (!filter.author.empty()) {
    const auto author = member("author");
    const auto domains = author_domains(author);
    if (std::ranges::find(domains, std::string_view(filter.author)) == domains.end()) return false;
  }
  if (!filter.recipient.empty()) {
    const auto* list = array_of(event, "recipients");
    const bool any =
        list != nullptr && std::ranges::any_of(*list, [&](const boost::json::value& one) {
          return one.is_string() && is_at(base::lower(std::string_view(one.get_string())), filter.recipient);
        });
    if (!any) return false;
  }
  if (filter.cause.empty() || has_cause(event, filter.cause)) return true;
  auto* outcomes = array_of(event, "outcomes");
  return outcomes != nullptr && std::ranges::any_of(*outcomes, [&](boost::json::value& one) {
           return one.is_object() && has_cause(one.get_object(), filter.cause);
         });
}

// --- ranges of the index ---

// The words, any of which an event has that is looked for: the fewest events first. Empty: all events.
std::vector<std::string> ranges_of(const EventFilter& filter) {
  const auto is_domain = [](const std::string& text) { return text.starts_with('@'); };
  if (!filter.recipient.empty() && !is_domain(filter.recipient)) return {"to " + filter.recipient};
  if (!filter.sender.empty() && !is_domain(filter.sender)) return {"from " + filter.sender};
  if (!filter.client.empty()) return {"at " + filter.client};
  if (!filter.author.empty()) return {"of " + filter.author};
  if (!filter.sender.empty()) return {"from " + filter.sender};
  if (!filter.cause.empty()) return {"why " + filter.cause};
  if (!filter.recipient.empty()) return {"to " + filter.recipient};
  std::vector<std::string> out;
  if (const auto domains = filter.scope.domains(); !domains.empty() && domains.size() <= kMaxRanges) {
    for (const auto& domain : domains) out.push_back("in " + domain);
    return out;
  }
  const bool is_few = std::ranges::find(filter.actions, "accept") == filter.actions.end();
  if (is_few)
    for (const auto& action : filter.actions) out.push_back("did " + action);
  return out;
}

bool is_newer(const Place& a, const Place& b) {
  return std::tie(a.at, a.number, a.id) > std::tie(b.at, b.number, b.id);
}

// The newest kBatch that are older than `behind`, of one range or of all.
void read_range(soci::session& sql, const std::string& word, const Place& behind, Number from,
                std::vector<Place>& out) {
  const Number at = seconds(behind.at);
  const Number number = behind.number;
  const auto most = static_cast<Number>(kBatch);
  Number row_at = 0;
  Number row_number = 0;
  std::string id;
  soci::statement rows(sql);
  rows.exchange(soci::into(row_at));
  rows.exchange(soci::into(row_number));
  rows.exchange(soci::into(id));
  if (!word.empty()) rows.exchange(soci::use(word));
  for (const Number* value : {&at, &std::as_const(from), &at, &number, &number})
    rows.exchange(soci::use(*value));
  rows.exchange(soci::use(behind.id));
  rows.exchange(soci::use(most));
  rows.alloc();
  // In this form a page is a range of the index, as in EventStore::page().
  if (word.empty())
    rows.prepare(
        "SELECT at, number, id FROM guard_event WHERE at <= :top AND at >= :from AND (at < :at OR number < "
        ":number OR"
        " (number = :same AND id < :id)) ORDER BY at DESC, number DESC, id DESC LIMIT :most");
  else
    rows.prepare(
        "SELECT at, number, event FROM guard_event_key WHERE word = :word AND at <= :top AND at >= :from AND "
        "(at < :at OR"
        " number < :number OR (number = :same AND event < :id)) ORDER BY at DESC, number DESC, event DESC "
        "LIMIT :most");
  rows.define_and_bind();
  rows.execute();
  while (rows.fetch())
    out.push_back({.at = base::Time(std::chrono::seconds(row_at)), .number = row_number, .id = id});
}

// Those of several ranges in their order, each once; as far as all of them were read.
std::vector<Place> merge(soci::session& sql, const std::vector<std::string>& words, const Place& behind,
                         Number from) {
  std::vector<Place> out;
  if (words.empty()) {
    read_range(sql, {}, behind, from, out);
    return out;
  }
  for (const auto& word : words) read_range(sql, word, behind, from, out);
  std::ranges::sort(out, is_newer);
  out.erase(std::unique(out.begin(), out.end(), [](const Place& a, const Place& b) { return a.id == b.id; }),
            out.end());
  if (out.size() > kBatch) out.resize(kBatch);
  return out;
}

std::optional<std::string> read_event(soci::session& sql, const std::string& id) {
  std::string event;
  sql << "SELECT event FROM guard_event WHERE id = :id", soci::use(id), soci::into(event);
  return sql.got_data() ? std::optional(std::move(event)) : std::nullopt;
}

EventFilter in_lower_case(EventFilter filter) {
  for (auto* text :
       {&filter.recipient, &filter.sender, &filter.author, &filter.client, &filter.cause, &filter.text})
    *text = base::lower(*text);
  for (auto& action : filter.actions) action = base::lower(action);
  return filter;
}

}  // namespace

Scope::Scope(const std::vector<std::string>& domains) : domains_(std::in_place) {
  for (const auto& domain : domains) domains_->insert(base::lower(domain));
}

bool Scope::covers_domain(std::string_view domain) const {
  if (!domains_) return true;
  const auto lower = base::lower(domain);
  for (std::string_view rest = lower; !rest.empty();) {
    if (domains_->contains(std::string(rest))) return true;
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return false;
}

bool Scope::covers_address(std::string_view address) const {
  return covers_domain(mail::domain_part(address));
}

bool Scope::covers_author(std::string_view author) const {
  return std::ranges::any_of(author_domains(author),
                             [&](std::string_view domain) { return covers_domain(domain); });
}

std::vector<std::string> Scope::domains() const {
  if (!domains_) return {};
  std::vector<std::string> out(domains_->begin(), domains_->end());
  std::ranges::sort(out);
  return out;
}

std::optional<std::string> seen_by(std::string_view event, const Scope& scope) {
  if (scope.is_everything()) return std::string(event);
  auto object = parse(event);
  if (!object || !is_own(*object, scope)) return std::nullopt;
  return boost::json::serialize(*object);
}

Result<std::optional<std::string>> find_event(store::Database& database, const std::string& id,
                                              const Scope& scope) {
  const auto event = TRY(database.run([&](soci::session& sql) { return read_event(sql, id); }));
  return event ? seen_by(*event, scope) : std::nullopt;
}

Result<EventPage> list_events(store::Database& database, const EventFilter& wanted) {
  const auto filter = in_lower_case(wanted);
  EventPage out;
  // A scope without a domain has nothing in it.
  if (!filter.scope.is_everything() && filter.scope.domains().empty()) return out;
  const auto words = ranges_of(filter);
  const Number from = filter.from ? seconds(*filter.from) : std::numeric_limits<Number>::min();
  Place behind{
      .at = base::Time(std::chrono::seconds(std::numeric_limits<Number>::max() / 2)), .number = 0, .id = {}};
  if (filter.to) behind = {.at = *filter.to, .number = 0, .id = {}};
  if (filter.behind && is_newer(behind, *filter.behind)) behind = *filter.behind;
  return database.run([&](soci::session& sql) {
    std::size_t looked = 0;
    for (;;) {
      const auto places = merge(sql, words, behind, from);
      for (const auto& place : places) {
        if (out.events.size() == filter.most || looked == kMaxLookedThrough) {
          out.next = behind;
          return out;
        }
        ++looked;
        behind = place;
        const auto text = read_event(sql, place.id);
        auto event = text ? parse(*text) : std::nullopt;
        if (!event || !is_own(*event, filter.scope) || !fits(*event, filter)) continue;
        out.events.push_back(filter.scope.is_everything() ? *text : boost::json::serialize(*event));
      }
      if (places.size() < kBatch) return out;
    }
  });
}

}  // namespace rampart::guard
