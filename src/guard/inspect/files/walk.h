// One file and what is in it, looked at from the outside inwards: keeps the place, the budget and the facts, and hands each file to
// the reader of its format (formats.h), which comes back with files found inside.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "guard/inspect/files/file_facts.h"

namespace rampart::guard::files {

class Walk {
 public:
  // All three outlive it.
  Walk(FileFacts& facts, Budget& budget, const Inner& inner)
      : facts_(facts), budget_(budget), inner_(inner) {}

  void look(const File& file);

  // For readers of formats, about the file that is being looked at.
  void add(FileFact fact, std::string_view text = {});
  void cannot(Unseen why);
  // Said without effect when it is no link to another machine.
  void add_link(std::string_view url, LinkOrigin origin, bool is_loaded);
  [[nodiscard]] std::string_view name() const { return here_->name; }

  // A file found inside. Its bytes are paid for with spend() by who unpacked them.
  void look_inside(std::string_view name, std::string_view bytes);
  // An entry of an archive, before it is unpacked: false when no more may be listed.
  bool list(std::string_view name);
  // One that could not be unpacked: what its name says is all that there is.
  void look_at_name(std::string_view name);
  // Whether one more entry may be unpacked.
  bool take_entry();
  [[nodiscard]] std::size_t bytes_left() const { return budget_.bytes; }
  void spend(std::size_t bytes) { budget_.bytes -= bytes < budget_.bytes ? bytes : budget_.bytes; }
  [[nodiscard]] const Budget& budget() const { return budget_; }

 private:
  struct Here {
    const Here* outer = nullptr;
    std::string_view name;
    std::size_t depth = 0;

    [[nodiscard]] std::string path() const;  // printable
  };

  void look_here(const File& file);
  void judge_name(std::string_view name, FileType type, std::string_view declared);
  void judge_type(FileType type);
  void open(FileType type, std::string_view bytes);

  FileFacts& facts_;
  Budget& budget_;
  const Inner& inner_;
  const Here* here_ = nullptr;
  std::array<std::uint8_t, kFileFacts> told_{};  // evidence kept of each
};

}  // namespace rampart::guard::files
