#include "guard/quarantine/kept_head.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "base/json.h"

namespace rampart::guard {
namespace {

// The texts of a row, and how JSON calls them.
constexpr std::array<std::pair<std::string_view, std::string KeptMessage::*>, 9> kTexts{{
    {"queue_id", &KeptMessage::queue_id},
    {"content", &KeptMessage::content},
    {"client", &KeptMessage::client},
    {"helo", &KeptMessage::helo},
    {"mail_from", &KeptMessage::mail_from},
    {"from", &KeptMessage::from},
    {"subject", &KeptMessage::subject},
    {"message_id", &KeptMessage::message_id},
    {"author", &KeptMessage::author},
}};

}  // namespace

std::string format_head(const KeptMessage& message) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  for (const auto& [name, text] : kTexts) json.member(name, message.*text);
  json.member("action", to_string(message.action));
  write_causes(json, message.causes);
  json.end_object();
  return out;
}

base::Result<> parse_head(std::string_view text, KeptMessage& message) {
  const auto value = base::parse_json(text, "guard_kept");
  if (!value || !value->is_object())
    return base::fail(base::ErrorKind::internal, "a row of the quarantine is damaged");
  const auto& object = value->get_object();
  for (const auto& [name, member] : kTexts) message.*member = base::text_member(object, name);
  if (const auto action = parse_action(base::text_member(object, "action"))) message.action = *action;
  message.causes = read_causes(object);
  return {};
}

}  // namespace rampart::guard
