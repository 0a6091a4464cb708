#include "guard/hindsight/past.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "guard/memory/memory.h"

namespace rampart::guard {
namespace {

constexpr std::string_view kNobody = "(nobody)";

const boost::json::array* array_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

std::vector<OtherVerdict> read_other_members(const boost::json::object& object) {
  std::vector<OtherVerdict> out;
  const auto* list = array_member(object, "others");
  if (list == nullptr) return out;
  for (const auto& one : *list) {
    if (!one.is_object()) continue;
    const auto& other = one.get_object();
    const auto field = std::ranges::find(kOtherFields, std::string_view(base::text_member(other, "field")));
    const auto says = parse_other_says(base::text_member(other, "says"));
    if (field == kOtherFields.end() || !says) continue;
    const auto* score = other.if_contains("score");
    out.push_back({.field = *field,
                   .says = *says,
                   .score = score != nullptr && score->is_number() ? std::optional(score->to_number<double>())
                                                                   : std::nullopt});
  }
  return out;
}

}  // namespace

std::optional<PastEvent> read_event(std::string_view json) {
  const auto value = base::parse_json(json, "event");
  if (!value || !value->is_object()) return std::nullopt;
  const auto& object = value->get_object();
  const auto at = base::parse_time(base::text_member(object, "at"));
  const auto asked = parse_action(base::text_member(object, "asked"));
  const auto answered = parse_action(base::text_member(object, "answered"));
  if (!at || !asked || !answered) return std::nullopt;
  const auto role = base::text_member(object, "role");
  PastEvent out{
      .id = base::text_member(object, "id"),
      .at = *at,
      .queue_id = base::text_member(object, "queue_id"),
      .client = base::text_member(object, "client"),
      .author = base::text_member(object, "author"),
      .recipients = {},
      .from_outside = role == to_string(Role::inbound) || role == to_string(Role::relayed),
      .asked = {.action = *asked, .causes = {}, .code = 0, .enhanced = {}, .text = {}, .override_type = {}},
      .answered = *answered,
      .draw = {},
      .others = read_other_members(object)};
  if (const auto* recipients = array_member(object, "recipients")) {
    for (const auto& one : *recipients)
      if (one.is_string()) out.recipients.emplace_back(one.get_string());
  }
  if (const auto* causes = array_member(object, "causes")) {
    for (const auto& one : *causes)
      if (one.is_object())
        out.asked.causes.push_back({.code = base::text_member(one.get_object(), "code"),
                                    .text = base::text_member(one.get_object(), "text"),
                                    .section = {}});
  }
  if (const auto* draw = object.if_contains("draw");
      draw != nullptr && draw->is_int64() && draw->get_int64() >= 0 && draw->get_int64() < kDraws)
    out.draw = static_cast<unsigned>(draw->get_int64());
  return out;
}

std::string codes(const PastEvent& event) {
  std::string out;
  for (const auto& cause : event.asked.causes) {
    if (!out.empty()) out += ", ";
    out += base::printable(cause.code);
  }
  return out;
}

Source source_of(const PastEvent& event) {
  const auto client = base::IpAddress::parse(event.client);
  return {.author = event.author.empty() ? std::string(kNobody) : event.author,
          .network = client ? network_text(*client) : std::string()};
}

}  // namespace rampart::guard
