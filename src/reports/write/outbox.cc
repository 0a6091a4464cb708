#include "reports/write/outbox.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <soci/soci.h>

#include "base/backoff.h"
#include "base/json.h"

namespace rampart::reports {
namespace {

using base::Result;
using base::Time;
using Number = long long;  // as SOCI has it

constexpr std::array<std::string_view, kMailStates> kStates{"ready",  "sending", "sent",
                                                            "unsure", "refused", "given up"};
constexpr std::string_view kInterrupted = "the program ended while it was sent: it has perhaps arrived";

constexpr std::array kMigrations{
    store::Migration{
        .sql =
            "CREATE TABLE outbox_report (id TEXT PRIMARY KEY, submitter TEXT NOT NULL, organisation TEXT NOT "
            "NULL,"
            " email TEXT NOT NULL, contact TEXT NOT NULL, domain TEXT NOT NULL, first BIGINT NOT NULL,"
            " last BIGINT NOT NULL, messages BIGINT NOT NULL, record_rows BIGINT NOT NULL, file TEXT NOT "
            "NULL,"
            " stored TEXT NOT NULL, digest TEXT NOT NULL, bytes BIGINT NOT NULL, rua TEXT NOT NULL,"
            " made BIGINT NOT NULL, lookups BIGINT NOT NULL, next_lookup BIGINT, looked_up BIGINT NOT NULL, "
            "not_sent TEXT "
            "NOT NULL);"
            "CREATE INDEX outbox_report_lookup ON outbox_report (next_lookup);"
            "CREATE INDEX outbox_report_domain ON outbox_report (domain, last);"
            "CREATE TABLE outbox_mail (report TEXT NOT NULL, recipient TEXT NOT NULL, state TEXT NOT NULL,"
            " why TEXT NOT NULL, attempts BIGINT NOT NULL, made BIGINT NOT NULL, next_try BIGINT NOT NULL,"
            " PRIMARY KEY (report, recipient));"
            "CREATE INDEX outbox_mail_state ON outbox_mail (state, next_try);"},
};

Number number(Time time) { return time.time_since_epoch().count(); }
Time time_of(Number number) { return Time(std::chrono::seconds(number)); }

MailState state_of(std::string_view text) {
  const auto found = std::ranges::find(kStates, text);
  return found == kStates.end() ? MailState::unsure : static_cast<MailState>(found - kStates.begin());
}

std::string to_json(const std::vector<std::string>& texts) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
  return out;
}

std::string to_json(const std::vector<Recipients::NotSent>& all) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_array();
  for (const auto& one : all)
    json.begin_object().member("uri", one.uri).member("why", one.why).member("later", one.later).end_object();
  json.end_array();
  return out;
}

Result<std::vector<std::string>> texts_of(const std::string& json, std::string_view where) {
  const auto value = TRY(base::parse_json(json, where));
  std::vector<std::string> out;
  if (!value.is_array())
    return base::fail(base::ErrorKind::input, "the outbox is damaged", std::string(where));
  for (const auto& one : value.get_array()) {
    if (one.is_string()) out.emplace_back(std::string_view(one.get_string()));
  }
  return out;
}

Result<std::vector<Recipients::NotSent>> not_sent_of(const std::string& json, std::string_view where) {
  const auto value = TRY(base::parse_json(json, where));
  std::vector<Recipients::NotSent> out;
  if (!value.is_array())
    return base::fail(base::ErrorKind::input, "the outbox is damaged", std::string(where));
  for (const auto& one : value.get_array()) {
    if (!one.is_object()) continue;
    const auto& object = one.get_object();
    const auto text = [&](std::string_view name) {
      const auto* member = object.if_contains(name);
      return member != nullptr && member->is_string() ? std::string(std::string_view(member->get_string()))
                                                      : std::string();
    };
    const auto* later = object.if_contains("later");
    out.push_back({.uri = text("uri"),
                   .why = text("why"),
                   .later = later != nullptr && later->is_bool() && later->get_bool()});
  }
  return out;
}

// A report's row as SOCI reads and writes it.
struct ReportRow {
  QueuedReport report;
  Number first = 0;
  Number last = 0;
  Number messages = 0;
  Number rows = 0;
  Number bytes = 0;
  Number made = 0;
  Number lookups = 0;
  Number looked_up = 0;
  Number next = 0;
  soci::indicator has_next = soci::i_null;
  std::string rua;
  std::string not_sent;

  ReportRow() = default;
  explicit ReportRow(const QueuedReport& from)
      : report(from),
        first(from.cover.begin),
        last(from.cover.end),
        messages(static_cast<Number>(from.cover.messages)),
        rows(static_cast<Number>(from.cover.rows)),
        bytes(static_cast<Number>(from.bytes)),
        made(number(from.made)),
        lookups(from.lookups),
        looked_up(number(from.looked_up)),
        next(from.next_lookup ? number(*from.next_lookup) : 0),
        has_next(from.next_lookup ? soci::i_ok : soci::i_null),
        rua(to_json(from.rua)),
        not_sent(to_json(from.not_sent)) {}

  Result<QueuedReport> whole() const {
    auto out = report;
    out.cover.begin = first;
    out.cover.end = last;
    out.cover.messages = static_cast<std::uint64_t>(messages);
    out.cover.rows = static_cast<std::uint64_t>(rows);
    out.bytes = static_cast<std::uint64_t>(bytes);
    out.made = time_of(made);
    out.lookups = static_cast<unsigned>(lookups);
    out.looked_up = time_of(looked_up);
    out.next_lookup = has_next == soci::i_ok ? std::optional(time_of(next)) : std::nullopt;
    out.rua = TRY(texts_of(rua, report.cover.report_id));
    out.not_sent = TRY(not_sent_of(not_sent, report.cover.report_id));
    return out;
  }
};

constexpr auto kReportColumns =
    "SELECT id, submitter, organisation, email, contact, domain, first, last, messages, record_rows, file,"
    " stored, digest, bytes, rua, made, lookups, next_lookup, looked_up, not_sent FROM outbox_report ";

// Prepares a SELECT of kReportColumns into `row`; the caller adds what it uses.
auto columns(soci::session& sql, const std::string& where, ReportRow& row) {
  auto& cover = row.report.cover;
  return (sql.prepare << kReportColumns + where, soci::into(cover.report_id), soci::into(cover.submitter),
          soci::into(cover.organisation), soci::into(cover.email), soci::into(cover.contact),
          soci::into(cover.domain), soci::into(row.first), soci::into(row.last), soci::into(row.messages),
          soci::into(row.rows), soci::into(row.report.file), soci::into(row.report.stored),
          soci::into(row.report.digest), soci::into(row.bytes), soci::into(row.rua), soci::into(row.made),
          soci::into(row.lookups), soci::into(row.next, row.has_next), soci::into(row.looked_up),
          soci::into(row.not_sent));
}

Result<std::vector<QueuedReport>> read_all(soci::statement& statement, const ReportRow& row) {
  std::vector<QueuedReport> out;
  statement.execute();
  while (statement.fetch()) out.push_back(TRY(row.whole()));
  return out;
}

Result<std::optional<QueuedReport>> find_in(soci::session& sql, const std::string& id) {
  ReportRow row;
  soci::statement statement = (columns(sql, "WHERE id = :id", row), soci::use(id));
  auto all = TRY(read_all(statement, row));
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

void insert(soci::session& sql, const QueuedReport& report) {
  ReportRow row(report);
  const auto& cover = report.cover;
  sql << "INSERT INTO outbox_report (id, submitter, organisation, email, contact, domain, first, last, "
         "messages,"
         " record_rows, file, stored, digest, bytes, rua, made, lookups, next_lookup, looked_up, not_sent) "
         "VALUES (:id,"
         " :submitter, :organisation, :email, :contact, :domain, :first, :last, :messages, :rows, :file, "
         ":stored,"
         " :digest, :bytes, :rua, :made, :lookups, :next, :looked_up, :not_sent)",
      soci::use(cover.report_id), soci::use(cover.submitter), soci::use(cover.organisation),
      soci::use(cover.email), soci::use(cover.contact), soci::use(cover.domain), soci::use(row.first),
      soci::use(row.last), soci::use(row.messages), soci::use(row.rows), soci::use(report.file),
      soci::use(report.stored), soci::use(report.digest), soci::use(row.bytes), soci::use(row.rua),
      soci::use(row.made), soci::use(row.lookups), soci::use(row.next, row.has_next),
      soci::use(row.looked_up), soci::use(row.not_sent);
}

struct MailRow {
  QueuedMail mail;
  std::string state;
  Number attempts = 0;
  Number made = 0;
  Number next = 0;

  [[nodiscard]] QueuedMail whole() const {
    auto out = mail;
    out.state = state_of(state);
    out.attempts = static_cast<unsigned>(attempts);
    out.made = time_of(made);
    out.next_try = time_of(next);
    return out;
  }
};

auto mail_columns(soci::session& sql, const std::string& where, MailRow& row) {
  return (sql.prepare << "SELECT report, recipient, state, why, attempts, made, next_try FROM outbox_mail " +
                             where,
          soci::into(row.mail.report), soci::into(row.mail.recipient), soci::into(row.state),
          soci::into(row.mail.why), soci::into(row.attempts), soci::into(row.made), soci::into(row.next));
}

std::vector<QueuedMail> read_mails(soci::statement& statement, const MailRow& row) {
  std::vector<QueuedMail> out;
  statement.execute();
  while (statement.fetch()) out.push_back(row.whole());
  return out;
}

}  // namespace

std::string_view to_string(MailState state) { return kStates[static_cast<std::size_t>(state)]; }

Result<Outbox> Outbox::open(store::Database& database, Time now) {
  TRY(database.migrate("outbox", kMigrations));
  TRY(database.run([&](soci::session& sql) {
    const std::string why(kInterrupted);
    const auto time = number(now);
    sql << "UPDATE outbox_mail SET state = 'unsure', why = :why, next_try = :now WHERE state = 'sending'",
        soci::use(why), soci::use(time);
  }));
  return Outbox(database);
}

Result<Outbox::Added> Outbox::add(const QueuedReport& report, bool replace) {
  return database_->transact([&](soci::session& sql) -> Result<Added> {
    const auto& id = report.cover.report_id;
    const auto there = TRY(find_in(sql, id));
    if (there && there->digest == report.digest) return Added::same;
    if (there && !replace) return Added::differs;
    Number others = 0;
    ReportRow row(report);
    sql << "SELECT COUNT(*) FROM outbox_report WHERE domain = :domain AND submitter = :submitter"
           " AND first <= :last AND last >= :first AND NOT (first = :first2 AND last = :last2)",
        soci::into(others), soci::use(report.cover.domain), soci::use(report.cover.submitter),
        soci::use(row.last), soci::use(row.first), soci::use(row.first), soci::use(row.last);
    if (others > 0) return Added::overlaps;
    if (there) {
      sql << "DELETE FROM outbox_mail WHERE report = :id", soci::use(id);
      sql << "DELETE FROM outbox_report WHERE id = :id", soci::use(id);
    }
    insert(sql, report);
    return there ? Added::replaced : Added::added;
  });
}

Result<std::optional<QueuedReport>> Outbox::find(std::string_view report_id) {
  const std::string id(report_id);
  return database_->run([&](soci::session& sql) { return find_in(sql, id); });
}

Result<std::vector<QueuedReport>> Outbox::to_look_up(Time now) {
  return database_->run([&](soci::session& sql) -> Result<std::vector<QueuedReport>> {
    ReportRow row;
    const auto time = number(now);
    const auto ahead = number(now + base::kLongestBackoff);
    soci::statement statement =
        (columns(sql, "WHERE next_lookup <= :now OR next_lookup > :ahead ORDER BY made, id", row),
         soci::use(time), soci::use(ahead));
    return read_all(statement, row);
  });
}

Result<> Outbox::settle(const QueuedReport& report, const std::vector<std::string>& to, Time now) {
  return database_->transact([&](soci::session& sql) -> Result<> {
    ReportRow row(report);
    const auto& id = report.cover.report_id;
    sql << "UPDATE outbox_report SET lookups = :lookups, next_lookup = :next, looked_up = :looked_up,"
           " not_sent = :not_sent WHERE id = :id",
        soci::use(row.lookups), soci::use(row.next, row.has_next), soci::use(row.looked_up),
        soci::use(row.not_sent), soci::use(id);
    const auto time = number(now);
    for (const auto& recipient : to) {
      sql << "INSERT INTO outbox_mail (report, recipient, state, why, attempts, made, next_try)"
             " VALUES (:id, :recipient, 'ready', '', 0, :made, :next) ON CONFLICT (report, recipient) DO "
             "NOTHING",
          soci::use(id), soci::use(recipient), soci::use(time), soci::use(time);
    }
    return {};
  });
}

Result<std::vector<QueuedMail>> Outbox::due(Time now) {
  return database_->run([&](soci::session& sql) -> Result<std::vector<QueuedMail>> {
    MailRow row;
    const auto time = number(now);
    const auto ahead = number(now + base::kLongestBackoff);
    soci::statement statement =
        (mail_columns(sql,
                      "WHERE state = 'ready' AND (next_try <= :now OR next_try > :ahead)"
                      " ORDER BY next_try, report, recipient",
                      row),
         soci::use(time), soci::use(ahead));
    return read_mails(statement, row);
  });
}

Result<> Outbox::save(const QueuedMail& mail) {
  return database_->transact([&](soci::session& sql) -> Result<> {
    const std::string state(to_string(mail.state));
    const Number attempts = mail.attempts;
    const auto next = number(mail.next_try);
    sql << "UPDATE outbox_mail SET state = :state, why = :why, attempts = :attempts, next_try = :next"
           " WHERE report = :report AND recipient = :recipient",
        soci::use(state), soci::use(mail.why), soci::use(attempts), soci::use(next), soci::use(mail.report),
        soci::use(mail.recipient);
    return {};
  });
}

Result<> Outbox::send_unsure_again(Time now) {
  return database_->run([&](soci::session& sql) {
    const auto time = number(now);
    sql << "UPDATE outbox_mail SET state = 'ready', next_try = :now WHERE state = 'unsure'", soci::use(time);
  });
}

Result<std::vector<Outbox::Line>> Outbox::unfinished(Time since) {
  // Of mails: what is open, or came to a bad end since.
  const std::string open =
      "(state IN ('ready', 'sending', 'unsure') OR (state IN ('refused', 'given up') AND next_try >= "
      ":since))";
  return database_->run([&](soci::session& sql) -> Result<std::vector<Line>> {
    ReportRow row;
    const auto time = number(since);
    soci::statement reports =
        (columns(sql,
                 "WHERE next_lookup IS NOT NULL OR (not_sent <> '[]' AND looked_up >= :looked) OR id IN"
                 " (SELECT report FROM outbox_mail WHERE " +
                     open + ") ORDER BY first, domain, id",
                 row),
         soci::use(time), soci::use(time));
    std::vector<Line> out;
    for (auto& report : TRY(read_all(reports, row))) {
      if (report.looked_up < since && !report.next_lookup) report.not_sent.clear();  // told of before
      out.push_back({.report = std::move(report), .mails = {}});
    }
    for (auto& line : out) {
      MailRow mail;
      const auto& id = line.report.cover.report_id;
      soci::statement mails =
          (mail_columns(sql, "WHERE report = :id AND " + open + " ORDER BY recipient", mail), soci::use(id),
           soci::use(time));
      line.mails = read_mails(mails, mail);
    }
    return out;
  });
}

Result<std::vector<std::uint64_t>> Outbox::counts() {
  return database_->run([&](soci::session& sql) {
    std::vector<std::uint64_t> out(kMailStates, 0);
    std::string state;
    Number count = 0;
    soci::statement all = (sql.prepare << "SELECT state, COUNT(*) FROM outbox_mail GROUP BY state",
                           soci::into(state), soci::into(count));
    all.execute();
    while (all.fetch()) out[static_cast<std::size_t>(state_of(state))] += static_cast<std::uint64_t>(count);
    return out;
  });
}

}  // namespace rampart::reports
