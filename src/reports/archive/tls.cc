#include "reports/archive/tls.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "mail/domain_part.h"
#include "reports/archive/archive.h"
#include "reports/archive/claim.h"
#include "reports/archive/digests.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

constexpr std::array kTypes{TlsPolicyType::unknown, TlsPolicyType::tlsa, TlsPolicyType::sts,
                            TlsPolicyType::no_policy_found};

auto key_of(const TlsFailure& failure) {
  return std::tie(failure.result_text, failure.receiving_host, failure.receiving_address,
                  failure.sending_address, failure.receiving_helo, failure.information, failure.reason);
}

void merge(std::vector<TlsFailure>& failures) {
  std::ranges::sort(failures, [](const TlsFailure& a, const TlsFailure& b) { return key_of(a) < key_of(b); });
  std::vector<TlsFailure> out;
  for (auto& failure : failures) {
    if (out.empty() || key_of(out.back()) != key_of(failure)) {
      out.push_back(std::move(failure));
    } else {
      out.back().sessions += failure.sessions;
    }
    out.back().sessions = std::min(out.back().sessions, kMaxCount);
  }
  failures = std::move(out);
}

TlsPolicy compact(const TlsPolicy& from) {
  auto out = from;
  out.domain.clear();
  std::uint64_t described = 0;
  for (const auto& failure : out.failures) described = std::min(described + failure.sessions, kMaxCount);
  if (out.failed == 0) out.failed = described;
  out.successful = std::min(out.successful, kMaxCount);
  out.failed = std::min(out.failed, kMaxCount);
  merge(out.failures);
  if (out.failures.size() > kMaxTlsKept) {
    for (auto& failure : out.failures)
      failure = {.result = failure.result,
                 .result_text = failure.result_text,
                 .receiving_host = failure.receiving_host,
                 .sessions = failure.sessions};
    merge(out.failures);
  }
  return out;
}

std::uint64_t sum(const std::vector<TlsPolicy>& policies, std::uint64_t TlsPolicy::* member) {
  std::uint64_t out = 0;
  for (const auto& policy : policies) out = std::min(out + policy.*member, kMaxCount);
  return out;
}

void member(base::JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.member(name, text);
}

std::uint64_t number_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return 0;
  return static_cast<std::uint64_t>(value->get_int64());
}

const boost::json::array& list_of(const boost::json::object& object, std::string_view name) {
  static const boost::json::array kNone;
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

std::vector<std::string> texts_of(const boost::json::object& object, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& value : list_of(object, name)) {
    if (value.is_string()) out.emplace_back(std::string_view(value.get_string()));
  }
  return out;
}

TlsFailure failure_of(const boost::json::object& object) {
  TlsFailure out{.result_text = base::text_member(object, "result"),
                 .sending_address = base::text_member(object, "from"),
                 .receiving_host = base::text_member(object, "host"),
                 .receiving_helo = base::text_member(object, "helo"),
                 .receiving_address = base::text_member(object, "to"),
                 .sessions = number_of(object, "sessions"),
                 .information = base::text_member(object, "information"),
                 .reason = base::text_member(object, "reason")};
  out.result = parse_tls_result(out.result_text).value_or(TlsResult::unknown);
  return out;
}

}  // namespace

std::uint64_t TlsFacts::successful() const { return sum(policies, &TlsPolicy::successful); }
std::uint64_t TlsFacts::failed() const { return sum(policies, &TlsPolicy::failed); }

std::map<std::string, TlsFacts> facts_by_domain(const TlsReport& report) {
  std::map<std::string, TlsFacts> out;
  for (const auto& policy : report.policies) out[policy.domain].policies.push_back(compact(policy));
  return out;
}

std::string format_tls_facts(const TlsFacts& facts) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_array();
  for (const auto& policy : facts.policies) {
    json.begin_object().member("type", to_string(policy.type));
    if (!policy.lines.empty()) json.member_array("lines", policy.lines);
    if (!policy.hosts.empty()) json.member_array("hosts", policy.hosts);
    json.member("successful", policy.successful).member("failed", policy.failed);
    if (!policy.failures.empty()) {
      json.key("failures").begin_array();
      for (const auto& failure : policy.failures) {
        json.begin_object().member("result", failure.result_text);
        member(json, "host", failure.receiving_host);
        member(json, "to", failure.receiving_address);
        member(json, "from", failure.sending_address);
        member(json, "helo", failure.receiving_helo);
        member(json, "information", failure.information);
        member(json, "reason", failure.reason);
        json.member("sessions", failure.sessions).end_object();
      }
      json.end_array();
    }
    json.end_object();
  }
  json.end_array();
  return out;
}

std::optional<TlsFacts> parse_tls_facts(std::string_view text) {
  // Of our own making, so larger than what was read: escapes.
  const auto value = base::parse_json(text, "report_tls", {.max_bytes = std::size_t{64} << 20U});
  if (!value || !value->is_array()) return std::nullopt;
  TlsFacts out;
  for (const auto& one : value->get_array()) {
    if (!one.is_object()) return std::nullopt;
    const auto& object = one.get_object();
    TlsPolicy policy{.lines = texts_of(object, "lines"),
                     .hosts = texts_of(object, "hosts"),
                     .successful = number_of(object, "successful"),
                     .failed = number_of(object, "failed")};
    const auto type = std::ranges::find(kTypes, base::text_member(object, "type"),
                                        [](TlsPolicyType each) { return to_string(each); });
    if (type == kTypes.end()) return std::nullopt;
    policy.type = *type;
    for (const auto& failure : list_of(object, "failures")) {
      if (!failure.is_object()) return std::nullopt;
      policy.failures.push_back(failure_of(failure.get_object()));
    }
    out.policies.push_back(std::move(policy));
  }
  return out;
}

namespace {

struct StoredTls {
  Number id = 0;
  std::string content;
  Trust trust = Trust::unverified;
  Fidelity fidelity = Fidelity::original;
  std::string contact;
  std::string sender;
  Number successful = 0;
  Number failed = 0;

  [[nodiscard]] Claimant claimant() const {
    return {.trust = trust,
            .sender = sender,
            .contact = contact,
            .counted = static_cast<std::uint64_t>(successful + failed)};
  }
};

// What a report says of one domain, on its way in, as the table has it.
struct NumberedTls {
  std::string domain;
  std::string text;
  std::string content;
  std::string organisation;  // as it calls itself
  std::string reporter;      // who it is, as far as that is known
  std::string contact;
  std::string voice;  // the domain of the contact
  std::string alias;
  std::string identity;
  Number successful = 0;
  Number failed = 0;
};

NumberedTls numbered(const IncomingTls& incoming, const std::string& domain, const TlsFacts& facts) {
  const auto& report = incoming.report;
  NumberedTls out{.domain = domain,
                  .text = format_tls_facts(facts),
                  .organisation = base::lower(report.organisation),
                  .reporter = incoming.reporter,
                  .contact = base::lower(report.contact),
                  .successful = static_cast<Number>(facts.successful()),
                  .failed = static_cast<Number>(facts.failed())};
  if (out.reporter.empty()) out.reporter = out.organisation;
  out.content = short_digest(out.text);
  out.voice = mail::behind_at(out.contact);
  out.alias = short_digest(fmt::format("{}\n{}\n{}\n{}\n{}", out.organisation, report.report_id, domain,
                                       report.begin, report.end));
  out.identity = short_digest(fmt::format("{}\n{}\n{}", out.alias, out.contact, out.content));
  return out;
}

// Those that call themselves so, and name a contact in the same domain, or none: anybody may use another's name, but each is
// met by his own alone. An export may have lost the contact, so it is met by all.
std::vector<StoredTls> find(soci::session& sql, const NumberedTls& one, Fidelity fidelity) {
  std::vector<StoredTls> out;
  StoredTls stored;
  std::string trust;
  Number known = 0;
  const Number any = one.voice.empty() && fidelity != Fidelity::original ? 1 : 0;
  soci::statement all =
      (sql.prepare << fmt::format("SELECT id, content, trust, fidelity, contact, sender, successful, failed "
                                  "FROM report_tls WHERE alias = :alias AND (voice = :voice OR voice = '' OR "
                                  ":any = 1) ORDER BY id LIMIT {}",
                                  kMaxSameId),
       soci::use(one.alias), soci::use(one.voice), soci::use(any), soci::into(stored.id),
       soci::into(stored.content), soci::into(trust), soci::into(known), soci::into(stored.contact),
       soci::into(stored.sender), soci::into(stored.successful), soci::into(stored.failed));
  all.execute();
  while (all.fetch()) {
    stored.trust = parse_trust(trust).value_or(Trust::unverified);
    stored.fidelity = static_cast<Fidelity>(known);
    out.push_back(stored);
  }
  return out;
}

// The same by a better way, or from whom it names (as Archive::Adding::believe_more()).
void believe_more(soci::session& sql, const StoredTls& stored, const IncomingTls& incoming,
                  const NumberedTls& one) {
  if (incoming.trust < stored.trust) return;
  if (!incoming.sender.empty() && incoming.sender == one.contact && one.contact == stored.contact)
    sql << "UPDATE report_tls SET sender = :sender WHERE id = :id", soci::use(incoming.sender),
        soci::use(stored.id);
  if (incoming.trust == stored.trust) return;
  const std::string trust(to_string(incoming.trust));
  sql << "UPDATE report_tls SET trust = :trust, reporter = :reporter WHERE id = :id", soci::use(trust),
      soci::use(one.reporter), soci::use(stored.id);
}

void insert(soci::session& sql, const IncomingTls& incoming, const NumberedTls& one) {
  const auto& report = incoming.report;
  const std::string trust(to_string(incoming.trust));
  const auto fidelity = static_cast<Number>(incoming.fidelity);
  const Number first = report.begin;
  const Number last = report.end;
  const Number received = seconds_of(incoming.received);
  sql << "INSERT INTO report_tls (identity, content, domain, trust, fidelity, reporter, report_id, first, "
         "last, received, origin, successful, failed, facts, contact, sender, organisation, alias, voice) "
         "VALUES (:identity, :content, :domain, :trust, :fidelity, :reporter, :report_id, :first, :last, "
         ":received, :origin, :successful, :failed, :facts, :contact, :sender, :organisation, :alias, "
         ":voice)",
      soci::use(one.identity), soci::use(one.content), soci::use(one.domain), soci::use(trust),
      soci::use(fidelity), soci::use(one.reporter), soci::use(report.report_id), soci::use(first),
      soci::use(last), soci::use(received), soci::use(incoming.origin), soci::use(one.successful),
      soci::use(one.failed), soci::use(one.text), soci::use(one.contact), soci::use(incoming.sender),
      soci::use(one.organisation), soci::use(one.alias), soci::use(one.voice);
}

// What an export may have been made of, or the other way round: the same but for what exports lose.
std::optional<Claim> settle_export(const StoredTls& stored, const IncomingTls& incoming,
                                   const NumberedTls& one) {
  if (incoming.fidelity <= stored.fidelity) return std::nullopt;
  const bool same = stored.successful == one.successful && stored.failed == one.failed;
  return same && stored.trust <= incoming.trust ? std::optional(Claim::replaces) : std::nullopt;
}

Fate add_domain(soci::session& sql, const IncomingTls& incoming, const NumberedTls& one) {
  const auto same_id = find(sql, one, incoming.fidelity);
  for (const auto& stored : same_id) {
    const bool same = stored.content == one.content;
    // What was sent says more than another program's export of it.
    if (!same && (incoming.fidelity >= stored.fidelity || stored.trust < incoming.trust)) continue;
    if (same) believe_more(sql, stored, incoming, one);
    return Fate::duplicate;
  }
  const Claimant claimant{.trust = incoming.trust,
                          .sender = incoming.sender,
                          .contact = one.contact,
                          .counted = static_cast<std::uint64_t>(one.successful + one.failed)};
  for (const auto& stored : same_id) {
    const auto claim = settle_export(stored, incoming, one).value_or(settle(stored.claimant(), claimant));
    if (claim == Claim::beside) continue;
    if (claim == Claim::refused) return Fate::refused;
    sql << "DELETE FROM report_tls WHERE id = :id", soci::use(stored.id);
    insert(sql, incoming, one);
    return Fate::replaced;
  }
  if (same_id.size() == kMaxSameId) return Fate::too_often;
  insert(sql, incoming, one);
  return same_id.empty() ? Fate::added : Fate::told_apart;
}

}  // namespace

base::Result<std::vector<Fate>> Archive::add_tls(std::span<const IncomingTls> batch) {
  ++work_.commits;
  return database_->transact([&](soci::session& sql) {
    // What is worst to miss of a report's domains.
    constexpr std::array kWeighty{Fate::refused, Fate::too_often, Fate::added, Fate::told_apart,
                                  Fate::replaced};
    std::vector<Fate> out;
    for (const auto& incoming : batch) {
      std::vector<Fate> fates;
      for (const auto& [domain, facts] : facts_by_domain(incoming.report))
        fates.push_back(add_domain(sql, incoming, numbered(incoming, domain, facts)));
      const auto weighty = std::ranges::find_if(
          kWeighty, [&](Fate fate) { return std::ranges::find(fates, fate) != fates.end(); });
      out.push_back(weighty == kWeighty.end() ? Fate::duplicate : *weighty);
    }
    return out;
  });
}

}  // namespace rampart::reports
