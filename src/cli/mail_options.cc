#include "cli/mail_options.h"

namespace rampart::cli {

void add_envelope_options(CLI::App& command, server::EnvelopeOptions& options) {
  command.add_option("--ip", options.ip, "The address that it was sent from")->type_name("ADDRESS");
  command.add_option("--helo", options.helo, "What the client said of itself in HELO or EHLO")
      ->type_name("NAME");
  command.add_option("--mail-from", options.mail_from, "The envelope sender; \"\" for a bounce")
      ->type_name("ADDRESS");
}

}  // namespace rampart::cli
