// Reports of single messages, what was set aside, and mails that are not tried again.
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "reports/archive/archive.h"
#include "reports/archive/digests.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

std::string failure_head(const FailureReport& report) {
  std::string head;
  base::JsonWriter json(head);
  json.begin_object().member("feedback_type", report.feedback_type).member("user_agent", report.user_agent);
  json.member("auth_failure", report.auth_failure).member("delivery_result", report.delivery_result);
  json.member("identity_alignment", report.identity_alignment).member("source_ip", report.source_ip);
  json.member("original_mail_from", report.original_mail_from).member("arrival_date", report.arrival_date);
  json.member("dkim_domain", report.dkim_domain).member("dkim_selector", report.dkim_selector);
  json.member("spf_dns", report.spf_dns)
      .member("results", report.results)
      .member("incidents", report.incidents);
  json.member("from_domain", report.from_domain).member("subject", report.subject);
  json.member("message_id", report.message_id).member("plain", report.plain).end_object();
  return head;
}

// What an export keeps of which message it was; empty where it keeps too little to tell two apart.
std::string failure_alias(const FailureReport& report) {
  auto message = report.message_id;
  std::erase_if(message, [](char c) { return c == '<' || c == '>' || base::is_wsp(c); });
  if (message.empty()) message = report.arrival_date;
  if (message.empty()) return {};
  return short_digest(fmt::format("{}\n{}\n{}", report.reported_domain, report.source_ip, message));
}

Fate add_failure(soci::session& sql, const IncomingFailure& incoming) {
  const auto& report = incoming.report;
  const auto head = failure_head(report);
  const auto content = short_digest(fmt::format("{}\n{}", report.reported_domain, head));
  const auto alias = failure_alias(report);
  const std::string trust(to_string(incoming.trust));
  const Number at = seconds_of(incoming.received);
  const auto fidelity = static_cast<Number>(incoming.fidelity);
  Number id = 0;
  Number known = 0;
  auto fate = Fate::added;
  sql << "SELECT id, fidelity FROM report_failure WHERE alias = :alias AND alias <> '' AND fidelity <> "
         ":fidelity LIMIT 1",
      soci::use(alias), soci::use(fidelity), soci::into(id), soci::into(known);
  if (sql.got_data()) {
    if (known > fidelity) return Fate::duplicate;
    sql << "DELETE FROM report_failure WHERE id = :id", soci::use(id);
    fate = Fate::replaced;
  }
  soci::statement insert =
      (sql.prepare << "INSERT INTO report_failure (content, domain, trust, origin, received, head, fidelity, "
                      "alias) VALUES (:content, :domain, :trust, :origin, :received, :head, :fidelity, "
                      ":alias) ON CONFLICT (content) DO NOTHING",
       soci::use(content), soci::use(report.reported_domain), soci::use(trust), soci::use(incoming.origin),
       soci::use(at), soci::use(head), soci::use(fidelity), soci::use(alias));
  insert.execute(true);
  return insert.get_affected_rows() > 0 ? fate : Fate::duplicate;
}

}  // namespace

base::Result<std::vector<Fate>> Archive::add_failures(std::span<const IncomingFailure> batch) {
  ++work_.commits;
  return database_->transact([&](soci::session& sql) {
    std::vector<Fate> out;
    out.reserve(batch.size());
    for (const auto& incoming : batch) out.push_back(add_failure(sql, incoming));
    return out;
  });
}

base::Result<> Archive::keep_aside(std::span<const Aside> aside, base::Time now) {
  ++work_.commits;
  return database_->transact([&](soci::session& sql) {
    std::string origin;
    std::string reason;
    const Number at = seconds_of(now);
    soci::statement insert =
        (sql.prepare << "INSERT INTO report_aside (origin, reason, at) VALUES (:origin, :reason, :at)"
                        " ON CONFLICT (origin, reason) DO UPDATE SET at = excluded.at",
         soci::use(origin), soci::use(reason), soci::use(at));
    for (const auto& one : aside) {
      origin = one.origin;
      reason = one.reason;
      insert.execute(true);
    }
  });
}

base::Result<std::optional<std::string>> Archive::killer(std::string_view content) {
  return database_->run([&](soci::session& sql) -> std::optional<std::string> {
    const std::string key(content);
    std::string reason;
    sql << "SELECT reason FROM report_killer WHERE content = :content", soci::use(key), soci::into(reason);
    return sql.got_data() ? std::optional(reason) : std::nullopt;
  });
}

base::Result<> Archive::note_killer(std::string_view content, std::string_view reason, base::Time now) {
  return database_->run([&](soci::session& sql) {
    const std::string key(content);
    const std::string why(reason);
    const Number at = seconds_of(now);
    sql << "INSERT INTO report_killer (content, reason, at) VALUES (:content, :reason, :at) ON CONFLICT "
           "(content) DO NOTHING",
        soci::use(key), soci::use(why), soci::use(at);
  });
}

}  // namespace rampart::reports
