#include "reports/archive/report_list.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "reports/archive/days.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

constexpr std::array<std::string_view, 3> kKinds{"aggregate", "failure", "tls"};

// The rows of each kind under the same names.
std::string_view table_of(ReportKind kind) {
  switch (kind) {
    case ReportKind::aggregate:
      return "SELECT r.id AS number, d.text AS domain, p.text AS reporter, r.report_id AS report_id,"
             " r.first AS first, r.last AS last, r.messages AS messages, r.trust AS trust,"
             " r.received AS received, r.origin AS origin FROM report r"
             " JOIN report_domain d ON d.id = r.domain JOIN report_reporter p ON p.id = r.reporter";
    case ReportKind::failure:
      return "SELECT r.id AS number, r.domain AS domain, '' AS reporter, '' AS report_id, -1 AS first,"
             " -1 AS last, 1 AS messages, r.trust AS trust, r.received AS received, r.origin AS origin"
             " FROM report_failure r";
    case ReportKind::tls:
      break;
  }
  return "SELECT r.id AS number, r.domain AS domain, r.reporter AS reporter, r.report_id AS report_id,"
         " r.first AS first, r.last AS last, r.successful + r.failed AS messages, r.trust AS trust,"
         " r.received AS received, r.origin AS origin FROM report_tls r";
}

std::string_view domain_column(ReportKind kind) {
  return kind == ReportKind::aggregate ? "d.text" : "r.domain";
}
std::string_view reporter_column(ReportKind kind) {
  return kind == ReportKind::aggregate ? "p.text" : kind == ReportKind::tls ? "r.reporter" : "''";
}

// What comes behind a place, of one kind: places are ordered by time, kind and number, falling.
std::string behind(const ReportPlace& place, ReportKind kind) {
  if (kind == place.kind) return "(r.received < :at OR (r.received = :at AND r.id < :number))";
  return kind < place.kind ? "(r.received <= :at)" : "(r.received < :at)";
}

void read(soci::session& sql, store::Backend backend, ReportKind kind, const ReportFilter& filter,
          std::vector<ListedReport>& out) {
  std::string where;
  const auto add = [&](std::string_view condition) {
    where += where.empty() ? " WHERE " : " AND ";
    where += condition;
  };
  Number at = 0;
  Number number = 0;
  Number from = 0;
  Number to = 0;
  if (filter.behind) {
    at = filter.behind->received;
    number = filter.behind->number;
    add(behind(*filter.behind, kind));
  }
  if (!filter.domain.empty()) add(fmt::format("{} = :domain", domain_column(kind)));
  if (!filter.reporter.empty())
    add(backend == store::Backend::sqlite
            ? fmt::format("instr({}, :reporter) > 0", reporter_column(kind))
            : fmt::format("position(:reporter in {}) > 0", reporter_column(kind)));
  const bool has_days = kind != ReportKind::failure;
  if (filter.from) {
    from = *filter.from * kDay;
    add(has_days ? "r.last >= :from" : "r.received >= :from");
  }
  if (filter.to) {
    to = (*filter.to + 1) * kDay;
    add(has_days ? "r.first < :to" : "r.received < :to");
  }
  auto select = (sql.prepare << fmt::format("{}{} ORDER BY r.received DESC, r.id DESC LIMIT {}",
                                            table_of(kind), where, filter.most));
  ListedReport row{.kind = kind};
  Number id = 0;
  Number first = 0;
  Number last = 0;
  Number messages = 0;
  Number received = 0;
  std::string trust;
  select, soci::into(id), soci::into(row.domain), soci::into(row.reporter), soci::into(row.report_id),
      soci::into(first), soci::into(last), soci::into(messages), soci::into(trust), soci::into(received),
      soci::into(row.origin);
  if (filter.behind) {
    select, soci::use(at, "at");
    if (kind == filter.behind->kind) select, soci::use(number, "number");
  }
  if (!filter.domain.empty()) select, soci::use(filter.domain, "domain");
  if (!filter.reporter.empty()) select, soci::use(filter.reporter, "reporter");
  if (filter.from) select, soci::use(from, "from");
  if (filter.to) select, soci::use(to, "to");
  soci::statement statement(select);
  statement.execute();
  while (statement.fetch()) {
    auto one = row;
    one.number = id;
    one.messages = static_cast<std::uint64_t>(std::max<Number>(messages, 0));
    one.trust = parse_trust(trust).value_or(Trust::unverified);
    one.received = received;
    if (has_days) {
      one.from = first / kDay;
      one.to = std::max(first, last - 1) / kDay;
    }
    // "verified google.com", as numbers of reporters stand for both.
    if (kind == ReportKind::aggregate) {
      if (const auto space = one.reporter.find(' '); space != std::string::npos)
        one.reporter.erase(0, space + 1);
    }
    out.push_back(std::move(one));
  }
}

}  // namespace

std::string_view to_string(ReportKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<ReportKind> parse_report_kind(std::string_view text) {
  const auto found = std::ranges::find(kKinds, text);
  if (found == kKinds.end()) return std::nullopt;
  return static_cast<ReportKind>(found - kKinds.begin());
}

std::string ReportPlace::text() const { return fmt::format("{}.{}.{}", received, to_string(kind), number); }

std::optional<ReportPlace> ReportPlace::parse(std::string_view text) {
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<std::int64_t> {
    std::int64_t out = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (fault != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return out;
  };
  const auto received = number(text.substr(0, first));
  const auto kind = parse_report_kind(text.substr(first + 1, last - first - 1));
  const auto id = number(text.substr(last + 1));
  if (!received || !kind || !id) return std::nullopt;
  return ReportPlace{*received, *kind, *id};
}

ReportPlace place_of(const ListedReport& report) { return {report.received, report.kind, report.number}; }

base::Result<std::vector<ListedReport>> list_reports(store::Database& database, const ReportFilter& filter) {
  return database.run([&](soci::session& sql) {
    std::vector<ListedReport> out;
    for (const auto kind : {ReportKind::aggregate, ReportKind::failure, ReportKind::tls}) {
      if (!filter.kind || *filter.kind == kind) read(sql, database.backend(), kind, filter, out);
    }
    std::ranges::sort(out, [](const ListedReport& a, const ListedReport& b) {
      return std::tuple(b.received, b.kind, b.number) < std::tuple(a.received, a.kind, a.number);
    });
    if (out.size() > filter.most) out.resize(filter.most);
    return out;
  });
}

}  // namespace rampart::reports
