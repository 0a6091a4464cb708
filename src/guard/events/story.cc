#include "guard/events/story.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/columns.h"
#include "base/json.h"
#include "base/text.h"
#include "guard/memory/acquaintance.h"

namespace rampart::guard {
namespace {

using base::Result;
using Object = boost::json::object;

constexpr std::size_t kShownRecipients = 20;  // or keys

Result<Object> parse(const std::string& event) {
  auto value = base::parse_json(event, "guard_event");
  if (!value || !value->is_object())
    return base::fail(base::ErrorKind::internal, "a row of the events is damaged");
  return std::move(value->get_object());
}

std::string member(const Object& event, std::string_view name) {
  return base::printable(base::text_member(event, name));
}

std::string_view done(std::string_view action) {
  if (action == "accept") return "let through";
  if (action == "quarantine") return "quarantined";
  if (action == "tempfail") return "put off, to be tried again";
  return "rejected";
}

void line(std::string& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out += fmt::format("  {:<8} {}\n", name, text);
}

std::string list_of(const Object& event, std::string_view name) {
  std::string out;
  const auto* list = event.if_contains(name);
  if (list == nullptr || !list->is_array()) return out;
  const auto& items = list->get_array();
  for (std::size_t i = 0; i < std::min(items.size(), kShownRecipients); ++i)
    if (items[i].is_string())
      out += (out.empty() ? "" : ", ") + base::printable(std::string_view(items[i].get_string()));
  if (items.size() > kShownRecipients) out += fmt::format(" and {} more", items.size() - kShownRecipients);
  return out;
}

std::string recipients_of(const Object& event) { return list_of(event, "recipients"); }

void causes(std::string& out, const Object& event, const char* name = "because") {
  const auto* list = event.if_contains("causes");
  if (list == nullptr || !list->is_array()) return;
  for (const auto& item : list->get_array()) {
    if (!item.is_object()) continue;
    const auto& cause = item.get_object();
    const auto section = member(cause, "section");
    line(out, name,
         fmt::format("{}: {}{}", member(cause, "code"), member(cause, "text"),
                     section.empty() ? "" : fmt::format(" ({})", section)));
    name = "";
  }
}

std::string kept_line(const KeptMessage& kept) {
  auto out = fmt::format("{}, {} since {}", kept.id, to_string(kept.state), base::format_time(kept.changed));
  if (!kept.by.empty()) out += " by " + base::printable(kept.by);
  return out;
}

const KeptMessage* find(std::span<const KeptMessage> kept, std::string_view id) {
  const auto found = std::ranges::find(kept, id, &KeptMessage::id);
  return found == kept.end() ? nullptr : &*found;
}

std::string one_line(std::string text) {
  text.erase(std::unique(text.begin(), text.end(),
                         [](char a, char b) { return base::is_wsp(a) && base::is_wsp(b); }),
             text.end());
  return text;
}

// The results as they stand in the field, whose lines are folded.
std::string results_of(const Object& event) {
  auto text = base::text_member(event, "results");
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return base::printable(one_line(std::move(text)));
}

// Where recipients differ: each group of them.
const boost::json::array* outcomes_of(const Object& event) {
  const auto* list = event.if_contains("outcomes");
  return list != nullptr && list->is_array() ? &list->get_array() : nullptr;
}

// Why what was done is not what the policy asks for.
std::string_view but_for(const Object& event) {
  if (member(event, "mode") == "monitor") return "in mode enforce";
  const auto* list = event.if_contains("causes");
  const bool last = list != nullptr && list->is_array() && !list->get_array().empty() &&
                    list->get_array().back().is_object();
  const auto code = last ? member(list->get_array().back().get_object(), "code") : std::string();
  return code == "not-enforced" || code == "enforced-as-quarantine" ? "were it enforced here"
                                                                    : "had nothing failed";
}

void tell_outcomes(std::string& out, const Object& event, std::span<const KeptMessage> kept) {
  const auto* list = outcomes_of(event);
  if (list == nullptr) return;
  for (const auto& item : *list) {
    if (!item.is_object()) continue;
    const auto& outcome = item.get_object();
    line(out, "for", fmt::format("{}: {}", recipients_of(outcome), done(member(outcome, "action"))));
    causes(out, outcome, "");
    if (const auto id = member(outcome, "kept"); !id.empty()) {
      const auto* entry = find(kept, id);
      line(out, "kept", entry == nullptr ? id : kept_line(*entry));
    }
  }
}

// What was known of who wrote it, when it came.
void tell_sender(std::string& out, const Object& event) {
  const auto* sender = event.if_contains("sender");
  if (sender == nullptr || !sender->is_object()) return;
  const auto& object = sender->get_object();
  const auto anybody = read_acquaintance(object);
  const auto* proven = object.if_contains("proven");
  const std::string_view doubt =
      anybody.known == Known::yes && proven != nullptr && proven->is_bool() && !proven->get_bool()
          ? "; this message is not proven to be its"
          : "";
  line(out, "known", describe(anybody, "somebody here") + std::string(doubt));
  const auto* recipients = object.if_contains("recipients");
  if (recipients == nullptr || !recipients->is_array()) return;
  std::size_t told = 0;
  for (const auto& item : recipients->get_array()) {
    if (!item.is_object() || told == kShownRecipients) continue;
    const auto one = read_acquaintance(item.get_object());
    if (one.known == Known::unknown && one.why == anybody.why) continue;
    const auto who = member(item.get_object(), "address");
    line(out, "", fmt::format("to {}: {}", who, describe(one, who)));
    ++told;
  }
}

void tell(std::string& out, const Object& event, std::span<const KeptMessage> kept) {
  const auto answered = member(event, "answered");
  const auto asked = member(event, "asked");
  auto what = std::string(done(answered));
  if (outcomes_of(event) != nullptr) what += "; recipients differ";
  if (asked != answered && outcomes_of(event) == nullptr)
    what += fmt::format("; {}, it would have been {}", but_for(event), done(asked));
  out += fmt::format("{}  {}\n", member(event, "at"), what);
  line(out, "queue", member(event, "queue_id"));
  const auto sender = member(event, "mail_from");
  const auto client = member(event, "client");
  const auto user = member(event, "user");
  line(out, "from",
       fmt::format("<{}>{}{}, {}", sender, client.empty() ? "" : " at " + client,
                   user.empty() ? "" : " as user " + user, member(event, "role")));
  line(out, "to", recipients_of(event));
  line(out, "author", member(event, "author"));
  tell_sender(out, event);
  line(out, "subject", member(event, "subject"));
  line(out, "id", member(event, "message_id"));
  line(out, "found", results_of(event));
  if (const auto* others = event.if_contains("other_results"); others != nullptr && others->is_array())
    for (const auto& one : others->get_array())
      if (one.is_string()) line(out, "others", base::printable(std::string_view(one.get_string())));
  line(out, "signed", list_of(event, "signed_by"));
  line(out, "sealed", member(event, "sealed_by"));
  causes(out, event);
  if (outcomes_of(event) != nullptr) {
    tell_outcomes(out, event, kept);
  } else if (const auto id = member(event, "kept"); !id.empty()) {
    const auto* entry = find(kept, id);
    line(out, "kept", entry == nullptr ? id : kept_line(*entry));
  }
  line(out, "event", member(event, "id"));
}

// A message in quarantine that no event names: it was lost, or the guard was killed before it could be told.
void tell(std::string& out, const KeptMessage& kept) {
  out += fmt::format("{}  {}, and no event tells of it\n", base::format_time(kept.received), "quarantined");
  line(out, "queue", base::printable(kept.queue_id));
  line(out, "from", fmt::format("<{}> at {}", base::printable(kept.mail_from), base::printable(kept.client)));
  std::string to;
  for (const auto& address : kept.recipients) to += (to.empty() ? "" : ", ") + base::printable(address);
  line(out, "to", to);
  line(out, "author", base::printable(kept.author));
  line(out, "subject", base::printable(kept.subject));
  line(out, "id", base::printable(kept.message_id));
  line(out, "kept", kept_line(kept));
}

// Lines that are longer go on below their text, behind its name or time.
std::string set(std::string_view text, std::size_t width) {
  constexpr std::size_t kNames = 11;
  constexpr std::size_t kTimes = 22;
  constexpr std::size_t kLeast = 20;  // columns of text, however narrow
  std::string out;
  for (auto line : base::split(text, '\n')) {
    const auto indent = line.starts_with(' ') ? kNames : kTimes;
    if (line.size() <= indent || base::display_width(line) <= width) {
      out += fmt::format("{}\n", line);
      continue;
    }
    auto head = std::string(line.substr(0, indent));
    for (const auto& piece : base::wrap(line.substr(indent), std::max(width, indent + kLeast) - indent)) {
      out += fmt::format("{}{}\n", head, piece);
      head.assign(indent, ' ');
    }
  }
  out.pop_back();  // behind the last line nothing is
  return out;
}

Result<std::vector<const KeptMessage*>> without_event(std::span<const std::string> events,
                                                      std::span<const KeptMessage> kept) {
  const auto named = TRY(kept_ids(events));
  std::vector<const KeptMessage*> out;
  for (const auto& one : kept)
    if (std::ranges::find(named, one.id) == named.end()) out.push_back(&one);
  return out;
}

}  // namespace

Result<std::vector<std::string>> kept_ids(std::span<const std::string> events) {
  std::vector<std::string> out;
  for (const auto& event : events) {
    const auto object = TRY(parse(event));
    const auto add = [&](const Object& of) {
      auto id = base::text_member(of, "kept");
      if (!id.empty() && std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
    };
    add(object);
    if (const auto* list = outcomes_of(object)) {
      for (const auto& item : *list)
        if (item.is_object()) add(item.get_object());
    }
  }
  return out;
}

Result<std::string> story_text(std::span<const std::string> events, std::span<const KeptMessage> kept,
                               std::size_t width) {
  std::string out;
  for (const auto& event : events) {
    if (!out.empty()) out += '\n';
    tell(out, TRY(parse(event)), kept);
  }
  for (const auto* one : TRY(without_event(events, kept))) {
    if (!out.empty()) out += '\n';
    tell(out, *one);
  }
  return set(out, width);
}

std::string story_json(std::string_view word, std::span<const std::string> events,
                       std::span<const KeptMessage> kept) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("schema", "rampart.trace/1").member("asked", base::printable(word));
  json.key("events").begin_array();
  for (const auto& event : events) json.raw(event);
  json.end_array().key("kept").begin_array();
  for (const auto& one : kept) {
    json.begin_object()
        .member("id", one.id)
        .member("received", base::format_time(one.received))
        .member("state", to_string(one.state))
        .member("changed", base::format_time(one.changed))
        .member("by", one.by)
        .member("queue_id", one.queue_id)
        .member("message_id", one.message_id)
        .member("mail_from", one.mail_from)
        .member_array("recipients", one.recipients)
        .member("author", one.author)
        .member("subject", one.subject)
        .member("size", one.size);
    write_causes(json, one.causes);
    json.end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace rampart::guard
