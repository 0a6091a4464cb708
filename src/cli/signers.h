// Who signs a message: a key in a file that was named, the keys of the key folder for a domain, or whoever its signing table
// names for the author.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"
#include "crypto/key_folder.h"
#include "dns/name.h"
#include "mail/message.h"

namespace rampart::cli {

struct SignerOptions {
  std::string domain;
  std::string selector;
  std::string key;  // a file
};

struct Signer {
  dns::Name domain;
  std::string selector;
  crypto::SignKey key;
};

enum class SignerUse : std::uint8_t { sign, seal };
// --domain, --selector, --key, and the settings of the key folder.
void add_signer_options(CLI::App& command, Session& session, SignerOptions& options, SignerUse use);

base::Result<> check_selector(const std::string& selector);

// The keys of the folder that sign for the domain now; one at least.
base::Result<std::vector<Signer>> managed_signers(const crypto::KeyFolder& folder, const dns::Name& name);

// One at least. A message that the table names nobody for is an error.
base::Result<std::vector<Signer>> signers_of(Session& session, const SignerOptions& options,
                                             const mail::Message& message);

}  // namespace rampart::cli
