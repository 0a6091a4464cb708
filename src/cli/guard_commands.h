// The commands of the guard that stand beside `rampart guard` itself.
#pragma once

#include "cli/session.h"

namespace rampart::cli {

// To `rampart guard`: policy and explain; setup; rehearse and compare; senders.
void add_guard_explain_commands(CLI::App& guard, Session& session);
void add_guard_setup_command(CLI::App& guard, Session& session);
void add_guard_hindsight_commands(CLI::App& guard, Session& session);
void add_guard_senders_command(CLI::App& guard, Session& session);
// To `rampart guard`: train, score and signals.
void add_guard_train_commands(CLI::App& guard, Session& session);

void add_trace_command(CLI::App& root, Session& session);
void add_top_command(CLI::App& root, Session& session);
void add_doctor_command(CLI::App& root, Session& session);

}  // namespace rampart::cli
