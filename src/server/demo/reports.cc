#include "server/demo/reports.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace rampart::server::demo {
namespace {

constexpr std::chrono::days kDay{1};

// Messages of a day from one address; an empty domain: no such result.
struct Row {
  std::string_view address;
  unsigned count;
  std::string_view dkim;
  std::string_view spf;
  bool dkim_passes = true;
  bool spf_passes = true;
  std::string_view reason = {};
};

struct Published {
  std::string_view domain;
  std::string_view policy;  // elements
};

bool aligned(std::string_view seen, std::string_view domain, bool passes) {
  return passes && (seen == domain || seen.ends_with(fmt::format(".{}", domain)));
}

std::string row_xml(const Row& row, std::string_view domain, std::string_view disposition) {
  const bool dkim = aligned(row.dkim, domain, row.dkim_passes);
  const bool spf = aligned(row.spf, domain, row.spf_passes);
  const auto result = [](bool passes) { return passes ? "pass" : "fail"; };
  std::string out = fmt::format(
      "<record><row><source_ip>{}</source_ip><count>{}</count><policy_evaluated><disposition>{}</disposition>"
      "<dkim>{}</dkim><spf>{}</spf>",
      row.address, row.count, dkim || spf || !row.reason.empty() ? "none" : disposition, result(dkim),
      result(spf));
  if (!row.reason.empty()) out += fmt::format("<reason><type>{}</type></reason>", row.reason);
  out += fmt::format(
      "</policy_evaluated></row><identifiers><header_from>{}</header_from></identifiers><auth_results>",
      domain);
  if (!row.dkim.empty())
    out += fmt::format("<dkim><domain>{}</domain><selector>m1</selector><result>{}</result></dkim>", row.dkim,
                       result(row.dkim_passes));
  if (!row.spf.empty())
    out += fmt::format("<spf><domain>{}</domain><scope>mfrom</scope><result>{}</result></spf>", row.spf,
                       result(row.spf_passes));
  return out + "</auth_results></record>";
}

ReportFile make(std::string_view reporter, const Published& published, base::Time begin,
                const std::vector<Row>& rows) {
  const auto from = std::chrono::duration_cast<std::chrono::seconds>(begin.time_since_epoch()).count();
  const auto to = from + std::chrono::duration_cast<std::chrono::seconds>(kDay).count() - 1;
  const bool rejects = published.policy.find("<p>reject") != std::string_view::npos;
  const std::string_view disposition = rejects ? "reject" : "none";
  std::string xml = fmt::format(
      "<?xml version=\"1.0\"?><feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\"><report_metadata>"
      "<org_name>{0}</org_name><email>dmarc@{0}</email><report_id>{0}.{1}.{2}</"
      "report_id><date_range><begin>{2}</begin>"
      "<end>{3}</end></date_range></report_metadata><policy_published><domain>{1}</domain>"
      "<discovery_method>treewalk</discovery_method>{4}</policy_published>",
      reporter, published.domain, from, to, published.policy);
  for (const auto& row : rows)
    if (row.count > 0) xml += row_xml(row, published.domain, disposition);
  xml += "</feedback>";
  return {fmt::format("{}!{}!{}!{}.xml", reporter, published.domain, from, to), std::move(xml)};
}

// So many on a working day, a third at weekends, and a little more or less from day to day.
unsigned of_day(unsigned usual, std::chrono::sys_days day, unsigned salt) {
  const std::chrono::weekday weekday(day);
  const bool rests = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
  const auto number = static_cast<unsigned>(day.time_since_epoch().count());
  const unsigned wave = (number * 7U + salt * 13U) % 21U;  // 0 to 20
  return usual * (rests ? 33U : 100U) / 100U * (90U + wave) / 100U;
}

constexpr int kPayrollSigns = 12;  // days ago: since then the bureau signs as the bank

std::vector<Row> bank_rows(std::chrono::sys_days day, int ago, unsigned salt) {
  const bool signs = ago <= kPayrollSigns;
  return {{"198.51.100.25", of_day(240, day, salt), "bank.example", "bank.example"},
          {"198.51.100.26", of_day(90, day, salt + 1), "bank.example", "bounces.mailhost.example"},
          {"198.51.100.200", of_day(40, day, salt + 2), signs ? "bank.example" : "payroll.example",
           "payroll.example"},
          {"198.51.100.40", of_day(6, day, salt + 3), "bank.example", "lists.mailhost.example", false, true,
           "mailing_list"},
          {"203.0.113.66", of_day(ago < 4 ? 160 : 18, day, salt + 4), "", "bank.example", true, false}};
}

std::vector<Row> treasury_rows(std::chrono::sys_days day, int ago, unsigned salt) {
  return {{"192.0.2.21", of_day(120, day, salt), "treasury.example", "treasury.example"},
          {"203.0.113.66", of_day(ago < 4 ? 90 : 12, day, salt + 1), "", "treasury.example", true, false}};
}

std::vector<Row> telecom_rows(std::chrono::sys_days day, int /*ago*/, unsigned salt) {
  return {{"192.0.2.15", of_day(400, day, salt), "telecom.example", "telecom.example"},
          {"203.0.113.140", of_day(9, day, salt + 1), "", "telecom.example", true, false}};
}

struct Subject {
  Published published;
  std::vector<Row> (*rows)(std::chrono::sys_days, int, unsigned);
};

constexpr std::array<std::string_view, 3> kReporters{"mail.receiver.example", "inbox.example",
                                                     "mx.isp.example"};

}  // namespace

std::span<const std::string_view> reporters() { return kReporters; }

std::vector<ReportFile> made_reports(base::Time now, int days) {
  const std::array kSubjects{
      Subject{{"bank.example", "<p>none</p>"}, &bank_rows},
      Subject{{"treasury.example", "<p>reject</p><sp>reject</sp><np>reject</np>"}, &treasury_rows},
      Subject{{"telecom.example", "<p>reject</p>"}, &telecom_rows}};
  const auto today = std::chrono::floor<std::chrono::days>(now);
  std::vector<ReportFile> out;
  out.reserve(static_cast<std::size_t>(days) * kSubjects.size() * kReporters.size());
  for (int ago = days; ago > 0; --ago) {
    const auto day = today - kDay * ago;
    unsigned salt = 0;
    for (const auto reporter : kReporters)
      for (const auto& subject : kSubjects)
        out.push_back(make(reporter, subject.published, day, subject.rows(day, ago, salt += 5)));
  }
  return out;
}

}  // namespace rampart::server::demo
