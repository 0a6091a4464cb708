// qpdf within limits: what it reads and unpacks is counted, and over a limit it is left by an exception that it does not catch.
//
//   Work work{.bytes = bytes, .budget = budget};
//   const Bounds bounds(work);                     // for this thread, until its end
//   QPDF qpdf;
//   qpdf.processInputSource(source_of(work));      // or throws OverLimit
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "guard/inspect/pdf/pdf.h"
#include "guard/inspect/pdf/qpdf.h"

namespace rampart::guard::pdf {

// Not a std::exception, which qpdf catches and mends.
struct OverLimit {
  const char* what;
};

struct Work {
  std::string_view bytes;  // the file
  Budget& budget;  // each step is taken off it: reading, with a few bytes for each time, and unpacking
  bool is_opening = true;         // until the objects' places are known
  std::size_t index = kMaxIndex;  // what may be unpacked meanwhile
};

// Streams are unpacked by filters of ours while this lives; one a thread.
class Bounds {
 public:
  explicit Bounds(Work& work);
  ~Bounds();
  Bounds(const Bounds&) = delete;
  Bounds& operator=(const Bounds&) = delete;
};

// The file of `work`, which must outlive it.
std::shared_ptr<InputSource> source_of(Work& work);

// zlib's format (RFC 1950) unpacked; what is damaged ends it. Counts as the filters do.
std::string inflated(std::string_view bytes, Work& work);

}  // namespace rampart::guard::pdf
