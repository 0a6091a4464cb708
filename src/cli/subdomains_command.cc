#include "audit/subdomains/format.h"
#include "audit/subdomains/judge.h"
#include "audit/subdomains/name_list.h"
#include "audit/subdomains/report.h"
#include "audit/subdomains/revealed.h"
#include "audit/subdomains/servers.h"
#include "audit/subdomains/words.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/names_options.h"
#include "dns/domain.h"
#include "net/zone_transfer.h"
#include "server/setup/fact_source.h"

namespace rampart::cli {
namespace {

namespace subdomains = audit::subdomains;
using base::ErrorKind;
using server::FactSource;
using subdomains::Source;

// How often what was found may lead to more: a mail server whose SPF record names another host is two.
constexpr int kMaxPasses = 6;
constexpr std::size_t kMaxBadShown = 20;                       // lines of lists; the rest is counted
constexpr std::size_t kMaxWordsBytes = std::size_t{16} << 20;  // of a file of words
constexpr std::uint16_t kRrsig = 46;                           // RFC 4034 section 3
constexpr std::uint16_t kNsec3 = 50;                           // RFC 5155 section 3

// The command line that is no setting.
struct Request {
  std::string domain;
  FactsOptions facts;
  std::vector<std::string> names;
  std::vector<std::string> words;
  bool no_words = false;
  bool transfer = false;
  std::vector<std::string> servers;
  NamesOutput output;
};

class SubdomainsRun {
 public:
  SubdomainsRun(Session& session, const Request& request, const base::Config& config, const dns::Name& domain)
      : session_(session), request_(request), config_(config), domain_(domain), revealed_(domain) {}

  base::Result<Exit> run() {
    for (const auto& text : request_.servers) {
      const auto endpoint = base::parse_endpoint(text, net::kDnsPort);
      if (!endpoint) {
        return base::fail(ErrorKind::usage, "is no address of a server", text,
                          "write it as 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:53");
      }
      servers_.push_back(*endpoint);
    }
    TRY(read_lists());
    TRY(read_words());
    source_ = TRY(open_source(request_.facts, config_, threads_of(config_)));
    TRY(source_->prepare(domain_));
    for (const auto& name : source_->names_within(domain_)) revealed_.add(name, Source::zone);
    if (request_.transfer || !servers_.empty()) TRY(transfer());
    auto judged = TRY(judge_all());
    const auto report = subdomains::make_report(revealed_, std::move(judged));
    auto about = source_->about();
    about.notes.insert(about.notes.end(), notes_.begin(), notes_.end());
    TRY(put_out(session_, request_.output, formatted(report, about)));
    if (request_.output.format != "json") {
      for (const auto& note : about.notes) session_.note(note);
    }
    return exit_for(report);
  }

 private:
  base::Result<> read_lists() {
    std::size_t bad = 0;
    for (const auto& path : request_.names) {
      const auto text = TRY(base::read_file(path, subdomains::kMaxListBytes));
      TRY(subdomains::read_name_list(
          text, path, [&](const dns::Name& name) { revealed_.add(name, Source::list); },
          [&](const subdomains::BadLine& line) {
            if (++bad > kMaxBadShown) return;
            session_.note(fmt::format("{}: {}{}", line.where, line.why,
                                      line.text.empty() ? "" : fmt::format(" ({})", line.text)));
          }));
    }
    if (bad > kMaxBadShown)
      session_.note(fmt::format("{} more values of --names name nothing", bad - kMaxBadShown));
    return {};
  }

  base::Result<> read_words() {
    if (request_.words.empty()) {
      if (request_.no_words) return {};
      for (const auto word : subdomains::kWords) add_word(*dns::Name::try_parse(word));
      return {};
    }
    for (const auto& path : request_.words) {
      const auto text = TRY(base::read_file(path, kMaxWordsBytes));
      std::size_t number = 0;
      for (auto line : base::split(text, '\n')) {
        ++number;
        line = base::trim(line.substr(0, line.find('#')));
        if (line.empty()) continue;
        if (const auto word = dns::parse_domain(line)) {
          add_word(*word);
        } else {
          session_.note(fmt::format("{}:{}: {}", path, number, word.error().what));
        }
      }
    }
    return {};
  }

  void add_word(const dns::Name& word) {
    if (const auto name = domain_.prepend(word.text())) revealed_.add(*name, Source::words);
  }

  base::Result<> transfer() {
    const net::ProbeGuard guard(config_.boolean("probe.allow_private"));
    const auto found = TRY(look_at_each<subdomains::ZoneServers>(
        session_, config_, *source_, {domain_}, [&](const dns::Name& domain, facts::Facts& facts) {
          return subdomains::find_servers(domain, guard, facts);
        }));
    const auto& zone = found.front();
    // A server that the user names is asked whatever its address; the zone's own only where the guard allows.
    auto servers = servers_;
    if (servers.empty()) {
      for (const auto& server : zone.servers) servers.push_back({server.address, net::kDnsPort});
      for (const auto& note : zone.notes) notes_.push_back(fmt::format("not asked for a transfer: {}", note));
    }
    for (const auto& server : servers) {
      const auto outcome = net::transfer_zone(zone.zone, server, {.stop = [] { return interrupted() != 0; }},
                                              [&](const dns::TransferRecord& record) {
                                                // Hashes of names and their signatures stand at names that nobody has (RFC 5155 section 3).
                                                if (record.type != kNsec3 && record.type != kRrsig)
                                                  revealed_.add(record.owner, Source::transfer);
                                              });
      if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
      if (outcome.done()) {
        notes_.push_back(
            fmt::format("{} gave the zone {}: {} records", server.text(), zone.zone.text(), outcome.records));
        return {};
      }
      notes_.push_back(
          fmt::format("{} did not give the zone {}: {}", server.text(), zone.zone.text(), outcome.why));
    }
    if (servers.empty() && zone.notes.empty())
      notes_.push_back(fmt::format("nobody could be asked for the zone {}", zone.zone.text()));
    return {};
  }

  base::Result<std::vector<subdomains::Judged>> judge_all() {
    std::vector<subdomains::Judged> all;
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      const auto names = revealed_.take_fresh();
      if (names.empty()) return all;
      auto judged = TRY(look_at_each<subdomains::Judged>(
          session_, config_, *source_, names, [&](const dns::Name& name, facts::Facts& facts) {
            return subdomains::judge({.name = name, .domain = domain_, .proven = revealed_.is_proven(name)},
                                     facts);
          }));
      for (auto& one : judged) {
        for (const auto& [name, source] : one.reveals) revealed_.add(name, source);
        all.push_back(std::move(one));
      }
    }
    if (const auto left = revealed_.take_fresh().size(); left != 0)
      notes_.push_back(fmt::format("{} names that the last found ones lead to were not looked up", left));
    return all;
  }

  [[nodiscard]] std::string formatted(const subdomains::Report& report, const audit::RunNotes& about) const {
    const auto& format = request_.output.format;
    const subdomains::FormatOptions options{.color = request_.output.output == "-" && session_.color_on_out(),
                                            .width = width_of(request_.output, session_),
                                            .now = source_->now(),
                                            .version = RAMPART_VERSION,
                                            .source = about.source,
                                            .notes = about.notes};
    if (format == "json") return subdomains::json_of(report, options);
    if (format == "jsonl") return subdomains::json_lines_of(report);
    if (format == "csv") return subdomains::csv_of(report);
    if (format == "list") return subdomains::list_of(report);
    return subdomains::text_of(report, options);
  }

  [[nodiscard]] Exit exit_for(const subdomains::Report& report) const {
    const auto unknown = report.unknown + report.with_verdict(subdomains::Verdict::unknown);
    const auto most = static_cast<std::size_t>(config_.integer("audit.max_unknown"));
    if (unknown * 100 > report.rows.size() * most) return Exit::undetermined;
    return report.with_verdict(subdomains::Verdict::spoofable) != 0 ? Exit::findings : Exit::clean;
  }

  Session& session_;
  const Request& request_;
  const base::Config& config_;
  dns::Name domain_;
  subdomains::Revealed revealed_;
  std::vector<base::Endpoint> servers_;
  std::unique_ptr<FactSource> source_;
  std::vector<std::string> notes_;  // how transfers went, and what was not looked at
};

base::Result<Exit> run_subdomains(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto domain = TRY(parse_names({request.domain})).front();
  return SubdomainsRun(session, request, *config, domain).run();
}

}  // namespace

void add_subdomains_command(CLI::App& root, Session& session) {
  auto* command =
      root.add_subcommand("subdomains", "Find the names below a domain, and who may send mail as each");
  const auto request = std::make_shared<Request>();
  command->add_option("DOMAIN", request->domain, "The domain; U-labels are understood")->required();
  add_paths(*command, "--zone", request->facts.zones, "Take names and answers from zone files", "FILE|DIR");
  add_paths(*command, "--names", request->names,
            "Names from a file: certificate transparency as crt.sh or certspotter give it (JSON), CSV, or "
            "one a line",
            "FILE");
  add_paths(*command, "--words", request->words, "Try these labels, one a line, instead of the common ones",
            "FILE");
  command->add_flag("--no-words", request->no_words, "Try no labels that nothing has shown");
  command->add_flag("--transfer", request->transfer,
                    "Ask the zone's own name servers for the whole zone (AXFR)");
  add_paths(*command, "--server", request->servers,
            "Ask this server for the whole zone, and not the zone's own", "ADDRESS[:PORT]");
  session.add_setting(*command, "probe.allow_private");
  session.add_setting(*command, "audit.max_unknown");
  add_names_settings(*command, session);
  add_names_output(*command, request->output, {"text", "json", "jsonl", "csv", "list"});
  command->footer(
      "To audit all that was found: rampart subdomains DOMAIN --format list |\n"
      "rampart audit --list -\n\n"
      "Exit status: 0 as none of the names can anyone send mail, 1 as some, 2 wrong\n"
      "usage, 3 too much stayed unknown.");
  session.on_run(*command, [request](Session& s) { return run_subdomains(s, *request); });
}

}  // namespace rampart::cli
