#include "server/reports/report_origin.h"

#include "audit/ask_lane.h"
#include "server/setup/mail_file.h"

namespace rampart::server {

using base::Result;
using reports::Belief;

reports::OriginJudge OriginFacts::judge() {
  return {[this](const dns::Name& about, std::function<Belief(facts::Facts&)> function) {
            return decide(about, std::move(function));
          },
          config_.list("reports.authserv_ids"), base::now()};
}

Result<Belief> OriginFacts::decide(const dns::Name& about, std::function<Belief(facts::Facts&)> function) {
  if (!source_) {
    auto source = TRY(open_source(options_, config_, 1, stop_));
    TRY(source->prepare(about));
    source_ = std::move(source);
  }
  return TRY(audit::ask_lane<Belief>(source_->lanes().front(), drive_options(config_), about.text(),
                                     std::move(function)))
      .decision;
}

}  // namespace rampart::server
