// What a receiver decided of its mail, a message a line: what aggregate reports are made of. The form is documented in
// docs/report-writing.md.
//
//   {"schema":"rampart.dmarc-results/1","time":"2025-11-25T08:00:00Z","source_ip":"192.0.2.1","header_from":"bank.example",
//    "envelope_from":"bank.example","policy":{"domain":"bank.example","p":"reject"},"disposition":"pass",
//    "aligned":{"dkim":"pass","spf":"fail"},"dkim":[{"domain":"bank.example","selector":"s1","result":"pass"}],
//    "rua":["mailto:dmarc@bank.example"]}
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "base/time.h"
#include "reports/aggregate/report.h"
#include "reports/unpack/source.h"

namespace rampart::reports {

inline constexpr std::string_view kResultSchema = "rampart.dmarc-results/1";

// Our own.
inline constexpr std::size_t kMaxResultLine = std::size_t{256} << 10U;  // bytes
inline constexpr std::size_t kMaxResultUris = 16;                       // of rua
inline constexpr std::size_t kMaxResultErrors = 20;

struct SignatureResult {
  DkimSeen seen;
  // Whether the domain is aligned with the From domain in relaxed mode, where the evaluation knows; it only orders signatures.
  std::optional<bool> aligned;

  friend bool operator==(const SignatureResult&, const SignatureResult&) = default;
};

struct MessageResult {
  base::Time time{};
  base::IpAddress source;
  std::string header_from;
  std::string envelope_from;        // the domain; empty for a null reverse-path
  std::string envelope_to;          // the domain; empty where it is not to be told
  Published policy;                 // `domain`: where the record was found. Empty members have their defaults
  std::vector<std::string> errors;  // of the policy record, for its owner
  Disposition disposition = Disposition::unknown;
  Aligned dkim = Aligned::unknown;
  Aligned spf = Aligned::unknown;
  std::vector<SignatureResult> signatures;
  std::optional<SpfSeen> spf_seen;
  std::vector<Reason> reasons;
  std::vector<std::string> rua;  // URIs, as published

  friend bool operator==(const MessageResult&, const MessageResult&) = default;
};

// Errors are of kind input; `where` says which line it is ("results.jsonl:17"). Only the form is checked, with its words, its
// required members and no others; the rest is Collector::add()'s. Bytes that are no UTF-8 become U+FFFD.
base::Result<MessageResult> parse_result(std::string_view line, std::string_view where);
// The line, without its end, that parse_result() reads as `message`.
std::string format_result(const MessageResult& message);

// Every line of `from` that is not empty, one after another, in memory of one line. The first error ends it: of reading, of a
// line, or of `each`, with the line's number where it says none.
base::Result<> read_results(Source& from, std::string_view name,
                            const std::function<base::Result<>(MessageResult&&)>& each);

}  // namespace rampart::reports
