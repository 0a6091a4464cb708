#include "guard/memory/acquaintance.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "guard/policy/policy.h"

namespace rampart::guard {
namespace {

struct Reason {
  NotKnown why;
  std::string_view code;
  std::string_view words;
};

constexpr std::array kReasons{
    Reason{NotKnown::none, "", ""},
    Reason{NotKnown::no_store, "no-store", "nothing is remembered without a store"},
    Reason{NotKnown::off, "switched-off", "guard.remember_correspondents is false"},
    Reason{NotKnown::store_trouble, "store-trouble", "the store cannot be read"},
    Reason{NotKnown::no_author, "no-author", "From names no single author"},
    Reason{NotKnown::no_address, "no-address", "the recipient's address is none that is remembered"},
    Reason{NotKnown::too_young, "too-young", "the memory is younger than 14 days"},
    Reason{NotKnown::incomplete, "incomplete", "the memory had no room for all"},
    Reason{NotKnown::many_recipients, "many-recipients",
           "it wrote to more recipients at a time than are remembered"},
};
static_assert(kMemoryAge == std::chrono::days(14), "it is said in words above");

base::Time time_of(std::int64_t seconds) { return base::Time(std::chrono::seconds(seconds)); }
std::string day_of(base::Time time) { return base::format_time(time).substr(0, 10); }

void write_time(base::JsonWriter& json, std::string_view name, std::optional<base::Time> time) {
  json.key(name);
  if (time)
    json.value(base::format_time(*time));
  else
    json.null();
}

void write_members(base::JsonWriter& json, const Acquaintance& one) {
  json.key("known");
  if (one.known == Known::unknown)
    json.null();
  else
    json.value(one.known == Known::yes);
  const bool came = one.messages > 0;
  json.member("why", to_string(one.why));
  write_time(json, "first", came ? std::optional(one.first) : std::nullopt);
  write_time(json, "last", came ? std::optional(one.last) : std::nullopt);
  json.member("messages", one.messages);
  write_time(json, "replied", one.replied);
}

}  // namespace

std::string_view to_string(NotKnown why) { return kReasons[static_cast<std::size_t>(why)].code; }
std::string_view words_of(NotKnown why) { return kReasons[static_cast<std::size_t>(why)].words; }
NotKnown parse_not_known(std::string_view code) {
  const auto* found = std::ranges::find(kReasons, code, &Reason::code);
  return found == kReasons.end() ? NotKnown::none : found->why;
}

Acquaintance acquaintance(const Seen* seen, const Seen* author, const Reach& reach, base::Time now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto kept = [&](std::int64_t at) { return at != 0 && second - at < reach.keep; };
  if (seen != nullptr && (kept(seen->last) || kept(seen->replied))) {
    Acquaintance out{.known = Known::yes, .why = NotKnown::none};
    if (seen->messages > 0) {
      out.first = time_of(seen->first);
      out.last = time_of(seen->last);
      out.messages = seen->messages;
    }
    if (seen->replied != 0) out.replied = time_of(seen->replied);
    return out;
  }
  if (reach.begun == 0) return {};
  if (time_of(second) - time_of(reach.begun) < kMemoryAge) return {.why = NotKnown::too_young};
  if (kept(reach.lost)) return {.why = NotKnown::incomplete};
  if (author != nullptr && author->wide && kept(author->last)) return {.why = NotKnown::many_recipients};
  return {.known = Known::never, .why = NotKnown::none};
}

void write_sender(base::JsonWriter& json, const std::optional<Correspondence>& sender,
                  std::span<const std::string> recipients) {
  json.key("sender");
  if (!sender) {
    json.null();
    return;
  }
  json.begin_object();
  write_members(json, sender->anybody);
  json.member("proven", sender->proven).key("recipients").begin_array();
  for (std::size_t i = 0; i < std::min(sender->recipients.size(), recipients.size()); ++i) {
    json.begin_object().member("address", recipients[i]);
    write_members(json, sender->recipients[i]);
    json.end_object();
  }
  json.end_array().end_object();
}

Acquaintance read_acquaintance(const boost::json::object& object) {
  Acquaintance out{.why = parse_not_known(base::text_member(object, "why"))};
  if (const auto* known = object.if_contains("known"); known != nullptr && known->is_bool())
    out.known = known->get_bool() ? Known::yes : Known::never;
  out.first = base::parse_time(base::text_member(object, "first")).value_or(base::Time());
  out.last = base::parse_time(base::text_member(object, "last")).value_or(base::Time());
  if (const auto* messages = object.if_contains("messages"); messages != nullptr && messages->is_int64())
    out.messages = messages->get_int64();
  out.replied = base::parse_time(base::text_member(object, "replied"));
  return out;
}

std::string describe(const Acquaintance& one, std::string_view who) {
  if (one.known == Known::never) return "new: no proven mail before";
  if (one.known == Known::unknown) {
    const auto why = words_of(one.why);
    return fmt::format("cannot be said{}{}", why.empty() ? "" : ": ", why);
  }
  auto out = one.messages == 0 ? std::string("no mail before")
                               : fmt::format("since {}, {} message{}", day_of(one.first), one.messages,
                                             one.messages == 1 ? "" : "s");
  if (one.replied) out += fmt::format(", {} wrote to it on {}", who, day_of(*one.replied));
  return out;
}

}  // namespace rampart::guard
