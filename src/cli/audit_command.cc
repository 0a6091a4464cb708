#include <thread>

#include <unistd.h>

#include "audit/domain_list.h"
#include "audit/format/writer.h"
#include "audit/recording.h"
#include "audit/runner.h"
#include "audit/selectors.h"
#include "audit/zone_hints.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/facts_options.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "dns/domain.h"
#include "facts/book_file.h"
#include "facts/overlay.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;

constexpr std::size_t kMaxTextWidth = 120;    // columns: longer lines are hard to read
constexpr std::size_t kMaxOwnThreads = 8;     // unless more are asked for: resolvers are the wall then
constexpr std::size_t kMaxRefusedShown = 20;  // on the terminal; the rest is counted

// The command line that is no setting.
struct Request {
  std::vector<std::string> domains;
  std::vector<std::string> lists;
  FactsOptions facts;
  std::string what_if;
  std::string format;  // empty: by the name of the output
  std::string output = "-";
  std::string record;
  std::size_t width = 0;
};

constexpr std::string_view kPortBlocked =
    "nothing outside can be reached on port 25 from here, so mail servers were not probed; many networks "
    "close that port, and --probe smtp works from one that does not";

bool says_port_is_blocked(const facts::Book& book) {
  return std::ranges::any_of(book.sorted(), [](const facts::Fact& fact) {
    const auto* answer = std::get_if<facts::SmtpAnswerPtr>(&fact);
    return answer != nullptr && (*answer)->port_blocked;
  });
}

// As --format says; otherwise as the output's name ends (report.html), or text.
audit::Format format_of(const Request& request) {
  if (!request.format.empty()) return *audit::parse_format(request.format);
  const auto dot = request.output.rfind('.');
  const auto named =
      dot == std::string::npos ? std::nullopt : audit::parse_format(request.output.substr(dot + 1));
  return named.value_or(audit::Format::text);
}

// Where the report goes: standard output, or a file that is there only when it is whole.
class Destination {
 public:
  static base::Result<Destination> open(Session& session, const std::string& path) {
    Destination out(session);
    if (path != "-") out.file_ = TRY(base::FileWriter::open(path));
    return out;
  }
  base::Result<> write(std::string_view text) { return file_ ? file_->write(text) : session_->print(text); }
  base::Result<> commit() { return file_ ? file_->commit() : base::Result<>(); }

 private:
  explicit Destination(Session& session) : session_(&session) {}
  Session* session_;
  std::optional<base::FileWriter> file_;
};

// One run of the command: the pieces, put together.
class AuditRun {
 public:
  AuditRun(Session& session, const Request& request, const base::Config& config)
      : session_(session),
        request_(request),
        config_(config),
        progress_(session.surroundings().err, session.surroundings().err_is_terminal, "domains") {}

  base::Result<Exit> run() {
    TRY(check_options());
    TRY(open_domains());
    selectors_ = TRY(read_selectors(request_.facts, config_, session_));
    TRY(open_source());
    auto destination = TRY(Destination::open(session_, request_.output));
    if (!request_.record.empty()) {
      book_ = TRY(facts::BookWriter::create(request_.record, {.now = source_->now(), .meta = {}}));
    }
    const auto format = format_of(request_);
    const auto writer = audit::make_writer(format, writer_options(), [&](std::string_view text) {
      progress_.clear();
      return destination.write(text);
    });
    TRY(writer->begin({.now = source_->now(), .version = RAMPART_VERSION, .source = described_source()}));
    TRY(audit(*writer));
    for (std::size_t i = 0; i < domains_.duplicates(); ++i) summary_.add_duplicate();
    auto about = source_->about();
    if (port_blocked_ && std::ranges::find(about.notes, kPortBlocked) == about.notes.end())
      about.notes.emplace_back(kPortBlocked);
    TRY(writer->end(summary_, about.notes));
    if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
    if (book_) {
      TRY(book_->add(audit::record_run(about, source_->now())));
      TRY(book_->finish());
    }
    TRY(destination.commit());  // last: a report stands there only when the recording does, too
    progress_.clear();
    if (format != audit::Format::json) {
      for (const auto& note : about.notes) session_.note(note);
    }
    return close();
  }

 private:
  base::Result<> check_options() const {
    if (!request_.facts.recording.empty() && (!request_.facts.zones.empty() || !request_.record.empty())) {
      return base::fail(ErrorKind::usage,
                        "--facts answers everything from a recording, so --zone and --record say nothing", {},
                        "leave out the one or the other");
    }
    if (!request_.record.empty() && request_.record == request_.output)
      return base::fail(ErrorKind::usage, "--record and --output name one file", request_.record);
    return {};
  }

  base::Result<> open_domains() {
    std::vector<dns::Name> named;
    for (const auto& text : request_.domains) {
      auto name = dns::parse_domain(text);
      if (!name) {
        auto error = name.error();
        error.kind = ErrorKind::usage;
        return std::unexpected(std::move(error));
      }
      named.push_back(*name);
    }
    domains_named_ = !named.empty() || !request_.lists.empty();
    if (!domains_named_ && request_.facts.zones.empty() && request_.facts.recording.empty()) {
      return base::fail(ErrorKind::usage, "no domain was given", {},
                        "name one (rampart audit mydomain.example), or a list (--list FILE)");
    }
    domains_ = audit::DomainList(std::move(named));
    for (const auto& path : request_.lists) TRY(domains_.open(path));
    domains_.on_refused([this](audit::RefusedLine line) { refuse(std::move(line)); });
    return {};
  }

  // The source, examined with the first domain, which waits in first_ for its turn.
  base::Result<> open_source() {
    if (!request_.what_if.empty()) what_if_.emplace(TRY(facts::ZoneEdit::load(request_.what_if)));
    source_ = TRY(cli::open_source(request_.facts, config_, threads()));
    if (!domains_named_) domains_ = audit::DomainList(source_->domains());
    first_ = TRY(domains_.next());
    if (!first_) {
      return base::fail(ErrorKind::usage, "there is no domain to audit", {},
                        "name one: rampart audit mydomain.example");
    }
    return source_->prepare(first_->domain);
  }

  [[nodiscard]] std::size_t threads() const {
    const auto wanted = static_cast<std::size_t>(config_.integer("audit.threads"));
    return wanted != 0 ? wanted
                       : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMaxOwnThreads);
  }

  [[nodiscard]] std::vector<std::string> described_source() const {
    auto source = source_->about().source;
    if (what_if_) source.push_back(fmt::format("as if published: {}", request_.what_if));
    return source;
  }

  [[nodiscard]] audit::WriterOptions writer_options() const {
    const bool terminal = request_.output == "-" && session_.surroundings().out_is_terminal;
    const auto own = terminal ? std::min(base::terminal_width(STDOUT_FILENO), kMaxTextWidth) : 80;
    return {.color = request_.output == "-" && session_.color_on_out(),
            .width = request_.width != 0 ? request_.width : own};
  }

  base::Result<> audit(audit::ReportWriter& writer) {
    audit::RunnerOptions options;
    options.in_flight = static_cast<std::size_t>(config_.integer("audit.parallel"));
    options.drive.max_questions = static_cast<std::size_t>(config_.integer("dns.questions_per_domain"));
    options.drive.time_limit =
        std::chrono::ceil<std::chrono::seconds>(config_.duration("dns.time_per_domain"));
    if (what_if_) options.drive.overlay = &*what_if_;
    options.render = writer.renderer();
    options.source_ready = [this] { return first_ || domains_.ready(); };
    options.keep_books = book_ != nullptr || wants_probe(config_, "smtp");
    audit::Runner runner(
        options, source_->lanes(), [this] { return next(); },
        [&](audit::Finished&& domain) -> base::Result<> {
          if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
          if (book_) TRY(record(*domain.input, *domain.book));
          if (wants_probe(config_, "smtp") && !port_blocked_)
            port_blocked_ = says_port_is_blocked(*domain.book);
          summary_.add(std::move(domain.digest));
          progress_.update(summary_.domains(), domains_.fraction_read());
          return domain.text ? writer.add_text(*domain.text) : writer.add(domain.report);
        });
    return runner.run();
  }

  base::Result<> record(const audit::Input& input, const facts::Book& book) {
    if (const auto fact = audit::record_input(input, summary_.domains())) TRY(book_->add(*fact));
    return book_->add(book);
  }

  base::Result<std::optional<audit::Input>> next() {
    if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
    auto entry = std::exchange(first_, std::nullopt);
    if (!entry) entry = TRY(domains_.next());
    if (!entry) return std::optional<audit::Input>();
    auto input = TRY(input_of(std::move(*entry), *source_, selectors_, config_));
    if (what_if_) audit::add_proposed(input, what_if_->edit());
    return std::optional(std::move(input));
  }

  void refuse(audit::RefusedLine line) {
    if (summary_.refused_count() < kMaxRefusedShown) {
      progress_.clear();
      session_.note(
          fmt::format("{}: {}{}", line.where, line.why, line.hint.empty() ? "" : " (" + line.hint + ")"));
    }
    summary_.add_refused(std::move(line));
  }

  base::Result<Exit> close() {
    if (const auto refused = summary_.refused_count(); refused != 0) {
      session_.note(fmt::format("{} {} audited, {} {} of the list named no domain", summary_.domains(),
                                summary_.domains() == 1 ? "domain" : "domains", refused,
                                refused == 1 ? "line" : "lines"));
    }
    audit::Threshold threshold;
    threshold.fail_on = audit::parse_severity(config_.text("audit.fail_on"));  // nothing for never
    threshold.max_unknown = static_cast<unsigned>(config_.integer("audit.max_unknown"));
    switch (audit::outcome(summary_, threshold)) {
      case audit::Outcome::undetermined:
        return Exit::undetermined;
      case audit::Outcome::findings:
        return Exit::findings;
      case audit::Outcome::clean:
        break;
    }
    return Exit::clean;
  }

  Session& session_;
  const Request& request_;
  const base::Config& config_;
  Progress progress_;
  std::optional<facts::ZoneOverlay> what_if_;
  audit::DomainList domains_;
  std::optional<audit::Entry> first_;
  bool domains_named_ = false;
  audit::SelectorBook selectors_;
  std::unique_ptr<FactSource> source_;
  std::unique_ptr<facts::BookWriter> book_;
  bool port_blocked_ = false;
  audit::Summary summary_;
};

base::Result<Exit> run_audit(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  auto exit = AuditRun(session, request, *config).run();  // what it began to write is gone with it
  if (exit || interrupted() == 0) return exit;
  std::vector<std::string> files;
  if (request.output != "-") files.push_back(request.output);
  if (!request.record.empty()) files.push_back(request.record);
  return base::fail(ErrorKind::unavailable, "interrupted", {},
                    files.empty() ? "" : fmt::format("nothing was written to {}", fmt::join(files, " or ")));
}

}  // namespace

void add_audit_command(CLI::App& root, Session& session) {
  auto* command =
      root.add_subcommand("audit", "Find out whether a stranger can send mail in a domain's name");
  const auto request = std::make_shared<Request>();
  command->add_option("DOMAIN", request->domains, "The domains to audit; U-labels are understood");
  add_paths(*command, "--list", request->lists, "Read domains from a file, one a line; - for standard input",
            "FILE");
  add_source_options(
      *command, request->facts,
      "Take answers from zone files before publishing them; without a DOMAIN, audit every zone",
      "Take answers from what --record wrote, and nothing else; without a DOMAIN, audit what "
      "was audited then");
  command
      ->add_option(
          "--what-if", request->what_if,
          "Audit as if the records of this zone file were published: each RRset replaces the one there is")
      ->type_name("ZONEFILE");
  add_question_options(*command, session, request->facts);
  command
      ->add_option(
          "--format", request->format,
          fmt::format("{} [as the name of --output ends, or text]", fmt::join(audit::kFormatNames, ", ")))
      ->type_name("FORMAT")
      ->check(one_of({audit::kFormatNames.begin(), audit::kFormatNames.end()}));
  command->add_option("--output", request->output, "Write the report to a file, whole or not at all")
      ->type_name("FILE");
  command
      ->add_option("--record", request->record,
                   "Write every fact to a file that --facts reads; .zst at its end compresses it")
      ->type_name("FILE");
  command->add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  session.add_setting(*command, "audit.fail_on");
  session.add_setting(*command, "audit.max_unknown");
  session.add_setting(*command, "audit.parallel");
  session.add_setting(*command, "audit.threads");
  command->footer(
      "Exit status: 0 no finding at or above --fail-on, 1 findings, 2 wrong usage,\n"
      "3 too much stayed unknown.");
  session.on_run(*command, [request](Session& s) { return run_audit(s, *request); });
}

}  // namespace rampart::cli
