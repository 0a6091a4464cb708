#include "reports/tls/reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "base/ip.h"
#include "base/json.h"
#include "base/text.h"
#include "reports/clean.h"
#include "reports/period.h"
#include "reports/tls/date.h"

namespace rampart::reports {
namespace {

namespace json = boost::json;
using base::ErrorKind;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Letters without case, and `_` for `-`.
bool same_name(std::string_view a, std::string_view b) {
  const auto letter = [](char c) { return c == '_' ? '-' : base::to_lower(c); };
  return std::ranges::equal(a, b, {}, letter, letter);
}

class TlsReader {
 public:
  base::Result<TlsReport> read(std::string_view text, std::string_view file_name, base::Time now) {
    auto parsed = parse(text, file_name);
    if (!parsed && !base::trim(text).empty() && parsed.error().what.ends_with("incomplete JSON"))
      return base::fail(ErrorKind::input, "it is truncated: the JSON does not end");
    const auto value = TRY(std::move(parsed));
    const auto* top = &value;
    if (top->is_array() && top->get_array().size() == 1) {
      defects_.note(DefectKind::wrong_form, "a list around the report");
      top = top->get_array().data();
    }
    if (!top->is_object())
      return base::fail(ErrorKind::input, "there is no TLS report in it: the JSON is no object");
    const auto& report = top->get_object();
    const auto* organisation = find(report, {"organization-name", "organisation-name"});
    const auto* id = find(report, {"report-id"});
    const auto* range = find(report, {"date-range"});
    const auto* policies = find(report, {"policies", "policy"});
    if (organisation == nullptr && id == nullptr && range == nullptr && policies == nullptr)
      return base::fail(ErrorKind::input,
                        "there is no TLS report in it: no member is named policies, date-range or report-id");
    if (policies == nullptr && range == nullptr) return base::fail(ErrorKind::input, "the report is empty");
    out_.organisation = text_of(organisation);
    out_.report_id = text_of(id);
    out_.contact = text_of(find(report, {"contact-info"}));
    if (out_.organisation.empty()) {
      defects_.note(DefectKind::no_organisation);
      out_.organisation = out_.contact.substr(out_.contact.rfind('@') + 1);
    }
    if (out_.report_id.empty()) defects_.note(DefectKind::no_report_id);
    if (out_.contact.empty()) defects_.note(DefectKind::no_contact);
    TRY(take_period(range, file_name, now));
    each(policies, kMaxTlsPolicies, "policies", [&](const json::value& one) { take_policy(one); });
    if (out_.policies.empty()) defects_.note(DefectKind::no_policies);
    out_.defects = defects_.take();
    return std::move(out_);
  }

 private:
  base::Result<json::value> parse(std::string_view text, std::string_view file_name) {
    constexpr base::JsonLimits kLimits{.max_bytes = kMaxTlsBytes, .max_depth = kMaxTlsDepth};
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    const auto name = file_name.empty() ? std::string("report") : base::printable(file_name);
    if (text.size() > kMaxTlsBytes || base::is_utf8(text)) return base::parse_json(text, name, kLimits);
    defects_.note(DefectKind::bad_text);
    return base::parse_json(as_utf8(text), name, {.max_bytes = 3 * kMaxTlsBytes, .max_depth = kMaxTlsDepth});
  }

  // The first of `names` that is there and not null. The first is RFC 8460's.
  const json::value* find(const json::object& object, std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
      if (const auto* value = object.if_contains(name)) {
        if (name != *names.begin()) defects_.note(DefectKind::other_name, name);
        return value->is_null() ? nullptr : value;
      }
    }
    for (const auto name : names) {
      for (const auto& member : object) {
        if (!same_name(member.key(), name) || member.value().is_null()) continue;
        defects_.note(DefectKind::other_name, member.key());
        return &member.value();
      }
    }
    return nullptr;
  }

  const json::object* object_of(const json::value* value) {
    if (value == nullptr) return nullptr;
    if (value->is_object()) return &value->get_object();
    defects_.note(DefectKind::wrong_form);
    return nullptr;
  }

  // Each of a list's values; a single value is a list of one.
  template <class F>
  void each(const json::value* list, std::size_t limit, std::string_view what, F function) {
    if (list == nullptr) return;
    if (!list->is_array()) {
      defects_.note(limit == 0 ? DefectKind::too_many : DefectKind::wrong_form, what);
      if (limit != 0) function(*list);
      return;
    }
    const auto& array = list->get_array();
    if (array.size() > limit) defects_.note(DefectKind::too_many, what);
    for (std::size_t i = 0; i < std::min(array.size(), limit); ++i) function(array[i]);
  }

  std::string kept(Cleaned cleaned, std::string_view from) {
    if (cleaned.replaced) defects_.note(DefectKind::bad_text);
    if (cleaned.cut) defects_.note(DefectKind::too_long, from);
    return std::move(cleaned.text);
  }

  // A string's bytes; what else is a value as its digits.
  std::string raw_text_of(const json::value* value) {
    if (value == nullptr) return {};
    if (value->is_string()) return std::string(std::string_view(value->get_string()));
    defects_.note(DefectKind::wrong_form);
    if (value->is_int64()) return std::to_string(value->get_int64());
    if (value->is_uint64()) return std::to_string(value->get_uint64());
    if (value->is_array() && value->get_array().size() == 1 && value->get_array()[0].is_string())
      return std::string(std::string_view(value->get_array()[0].get_string()));
    return {};
  }
  std::string text_of(const json::value* value) {
    const auto text = raw_text_of(value);
    return kept(clean(text, kMaxTlsText), text);
  }
  std::string lower_text_of(const json::value* value) {
    const auto text = text_of(value);
    auto out = base::lower(text);
    if (out != text) defects_.note(DefectKind::upper_case, text);
    return out;
  }
  std::string name_of(const json::value* value) {
    const auto text = raw_text_of(value);
    return kept(clean_name(text), text);
  }

  std::string address_of(const json::value* value) {
    const auto text = raw_text_of(value);
    auto bare = base::trim(text);
    if (bare.empty()) return {};
    if (bare.starts_with('[') && bare.ends_with(']')) bare = bare.substr(1, bare.size() - 2);
    if (const auto address = base::IpAddress::parse(bare)) return address->unmapped().text();
    defects_.note(DefectKind::bad_address, text);
    return {};
  }

  std::uint64_t count_of(const json::value* value) {
    if (value == nullptr) {
      defects_.note(DefectKind::no_count);
      return 0;
    }
    const auto bad = [&](std::string_view text, std::uint64_t instead) {
      defects_.note(DefectKind::bad_count, text);
      return instead;
    };
    if (value->is_string()) {
      const auto text = base::trim(std::string_view(value->get_string()));
      defects_.note(DefectKind::wrong_form, text);
      if (const auto number = base::parse_number(text); number && *number <= kMaxCount) return *number;
      return bad(text, !text.empty() && std::ranges::all_of(text, base::is_digit) ? kMaxCount : 0);
    }
    if (value->is_int64()) {
      const auto number = value->get_int64();
      if (number < 0) return bad(std::to_string(number), 0);
      if (static_cast<std::uint64_t>(number) <= kMaxCount) return static_cast<std::uint64_t>(number);
      return bad(std::to_string(number), kMaxCount);
    }
    if (value->is_uint64()) return bad(std::to_string(value->get_uint64()), kMaxCount);
    if (!value->is_double()) return bad({}, 0);
    const auto number = value->get_double();
    const auto shown = fmt::format("{}", number);
    if (!(number >= 0)) return bad(shown, 0);
    if (number > static_cast<double>(kMaxCount)) return bad(shown, kMaxCount);
    const auto whole = static_cast<std::uint64_t>(number);
    return static_cast<double>(whole) == number ? whole : bad(shown, whole);
  }

  std::optional<std::int64_t> time_of(const json::value* value, bool is_end) {
    if (value == nullptr) return std::nullopt;
    const auto text = raw_text_of(value);
    const auto date = parse_tls_date(text);
    if (!date) {
      defects_.note(DefectKind::bad_period, text);
      return std::nullopt;
    }
    if (!date->exact) defects_.note(DefectKind::date_form, text);
    return date->seconds + (is_end && date->day ? 86399 : 0);
  }

  base::Result<> take_period(const json::value* range, std::string_view file_name, base::Time now) {
    const auto* object = object_of(range);
    std::optional<std::int64_t> begin;
    std::optional<std::int64_t> end;
    if (object != nullptr) {
      begin = time_of(find(*object, {"start-datetime", "start-date", "begin"}), false);
      end = time_of(find(*object, {"end-datetime", "end-date", "end"}), true);
    }
    const auto period = TRY(settle_period(begin, end, file_name, now, defects_));
    out_.begin = period.begin;
    out_.end = period.end;
    return {};
  }

  void take_policy(const json::value& value) {
    const auto* entry = object_of(&value);
    if (entry == nullptr) return;
    TlsPolicy policy;
    type_said_ = false;
    // Some put the policy's members beside its summary.
    const auto* nested = find(*entry, {"policy"});
    const auto* said = nested == nullptr ? entry : object_of(nested);
    if (nested == nullptr) defects_.note(DefectKind::wrong_form, "policy");
    if (said != nullptr) take_found(*said, policy);
    if (policy.type == TlsPolicyType::unknown && !type_said_) defects_.note(DefectKind::no_policy_type);
    if (policy.domain.empty()) defects_.note(DefectKind::no_domain);
    const auto* summary = find(*entry, {"summary"});
    if (const auto* counts = object_of(summary)) {
      policy.successful = count_of(find(*counts, {"total-successful-session-count", "success-aggregate"}));
      policy.failed = count_of(find(*counts, {"total-failure-session-count", "failure-aggregate"}));
    } else if (summary == nullptr) {
      defects_.note(DefectKind::no_count);
    }
    each(find(*entry, {"failure-details"}), kMaxTlsFailures - failures_, "failure-details",
         [&](const json::value& one) { take_failure(one, policy); });
    out_.policies.push_back(std::move(policy));
  }

  void take_found(const json::object& said, TlsPolicy& policy) {
    const auto type = lower_text_of(find(said, {"policy-type"}));
    type_said_ = !type.empty();
    policy.type = word<TlsPolicyType>(type, 4);
    policy.domain = name_of(find(said, {"policy-domain"}));
    each(find(said, {"policy-string"}), kMaxTlsLines, "policy-string", [&](const json::value& line) {
      if (auto text = text_of(&line); !text.empty()) policy.lines.push_back(std::move(text));
    });
    each(find(said, {"mx-host", "mx-host-pattern"}), kMaxTlsLines, "mx-host", [&](const json::value& host) {
      if (auto name = name_of(&host); !name.empty()) policy.hosts.push_back(std::move(name));
    });
  }

  void take_failure(const json::value& value, TlsPolicy& policy) {
    const auto* said = object_of(&value);
    if (said == nullptr) return;
    ++failures_;
    TlsFailure failure;
    failure.result_text = lower_text_of(find(*said, {"result-type"}));
    if (failure.result_text.empty()) defects_.note(DefectKind::no_result_type);
    failure.result = word<TlsResult>(failure.result_text, 12);
    failure.sending_address = address_of(find(*said, {"sending-mta-ip", "sending-mta-ip-address"}));
    failure.receiving_address = address_of(find(*said, {"receiving-ip", "receiving-ip-address"}));
    failure.receiving_host = name_of(find(*said, {"receiving-mx-hostname"}));
    failure.receiving_helo = text_of(find(*said, {"receiving-mx-helo"}));
    failure.sessions = count_of(find(*said, {"failed-session-count", "session-count"}));
    failure.information = text_of(find(*said, {"additional-information", "additional-info"}));
    failure.reason = text_of(find(*said, {"failure-reason-code", "failure-error-code"}));
    policy.failures.push_back(std::move(failure));
  }

  // The value of `count` ones that is written so; the first, unknown, for no other.
  template <class T>
  T word(std::string_view text, unsigned count) {
    if (text.empty()) return T::unknown;
    for (unsigned i = 1; i < count; ++i) {
      if (to_string(static_cast<T>(i)) == text) return static_cast<T>(i);
    }
    for (unsigned i = 1; i < count; ++i) {
      if (!same_name(to_string(static_cast<T>(i)), text)) continue;
      defects_.note(DefectKind::unknown_value, text);
      return static_cast<T>(i);
    }
    defects_.note(DefectKind::unknown_value, text);
    return T::unknown;
  }

  TlsReport out_;
  DefectNotes defects_;
  std::size_t failures_ = 0;  // of the report
  bool type_said_ = false;    // of the policy
};

}  // namespace

base::Result<TlsReport> read_tls(std::string_view json, std::string_view file_name, base::Time now) {
  return TlsReader().read(json, file_name, now);
}

}  // namespace rampart::reports
