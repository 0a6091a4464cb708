#include "reports/archive/single_history.h"

#include <limits>

#include <fmt/format.h>

#include "base/json.h"
#include "reports/archive/days.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

// As single.cc writes it.
FailureReport parse_failure(std::string_view head, std::string domain) {
  FailureReport out{.reported_domain = std::move(domain)};
  const auto value = base::parse_json(head, "report_failure");
  if (!value || !value->is_object()) return out;
  const auto& object = value->get_object();
  const auto text = [&](std::string_view name) { return base::text_member(object, name); };
  out.feedback_type = text("feedback_type");
  out.user_agent = text("user_agent");
  out.auth_failure = text("auth_failure");
  out.delivery_result = text("delivery_result");
  out.identity_alignment = text("identity_alignment");
  out.source_ip = text("source_ip");
  out.original_mail_from = text("original_mail_from");
  out.arrival_date = text("arrival_date");
  out.dkim_domain = text("dkim_domain");
  out.dkim_selector = text("dkim_selector");
  out.spf_dns = text("spf_dns");
  out.results = text("results");
  out.from_domain = text("from_domain");
  out.subject = text("subject");
  out.message_id = text("message_id");
  if (const auto* incidents = object.if_contains("incidents"); incidents != nullptr && incidents->is_number())
    out.incidents = incidents->to_number<std::uint64_t>();
  if (const auto* plain = object.if_contains("plain"); plain != nullptr && plain->is_bool())
    out.plain = plain->get_bool();
  return out;
}

// A pattern of LIKE for what is below the domain.
std::string below(std::string_view domain) {
  std::string out = "%.";
  for (const char c : domain) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out;
}

Number limit_of(std::size_t most) {
  return most == 0 ? std::numeric_limits<Number>::max() : static_cast<Number>(most);
}

}  // namespace

base::Result<FailureHistory> read_failures(store::Database& database, std::optional<std::string_view> domain,
                                           std::int64_t from, std::int64_t to, std::size_t most) {
  return database.transact([&](soci::session& sql) {
    FailureHistory out{.from = from, .to = to};
    const std::string name(domain.value_or(""));
    const auto pattern = domain ? below(*domain) : std::string("%");
    const Number begin = from * kDay;
    const Number behind = (to + 1) * kDay;
    const auto limit = limit_of(most);
    const std::string where =
        "FROM report_failure WHERE (domain = :domain OR domain LIKE :below ESCAPE '!') AND received >= "
        ":begin AND received < :behind";
    Number count = 0;
    sql << "SELECT COUNT(*) " + where, soci::use(name), soci::use(pattern), soci::use(begin),
        soci::use(behind), soci::into(count);
    out.reports = static_cast<std::uint64_t>(count);
    std::string reported;
    std::string trust;
    std::string origin;
    std::string head;
    Number received = 0;
    soci::statement all =
        (sql.prepare << "SELECT domain, trust, origin, received, head " + where +
                            " ORDER BY received DESC, id DESC LIMIT :most",
         soci::use(name), soci::use(pattern), soci::use(begin), soci::use(behind), soci::use(limit),
         soci::into(reported), soci::into(trust), soci::into(origin), soci::into(received), soci::into(head));
    all.execute();
    while (all.fetch()) {
      out.seen.push_back({.report = parse_failure(head, reported),
                          .trust = parse_trust(trust).value_or(Trust::unverified),
                          .origin = origin,
                          .received = received});
    }
    return out;
  });
}

base::Result<AsideHistory> read_aside(store::Database& database, std::int64_t from, std::int64_t to,
                                      std::size_t most) {
  return database.transact([&](soci::session& sql) {
    AsideHistory out{.from = from, .to = to};
    const Number begin = from * kDay;
    const Number behind = (to + 1) * kDay;
    const auto limit = limit_of(most);
    Number count = 0;
    sql << "SELECT COUNT(*) FROM report_aside WHERE at >= :begin AND at < :behind", soci::use(begin),
        soci::use(behind), soci::into(count);
    out.notes = static_cast<std::uint64_t>(count);
    AsideNote note;
    Number at = 0;
    soci::statement all =
        (sql.prepare << "SELECT origin, reason, at FROM report_aside WHERE at >= :begin AND at < :behind"
                        " ORDER BY at DESC, id DESC LIMIT :most",
         soci::use(begin), soci::use(behind), soci::use(limit), soci::into(note.origin),
         soci::into(note.reason), soci::into(at));
    all.execute();
    while (all.fetch()) {
      note.at = at;
      out.seen.push_back(note);
    }
    return out;
  });
}

}  // namespace rampart::reports
