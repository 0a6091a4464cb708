#include "guard/gate/other_filter.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "auth/results_parse.h"
#include "base/text.h"

namespace rampart::guard {
namespace {

constexpr std::array<std::string_view, 3> kSaysWords{"spam", "clean", "unclear"};  // by OtherSays

// The number at the begin of a text; nothing when none is there.
std::optional<double> number_at(std::string_view text) {
  double out = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out, std::chars_format::fixed);
  return end.ec == std::errc() && std::isfinite(out) ? std::optional(out) : std::nullopt;
}

std::optional<double> number_behind(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  return at == std::string_view::npos ? std::nullopt : number_at(text.substr(at + word.size()));
}

OtherSays says(std::string_view text, std::string_view spam, std::string_view clean) {
  const auto word = text.substr(0, std::min(text.find_first_of(" ,;["), text.size()));
  if (base::iequals(word, spam)) return OtherSays::spam;
  return base::iequals(word, clean) ? OtherSays::clean : OtherSays::unclear;
}

// "default: True [16.10 / 15.00]; BAYES_SPAM(5.10)[99.99%]"
void read_rspamd(std::string_view text, OtherVerdict& out) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return;
  const auto behind = base::trim(text.substr(colon + 1));
  out.says = says(behind, "True", "False");
  out.score = number_behind(behind, "[");
}

// "Yes, score=7.1 required=5.0 tests=…"; older ones write hits=.
void read_assassin(std::string_view text, OtherVerdict& out) {
  out.says = says(text, "Yes", "No");
  out.score = number_behind(text, "score=");
  if (!out.score) out.score = number_behind(text, "hits=");
}

}  // namespace

std::string_view to_string(OtherSays says) { return kSaysWords.at(static_cast<std::size_t>(says)); }

std::optional<OtherSays> parse_other_says(std::string_view text) {
  const auto* const found = std::ranges::find(kSaysWords, text);
  if (found == kSaysWords.end()) return std::nullopt;
  return static_cast<OtherSays>(found - kSaysWords.begin());
}

std::vector<OtherVerdict> read_others(const mail::Header& header) {
  std::vector<OtherVerdict> out;
  for (const auto& field : header.fields) {
    const auto known =
        std::ranges::find_if(kOtherFields, [&](std::string_view name) { return field.is(name); });
    if (known == kOtherFields.end()) continue;
    if (const auto before = std::ranges::find(out, *known, &OtherVerdict::field); before != out.end()) {
      *before = {.field = *known, .says = OtherSays::unclear, .score = {}};
      continue;
    }
    OtherVerdict one{.field = *known, .says = OtherSays::unclear, .score = {}};
    const auto text = base::trim(field.value);
    *known == kOtherFields.front() ? read_rspamd(text, one) : read_assassin(text, one);
    out.push_back(one);
  }
  return out;
}

std::vector<std::string> read_other_results(const mail::Header& header, std::span<const std::string> ids) {
  std::vector<std::string> out;
  if (ids.empty()) return out;
  for (const auto& field : header.fields) {
    if (field.is("Received") || out.size() == kMaxOtherResults) break;
    if (!field.is("Authentication-Results")) continue;
    const auto read = auth::parse_results(field.value);
    const auto named = [&](const std::string& id) { return base::iequals(id, read.authserv_id); };
    if (!read.fault.empty() || std::ranges::none_of(ids, named)) continue;
    auto text = mail::unfold(field.value);
    std::ranges::replace(text, '\t', ' ');
    out.push_back(base::excerpt(base::trim(text), kShownOtherResults));
  }
  return out;
}

}  // namespace rampart::guard
