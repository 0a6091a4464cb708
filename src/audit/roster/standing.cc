#include "audit/roster/standing.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "audit/roster/tables.h"
#include "audit/summary.h"
#include "base/text.h"

namespace rampart::audit::roster {
namespace {

constexpr std::array<std::string_view, Bucket::kRanks> kGrades{"F",  "?", "D-", "D",  "D+", "C-", "C", "C+",
                                                               "B-", "B", "B+", "A-", "A",  "A+", ""};

long long number(const std::optional<base::Time>& time) {
  return time ? time->time_since_epoch().count() : 0;
}
std::optional<base::Time> time_of(long long number) {
  return number == 0 ? std::nullopt : std::optional(base::Time(std::chrono::seconds(number)));
}

bool is_open(const Finding& finding) {
  return finding.status == FindingStatus::present && !finding.accepted && finding.effective > Severity::info;
}

// The first sentence, whole if it fits.
std::string sentence(std::string_view text) {
  if (const auto stop = text.find(". "); stop != std::string_view::npos) text = text.substr(0, stop);
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.size() <= kMaxNextStep) return std::string(text);
  auto end = text.rfind(' ', kMaxNextStep - 4);
  if (end == std::string_view::npos) end = 0;
  return std::string(text.substr(0, end)) + " …";
}

std::string why_unknown(const DomainReport& report) {
  for (const auto& row : report.spoofing) {
    if (row.rfc9989 == Disposition::unknown && !row.why.empty()) return row.why;
  }
  for (const auto& finding : report.findings) {
    if (finding.status != FindingStatus::unknown) continue;
    for (const auto& evidence : finding.evidence) {
      if (!evidence.why.empty()) return evidence.why;
    }
  }
  return report.sentence;
}

}  // namespace

Bucket Bucket::of(int number) {
  number = std::clamp(number, 0, kAll - 1);
  return {.rank = number / (kStatuses * kSends),
          .status = static_cast<Status>(number / kSends % kStatuses),
          .sends = static_cast<Sends>(number % kSends)};
}

Bucket Bucket::of(const Standing& standing) {
  return {.rank = standing.grade.empty() ? kNeverAudited : static_cast<int>(grade_rank(standing.grade)),
          .status = standing.status,
          .sends = standing.sends};
}

std::string_view Bucket::grade() const { return kGrades[static_cast<std::size_t>(rank)]; }

void StandingRow::bind(soci::details::prepare_temp_type& statement) {
  statement, soci::into(domain), soci::into(last), soci::into(open), soci::into(organisation),
      soci::into(watched), soci::into(bucket), soci::into(sentence), soci::into(weaknesses),
      soci::into(critical), soci::into(high), soci::into(medium), soci::into(low), soci::into(next_code),
      soci::into(next_step), soci::into(policy), soci::into(subdomain_policy), soci::into(tags),
      soci::into(tried), soci::into(why);
}

void StandingRow::take(std::span<const std::string_view> columns) {
  std::size_t at = 0;
  const auto text = [&](std::string& out) { out.assign(columns[at++]); };
  const auto number = [&](long long& out) {
    const auto digits = columns[at++];
    out = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
  };
  text(domain);
  number(last);
  number(open);
  text(organisation);
  number(watched);
  number(bucket);
  text(sentence);
  number(weaknesses);
  number(critical);
  number(high);
  number(medium);
  number(low);
  text(next_code);
  text(next_step);
  text(policy);
  text(subdomain_policy);
  text(tags);
  number(tried);
  text(why);
}

Standing StandingRow::read() const {
  const auto of = Bucket::of(static_cast<int>(bucket));
  return {.domain = domain,
          .organisation = organisation,
          .sends = of.sends,
          .watched = watched != 0,
          .status = of.status,
          .grade = std::string(of.grade()),
          .sentence = sentence,
          .weaknesses = static_cast<unsigned>(weaknesses),
          .open = {0, low, medium, high, critical},
          .next_code = next_code,
          .next_step = next_step,
          .policy = policy,
          .subdomain_policy = subdomain_policy,
          .tags = tags,
          .last = time_of(last),
          .tried = time_of(tried),
          .why = why};
}

namespace {

soci::details::prepare_temp_type find_one(soci::session& sql, StandingRow& row) {
  auto out = (sql.prepare << fmt::format("SELECT {} FROM audit_standing s WHERE s.domain = :domain",
                                         kStandingColumns));
  row.bind(out);
  out, soci::use(row.domain, "domain");
  return out;
}

}  // namespace

StandingWriter::StandingWriter(soci::session& sql)
    : find_(find_one(sql, row_)),
      fill_((sql.prepare << fmt::format("{} WHERE d.domain = :domain", kFillFromAudits),
             soci::use(row_.domain))),
      put_((sql.prepare << "INSERT INTO audit_standing ("
                           "domain, organisation, watched, bucket, sentence, weaknesses, open, critical, "
                           "high, medium, low, next_code, next_step, policy, subdomain_policy, tags, "
                           "last, tried, why"
                           ") VALUES ("
                           ":domain, :organisation, :watched, :bucket, :sentence, :weaknesses, :open, "
                           ":critical, :high, :medium, :low, :next_code, :next_step, :policy, "
                           ":subdomain_policy, :tags, :last, :tried, :why"
                           ") ON CONFLICT (domain) DO UPDATE SET "
                           "organisation = excluded.organisation, watched = excluded.watched, "
                           "bucket = excluded.bucket, sentence = excluded.sentence, "
                           "weaknesses = excluded.weaknesses, open = excluded.open, "
                           "critical = excluded.critical, high = excluded.high, medium = excluded.medium, "
                           "low = excluded.low, next_code = excluded.next_code, "
                           "next_step = excluded.next_step, policy = excluded.policy, "
                           "subdomain_policy = excluded.subdomain_policy, tags = excluded.tags, "
                           "last = excluded.last, tried = excluded.tried, why = excluded.why",
            soci::use(row_.domain), soci::use(row_.organisation), soci::use(row_.watched),
            soci::use(row_.bucket), soci::use(row_.sentence), soci::use(row_.weaknesses),
            soci::use(row_.open), soci::use(row_.critical), soci::use(row_.high), soci::use(row_.medium),
            soci::use(row_.low), soci::use(row_.next_code), soci::use(row_.next_step), soci::use(row_.policy),
            soci::use(row_.subdomain_policy), soci::use(row_.tags), soci::use(row_.last),
            soci::use(row_.tried), soci::use(row_.why))),
      drop_((sql.prepare << "DELETE FROM audit_standing WHERE domain = :domain", soci::use(row_.domain))),
      sql_(sql) {}

bool StandingWriter::take(const std::string& domain) {
  row_.domain = domain;
  find_.execute();
  there_ = find_.fetch();
  const bool had = there_;
  if (!there_) {  // it may have been audited before it was taken off the roster
    fill_.execute(true);
    find_.execute();
    there_ = find_.fetch();
  }
  standing_ = there_ ? row_.read() : Standing{.domain = domain};
  if (there_ && !had) count(standing_, 1);
  return had;
}

void StandingWriter::audited(const DomainReport& report, base::Time at) {
  if (there_) count(standing_, -1);
  standing_.tried = at;
  const bool found_out = report.status != Status::unknown;
  standing_.why = found_out ? "" : base::excerpt(why_unknown(report), kMaxNextStep);
  if (found_out || !standing_.last) {
    standing_.status = report.status;
    standing_.grade = report.grade.empty() ? "?" : report.grade;
    standing_.sentence = report.sentence;
    standing_.policy = to_string(report.effective_policy.domain.policy);
    standing_.subdomain_policy = to_string(report.effective_policy.subdomain.policy);
    standing_.weaknesses = 0;
    for (const auto weakness : report.weaknesses) standing_.weaknesses |= bit_of(weakness);
    standing_.open = {};
    for (const auto& finding : report.findings) {
      if (is_open(finding)) ++standing_.open[static_cast<std::size_t>(finding.effective)];
    }
    const auto worst = std::ranges::find_if(report.findings, is_open);  // the worst come first
    const bool any = worst != report.findings.end();
    standing_.next_code = any ? worst->code : "";
    standing_.next_step = any ? sentence(worst->advice.empty() ? worst->title : worst->advice) : "";
  }
  if (found_out) standing_.last = at;
  write();
}

void StandingWriter::said(Said said) {
  if (there_) count(standing_, -1);
  standing_.organisation = std::move(said.organisation);
  standing_.sends = said.sends;
  standing_.watched = said.watched;
  standing_.tags = std::move(said.tags);
  write();
}

void StandingWriter::forget() {
  if (!there_) return;
  count(standing_, -1);
  drop_.execute(true);
  there_ = false;
}

void StandingWriter::write() {
  const auto open = [&](Severity severity) { return standing_.open[static_cast<std::size_t>(severity)]; };
  row_ = {.domain = standing_.domain,
          .organisation = standing_.organisation,
          .sentence = standing_.sentence,
          .next_code = standing_.next_code,
          .next_step = standing_.next_step,
          .policy = standing_.policy,
          .subdomain_policy = standing_.subdomain_policy,
          .tags = standing_.tags,
          .why = standing_.why,
          .last = number(standing_.last),
          .open = standing_.open_findings(),
          .watched = standing_.watched ? 1 : 0,
          .bucket = Bucket::of(standing_).number(),
          .weaknesses = standing_.weaknesses,
          .critical = open(Severity::critical),
          .high = open(Severity::high),
          .medium = open(Severity::medium),
          .low = open(Severity::low),
          .tried = number(standing_.tried)};
  put_.execute(true);
  there_ = true;
  count(standing_, 1);
}

void StandingWriter::count(const Standing& standing, int change) {
  changed_ = true;
  const auto bucket = Bucket::of(standing).number();
  counts_[{standing.organisation, bucket}] += change;
  counts_[{std::string(kEverybody), bucket}] += change;
}

void StandingWriter::finish() {
  if (!changed_) return;
  std::string organisation;
  long long bucket = 0;
  long long change = 0;
  soci::statement add = (sql_.prepare << "INSERT INTO audit_count (organisation, bucket, domains)"
                                         " VALUES (:organisation, :bucket, :change)"
                                         " ON CONFLICT (organisation, bucket) DO UPDATE SET"
                                         " domains = audit_count.domains + excluded.domains",
                         soci::use(organisation), soci::use(bucket), soci::use(change));
  for (const auto& [key, value] : counts_) {
    if (value == 0) continue;
    organisation = key.first;
    bucket = key.second;
    change = value;
    add.execute(true);
  }
  sql_ << "UPDATE audit_version SET version = version + 1";
  counts_.clear();
  changed_ = false;
}

}  // namespace rampart::audit::roster
