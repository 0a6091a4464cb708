// From reports to text: what every output format has in common. One domain at a time, in the order given;
// memory does not grow with the number of domains (HTML keeps its parts in a temporary file until the end).
//
//   auto writer = make_writer(Format::json, options, sink);
//   TRY(writer->begin(run));
//   for (...) TRY(writer->add(report));
//   TRY(writer->end(summary));
//
// What the formats say is the same; strangers' bytes are made harmless for each medium here and nowhere
// before.
#pragma once

#include <functional>
#include <memory>

#include "audit/report.h"
#include "audit/summary.h"
#include "base/result.h"

namespace rampart::audit {

enum class Format : std::uint8_t { text, json, jsonl, csv, html, sarif };

inline constexpr std::array<std::string_view, 6> kFormatNames{"text", "json", "jsonl",
                                                              "csv",  "html", "sarif"};
std::optional<Format> parse_format(std::string_view name);

// What is known before the first domain.
struct Run {
  base::Time now{};
  std::string version;  // Rampart's
  std::vector<std::string>
      source;  // where the facts come from: "zones in examples/portfolio", "resolver 127.0.0.1:53"
};

struct WriterOptions {
  bool color = false;      // text only
  std::size_t width = 80;  // text only: columns
};

// Domains that stand together because a column of their list says the same of them.
struct Group {
  std::string column;  // "organisation"
  std::string value;   // "State Bank"; empty where the list says nothing
};

// Where output goes, in pieces of some kilobytes.
using Sink = std::function<base::Result<>(std::string_view)>;

// What was learned about the run itself: of the resolver, of the network, of assumptions.
using Notes = std::vector<std::string>;

class ReportWriter {
 public:
  virtual ~ReportWriter() = default;
  virtual base::Result<> begin(const Run& run) = 0;
  virtual base::Result<> add(const DomainReport& report) = 0;
  // For formats in which a report's text depends on the report alone, renderer() makes it, in any thread, and
  // add_text() takes it in its turn: together they are add(). Null for the others.
  using Render = std::function<std::string(const DomainReport&)>;
  [[nodiscard]] virtual Render renderer() const { return nullptr; }
  virtual base::Result<> add_text(std::string_view) { return {}; }
  // Around the domains of a group, where they are grouped. Formats in which each domain says by itself what its list
  // says of it need nothing more.
  virtual base::Result<> begin_group(const Group&) { return {}; }
  virtual base::Result<> end_group(const Group&, const Summary&) { return {}; }
  virtual base::Result<> end(const Summary& summary, const Notes& notes) = 0;
};

std::unique_ptr<ReportWriter> make_writer(Format format, const WriterOptions& options, Sink sink);

}  // namespace rampart::audit
