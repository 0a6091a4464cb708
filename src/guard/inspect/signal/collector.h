// Signals as they are found: of each code the strongest.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/files/file_facts.h"
#include "guard/inspect/signal/signal.h"
#include "guard/inspect/signal/view.h"

namespace rampart::guard::signal {

class Collector {
 public:
  // `evidence` may be a stranger's text; strengths are held to 0 to 1, and 0 is none.
  void add(Code code, double strength, std::string_view evidence, std::string_view part);
  [[nodiscard]] double strength(Code code) const { return found_[static_cast<std::size_t>(code)].strength; }
  [[nodiscard]] std::vector<Signal> take();

 private:
  std::array<Signal, kCodes> found_{};
};

// Each finds the signals of one kind; the last but one looks at what the others found.
void find_header_signals(const View& view, Collector& out);
void find_link_signals(const View& view, Collector& out);
void find_page_signals(const View& view, Collector& out);
void find_file_signals(const View& view, Collector& out);
// Of one file that was taken apart; of each code the strongest stays.
void find_signals_of_file(const files::FileFacts& file, std::string_view part, Collector& out);
void find_word_signals(const View& view, Collector& out);
void find_pair_signals(const View& view, Collector& out);
void find_context_signals(const View& view, Collector& out);

}  // namespace rampart::guard::signal
