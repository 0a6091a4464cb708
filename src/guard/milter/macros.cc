#include "guard/milter/macros.h"

#include <algorithm>

namespace rampart::guard::milter {
namespace {

std::string_view plain(std::string_view name) {
  if (name.size() > 2 && name.starts_with('{') && name.ends_with('}')) return name.substr(1, name.size() - 2);
  return name;
}

// The text before the next NUL, which is taken away with it.
std::optional<std::string_view> text_of(std::string_view& rest) {
  const auto end = rest.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  const auto out = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return out;
}

}  // namespace

bool Macros::take(std::string_view payload) {
  if (payload.empty()) return false;
  const auto* const step = std::ranges::find(kSteps, static_cast<Command>(payload.front()));
  // Steps that are none of ours (an unknown SMTP command) have macros, too: nobody asks for them.
  if (step == kSteps.end()) return payload.front() == static_cast<char>(Command::unknown);
  payload.remove_prefix(1);
  Values values;
  while (!payload.empty()) {
    const auto name = text_of(payload);
    const auto value = text_of(payload);
    if (!name || !value || values.size() == kMaxMacros) return false;
    values.emplace_back(plain(*name), *value);
  }
  values_[static_cast<std::size_t>(step - kSteps.begin())] = std::move(values);
  return true;
}

std::optional<std::string_view> Macros::find(std::string_view name) const {
  name = plain(name);
  for (auto step = values_.rbegin(); step != values_.rend(); ++step) {
    const auto found = std::ranges::find(*step, name, &Values::value_type::first);
    if (found != step->end() && !found->second.empty()) return found->second;
  }
  return std::nullopt;
}

void Macros::end_message() {
  for (std::size_t i = kOfMessage; i < values_.size(); ++i) values_[i].clear();
}

void Macros::end_connection() { values_ = {}; }

void Macros::end_recipient() { values_[kOfRecipient].clear(); }

}  // namespace rampart::guard::milter
