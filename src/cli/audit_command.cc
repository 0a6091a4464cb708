#include <unistd.h>

#include "audit/checks/own_mail.h"
#include "audit/domain_list.h"
#include "audit/format/writer.h"
#include "audit/portfolio/columns.h"
#include "audit/portfolio/journal.h"
#include "audit/portfolio/split.h"
#include "audit/profile/judge.h"
#include "audit/recording.h"
#include "audit/runner.h"
#include "audit/sample.h"
#include "audit/selectors.h"
#include "audit/zone_hints.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/facts_options.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/profiles.h"
#include "cli/progress.h"
#include "crypto/digest.h"
#include "dns/domain.h"
#include "facts/book_file.h"
#include "facts/overlay.h"
#include "server/audit/audit_store.h"
#include "server/setup/fact_source.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using server::AuditStore;
using server::FactSource;
using server::store_url;

constexpr std::size_t kMaxTextWidth = 120;                 // columns: longer lines are hard to read
constexpr std::size_t kMaxRefusedShown = 20;               // on the terminal; the rest is counted
constexpr std::size_t kMaxOddShown = 20;                   // of what is odd about lists; the rest is counted
constexpr std::size_t kMaxSample = std::size_t{64} << 20;  // bytes; larger than servers let through
constexpr std::size_t kMaxWhatIf = std::size_t{64} << 20;  // bytes, of which a journal keeps a hash

// The command line that is no setting.
struct Request {
  std::vector<std::string> domains;
  std::vector<std::string> lists;
  FactsOptions facts;
  std::string what_if;
  std::string format;  // empty: by the name of the output
  std::string output = "-";
  std::string record;
  std::string group_by;
  std::string split;
  std::string sample;
  std::vector<std::string> sending;
  bool resume = false;
  std::size_t width = 0;

  [[nodiscard]] const std::string& column() const { return split.empty() ? group_by : split; }
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

// What keeps the journal of this output.
std::string journal_path(const Request& request) {
  auto path = request.output;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path + ".rampart-journal";
}

// Everything that must be the same for an interrupted run to be continued. Of the list what was read so far is compared
// domain by domain.
base::Result<std::vector<std::string>> journal_options(const Request& request, const base::Config& config,
                                                       const audit::WriterOptions& writer) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view name, std::string_view value) {
    out.push_back(fmt::format("{}={}", name, value));
  };
  add("version", RAMPART_VERSION);
  add("format",
      request.split.empty() ? audit::kFormatNames[static_cast<std::size_t>(format_of(request))] : "split");
  add("column", base::lower(request.column()));
  if (request.split.empty()) add("width", fmt::format("{} {}", writer.width, writer.color));
  add("zone", fmt::format("{}", fmt::join(request.facts.zones, " ")));
  add("facts", request.facts.recording);
  std::string what_if;
  if (!request.what_if.empty())
    what_if = base::hex(crypto::sha256(TRY(base::read_file(request.what_if, kMaxWhatIf))));
  add("what-if", what_if);
  for (const auto& named : config.list("audit.profiles")) {
    const bool file = named.ends_with(".toml") || named.find('/') != std::string::npos;
    add("profile",
        file ? base::hex(crypto::sha256(TRY(base::read_file(named, audit::kMaxProfileBytes)))) : named);
  }
  add("sending", fmt::format("{}", fmt::join(request.sending, ",")));
  add("sample", request.sample.empty()
                    ? ""
                    : base::hex(crypto::sha256(TRY(base::read_file(request.sample, kMaxSample)))));
  for (const auto* key : {"dns.resolvers", "audit.probe", "audit.block_lists"})
    add(key, fmt::format("{}", fmt::join(config.list(key), ",")));
  for (const auto* key : {"dns.authoritative", "dns.trust_ad", "probe.allow_private"})
    add(key, config.boolean(key) ? "true" : "false");
  for (const auto* key : {"dns.tries", "dns.questions_per_domain"})
    add(key, std::to_string(config.integer(key)));
  for (const auto* key : {"dns.timeout", "dns.time_per_domain"})
    add(key, fmt::format("{} ms", config.duration(key).count()));
  return out;
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
    profiles_ = TRY(read_profiles(config_));
    summary_.expect(requirement_counts(profiles_));
    TRY(read_own_mail());
    TRY(open_store());
    TRY(open_source());
    now_ = source_->now();
    return request_.split.empty() ? write_report() : write_split();
  }

 private:
  base::Result<Exit> write_report() {
    auto destination = TRY(Destination::open(session_, request_.output));
    TRY(open_journal());
    if (!request_.record.empty()) {
      book_ = TRY(facts::BookWriter::create(request_.record, {.now = now_, .meta = {}}));
    }
    const auto format = format_of(request_);
    const auto writer = audit::make_writer(format, writer_options(), [&](std::string_view text) {
      progress_.clear();
      return destination.write(text);
    });
    const auto about = TRY(fill(*writer));
    if (book_) {
      TRY(book_->add(audit::record_run(about, now_)));
      TRY(book_->finish());
    }
    TRY(destination.commit());  // last: a report stands there only when the recording does, too
    return close(about, format != audit::Format::json);
  }

  base::Result<Exit> write_split() {
    const auto writer = TRY(audit::SplitWriter::open(request_.output, request_.split));
    TRY(open_journal());
    if (journal_->resumed()) writer->resumes();
    const auto about = TRY(fill(*writer));
    TRY(writer->commit());
    progress_.clear();
    const auto changes = writer->is_first_run()
                             ? std::string("the first run into it, so nothing to compare with")
                             : fmt::format("{} {} since the last run", writer->changes(),
                                           writer->changes() == 1 ? "change" : "changes");
    session_.note(fmt::format("{}: {} {} of {} domains; {}", request_.output, writer->groups(),
                              writer->groups() == 1 ? "report" : "reports", summary_.domains(), changes));
    return close(about, true);
  }

  // The whole report, but for its being put in its place.
  base::Result<audit::RunNotes> fill(audit::ReportWriter& writer) {
    TRY(writer.begin({.now = now_, .version = RAMPART_VERSION, .source = described_source()}));
    TRY(replay(writer));
    TRY(audit(writer));
    TRY(leave_group(writer));
    for (std::size_t i = 0; i < domains_.duplicates(); ++i) summary_.add_duplicate();
    auto about = source_->about();
    if (port_blocked_ && std::ranges::find(about.notes, kPortBlocked) == about.notes.end())
      about.notes.emplace_back(kPortBlocked);
    TRY(writer.end(summary_, about.notes));
    if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
    if (records_) TRY(store_->flush());
    return about;
  }

  base::Result<> check_options() const {
    if (!request_.split.empty()) {
      if (!request_.group_by.empty() || !request_.format.empty()) {
        return base::fail(ErrorKind::usage, "--split writes its own groups and formats", {},
                          "leave out --group-by and --format");
      }
      if (request_.output == "-")
        return base::fail(ErrorKind::usage, "--split needs a folder for its files", {},
                          "name it: --output DIR");
    }
    if (keeps_journal()) {
      if (request_.output == "-")
        return base::fail(ErrorKind::usage, "--resume keeps its journal beside a file", {},
                          "add --output FILE");
      if (!request_.record.empty())
        return base::fail(
            ErrorKind::usage,
            fmt::format("with {} no recording can be made: a run that was continued has not the whole of it",
                        request_.resume ? "--resume" : "--split"),
            {}, "leave out the one or the other");
      if (request_.split.empty() && format_of(request_) == audit::Format::sarif)
        return base::fail(ErrorKind::usage, "a report in SARIF cannot be continued", {},
                          "leave out --resume, or choose another format");
    }
    if (!request_.facts.recording.empty() && (!request_.facts.zones.empty() || !request_.record.empty())) {
      return base::fail(ErrorKind::usage,
                        "--facts answers everything from a recording, so --zone and --record say nothing", {},
                        "leave out the one or the other");
    }
    if (!request_.record.empty() && request_.record == request_.output)
      return base::fail(ErrorKind::usage, "--record and --output name one file", request_.record);
    return {};
  }

  // What never was, is seen again, or is not published yet is no state of a domain: a what-if and a replay are not
  // recorded, zone files only when the command line says so.
  base::Result<> open_store() {
    if (config_.text("store.url").empty() || !request_.facts.recording.empty()) return {};
    const bool asked = config_.origin("store.url").from == base::Origin::From::command_line;
    records_ = request_.what_if.empty() && (asked || request_.facts.zones.empty());
    store_ = TRY(AuditStore::open(TRY(store_url(config_)), config_));
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
    set_list(audit::DomainList(std::move(named)));
    for (const auto& path : request_.lists) TRY(domains_.open(path));
    return {};
  }

  void set_list(audit::DomainList list) {
    domains_ = std::move(list);
    if (!request_.column().empty()) domains_.group_by(request_.column());
    domains_.on_refused([this](audit::RefusedLine line) { refuse(std::move(line)); });
    domains_.on_note([this](const std::string& note) {
      if (odd_++ >= kMaxOddShown) return;
      progress_.clear();
      session_.note(note);
    });
  }

  // The source, examined with the first domain, which waits in first_ for its turn.
  base::Result<> open_source() {
    if (!request_.what_if.empty()) what_if_.emplace(TRY(facts::ZoneEdit::load(request_.what_if)));
    source_ = TRY(cli::open_source(request_.facts, config_, threads_of(config_)));
    if (!domains_named_) set_list(audit::DomainList(source_->domains()));
    first_ = TRY(domains_.next());
    if (!first_) {
      return base::fail(ErrorKind::usage, "there is no domain to audit", {},
                        "name one: rampart audit mydomain.example");
    }
    return source_->prepare(first_->domain);
  }

  // What is split is large, so its journal is always kept; another report's only when it may be continued.
  [[nodiscard]] bool keeps_journal() const { return request_.resume || !request_.split.empty(); }

  base::Result<> open_journal() {
    if (!keeps_journal()) return {};
    // To the second, as the journal keeps it.
    now_ = base::parse_time(base::format_time(now_)).value_or(now_);
    journal_ = TRY(audit::Journal::open(
        journal_path(request_),
        {.now = now_, .options = TRY(journal_options(request_, config_, writer_options()))},
        request_.resume));
    if (journal_->found() && !journal_->resumed()) {
      session_.note(fmt::format("{}: {}", journal_->path(),
                                request_.resume
                                    ? "nothing in it can be continued, so the run begins anew"
                                    : "an interrupted run is begun anew; --resume would have continued it"));
    }
    now_ = journal_->now();
    return {};
  }

  // What the interrupted run has finished, as if it came from the runner.
  base::Result<> replay(audit::ReportWriter& writer) {
    if (!journal_ || !journal_->resumed()) return {};
    const auto other = [&](std::string what) {
      return base::fail(ErrorKind::usage, std::move(what), journal_->path(),
                        "continue with the same list, or leave out --resume to begin anew");
    };
    while (const auto record = TRY(journal_->replay())) {
      auto entry = TRY(audit::read_entry(*record));
      const auto input = TRY(next());
      if (!input) return other(fmt::format("the list ends before {}, which the journal has", entry.domain));
      if (input->domain != entry.digest.line.domain) {
        return other(
            fmt::format("the list has {} where the journal has {}", input->domain.text(), entry.domain));
      }
      if (audit::hash_of(*input) != entry.input)
        return other(fmt::format("what is said or known of {} is not what it was", entry.domain));
      port_blocked_ = port_blocked_ || entry.port_blocked;
      TRY(take(writer, input->said.get(), std::move(entry.digest)));
      TRY(writer.add_text(entry.text));
    }
    session_.note(fmt::format("{} {} of the interrupted run are taken over", summary_.domains(),
                              summary_.domains() == 1 ? "domain" : "domains"));
    return {};
  }

  // Counts a domain, and enters its group.
  base::Result<> take(audit::ReportWriter& writer, const audit::Entry* said, audit::Digest digest) {
    if (!request_.column().empty()) {
      auto value = said == nullptr ? std::string() : audit::value_of(*said, request_.column());
      if (!group_ || group_->value != value) {
        TRY(leave_group(writer));
        group_ = audit::Group{.column = request_.column(), .value = std::move(value)};
        TRY(writer.begin_group(*group_));
      }
      of_group_.add(digest);
    }
    summary_.add(std::move(digest));
    return {};
  }

  base::Result<> leave_group(audit::ReportWriter& writer) {
    const auto group = std::exchange(group_, std::nullopt);
    const auto summary = std::exchange(of_group_, {});
    return group ? writer.end_group(*group, summary) : base::Result<>();
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
    auto options = runner_options(config_);
    if (what_if_) options.drive.overlay = &*what_if_;
    options.render = writer.renderer();
    options.source_ready = [this] { return first_ || domains_.ready(); };
    options.keep_reports = records_;
    options.keep_books = book_ != nullptr || records_ || wants_probe(config_, "smtp");
    audit::Runner runner(
        options, source_->lanes(), [this] { return next(); },
        [&](audit::Finished&& domain) -> base::Result<> {
          if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
          if (book_) TRY(record(*domain.input, *domain.book));
          if (wants_probe(config_, "smtp") && !port_blocked_)
            port_blocked_ = says_port_is_blocked(*domain.book);
          if (journal_) {
            TRY(journal_->add(audit::write_entry({.domain = domain.input->domain.text(),
                                                  .input = audit::hash_of(*domain.input),
                                                  .port_blocked = port_blocked_,
                                                  .digest = domain.digest,
                                                  .text = *domain.text})));
          }
          TRY(take(writer, domain.input->said.get(), std::move(domain.digest)));
          progress_.update(summary_.domains(), domains_.fraction_read());
          TRY(domain.text ? writer.add_text(*domain.text) : writer.add(domain.report));
          return records_ ? store_->record({domain.input, std::move(domain.report), std::move(domain.book)})
                          : base::Result<>();
        },
        decision());
    return runner.run();
  }

  // The audit, with the risks that were accepted and the profiles asked for.
  [[nodiscard]] audit::Runner::Decide decision() const {
    audit::Runner::Decide decide = store_ ? store_->decide() : audit::assess;
    if (profiles_.empty()) return decide;
    return [decide, profiles = profiles_](const audit::Input& input, facts::Facts& facts) {
      auto report = decide(input, facts);
      if (!facts.pending()) audit::judge_all(profiles, input, report);
      return report;
    };
  }

  // What the owner shows of his mail.
  base::Result<> read_own_mail() {
    for (const auto& text : request_.sending) {
      const auto address = base::IpAddress::parse(text);
      if (!address)
        return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no IP address", base::printable(text)),
                          "--sending-ip");
      if (std::ranges::find(sending_, *address) == sending_.end()) sending_.push_back(*address);
    }
    if (sending_.size() > audit::kMaxSending)
      return base::fail(ErrorKind::usage, fmt::format("more than {} addresses", audit::kMaxSending),
                        "--sending-ip");
    if (request_.sample.empty()) return {};
    auto sample = audit::read_sample(TRY(base::read_file(request_.sample, kMaxSample)));
    if (!sample) {
      auto error = sample.error();
      error.where = base::printable(request_.sample);
      return std::unexpected(std::move(error));
    }
    for (const auto& signature : sample->signatures) selectors_.add(signature.domain, signature.selector);
    sample_ = std::make_shared<const audit::Sample>(*std::move(sample));
    return {};
  }

  // To the domain that the message is from, and to one above it.
  void add_own_mail(audit::Input& input) {
    input.sending = sending_;
    if (!sample_ || !sample_->from.is_within(input.domain)) return;
    input.sample = sample_;
    sample_used_ = true;
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
    input.now = now_;
    if (what_if_) audit::add_proposed(input, what_if_->edit());
    if (store_) TRY(store_->prepare(input));
    if (const auto age = audit::max_key_age(profiles_); age.count() != 0)
      input.max_key_age = input.max_key_age.count() == 0 ? age : std::min(age, input.max_key_age);
    add_own_mail(input);
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

  base::Result<Exit> close(const audit::RunNotes& about, bool print_notes) {
    if (journal_) TRY(journal_->remove());
    progress_.clear();
    for (const auto& note : about.notes) {
      if (print_notes) session_.note(note);
    }
    if (sample_ && !sample_used_)
      session_.note(fmt::format("{} is from {}, which was not audited: nothing was judged by it",
                                base::printable(request_.sample), sample_->from.text()));
    if (odd_ > kMaxOddShown)
      session_.note(fmt::format("… and {} more such remarks on lists", odd_ - kMaxOddShown));
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
  audit::Profiles profiles_;
  std::shared_ptr<const audit::Sample> sample_;  // shared with inputs
  bool sample_used_ = false;
  std::vector<base::IpAddress> sending_;
  std::unique_ptr<FactSource> source_;
  std::unique_ptr<AuditStore> store_;
  bool records_ = false;
  std::unique_ptr<facts::BookWriter> book_;
  bool port_blocked_ = false;
  audit::Summary summary_;
  base::Time now_{};
  std::optional<audit::Journal> journal_;
  std::optional<audit::Group> group_;  // of the domain before
  audit::Summary of_group_;
  std::size_t odd_ = 0;  // remarks on lists
};

base::Result<Exit> run_audit(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  auto exit = AuditRun(session, request, *config).run();  // what it began to write is gone with it
  if (exit || interrupted() == 0) return exit;
  std::vector<std::string> files;
  if (request.output != "-") files.push_back(request.output);
  if (!request.record.empty()) files.push_back(request.record);
  if (request.resume || !request.split.empty()) {
    return base::fail(
        ErrorKind::unavailable, "interrupted", {},
        fmt::format("{} is as it was; the same command with --resume continues", request.output));
  }
  return base::fail(ErrorKind::unavailable, "interrupted", {},
                    files.empty() ? "" : fmt::format("nothing was written to {}", fmt::join(files, " or ")));
}

}  // namespace

void add_audit_command(CLI::App& root, Session& session) {
  auto* command =
      root.add_subcommand("audit", "Find out whether a stranger can send mail in a domain's name");
  const auto request = std::make_shared<Request>();
  command->add_option("DOMAIN", request->domains, "The domains to audit; U-labels are understood");
  add_paths(*command, "--list", request->lists,
            "Read domains from a file, one a line or a table with a header (CSV); - for standard input",
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
  session.add_setting(*command, "audit.profiles");
  command
      ->add_option("--sample", request->sample,
                   "A mail that the domain sent, as an .eml file: whether it is made so that it arrives")
      ->type_name("FILE");
  add_paths(*command, "--sending-ip", request->sending,
            "An address that the domain sends from: its SPF and reverse DNS", "ADDRESS");
  command
      ->add_option(
          "--format", request->format,
          fmt::format("{} [as the name of --output ends, or text]", fmt::join(audit::kFormatNames, ", ")))
      ->type_name("FORMAT")
      ->check(one_of({audit::kFormatNames.begin(), audit::kFormatNames.end()}));
  command
      ->add_option("--output", request->output,
                   "Write the report to a file, or with --split to a folder, whole or not at all")
      ->type_name("FILE|DIR");
  command
      ->add_option(
          "--group-by", request->group_by,
          "Put together the domains of which their list says the same in a column, and count each group")
      ->type_name("COLUMN");
  command
      ->add_option(
          "--split", request->split,
          "Write a page, a CSV and a zone file for each value of a column, such as organisation, an index, "
          "and what changed")
      ->type_name("COLUMN");
  command->add_flag(
      "--resume", request->resume,
      "Continue a run that was interrupted; keeps what is finished beside the output until the end");
  command
      ->add_option("--record", request->record,
                   "Write every fact to a file that --facts reads; .zst at its end compresses it")
      ->type_name("FILE");
  command->add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  session.add_setting(*command, "store.url");
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
