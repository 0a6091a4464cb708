// The options that say what is known of the SMTP session a message came in.
#pragma once

#include <CLI/CLI.hpp>

#include "server/setup/mail_file.h"

namespace rampart::cli {

void add_envelope_options(CLI::App& command, server::EnvelopeOptions& options);

}  // namespace rampart::cli
