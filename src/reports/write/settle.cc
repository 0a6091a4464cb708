#include "reports/write/settle.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "reports/clean.h"

namespace rampart::reports {
namespace {

using base::ErrorKind;
using Words = std::span<const std::string_view>;

constexpr std::size_t kShown = 60;          // bytes of a value in an error
constexpr std::size_t kMaxErrorText = 200;  // bytes of an error of the policy; our own

constexpr std::array kPolicies = std::to_array<std::string_view>({"none", "quarantine", "reject"});
constexpr std::array kModes = std::to_array<std::string_view>({"r", "s"});
constexpr std::array kTesting = std::to_array<std::string_view>({"n", "y"});
constexpr std::array kMethods = std::to_array<std::string_view>({"psl", "treewalk"});
constexpr std::array kFailureOptions = std::to_array<std::string_view>({"0", "1", "d", "s"});

std::unexpected<base::Error> refuse(std::string what, std::string hint = {}) {
  return base::fail(ErrorKind::input, std::move(what), {}, std::move(hint));
}

base::Result<> check_word(std::string_view name, std::string_view value, Words words) {
  if (std::ranges::find(words, value) != words.end()) return {};
  return refuse(fmt::format("policy.{} is \"{}\"", name, base::excerpt(value, kShown)),
                fmt::format("it is one of {}", fmt::join(words, ", ")));
}

base::Result<> settle_word(std::string_view name, std::string& value, std::string_view otherwise,
                           Words words) {
  if (value.empty()) value = otherwise;
  return check_word(name, value, words);
}

base::Result<> settle_policy(Published& policy) {
  auto domain = dns::parse_domain(policy.domain);
  if (!domain) return refuse("policy.domain is no domain: " + domain.error().what, domain.error().hint);
  policy.domain = domain->text();
  TRY(settle_word("p", policy.p, "", kPolicies));
  TRY(settle_word("sp", policy.sp, policy.p, kPolicies));   // RFC 9989 section 4.7
  TRY(settle_word("np", policy.np, policy.sp, kPolicies));  // the same
  TRY(settle_word("adkim", policy.adkim, "r", kModes));
  TRY(settle_word("aspf", policy.aspf, "r", kModes));
  TRY(settle_word("testing", policy.testing, "n", kTesting));
  if (!policy.discovery_method.empty())
    TRY(check_word("discovery_method", policy.discovery_method, kMethods));
  if (!policy.fo.empty()) {
    for (const auto one : base::split(policy.fo, ':')) TRY(check_word("fo", one, kFailureOptions));
  }
  policy.pct.clear();  // RFC 9989 does not have it, nor does RFC 9990's schema
  return {};
}

base::Result<> check_results(const MessageResult& message) {
  for (const auto& signature : message.signatures) {
    const auto result = signature.seen.result;
    if (result == AuthResult::unknown || result == AuthResult::softfail)  // RFC 8601 section 2.7.1
      return refuse(fmt::format("{} is no result of DKIM", to_string(result)));
  }
  if (message.spf_seen && message.spf_seen->result == AuthResult::unknown)
    return refuse("an unknown result of SPF");
  if (message.spf_seen && message.spf_seen->helo)  // RFC 9990 section 3.1.1.13
    return refuse("a report tells SPF's result for MAIL FROM alone");
  if (message.disposition == Disposition::unknown) return refuse("the disposition is unknown");
  if (message.dkim == Aligned::unknown || message.spf == Aligned::unknown)
    return refuse("an alignment is unknown");
  if (message.reasons.size() > kMaxReasons) return refuse(fmt::format("more than {} reasons", kMaxReasons));
  for (const auto& reason : message.reasons) {  // RFC 9990 section 3.1.6
    if (reason.type == Override::unknown || reason.type == Override::forwarded ||
        reason.type == Override::sampled_out)
      return refuse(fmt::format("the reason {} is never written", to_string(reason.type)),
                    "it is one of local_policy, mailing_list, other, policy_test_mode, trusted_forwarder");
  }
  return {};
}

// The action that a policy asks for, and what testing makes of it (RFC 9989 section 4.7 `t`).
bool asks_for(std::string_view policy, Disposition disposition, bool testing) {
  const auto done = to_string(disposition);
  if (!testing) return policy == done;
  return (policy == "reject" ? "quarantine" : "none") == done;
}

// RFC 9990 section 3.1.1.9: a reason MUST be there where alignment fails and the action is not the policy's.
void settle_reason(MessageResult& message) {
  const bool passes = message.dkim == Aligned::pass || message.spf == Aligned::pass;
  if (passes || !message.reasons.empty()) return;
  const auto& policy = message.policy;
  // Which of sp and np applies the line does not say.
  const bool own = message.header_from == policy.domain;
  const auto applies = [&](bool testing) {
    if (own) return asks_for(policy.p, message.disposition, testing);
    return asks_for(policy.sp, message.disposition, testing) ||
           asks_for(policy.np, message.disposition, testing);
  };
  if (applies(false)) return;
  const bool test = policy.testing == "y" && applies(true);
  message.reasons.push_back(
      {.type = test ? Override::policy_test_mode : Override::local_policy, .comment = {}});
}

}  // namespace

base::Result<> settle(MessageResult& message) {
  TRY(settle_policy(message.policy));
  message.header_from = clean_name(message.header_from).text;
  if (std::ranges::any_of(message.header_from, [](char c) { return static_cast<signed char>(c) < 0; })) {
    // A-labels before any comparison (RFC 9989 section 5.3.1).
    if (const auto name = dns::parse_domain(message.header_from)) message.header_from = name->text();
  }
  if (message.header_from != message.policy.domain &&
      !message.header_from.ends_with("." + message.policy.domain))
    return refuse(fmt::format("header_from \"{}\" is not within policy.domain {}",
                              base::excerpt(message.header_from, kShown), message.policy.domain));
  TRY(check_results(message));
  if (message.disposition == Disposition::pass && message.dkim == Aligned::fail &&
      message.spf == Aligned::fail)
    return refuse("the disposition is pass, and neither DKIM nor SPF is aligned",
                  "write what was done: none, quarantine or reject");
  message.source = message.source.unmapped();
  message.envelope_from = clean_name(message.envelope_from).text;
  message.envelope_to = clean_name(message.envelope_to).text;
  for (auto& signature : message.signatures) {
    signature.seen.domain = clean_name(signature.seen.domain).text;
    signature.seen.selector = clean(signature.seen.selector, kMaxSelector).text;
  }
  if (message.spf_seen) message.spf_seen->domain = clean_name(message.spf_seen->domain).text;
  for (auto& reason : message.reasons) reason.comment = clean(reason.comment, kMaxComment).text;
  for (auto& error : message.errors) error = clean(error, kMaxErrorText).text;
  std::erase(message.errors, "");
  settle_reason(message);
  return {};
}

}  // namespace rampart::reports
