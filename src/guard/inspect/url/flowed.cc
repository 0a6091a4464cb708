#include "guard/inspect/url/flowed.h"

#include <algorithm>

namespace rampart::guard::url {

std::string unflow(std::string_view text, bool delsp) {
  std::string out;
  out.reserve(text.size());
  std::size_t depth = 0;    // of the line before
  bool is_flowing = false;  // which goes on
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto quotes = std::min(line.find_first_not_of('>'), line.size());
    line.remove_prefix(quotes);
    if (line.starts_with(' ')) line.remove_prefix(1);  // space-stuffing (section 4.4)
    const bool is_signature = line == "-- ";           // section 4.3
    if (is_flowing &&
        (quotes != depth || is_signature)) {  // section 4.5: quoted differently is another paragraph
      out += '\n';
      is_flowing = false;
    }
    if (!is_flowing && quotes != 0) out.append(quotes, '>') += ' ';
    depth = quotes;
    is_flowing = !is_signature && line.ends_with(' ');
    if (is_flowing && delsp) line.remove_suffix(1);
    out += line;
    if (!is_flowing) out += '\n';
  }
  return out;
}

}  // namespace rampart::guard::url
