#include "auth/mta_sts/record.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/tags.h"
#include "base/text.h"

namespace rampart::mta_sts {
namespace {

using auth::add_fault;
using auth::Gravity;

constexpr std::string_view kRecordSection = "RFC 8461 section 3.1";
constexpr std::string_view kPolicySection = "RFC 8461 section 3.2";
constexpr std::size_t kMaxId = 32;  // characters, section 3.1
constexpr std::size_t kShown = 40;  // bytes of a stranger's text in a sentence

std::string shown(std::string_view text) { return base::excerpt(text, kShown); }

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxId && std::all_of(text.begin(), text.end(), base::is_alnum);
}

bool is_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  const auto name = dns::Name::try_parse(text);
  return name && !name->is_root() && text.find('*') == std::string_view::npos;
}

// One policy file's lines.
class PolicyReader {
 public:
  explicit PolicyReader(Policy& policy) : policy_(policy) {}

  void read(std::string_view body) {
    std::size_t at = 0;
    while (at < body.size()) {
      const auto end = std::min(body.find('\n', at), body.size());
      read_line(body.substr(at, end - at), at);
      at = end + 1;
    }
    judge();
  }

 private:
  void fault(Gravity gravity, std::string_view code, std::string text, std::size_t position = 0) {
    add_fault(policy_.faults, gravity, code, std::move(text), kPolicySection, position);
  }

  void read_line(std::string_view line, std::size_t position) {
    const auto text = base::trim(line);
    if (text.empty()) return;
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) {
      fault(Gravity::error, "policy-line", fmt::format("\"{}\" is no \"key: value\"", shown(text)), position);
      return;
    }
    const auto key = base::trim(text.substr(0, colon));
    const auto value = base::trim(text.substr(colon + 1));
    if (key == "mx") return read_mx(value, position);
    if (std::find(seen_.begin(), seen_.end(), key) != seen_.end()) {
      // Section 3.2: of a field that may stand once, the first counts.
      fault(Gravity::warning, "policy-duplicate", fmt::format("{} stands again and is ignored", shown(key)),
            position);
      return;
    }
    if (seen_.size() < auth::kMaxTags) seen_.push_back(key);
    read_field(key, value, position);
  }

  void read_field(std::string_view key, std::string_view value, std::size_t position) {
    if (key == "version") {
      policy_.version_ok = value == "STSv1";
    } else if (key == "mode") {
      for (const auto mode : {Mode::enforce, Mode::testing, Mode::none}) {
        if (value == to_string(mode)) policy_.mode = mode;
      }
      if (policy_.mode == Mode::invalid) {
        fault(Gravity::fatal, "policy-mode",
              fmt::format("mode: {} is neither enforce, testing nor none", shown(value)), position);
      }
    } else if (key == "max_age") {
      const auto age = base::parse_number(value);
      if (age && *age <= kMaxAge) policy_.max_age = *age;
      if (policy_.max_age == 0) {
        fault(Gravity::fatal, "policy-max-age",
              fmt::format("max_age: {} is no number of seconds from 1 to {}", shown(value), kMaxAge),
              position);
      }
    } else {
      fault(Gravity::note, "policy-field", fmt::format("the field {} is unknown and ignored", shown(key)),
            position);
    }
  }

  void read_mx(std::string_view value, std::size_t position) {
    if (!is_pattern(value)) {
      fault(Gravity::error, "policy-mx",
            fmt::format("mx: {} is no host name and no \"*.\" pattern", shown(value)), position);
    } else if (policy_.mx.size() == kMaxPatterns) {
      fault(Gravity::warning, "policy-mx-many",
            fmt::format("only the first {} mx lines are read", kMaxPatterns), position);
    } else {
      policy_.mx.push_back(base::lower(value));
    }
  }

  void judge() {
    const auto missing = [this](std::string_view key) {
      return std::find(seen_.begin(), seen_.end(), key) == seen_.end();
    };
    if (!policy_.version_ok) fault(Gravity::fatal, "policy-version", "version: STSv1 is missing");
    if (missing("mode")) fault(Gravity::fatal, "policy-mode", "mode: is missing");
    if (missing("max_age")) fault(Gravity::fatal, "policy-max-age", "max_age: is missing");
    if (policy_.mx.empty() && policy_.mode != Mode::none)
      fault(Gravity::fatal, "policy-mx", "no mx: names a host");
    if (policy_.max_age != 0 && policy_.max_age < kShortAge && policy_.mode == Mode::enforce) {
      fault(Gravity::warning, "policy-short",
            fmt::format("max_age of {} seconds: an attacker need only wait that long", policy_.max_age));
    }
  }

  Policy& policy_;
  std::vector<std::string_view> seen_;  // views of the body, which outlives the reader
};

}  // namespace

bool is_record(std::string_view txt) {
  constexpr std::string_view kVersion = "v=STSv1";  // case-sensitive
  if (!txt.starts_with(kVersion)) return false;
  const auto rest = base::trim(txt.substr(kVersion.size()));
  return rest.starts_with(';');
}

Record parse(std::string_view txt) {
  Record record;
  record.text = txt;
  if (!is_record(txt)) {
    add_fault(record.faults, Gravity::fatal, "not-a-record", "the text does not begin with \"v=STSv1;\"",
              kRecordSection);
    return record;
  }
  bool seen = false;
  for (const auto& tag : auth::split_tags(txt)) {
    if (tag.name == "v") continue;
    if (tag.name == "id" && !seen) {
      seen = true;
      if (is_id(tag.value)) record.id = tag.value;
      if (record.id.empty()) {
        add_fault(record.faults, Gravity::fatal, "id-invalid",
                  fmt::format("id={} is not 1 to {} letters and digits", shown(tag.value), kMaxId),
                  kRecordSection, tag.position);
      }
    } else {
      add_fault(record.faults, Gravity::note, "tag-unknown",
                fmt::format("\"{}\" is ignored", shown(tag.name.empty() ? tag.value : tag.name)),
                kRecordSection, tag.position);
    }
  }
  if (!seen) add_fault(record.faults, Gravity::fatal, "id-missing", "there is no id=", kRecordSection);
  return record;
}

std::string format(const Record& record) { return fmt::format("v=STSv1; id={}", record.id); }

bool Policy::valid() const {
  return version_ok && mode != Mode::invalid && max_age != 0 && (mode == Mode::none || !mx.empty());
}

Policy parse_policy(std::string_view body) {
  Policy policy;
  if (body.size() > kMaxPolicyBytes) {
    add_fault(policy.faults, Gravity::fatal, "policy-too-long",
              fmt::format("the policy is longer than {} KiB", kMaxPolicyBytes >> 10), "RFC 8461 section 3.3");
    return policy;
  }
  PolicyReader(policy).read(body);
  return policy;
}

std::string format(const Policy& policy) {
  auto out = fmt::format("version: STSv1\r\nmode: {}\r\n", to_string(policy.mode));
  for (const auto& pattern : policy.mx) out += fmt::format("mx: {}\r\n", pattern);
  return out + fmt::format("max_age: {}\r\n", policy.max_age);
}

bool matches(std::string_view pattern, const dns::Name& host) {
  const bool wildcard = pattern.starts_with("*.");
  const auto name = dns::Name::try_parse(wildcard ? pattern.substr(2) : pattern);
  if (!name || name->is_root()) return false;
  return wildcard ? !host.is_root() && host.parent() == *name : host == *name;
}

bool covers(const Policy& policy, const dns::Name& host) {
  return std::any_of(policy.mx.begin(), policy.mx.end(),
                     [&](const std::string& pattern) { return matches(pattern, host); });
}

auth::SingleRecord look_up(const dns::Name& domain, facts::Facts& facts) {
  return auth::look_up_single(domain, "_mta-sts", is_record, facts);
}

facts::HttpsGet policy_question(const dns::Name& domain) {
  return {domain.prepend("mta-sts").value_or(domain), "/.well-known/mta-sts.txt"};
}

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::enforce:
      return "enforce";
    case Mode::testing:
      return "testing";
    case Mode::none:
      return "none";
    case Mode::invalid:
      return "invalid";
  }
  return "invalid";
}

}  // namespace rampart::mta_sts
