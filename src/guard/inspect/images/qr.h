// QR codes in pixels, by zbar.
#pragma once

#include <string>
#include <vector>

#include "guard/inspect/images/gray.h"

namespace rampart::guard::images {

struct FoundCode {
  std::string bytes;  // as the code holds them
  int left = 0;
  int top = 0;
  int right = 0;  // the last column and row of it
  int bottom = 0;
};

// Dark on light and light on dark. One after the other in this process, not several threads at once on one image.
std::vector<FoundCode> find_codes(const Gray& image);

}  // namespace rampart::guard::images
