// What the commands share that look at a message: the file, the SMTP session it came in, and the decision that is waited for.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "audit/runner.h"
#include "auth/report.h"
#include "base/config.h"
#include "cli/interrupt.h"
#include "facts/driver.h"
#include "mail/message.h"

namespace rampart::cli {

inline constexpr std::size_t kMaxMail = std::size_t{64} << 20;  // bytes; larger than servers let through

struct Mail {
  std::string bytes;
  mail::Message message;  // views of `bytes`
};
// A file, or "-" for standard input.
base::Result<std::unique_ptr<Mail>> read_mail(const std::string& path);

// Fields with CR LF put before a message, in the line ends of that message.
std::string with_fields(std::string fields, std::string_view bytes);

struct EnvelopeOptions {
  std::optional<std::string> ip;
  std::string helo;
  std::optional<std::string> mail_from;
};
void add_envelope_options(CLI::App& command, EnvelopeOptions& options);
// Errors are of kind usage. Without an address nothing of the session is known.
base::Result<auth::Envelope> envelope_of(const EnvelopeOptions& options);

template <class Decision>
struct Decided {
  Decision decision;
  std::shared_ptr<const facts::Book> book;  // shared with the drive
};

facts::DriveOptions drive_options(const base::Config& config);

// The decision of `function(facts)`, waited for. `function` must hold what it needs by value or outlive the program: an
// answer may come after Ctrl-C.
template <class F>
auto decide(F function, const audit::Lane& lane, const base::Config& config)
    -> base::Result<Decided<std::invoke_result_t<F&, facts::Facts&>>> {
  using Decision = std::invoke_result_t<F&, facts::Facts&>;
  const auto slot =
      std::make_shared<std::optional<Decided<Decision>>>();  // kept alive by an answer that is late
  facts::drive<Decision>(std::move(function), *lane.provider, drive_options(config),
                         [slot](facts::Driven<Decision> driven) {
                           *slot = {std::move(driven.decision), std::move(driven.book)};
                         });
  while (!*slot) {
    if (interrupted() != 0) return base::fail(base::ErrorKind::unavailable, "interrupted");
    if (!lane.wait || !lane.wait())
      return base::fail(base::ErrorKind::unavailable, "the facts were not found out");
  }
  return **std::move(slot);
}

}  // namespace rampart::cli
