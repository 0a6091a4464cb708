// An organisation's own YARA rules (https://yara.readthedocs.io), looked for in parts of messages.
//
//   const auto rules = TRY(yara::Rules::compile("/etc/rampart/yara"));   // *.yar and *.yara of a folder
//   const auto facts = rules.scan(bytes, "invoice.docm");
//   facts.matches[0].rule, .file, .description          "macro_dropper", "office.yar", of its meta
//   facts.unseen                                        "the rules took over 2 s": why this is not all
//
// Compiled before workers are started (base/worker.h), which are forked with the rules in memory: scan() opens no files, but for what
// the module "magic" would open, which finds nothing in a worker. A folder is the administrator's: its rules are trusted as to time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rampart::guard::yara {

// All our own.
inline constexpr std::size_t kMaxFiles = 1'000;         // of a folder
inline constexpr std::size_t kMaxFile = 16U << 20U;     // bytes of rules
inline constexpr std::size_t kMaxScanned = 32U << 20U;  // bytes of one part
inline constexpr std::size_t kMaxMatches = 50;          // rules; further ones are counted
inline constexpr std::size_t kMaxTags = 8;              // of one rule
inline constexpr std::size_t kMaxWord = 128;            // bytes of names and tags
inline constexpr std::size_t kMaxDescription = 200;     // bytes
inline constexpr std::chrono::seconds kPatience{2};     // of one part

struct Match {
  std::string rule;
  std::string file;  // that it stands in
  std::vector<std::string> tags;
  std::string description;  // of its meta; empty: it has none
};

struct Facts {
  std::vector<Match> matches;
  std::size_t matches_left_out = 0;
  std::string unseen;  // one clause; empty: all rules were looked for
};

class Rules {
 public:
  // The files *.yar and *.yara of a folder in the order of their names, each a namespace of its own. Rules may ask for the external
  // variables filename, filepath, extension, filetype and owner, of which the first three are known; they may not include files. Errors
  // are of kind config, and say the file and the line; a folder without rules is none.
  static base::Result<Rules> compile(const std::string& folder);
  Rules(Rules&& other) noexcept;
  Rules& operator=(Rules&& other) noexcept;
  ~Rules();

  [[nodiscard]] std::size_t count() const { return count_; }
  // `name` is the part's file name, or empty. May be called by several threads.
  [[nodiscard]] Facts scan(std::string_view bytes, std::string_view name) const;

 private:
  struct Compiled;
  Rules();

  std::unique_ptr<Compiled> compiled_;
  std::size_t count_ = 0;
};

}  // namespace rampart::guard::yara
