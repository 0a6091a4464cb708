// A DMARC aggregate report's XML (RFC 9990 appendix A, RFC 7489 appendix C, and what is sent in their name), read as it comes.
//
//   AggregateReader reader(texts);
//   used = reader.read(window, last);          // as XmlScanner::scan()
//   const auto report = TRY(reader.finish("google.com!bank.example!1764028800!1764115199.xml"));
//
// What can be read is read, and what was wrong is said (Report::defects). Memory is that of the rows, whatever the size of the
// text: at most kMaxRows of them.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "reports/aggregate/report.h"
#include "reports/aggregate/texts.h"

namespace rampart::reports {

// Our own.
inline constexpr std::size_t kMaxErrors = 20;  // of a report's head
inline constexpr std::size_t kMaxElementDepth = 32;

class AggregateReader {
 public:
  // Rows name texts of `texts`. One reader reads any number of reports, one after another.
  explicit AggregateReader(Texts& texts);
  ~AggregateReader();
  AggregateReader(const AggregateReader&) = delete;
  AggregateReader& operator=(const AggregateReader&) = delete;

  std::size_t read(std::string_view window, bool last);

  // The report, after the last window. An error of kind input says why it is none: nothing of a report is in it, it does not
  // say of which domain or of what time it speaks, or of a time more than two days after `now`. Where the text does not say
  // the time, the name of its file may (RFC 9990 section 3.5.1). Afterwards, or after drop(), the next report may come.
  base::Result<Report> finish(std::string_view file_name, base::Time now);
  void drop();

 private:
  class Handler;
  std::unique_ptr<Handler> handler_;
};

// A whole text in memory.
base::Result<Report> read_aggregate(std::string_view xml, std::string_view file_name, base::Time now,
                                    Texts& texts);

}  // namespace rampart::reports
