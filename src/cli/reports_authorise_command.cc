// rampart reports authorise: the records that a central mailbox needs to be sent other domains' reports.
#include <algorithm>
#include <set>

#include "audit/ask_lane.h"
#include "audit/domain_list.h"
#include "audit/state/state.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/facts_options.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "dns/domain.h"
#include "reports/archive/history.h"
#include "reports/write/authorise.h"
#include "server/reports/source_naming.h"
#include "server/setup/fact_source.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using reports::Authorisation;
using server::FactSource;
using server::open_known_store;
using server::reporters_that_count;

constexpr std::size_t kDomainsAtOnce = 32;      // that are looked up together; ours
constexpr std::size_t kQuestionsOfDomain = 60;  // of two tree walks, the record and the mail servers

struct Request {
  std::string host;
  std::vector<std::string> domains;
  std::vector<std::string> lists;
  bool all = false;
  FactsOptions facts;
  std::string format = "text";
};

class Authorising {
 public:
  Authorising(Session& session, const Request& request, const base::Config& config)
      : session_(session), request_(request), config_(config) {}

  Result<Exit> run() {
    const auto& given = request_.host;
    const auto host = TRY(domain_of(given.substr(given.rfind('@') + 1)));  // an address names its domain
    auto source = TRY(open_source(request_.facts, config_, 1));
    const auto domains = TRY(domains_of(*source));
    TRY(source->prepare(host));
    std::vector<Authorisation> all;
    for (std::size_t at = 0; at < domains.size(); at += kDomainsAtOnce) {
      if (interrupted() != 0) return base::fail(ErrorKind::io, "interrupted");
      const auto begin = domains.begin() + static_cast<std::ptrdiff_t>(at);
      const std::vector<dns::Name> some(
          begin, begin + static_cast<std::ptrdiff_t>(std::min(kDomainsAtOnce, domains.size() - at)));
      for (auto& one : TRY(found_for(some, host, *source))) all.push_back(std::move(one));
    }
    all = reports::each_once(std::move(all));
    TRY(session_.print(request_.format == "json" ? reports::format_authorisations_json(host, all)
                                                 : reports::format_authorisations(host, all)));
    for (const auto& note : source->about().notes) session_.note(note);
    return exit_of(all);
  }

 private:
  Result<std::vector<dns::Name>> domains_of(const FactSource& source) {
    std::set<dns::Name> out;
    for (const auto& text : request_.domains) out.insert(TRY(domain_of(text)));
    if (!request_.lists.empty()) {
      audit::DomainList list;
      for (const auto& path : request_.lists) TRY(list.open(path));
      list.on_refused([this](const audit::RefusedLine& line) {
        session_.note(fmt::format("{}: {}", line.where, line.why));
      });
      while (auto entry = TRY(list.next())) out.insert(entry->domain);
    }
    if (request_.all) TRY(add_known(out));
    if (request_.domains.empty() && request_.lists.empty() && !request_.all) {
      for (const auto& domain : source.domains()) out.insert(domain);  // of zone files
    }
    if (out.empty())
      return base::fail(ErrorKind::usage, "no domain is named whose reports are to go there", {},
                        "name some: --for DOMAIN, --list FILE, or --all for those of the store");
    return std::vector<dns::Name>(out.begin(), out.end());
  }

  // Every domain that was audited, or that a report in the store speaks of.
  Result<> add_known(std::set<dns::Name>& out) {
    auto database = TRY(open_known_store(config_, "rampart reports import reports/"));
    auto state = TRY(audit::state::State::open(database));
    for (const auto& history : TRY(state.histories())) out.insert(history.domain);
    TRY(reports::Archive::open(database));
    const auto today = std::chrono::floor<std::chrono::days>(base::now()).time_since_epoch().count();
    const auto heed = TRY(reporters_that_count(config_));  // strangers' domains are not to be vouched for
    for (const auto& total : TRY(reports::read_domains(database, 0, today, heed))) {
      if (total.total.messages() == 0) continue;  // anybody can speak of any domain
      if (const auto name = dns::parse_domain(total.domain)) out.insert(*name);
    }
    return {};
  }

  Result<std::vector<Authorisation>> found_for(const std::vector<dns::Name>& some, const dns::Name& host,
                                               FactSource& source) {
    facts::DriveOptions options;
    options.max_questions = kDomainsAtOnce * kQuestionsOfDomain;
    options.time_limit = std::chrono::ceil<std::chrono::seconds>(config_.duration("dns.time_per_domain"));
    const auto decided = TRY(audit::ask_lane<std::vector<Authorisation>>(
        source.lanes().front(), options, {}, [some, host](facts::Facts& facts) {
          std::vector<Authorisation> out;
          out.reserve(some.size());
          for (const auto& domain : some) out.push_back(reports::authorisation(domain, host, facts));
          return out;
        }));
    return decided.decision;
  }

  static Exit exit_of(const std::vector<Authorisation>& all) {
    using State = Authorisation::State;
    const auto any = [&](State state) {
      return std::ranges::find(all, state, &Authorisation::state) != all.end();
    };
    if (any(State::missing) || any(State::elsewhere) || any(State::impossible)) return Exit::findings;
    return any(State::unknown) ? Exit::undetermined : Exit::clean;
  }

  Session& session_;
  const Request& request_;
  const base::Config& config_;
};

Result<Exit> run_authorise(Session& session, const Request& request) {
  return Authorising(session, request, *TRY(session.config())).run();
}

}  // namespace

void add_reports_authorise_command(CLI::App& reports, Session& session) {
  auto* authorise = reports.add_subcommand(
      "authorise", "Show the records that a mailbox needs to be sent the reports of other domains");
  const auto request = std::make_shared<Request>();
  authorise->add_option("RUA-DOMAIN", request->host, "The domain of the mailbox, or its address")->required();
  add_paths(*authorise, "--for", request->domains, "A domain whose reports are to go there", "DOMAIN");
  add_paths(*authorise, "--list", request->lists, "Read domains from a file", "FILE");
  authorise->add_flag("--all", request->all,
                      "Every domain of the store: those audited, and those of reports");
  session.add_setting(*authorise, "store.url");
  add_source_options(*authorise, request->facts, "Take DNS answers from zone files",
                     "Take DNS answers from what an audit recorded, and nothing else");
  session.add_setting(*authorise, "dns.resolvers");
  session.add_setting(*authorise, "dns.authoritative");
  session.add_setting(*authorise, "dns.timeout");
  authorise->add_option("--format", request->format, "text, as lines of a zone file, or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  authorise->footer(
      "A record is needed where the Organizational Domains differ (RFC 9990 section 4).\n"
      "Exit status: 0 all are there, 1 some are missing, 2 wrong usage, 3 some are unknown.\n"
      "Most often: rampart reports authorise dmarc@cert.example --list domains.txt");
  session.on_run(*authorise, [request](Session& s) { return run_authorise(s, *request); });
}

}  // namespace rampart::cli
