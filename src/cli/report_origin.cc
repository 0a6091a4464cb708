#include "cli/report_origin.h"

#include "audit/ask_lane.h"
#include "server/setup/mail_file.h"

namespace rampart::cli {

using base::Result;
using reports::Belief;
using server::drive_options;

void add_origin_options(CLI::App& command, Session& session, FactsOptions& options) {
  session.add_setting(command, "reports.authserv_ids");
  add_source_options(command, options, "Take the keys of signatures from zone files",
                     "Take the keys of signatures from a recording, and nothing else");
  for (const auto* key : {"dns.resolvers", "dns.authoritative", "dns.timeout"})
    session.add_setting(command, key);
}

reports::OriginJudge OriginFacts::judge() {
  return {[this](const dns::Name& about, std::function<Belief(facts::Facts&)> function) {
            return decide(about, std::move(function));
          },
          config_.list("reports.authserv_ids"), base::now()};
}

Result<Belief> OriginFacts::decide(const dns::Name& about, std::function<Belief(facts::Facts&)> function) {
  if (!source_) {
    auto source = TRY(open_source(options_, config_, 1));
    TRY(source->prepare(about));
    source_ = std::move(source);
  }
  return TRY(audit::ask_lane<Belief>(source_->lanes().front(), drive_options(config_), about.text(),
                                     std::move(function)))
      .decision;
}

}  // namespace rampart::cli
