#include "audit/report.h"

namespace rampart::audit {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::low:
      return "low";
    case Severity::medium:
      return "medium";
    case Severity::high:
      return "high";
    case Severity::critical:
      return "critical";
  }
  return "info";
}

std::string_view to_string(Weakness weakness) {
  constexpr std::array<std::string_view, 8> kNames = {"",     "WK-1", "WK-2", "WK-3",
                                                      "WK-4", "WK-5", "WK-6", "WK-7"};
  return kNames[static_cast<std::size_t>(weakness)];
}

std::string_view to_string(FindingStatus status) {
  switch (status) {
    case FindingStatus::present:
      return "present";
    case FindingStatus::absent:
      return "absent";
    case FindingStatus::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view to_string(Verdict verdict) {
  constexpr std::string_view kWords[kVerdicts] = {"broken", "unknown", "not-judged", "not-applicable", "met"};
  return kWords[static_cast<std::size_t>(verdict)];
}

std::string_view to_string(Status status) {
  switch (status) {
    case Status::spoofable:
      return "spoofable";
    case Status::partly_protected:
      return "partly-protected";
    case Status::protected_:
      return "protected";
    case Status::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view to_string(Remedy::Action action) {
  switch (action) {
    case Remedy::Action::add:
      return "add";
    case Remedy::Action::replace:
      return "replace";
    case Remedy::Action::remove:
      return "remove";
  }
  return "add";
}

std::string_view to_string(Policy policy) {
  switch (policy) {
    case Policy::none:
      return "none";
    case Policy::quarantine:
      return "quarantine";
    case Policy::reject:
      return "reject";
    case Policy::missing:
      return "missing";
    case Policy::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view to_string(Disposition disposition) {
  switch (disposition) {
    case Disposition::deliver:
      return "deliver";
    case Disposition::quarantine:
      return "quarantine";
    case Disposition::reject:
      return "reject";
    case Disposition::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view to_string(SpoofRow::Identity identity) {
  switch (identity) {
    case SpoofRow::Identity::domain:
      return "domain";
    case SpoofRow::Identity::subdomain:
      return "subdomain";
    case SpoofRow::Identity::invented:
      return "invented";
  }
  return "domain";
}

std::string_view to_string(SpoofRow::Origin origin) {
  return origin == SpoofRow::Origin::stranger ? "stranger" : "shared";
}

std::optional<Severity> parse_severity(std::string_view text) {
  for (const auto severity :
       {Severity::info, Severity::low, Severity::medium, Severity::high, Severity::critical}) {
    if (to_string(severity) == text) return severity;
  }
  return std::nullopt;
}

}  // namespace rampart::audit
