// Lists of names as people have them: exports of certificate transparency (crt.sh and certspotter, JSON), CSV with a
// column of names, or plain text.
//
//   TRY(read_name_list(text, "crt.json", [&](const dns::Name& name) { … }, [&](BadLine line) { … }));
//
// What a file is, its content says:
//   [ or { first        JSON: an array, or an object a line, of certificates: `name_value` and `common_name` (crt.sh; a
//                       name a line in it), `dns_names` (certspotter), or of plain strings
//   a header with       CSV with , ; or tab between: the columns name_value, common_name, dns_names, domain, name, host,
//   such a column       hostname, subdomain, dns_name, san
//   otherwise           plain: a name a line, # for comments
//
// `*.x` is a name, given with its asterisk as the first label. Of an e-mail address its domain counts: certificates for
// mail hold them. A byte order mark and CR are dropped. A value that names nothing is handed to `bad` and left out.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dns/name.h"

namespace rampart::audit::subdomains {

inline constexpr std::size_t kMaxListBytes = std::size_t{128} << 20;  // ours: some million certificates
inline constexpr std::size_t kMaxListNames = 2'000'000;               // ours, of one file

struct BadLine {
  std::string where;  // `file:12`, or `file: entry 12` in an array
  std::string text;   // printable, cut
  std::string why;
};

using NameSink = std::function<void(const dns::Name&)>;
using BadSink = std::function<void(const BadLine&)>;

// Errors are of kind input: JSON that is broken, or of another shape; more than kMaxListNames.
base::Result<> read_name_list(std::string_view text, const std::string& file, const NameSink& sink,
                              const BadSink& bad);

}  // namespace rampart::audit::subdomains
