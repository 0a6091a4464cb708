#include "reports/write/collector.h"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "dns/domain.h"
#include "mail/compose.h"
#include "reports/clean.h"
#include "reports/period.h"
#include "reports/write/settle.h"

namespace rampart::reports {
namespace {

using base::ErrorKind;

constexpr std::int64_t kDay = 86400;         // seconds
constexpr std::size_t kIdDigits = 32;        // hex digits of a report's id: 128 bits
constexpr std::string_view kBetween = "\t";  // no member of a policy holds it

std::string text_of(const Published& policy) {
  return fmt::format("{}", fmt::join(std::to_array<std::string_view>(
                                         {policy.domain, policy.p, policy.sp, policy.np, policy.adkim,
                                          policy.aspf, policy.testing, policy.discovery_method, policy.fo}),
                                     kBetween));
}

// Whether `name` is `above` or a name below it.
bool is_within(std::string_view name, std::string_view above) {
  return name == above || (name.ends_with(above) && name.size() > above.size() && !above.empty() &&
                           name[name.size() - above.size() - 1] == '.');
}

Outcome outcome_of(MessageResult&& message) {
  Outcome out;
  out.disposition = message.disposition;
  out.dkim = message.dkim;
  out.spf = message.spf;
  out.dkim_seen = ordered_signatures(message.signatures, message.header_from, message.policy.domain);
  out.header_from = std::move(message.header_from);
  out.envelope_from = std::move(message.envelope_from);
  out.envelope_to = std::move(message.envelope_to);
  out.reasons = std::move(message.reasons);
  if (message.spf_seen) out.spf_seen.push_back(std::move(*message.spf_seen));
  return out;
}

}  // namespace

std::vector<DkimSeen> ordered_signatures(const std::vector<SignatureResult>& signatures,
                                         std::string_view header_from, std::string_view policy_domain) {
  const auto rank = [&](const SignatureResult& signature) {
    const auto& domain = signature.seen.domain;
    if (signature.seen.result != AuthResult::pass) return 3;
    if (domain == header_from) return 0;
    const bool above = is_within(header_from, domain) && domain.contains('.');
    return signature.aligned.value_or(is_within(domain, policy_domain) || above) ? 1 : 2;
  };
  using Key = std::tuple<int, std::string_view, std::string_view, AuthResult>;
  std::set<Key> keys;
  for (const auto& signature : signatures)
    keys.emplace(rank(signature), signature.seen.domain, signature.seen.selector, signature.seen.result);
  std::vector<DkimSeen> out;
  for (const auto& [place, domain, selector, result] : keys) {
    const DkimSeen seen{.domain = std::string(domain), .selector = std::string(selector), .result = result};
    if (out.size() == kMaxDkimSeen) break;
    if (std::ranges::find(out, seen) == out.end()) out.push_back(seen);
  }
  return out;
}

std::string report_id(std::string_view receiver, const Report& report) {
  const auto digest = crypto::sha256(fmt::format("{}{}{}{}{}{}{}", receiver, kBetween, report.begin, kBetween,
                                                 report.end, kBetween, text_of(report.policy)));
  return base::hex(digest).substr(0, kIdDigits);
}

Collector::Collector(Reporter reporter, Texts& texts, std::int64_t period)
    : reporter_(std::move(reporter)), texts_(&texts), period_(period) {}

base::Result<Collector> Collector::make(const Reporter& reporter, Texts& texts, std::chrono::seconds period) {
  if (period.count() <= 0 || kDay % period.count() != 0)
    return base::fail(ErrorKind::input,
                      fmt::format("a period of {} seconds does not divide a day", period.count()));
  auto settled = reporter;
  settled.domain = TRY(dns::parse_domain(reporter.domain)).text();
  settled.email = TRY(mail::parse_address(reporter.email));
  settled.organisation = clean(reporter.organisation, kMaxValue).text;
  settled.contact = clean(reporter.contact, kMaxValue).text;
  settled.generator = clean(reporter.generator, kMaxValue).text;
  if (settled.organisation.empty())
    return base::fail(ErrorKind::input, "a report needs the name of who writes it");
  return Collector(std::move(settled), texts, period.count());
}

base::Result<> Collector::add(MessageResult message) {
  TRY(settle(message));
  const auto time = message.time.time_since_epoch().count();
  if (time < 0 || time >= kMillisecondsFrom)  // readers would take it for milliseconds
    return base::fail(ErrorKind::input, "the time is before 1970 or after 5137");
  const auto begin = time - time % period_;
  const auto key = fmt::format("{:020}{}{}", begin, kBetween, text_of(message.policy));
  auto found = groups_.find(key);
  if (found == groups_.end()) {
    if (groups_.size() == kMaxDueReports)
      return base::fail(ErrorKind::input,
                        fmt::format("there are more than {} reports to write", kMaxDueReports), {},
                        "give fewer days at once");
    found = groups_.emplace(key, Group{.begin = begin, .policy = message.policy}).first;
  }
  auto& group = found->second;
  const auto time_of = message.time;
  auto rua = std::move(message.rua);
  auto errors = std::move(message.errors);
  const auto address = texts_->add(message.source.text());
  std::string text;
  append_outcome(outcome_of(std::move(message)), text);
  const auto row = std::uint64_t{address} << 32U | texts_->add(text);
  auto at = group.rows.find(row);
  if (at == group.rows.end()) {
    if (rows_ == kMaxRows)
      return base::fail(ErrorKind::input, fmt::format("the reports would have more than {} rows", kMaxRows),
                        {}, "give fewer days at once");
    ++rows_;
    at = group.rows.emplace(row, 0).first;
  }
  at->second = std::min(at->second + 1, kMaxCount);
  // Of messages of one second the larger lists, so that their order does not matter.
  if (std::tie(time_of, rua, errors) > std::tie(group.newest, group.rua, group.errors)) {
    group.newest = time_of;
    group.rua = std::move(rua);
    group.errors = std::move(errors);
  }
  return {};
}

DueReport Collector::made(Group&& group) {
  DueReport out;
  auto& report = out.report;
  report.version = "1.0";  // RFC 9990 section 3.1.1.2
  report.name_space = "urn:ietf:params:xml:ns:dmarc-2.0";
  report.organisation = reporter_.organisation;
  report.email = reporter_.email;
  report.contact = reporter_.contact;
  report.generator = reporter_.generator;
  report.begin = group.begin;
  report.end = group.begin + period_ - 1;
  report.policy = std::move(group.policy);
  report.report_id = report_id(reporter_.domain, report);
  // There is one `error` at most (RFC 9990 section 3.1.1.3).
  if (auto errors = clean(base::join(group.errors, "; "), kMaxValue).text; !errors.empty())
    report.errors.push_back(std::move(errors));
  std::vector<std::pair<base::IpAddress, Row>> rows;
  rows.reserve(group.rows.size());
  for (const auto& [ids, count] : group.rows) {
    const Row row{.address = static_cast<TextId>(ids >> 32U),
                  .outcome = static_cast<TextId>(ids & std::numeric_limits<TextId>::max()),
                  .count = count};
    rows.emplace_back(base::IpAddress::parse((*texts_)[row.address]).value_or(base::IpAddress()), row);
  }
  std::ranges::sort(rows, {},
                    [&](const auto& one) { return std::pair(one.first, (*texts_)[one.second.outcome]); });
  report.rows.reserve(rows.size());
  for (const auto& [address, row] : rows) report.rows.push_back(row);
  report.records = report.rows.size();
  out.rua = std::move(group.rua);
  return out;
}

std::vector<DueReport> Collector::finish() {
  std::vector<DueReport> out;
  unasked_ = 0;
  for (auto& [key, group] : groups_) {
    if (group.rua.empty()) {
      for (const auto& [row, count] : group.rows) unasked_ = std::min(unasked_ + count, kMaxCount);
    } else if (!group.rows.empty()) {
      out.push_back(made(std::move(group)));
    }
  }
  groups_.clear();
  rows_ = 0;
  return out;
}

}  // namespace rampart::reports
