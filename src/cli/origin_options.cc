#include "cli/origin_options.h"

namespace rampart::cli {

void add_origin_options(CLI::App& command, Session& session, FactsOptions& options) {
  session.add_setting(command, "reports.authserv_ids");
  add_source_options(command, options, "Take the keys of signatures from zone files",
                     "Take the keys of signatures from a recording, and nothing else");
  for (const auto* key : {"dns.resolvers", "dns.authoritative", "dns.timeout"})
    session.add_setting(command, key);
}

}  // namespace rampart::cli
