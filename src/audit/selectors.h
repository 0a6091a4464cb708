// The DKIM selectors that the user names: for every domain, or for one.
//
// A list of an owner's has one line a domain or selector; `#` begins a comment:
//
//   mail2026                       a selector to look for everywhere
//   ministry.example s1 s2         two of one domain's
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dns/name.h"

namespace rampart::audit {

// Whether the text can be a selector: labels of letters, digits, hyphens and underscores, none of which begins or
// ends in a hyphen (RFC 6376 section 3.1, sub-domain; underscores are not in its grammar, but are in use).
bool is_selector(std::string_view text);

class SelectorBook {
 public:
  static constexpr std::size_t kMaxListBytes = std::size_t{64}
                                               << 20;  // ours: a line for each of a million domains

  void add(std::string selector) { everywhere_.push_back(std::move(selector)); }
  void add(const dns::Name& domain, std::string selector) { of_[domain].push_back(std::move(selector)); }
  // The first wrong line is the error (kind input, `file:line`).
  base::Result<> add_list(std::string_view text, std::string_view file);

  // The domain's own first, then those of everywhere; each once.
  [[nodiscard]] std::vector<std::string> of(const dns::Name& domain) const;

 private:
  std::vector<std::string> everywhere_;
  std::map<dns::Name, std::vector<std::string>> of_;
};

}  // namespace rampart::audit
