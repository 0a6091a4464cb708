#include "guard/inspect/clamd/reply.h"

#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::guard {
namespace {

constexpr std::size_t kMaxSaid = 200;  // bytes kept of what clamd says; our own

}  // namespace

std::string_view to_string(ClamdSaid said) {
  static constexpr std::array<std::string_view, 3> kNames = {"clean", "found", "unknown"};
  return kNames[static_cast<std::size_t>(said)];
}

std::string_view to_string(ClamdWhy why) {
  static constexpr std::array<std::string_view, kClamdWhys> kNames = {"none", "absent",    "late", "resting",
                                                                      "busy", "too-large", "gone", "failed"};
  return kNames[static_cast<std::size_t>(why)];
}

std::string ClamdAnswer::text() const {
  if (said == ClamdSaid::clean) return "clamd found nothing";
  if (said == ClamdSaid::found) return "clamd found " + name;
  const auto with_detail = [&](std::string_view what) {
    return detail.empty() ? std::string(what) : fmt::format("{}: {}", what, detail);
  };
  switch (why) {
    case ClamdWhy::absent:
      return with_detail("clamd does not answer");
    case ClamdWhy::late:
      return "clamd did not answer in time";
    case ClamdWhy::resting:
      return "clamd did not answer in time lately, and is not asked for now";
    case ClamdWhy::busy:
      return "too many wait for clamd";
    case ClamdWhy::too_large:
      return "it is too large for clamd";
    case ClamdWhy::gone:
      return with_detail("clamd closed the connection without an answer");
    case ClamdWhy::none:
    case ClamdWhy::failed:
      break;
  }
  return with_detail("clamd could not look at it");
}

ClamdAnswer read_clamd_reply(std::string_view reply) {
  const auto text = base::trim(reply.substr(0, reply.find('\0')));
  static constexpr std::string_view kStream = "stream: ";
  static constexpr std::string_view kFound = " FOUND";
  if (text == "stream: OK") return {.said = ClamdSaid::clean, .why = ClamdWhy::none};
  if (text.starts_with(kStream) && text.ends_with(kFound) && text.size() > kStream.size() + kFound.size()) {
    const auto name = text.substr(kStream.size(), text.size() - kStream.size() - kFound.size());
    return {.said = ClamdSaid::found, .why = ClamdWhy::none, .name = base::excerpt(name, kMaxSaid)};
  }
  if (text.starts_with("INSTREAM size limit exceeded"))
    return {.said = ClamdSaid::unknown, .why = ClamdWhy::too_large};
  if (text.empty()) return {.said = ClamdSaid::unknown, .why = ClamdWhy::gone};
  return {.said = ClamdSaid::unknown, .why = ClamdWhy::failed, .detail = base::excerpt(text, kMaxSaid)};
}

}  // namespace rampart::guard
