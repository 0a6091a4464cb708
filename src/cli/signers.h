// Who signs a message: a key in a file that was named, the keys of the key folder for a domain, or whoever its signing table
// names for the author.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"
#include "mail/message.h"
#include "server/setup/signers.h"

namespace rampart::cli {

struct SignerOptions {
  std::string domain;
  std::string selector;
  std::string key;  // a file
};

enum class SignerUse : std::uint8_t { sign, seal };
// --domain, --selector, --key, and the settings of the key folder.
void add_signer_options(CLI::App& command, Session& session, SignerOptions& options, SignerUse use);

base::Result<> check_selector(const std::string& selector);

// One at least. A message that the table names nobody for is an error.
base::Result<std::vector<server::Signer>> signers_of(Session& session, const SignerOptions& options,
                                                     const mail::Message& message);

}  // namespace rampart::cli
