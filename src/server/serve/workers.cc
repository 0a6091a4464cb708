#include "server/serve/workers.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/digest/settings.h"
#include "reports/archive/archive.h"
#include "server/guard/digest_run.h"
#include "server/guard/guard_settings.h"
#include "server/reports/report_intake.h"
#include "server/reports/report_writing.h"
#include "server/serve/watching.h"
#include "server/setup/key_rotation.h"
#include "server/setup/key_store.h"
#include "server/setup/store_url.h"

namespace rampart::server {
namespace {

using base::Result;

// All our own.
constexpr std::chrono::minutes kSoon{1};  // the first time, so that a start is quick
constexpr std::chrono::hours kPruneEvery{24};

// What work says goes into the log, each line for itself.
Host host_of(Part& part, Log& log) {
  return {.print = [&](std::string_view text) -> Result<> {
            for (const auto line : base::split(text, '\n'))
              if (!line.empty()) log.info(part.name(), line);
            return {};
          },
          .note = [&](std::string_view text) { log.info(part.name(), text); },
          .report =
              [&](const base::Error& error) {
                log.error(part.name(), error);
                part.degraded(base::printable(error.message()));
              },
          .stop = [&] { return part.stopped(); }};
}

// What was not all done is told by the part's health, and done the next time.
Result<> settle(Part& part, const Result<Ending>& ending, std::string_view what) {
  if (!ending) return std::unexpected(ending.error());
  if (*ending == Ending::undetermined && !part.stopped())
    return base::fail(base::ErrorKind::unavailable, std::string(what));
  return {};
}

bool takes_reports(const base::Config& config) { return !config.text("reports.imap_server").empty(); }
bool writes_reports(const base::Config& config) {
  return !config.text("guard.reports").empty() && !config.text("report_mail.email").empty() &&
         !config.text("report_mail.server").empty();
}
bool rotates_keys(const base::Config& config) { return !config.text("fix.server").empty(); }
bool sends_digests(const base::Config& config) {
  return !config.text("guard.digest_from").empty() && !config.text("guard.release_server").empty() &&
         !config.text("guard.quarantine").empty();
}

void add_intake(Parts& parts, const base::Config& config, Log& log, const WorkNews& news) {
  parts.add("report intake", [&config, &log, news](Part& part) -> Result<> {
    const auto host = host_of(part, log);
    IntakeRequest request{.watch = true};
    request.turned = [&](const reports::FetchTurn&, const reports::ImportSummary& summary) {
      part.fine();
      if (news.read && summary.reports != 0) news.read(summary.reports);
    };
    part.fine();
    TRY(run_intake(host, request, config));
    return {};
  });
}

// Of the days that have ended; what was written before is known by the desk.
Result<> write_due(Part& part, const base::Config& config, Log& log) {
  const auto folder = config.text("guard.reports");
  WriteRequest request{.output = folder, .send = true};
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder + "/results", error))
    if (file.path().extension() == ".jsonl") request.results.push_back(file.path().string());
  if (request.results.empty() && !std::filesystem::exists(folder, error)) return {};
  const auto host = host_of(part, log);
  const auto desk = TRY(ReportDesk::open(folder, config, base::now()));
  return settle(part, write_reports(host, request, config, *desk), "not every report could be sent now");
}

Result<> rotate_all(Part& part, const base::Config& config, Log& log) {
  std::error_code error;
  if (!std::filesystem::exists(key_folder_path(config), error)) return {};  // no domain has keys yet
  const auto host = host_of(part, log);
  const auto folder = TRY(open_old_key_folder(config));
  const auto way = TRY(open_way(host, config, {}));
  std::optional<base::Error> wrong;
  for (const auto& text : folder.domains()) {
    if (part.stopped()) break;
    const auto name = dns::Name::try_parse(text);
    if (!name) continue;
    // Each domain for itself: what is wrong with one keeps no other waiting. That a step waits for caches is no trouble.
    if (const auto done = rotate_one(host, config, folder, *way, *name, false); !done) wrong = done.error();
  }
  if (wrong) return std::unexpected(*wrong);
  return {};
}

Result<> prune(const base::Config& config) {
  auto database = TRY(store::Database::open(TRY(store_url(config))));
  auto archive = TRY(reports::Archive::open(database));
  const auto keep = std::chrono::duration_cast<std::chrono::seconds>(config.duration("reports.keep"));
  TRY(archive.prune(base::now() - keep));
  return {};
}

}  // namespace

std::vector<std::string> missing_work(const base::Config& config) {
  std::vector<std::string> out;
  if (!takes_reports(config)) out.emplace_back("no reports are read: reports.imap_server is not set");
  if (!writes_reports(config))
    out.emplace_back(
        "no reports are written: guard.reports, report_mail.email and report_mail.server are not all set");
  if (!rotates_keys(config)) out.emplace_back("no keys are rotated: fix.server is not set");
  if (!sends_digests(config))
    out.emplace_back("no digests are sent: guard.digest_from and guard.release_server are not both set");
  return out;
}

Result<> add_work(Parts& parts, const base::Config& config, const ServerSettings& settings, Log& log,
                  WorkNews news) {
  TRY(add_watching(parts, config, log));
  if (takes_reports(config)) {
    TRY(check_mailbox(config));
    add_intake(parts, config, log, news);
  }
  if (writes_reports(config)) {
    TRY(report_writer(config));
    parts.add_periodic("report writing", {.first = kSoon, .every = settings.report_every},
                       [&](Part& part) { return write_due(part, config, log); });
  }
  if (rotates_keys(config))
    parts.add_periodic("key rotation", {.first = kSoon, .every = settings.rotate_every},
                       [&](Part& part) { return rotate_all(part, config, log); });
  if (sends_digests(config)) {
    TRY(guard::read_digest_settings(config));
    parts.add_periodic("digests", {.first = kSoon, .every = settings.digest_every}, [&](Part& part) {
      const auto host = host_of(part, log);
      return settle(part, run_digests(host, {.send = true}, config), "not all digests could be sent now");
    });
  }
  parts.add_periodic("retention", {.first = kSoon, .every = kPruneEvery},
                     [&](Part&) { return prune(config); });
  return {};
}

}  // namespace rampart::server
