#include "reports/intake/importer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "reports/archive/days.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kShown = 20;  // of what was set aside, in the text for people

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// A contact may be anything (RFC 8460 section 4.4); mostly it is an address.
Speaker speaker_of(const TlsReport& report) {
  const bool address = report.contact.find('@') != std::string::npos;
  return {
      .email = address ? report.contact : std::string(), .organisation = report.organisation, .of_tls = true};
}

}  // namespace

Importer::Importer(Archive& archive, base::Worker& worker, Trust trust, base::Time now,
                   const UnpackLimits& limits)
    : archive_(archive),
      worker_(worker),
      trust_(trust),
      now_(now),
      intake_(texts_, limits, now, *this, *this) {}

Importer::Importer(Archive& archive, base::Worker& worker, MailJudge& judge, base::Time now,
                   const UnpackLimits& limits)
    : Importer(archive, worker, Trust::unverified, now, limits) {
  judge_ = &judge;
  summary_.beliefs.emplace();
}

base::Result<> Importer::read(Source& source, const std::string& name) {
  ++summary_.files;
  TRY(intake_.read(source, name));
  return batch_is_full() ? flush() : base::Result<>();  // not pause(): it was read to its end
}

base::Result<Importer::MailRead> Importer::read_mail(std::string_view mail, const std::string& name) {
  ++summary_.files;
  mail_ = {};
  TRY(intake_.read_message(mail, name));
  if (batch_is_full()) TRY(flush());
  return mail_;
}

void Importer::enter_mail(std::string_view mail, bool within) {
  if (judge_ != nullptr) judge_->enter(mail, within);
}

void Importer::leave_mail() {
  if (judge_ != nullptr) judge_->leave();
}

base::Result<Belief> Importer::believe(const Speaker& speaker, const Origin& origin) {
  ++mail_.reports;
  if (judge_ == nullptr) return Belief{.trust = trust_};
  auto belief = TRY(judge_->judge(speaker));
  summary_.beliefs->add(origin.text(), belief);
  if (belief.undetermined) mail_.undetermined = belief.why;
  if (!belief.looked_up) mail_.not_looked_up = belief.why;
  return belief;
}

base::Result<> Importer::set_file_aside(const std::string& name, std::string_view reason) {
  ++summary_.files;
  return note_aside(name, reason);
}

base::Result<> Importer::note_aside(const std::string& name, std::string_view reason) {
  set_aside({.file = base::printable(name), .member = {}}, reason);
  return aside_.size() >= kBatchReports ? flush() : base::Result<>();
}

void Importer::begin_file() {
  of_file_ = {};
  if (judge_ != nullptr) judge_->begin_file();
}

base::Result<> Importer::heed() {
  if (stop_ && stop_()) return base::fail(base::ErrorKind::io, "interrupted");
  return {};
}

base::Result<> Importer::pause() {
  TRY(heed());
  return batch_is_full() ? flush() : base::Result<>();
}

std::string Importer::too_much(const Report& report) {
  const auto bytes = texts_.bytes();
  of_file_.text_bytes += bytes - std::min(bytes, std::exchange(known_bytes_, bytes));
  of_file_.day_rows += report.rows.size() * Days(report.begin, report.end).size();
  const auto most = judge_ == nullptr ? kMaxDayRows : kMaxStrangersDayRows;
  if (of_file_.day_rows > most) return fmt::format("its file has more than {} rows times days", most);
  if (of_file_.text_bytes > kMaxFileTexts)
    return fmt::format("its file has more than {} MiB of texts", kMaxFileTexts >> 20U);
  return {};
}

std::string Importer::too_much(const TlsReport& report) {
  of_file_.tls_policies += report.policies.size();
  if (of_file_.tls_policies <= kMaxTlsPolicies) return {};
  return fmt::format("its file has more than {} TLS policies", kMaxTlsPolicies);
}

base::Result<> Importer::take(Report&& report, const Origin& origin) {
  if (const auto why = too_much(report); !why.empty()) {
    set_aside(origin, why);
    return pause();
  }
  const auto belief = TRY(believe({.email = report.email, .organisation = report.organisation}, origin));
  rows_ += report.rows.size();
  day_rows_ += report.rows.size() * Days(report.begin, report.end).size();
  auto reporter = belief.reporter;
  if (reporter.empty())
    reporter = base::lower(report.organisation.empty() ? report.email : report.organisation);
  batch_.push_back({.report = std::move(report),
                    .trust = belief.trust,
                    .reporter = std::move(reporter),
                    .sender = belief.sender,
                    .origin = origin.text(),
                    .received = now_,
                    .fidelity = origin.fidelity});
  // One file may hold any number of them.
  return pause();
}

base::Result<> Importer::take(TlsReport&& report, const Origin& origin) {
  if (const auto why = too_much(report); !why.empty()) {
    set_aside(origin, why);
    return pause();
  }
  const auto belief = TRY(believe(speaker_of(report), origin));
  for (const auto& policy : report.policies)
    tls_rows_ += 1 + policy.failures.size() + policy.lines.size() + policy.hosts.size();
  tls_batch_.push_back({.report = std::move(report),
                        .trust = belief.trust,
                        .reporter = belief.reporter,
                        .sender = belief.sender,
                        .origin = origin.text(),
                        .received = now_,
                        .fidelity = origin.fidelity});
  return pause();
}

bool Importer::batch_is_full() const {
  return batch_.size() >= kBatchReports || rows_ >= kBatchRows || day_rows_ >= kBatchDayRows ||
         texts_.bytes() >= kBatchTextBytes || tls_batch_.size() >= kBatchReports || tls_rows_ >= kBatchRows ||
         failures_.size() >= kBatchReports || aside_.size() >= kBatchReports;
}

base::Result<> Importer::take(FailureReport&& report, const Origin& origin) {
  const auto belief = TRY(believe({.names_itself = false}, origin));
  failures_.push_back({.report = std::move(report),
                       .trust = belief.trust,
                       .origin = origin.text(),
                       .received = now_,
                       .fidelity = origin.fidelity});
  return pause();
}

base::Result<Unpacker::Parts> Importer::unpack(std::string_view mail) {
  const auto content = base::hex(crypto::sha256(mail));
  if (const auto known = TRY(archive_.killer(content)))
    return Parts{.parts = {}, .fault = fmt::format("it ended two attempts before ({})", *known)};
  auto reply = TRY(worker_.call(mail));
  TRY(heed());  // a signal may have ended it as well
  if (!reply.fault.empty()) reply = TRY(worker_.call(mail));
  TRY(heed());
  if (!reply.fault.empty()) {
    TRY(archive_.note_killer(content, reply.fault, now_));
    return Parts{.parts = {}, .fault = reply.fault};
  }
  auto parts = mail::parse_parts(reply.bytes);
  if (!parts) return Parts{.parts = {}, .fault = "what came of it is not understood"};
  return Parts{.parts = *std::move(parts), .fault = {}};
}

void Importer::set_aside(const Origin& origin, std::string_view reason) {
  ++mail_.aside;
  aside_.push_back({origin.text(), std::string(reason)});
}

base::Result<> Importer::flush() {
  if (!batch_.empty()) {
    const auto fates = TRY(archive_.add(batch_, texts_));
    for (std::size_t i = 0; i < batch_.size(); ++i) note(batch_[i], fates[i]);
    batch_.clear();
    rows_ = 0;
    day_rows_ = 0;
  }
  if (texts_.size() > kMaxTexts || texts_.bytes() >= kBatchTextBytes) {
    texts_.clear();
    archive_.forget();
    known_bytes_ = 0;
  }
  if (!tls_batch_.empty()) {
    const auto fates = TRY(archive_.add_tls(tls_batch_));
    for (std::size_t i = 0; i < tls_batch_.size(); ++i) note(tls_batch_[i], fates[i]);
    tls_batch_.clear();
    tls_rows_ = 0;
  }
  if (!failures_.empty()) {
    for (const auto fate : TRY(archive_.add_failures(failures_)))
      ++(fate == Fate::added ? summary_.failures : summary_.duplicates);
    failures_.clear();
  }
  if (aside_.empty()) return {};
  TRY(archive_.keep_aside(aside_, now_));
  for (auto& one : std::exchange(aside_, {})) {
    ++summary_.aside;
    if (summary_.set_aside.size() < kMaxNamed) summary_.set_aside.push_back(std::move(one));
  }
  return {};
}

void Importer::note(const Incoming& incoming, Fate fate) {
  if (!note(incoming.origin, incoming.report.defects, fate)) return;
  ++summary_.reports;
  summary_.records += incoming.report.records;
  summary_.messages += incoming.report.messages();
}

void Importer::note(const IncomingTls& incoming, Fate fate) {
  if (!note(incoming.origin, incoming.report.defects, fate)) return;
  ++summary_.tls_reports;
  summary_.sessions += incoming.report.successful() + incoming.report.failed();
}

bool Importer::note(const std::string& origin, const std::vector<Defect>& defects, Fate fate) {
  switch (fate) {
    case Fate::duplicate:
      ++summary_.duplicates;
      return false;
    case Fate::refused:
      aside_.push_back({origin,
                        "it has the id of a report that is believed more, that somebody else sent or that "
                        "says more, and says something else"});
      return false;
    case Fate::too_large:
      aside_.push_back({origin, fmt::format("it has more than {} rows times days", kMaxDayRows)});
      return false;
    case Fate::too_often:
      aside_.push_back({origin, "its id was given to too much else to tell it from that"});
      return false;
    case Fate::replaced:
      ++summary_.replaced;
      break;
    case Fate::told_apart:
      ++summary_.told_apart;
      break;
    case Fate::added:
      break;
  }
  if (!defects.empty()) ++summary_.flawed;
  for (const auto& defect : defects) {
    if (summary_.defects.size() < kMaxNamed) summary_.defects.push_back({origin, defect});
  }
  return true;
}

std::string format_import(const ImportSummary& summary) {
  auto out = fmt::format("{}: {} with {} of {}\n", plural(summary.files, "file", "files"),
                         plural(summary.reports, "new report", "new reports"),
                         plural(summary.records, "record", "records"),
                         plural(summary.messages, "message", "messages"));
  if (summary.tls_reports != 0)
    out += fmt::format("  {} of TLS with {}\n", plural(summary.tls_reports, "new report", "new reports"),
                       plural(summary.sessions, "session", "sessions"));
  if (summary.failures != 0)
    out +=
        fmt::format("  {} of single messages that failed\n", plural(summary.failures, "report", "reports"));
  if (summary.replaced != 0)
    out += fmt::format("  {} took the place of one that was there\n",
                       plural(summary.replaced, "report", "reports"));
  if (summary.told_apart != 0)
    out += fmt::format("  {} the id of another, and {} kept beside it\n",
                       plural(summary.told_apart, "report had", "reports had"),
                       summary.told_apart == 1 ? "was" : "were");
  if (summary.duplicates != 0)
    out += fmt::format("  {} there already, and counted once\n",
                       plural(summary.duplicates, "report was", "reports were"));
  if (summary.flawed != 0) {
    out +=
        fmt::format("  {} read in spite of defects:\n", plural(summary.flawed, "report was", "reports were"));
    std::size_t shown = 0;
    for (const auto& one : summary.defects) {
      if (++shown > kShown) break;
      out += fmt::format("    {}: {}{}\n", one.origin, describe(one.defect.kind),
                         one.defect.example.empty() ? "" : fmt::format(" ({})", one.defect.example));
    }
    if (summary.defects.size() > kShown)
      out += fmt::format("    and {} more: --format json\n", summary.defects.size() - kShown);
  }
  if (summary.beliefs) out += format_beliefs(*summary.beliefs);
  if (summary.pruned.any())
    out += fmt::format("  older than is kept: {}, {} of TLS and {} of single messages were taken away\n",
                       plural(summary.pruned.reports, "report", "reports"), summary.pruned.tls_reports,
                       summary.pruned.failures);
  if (summary.aside == 0) return out;
  out += fmt::format("  {} set aside:\n", plural(summary.aside, "file or part was", "files or parts were"));
  std::size_t shown = 0;
  for (const auto& one : summary.set_aside) {
    if (++shown > kShown) break;
    out += fmt::format("    {}: {}\n", one.origin, one.reason);
  }
  if (summary.aside > kShown) out += fmt::format("    and {} more: --format json\n", summary.aside - kShown);
  return out;
}

std::string format_import_json(const ImportSummary& summary) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.reports-import/1");
  write_import(json, summary);
  json.end_object();
  return out + "\n";
}

void write_import(base::JsonWriter& json, const ImportSummary& summary) {
  json.member("files", summary.files).member("reports", summary.reports).member("records", summary.records);
  json.member("messages", summary.messages)
      .member("failures", summary.failures)
      .member("tls_reports", summary.tls_reports)
      .member("sessions", summary.sessions)
      .member("duplicates", summary.duplicates);
  json.member("replaced", summary.replaced).member("told_apart", summary.told_apart);
  json.member("set_aside_count", summary.aside).key("set_aside").begin_array();
  for (const auto& one : summary.set_aside)
    json.begin_object().member("file", one.origin).member("reason", one.reason).end_object();
  json.end_array().member("flawed", summary.flawed).key("defects").begin_array();
  for (const auto& one : summary.defects) {
    json.begin_object().member("file", one.origin).member("defect", to_string(one.defect.kind));
    json.member("count", one.defect.count).member("text", describe(one.defect.kind));
    json.member("example", one.defect.example).end_object();
  }
  json.end_array().key("pruned").begin_object().member("reports", summary.pruned.reports);
  json.member("tls_reports", summary.pruned.tls_reports).member("failures", summary.pruned.failures);
  json.end_object();
  if (summary.beliefs) write_beliefs(json, *summary.beliefs);
}

}  // namespace rampart::reports
