#include "server/guard/guard_reports.h"

#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/ids.h"
#include "crypto/private_file.h"
#include "facts/driver.h"
#include "mail/domain_part.h"
#include "reports/write/handled.h"
#include "server/reports/report_desk.h"

namespace rampart::server {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;
using guard::Action;

namespace {

// All our own.
constexpr std::size_t kHeldLines = std::size_t{32} << 20;  // octets that wait to be written
constexpr std::chrono::days kKeepResults{14};
constexpr std::chrono::minutes kQuiet{1};        // between two words about one trouble
constexpr std::chrono::seconds kLookupTime{30};  // of who may get a failure report
constexpr std::size_t kMaxHeader = std::size_t{256}
                                   << 10;  // octets of a header of which a failure report is made

std::string domain_of(std::string_view address) { return base::lower(mail::domain_part(address)); }

// That of all recipients; empty where they differ.
std::string recipients_domain(const guard::Event& event) {
  std::string out;
  for (const auto& recipient : event.recipients) {
    auto domain = domain_of(recipient);
    if (!out.empty() && domain != out) return {};
    out = std::move(domain);
  }
  return out;
}

reports::Disposition disposition_of(Action answered) {
  switch (answered) {
    case Action::quarantine:
      return reports::Disposition::quarantine;
    case Action::reject:
      return reports::Disposition::reject;
    case Action::accept:
    case Action::tempfail:
      break;
  }
  return reports::Disposition::none;
}

// Where what was done is not what the policy asks for. That of t=y is found out by who writes the report.
std::optional<reports::Reason> reason_of(const guard::Event& event, const guard::Verdict& verdict) {
  const auto& ruling = verdict.ruling;
  const auto comment = ruling.causes.empty() ? std::string() : ruling.causes.back().code;
  if (ruling.override_type == "trusted_forwarder")
    return reports::Reason{.type = reports::Override::trusted_forwarder, .comment = comment};
  if (ruling.override_type == "local_policy")
    return reports::Reason{.type = reports::Override::local_policy, .comment = comment};
  const auto& result = verdict.authentication;
  if (result.dmarc != dmarc::Result::fail || result.policy == dmarc::Policy::none) return std::nullopt;
  if (event.answered != event.asked)
    return reports::Reason{.type = reports::Override::local_policy,
                           .comment = event.outcomes.empty() ? "monitoring" : "recipients differ"};
  if (result.policy == dmarc::Policy::reject && event.answered == Action::quarantine)
    return reports::Reason{
        .type = comment == "list-trace" ? reports::Override::mailing_list : reports::Override::local_policy,
        .comment = comment};
  return std::nullopt;
}

// RFC 6591 section 3.2.2.
std::string_view delivery_of(Action answered) {
  return answered == Action::reject ? "reject" : answered == Action::quarantine ? "policy" : "delivered";
}

Result<> make_folder(const std::string& path) {
  std::error_code failed;
  if (fs::create_directories(path, failed)) ::chmod(path.c_str(), 0700);
  if (failed)
    return base::fail(ErrorKind::io, "the folder cannot be made: " + failed.message(), base::printable(path),
                      "name another: guard.reports");
  return {};
}

// The same from run to run, so that a domain's owner sees which messages belong together.
Result<std::string> redaction_key(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return std::string(TRY(crypto::read_private(path)).view());
  auto key = crypto::new_id() + crypto::new_id();
  const bool whole = ::write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size());
  ::close(file);
  if (!whole) return base::fail(ErrorKind::io, "the key could not be written", base::printable(path));
  return key;
}

}  // namespace

struct GuardReports::Failures {
  reports::Reporter reporter;
  reports::Redactor redactor;
  reports::FailureFolder folder;
  std::function<void(const std::string&)> say;
  std::mutex mutex;
  reports::FailureLimiter limiter;  // under the mutex

  Failures(reports::Reporter reporter, std::string key, std::string folder,
           std::function<void(const std::string&)> say)
      : reporter(std::move(reporter)),
        redactor(std::move(key)),
        folder(std::move(folder)),
        say(std::move(say)) {}
};

GuardReports::GuardReports(std::string folder, std::function<void(const std::string&)> say)
    : folder_(std::move(folder)),
      say_(std::move(say)),
      lines_(kHeldLines, [this](std::span<const Line> lines, std::size_t lost, const std::stop_token&) {
        return write(lines, lost);
      }) {}

Result<std::unique_ptr<GuardReports>> GuardReports::open(const std::string& folder, bool failures,
                                                         const base::Config& config,
                                                         std::function<void(const std::string&)> say) {
  TRY(make_folder(folder));
  TRY(make_folder(folder + "/results"));
  std::unique_ptr<GuardReports> out(new GuardReports(folder, say));
  if (failures)
    out->failures_ =
        std::make_shared<Failures>(TRY(report_writer(config)), TRY(redaction_key(folder + "/redaction.key")),
                                   folder + "/failure", std::move(say));
  return out;
}

void GuardReports::take(const guard::Event& event, const guard::Verdict& verdict,
                        const mail::Message& message, facts::Provider& provider) {
  if (event.answered == Action::tempfail) return;  // it comes again
  const auto lines = reports::results_of({.time = std::chrono::floor<std::chrono::seconds>(event.at),
                                          .envelope = verdict.envelope,
                                          .result = verdict.authentication,
                                          .done = disposition_of(event.answered),
                                          .envelope_to = recipients_domain(event),
                                          .reason = reason_of(event, verdict)});
  for (const auto& line : lines) {
    auto text = reports::format_result(line) + '\n';
    const auto size = text.size();
    lines_.push({.day = base::format_time(line.time).substr(0, 10), .text = std::move(text)}, size);
  }
  if (failures_) tell_failure(event, verdict, message, provider);
}

void GuardReports::tell_failure(const guard::Event& event, const guard::Verdict& verdict,
                                const mail::Message& message, facts::Provider& provider) {
  const auto& result = verdict.authentication;
  if (!reports::wants_failure_report(result) || reports::is_report(message.header)) return;
  // What is told of it later, when the message is gone.
  struct Job {
    std::shared_ptr<Failures> failures;
    std::string header;
    mail::Message message;
    auth::Envelope envelope;
    auth::Authentication result;
    reports::FailedMessage failed;
    dns::Name policy_domain;
    std::vector<std::string> ruf;

    Job(std::shared_ptr<Failures> to, std::string bytes, const guard::Verdict& verdict)
        : failures(std::move(to)),
          header(std::move(bytes)),
          envelope(verdict.envelope),
          result(verdict.authentication),
          failed{.message = message, .envelope = envelope, .result = result, .arrived = {}, .delivery = {}} {}
  };
  std::string header;
  for (const auto& field : message.header.fields) header += field.raw;
  if (header.size() > kMaxHeader) return;
  std::optional<std::uint64_t> incidents;
  {
    const std::scoped_lock lock(failures_->mutex);
    incidents = failures_->limiter.take(reports::failure_key(verdict.envelope, result), event.at);
  }
  if (!incidents) return;
  const auto job = std::make_shared<Job>(failures_, header + "\r\n", verdict);
  auto parsed = mail::Message::parse(std::string_view(job->header));
  if (!parsed) return;
  job->message = *std::move(parsed);
  job->failed.arrived = event.at;
  job->failed.delivery = delivery_of(event.answered);
  job->failed.incidents = *incidents;
  const auto& found = result.domains[result.decided_by].verdict.discovery;
  job->policy_domain = found.record_name;
  for (const auto& uri : found.record->ruf) job->ruf.push_back(uri.text);
  facts::drive<reports::Recipients>(
      [job](facts::Facts& facts) {
        return reports::recipients(job->policy_domain, job->ruf, facts, dmarc::ReportKind::failure);
      },
      provider, {.time_limit = kLookupTime},
      [job](const facts::Driven<reports::Recipients>& driven) {
        auto& failures = *job->failures;
        for (const auto& to : driven.decision.to) {
          const auto mail = reports::failure_report(job->failed, failures.reporter, failures.redactor, to);
          const auto done = mail ? failures.folder.put(*mail, job->failed.arrived)
                                 : Result<>(std::unexpected(mail.error()));
          if (!done) failures.say("a failure report was not written: " + done.error().message());
        }
      });
}

// All of it or nothing: half a line would spoil the next one, and what is tried again would stand there twice.
bool GuardReports::append(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const auto size = file < 0 ? off_t{0} : ::lseek(file, 0, SEEK_END);
  const bool whole =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!whole) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= quiet_until_) {
      quiet_until_ = now + kQuiet;
      say_(fmt::format("results for reports wait: {}: {}", path, std::system_category().message(errno)));
    }
    if (file >= 0 && ::ftruncate(file, size) != 0) say_(path + " may end in half a line");
  }
  if (file >= 0) ::close(file);
  return whole;
}

bool GuardReports::write(std::span<const Line> lines, std::size_t lost) {
  for (; written_ < lines.size();) {
    const auto& day = lines[written_].day;
    std::string text;
    auto end = written_;
    for (; end < lines.size() && lines[end].day == day; ++end) text += lines[end].text;
    if (!append(fmt::format("{}/results/{}.jsonl", folder_, day), text)) return false;
    written_ = end;
  }
  written_ = 0;
  if (lost != 0) say_(fmt::format("{} results for reports were lost: the disk took them too slowly", lost));
  return true;
}

void GuardReports::sweep(base::Time now) {
  const auto oldest = base::format_time(now - kKeepResults).substr(0, 10);
  std::error_code failed;
  for (fs::directory_iterator it(folder_ + "/results", failed), end; !failed && it != end;
       it.increment(failed)) {
    const auto name = it->path().filename().string();
    if (name.size() == std::string_view("2026-11-25.jsonl").size() && name.ends_with(".jsonl") &&
        name < oldest) {
      std::error_code ignored;
      fs::remove(it->path(), ignored);
    }
  }
}

}  // namespace rampart::server
