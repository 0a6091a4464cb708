// Whose mail is signed with which key: rules for the address in the From field, of which the first that matches counts.
//
//   *@bank.example       bank.example  *   bank.example         with whatever keys of the folder sign for bank.example now
//   *@shop.example       shop.example  s1  shop.example/s1      with this key, which nobody rotates
//   *@*.bank.example     %             s1  any/s1               each domain below as itself, all with one key
//
// A pattern is matched against the whole address in any case; `*` stands for any text. The signature's domain is a name, or
// `%` for the sender's own. Then its selector, and where the private key stands in the key folder. With the selector `*` both
// domains are one: nobody publishes the keys of one domain below another. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dns/name.h"

namespace rampart::dkim {

inline constexpr std::size_t kMaxSigningRules = 100'000;  // our own

struct SigningRule {
  std::string pattern;   // lower case
  std::string domain;    // a name, or "%"
  std::string selector;  // "*": of the keys that sign for the domain `key`
  std::string key;       // FOLDER/FILE in the key folder, or a domain

  friend bool operator==(const SigningRule&, const SigningRule&) = default;
};

struct SigningTable {
  std::vector<SigningRule> rules;
  bool all = false;  // every rule that matches signs, not the first alone
};

// Whether the text is matched as a whole. Linear in the product of both lengths at worst.
bool matches(std::string_view pattern, std::string_view text);

struct Signer {
  dns::Name domain;
  std::string selector;  // both as in the rule
  std::string key;

  friend bool operator==(const Signer&, const Signer&) = default;
};
// Who signs for this address; nobody when it has no domain.
std::vector<Signer> find_signers(const SigningTable& table, std::string_view address);

// One rule a line in columns, "all" alone in a line where every match signs, comments behind #. Errors are of kind input and
// name the line.
std::string format_table(const SigningTable& table);
base::Result<SigningTable> parse_table(std::string_view text, std::string_view name);

}  // namespace rampart::dkim
