#include "cli/guard_lists.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/file.h"

namespace rampart::cli {

GuardLists::Mark GuardLists::mark_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {.there = true,
          .device = status.st_dev,
          .node = status.st_ino,
          .size = status.st_size,
          .changed = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec};
}

void GuardLists::read(File& file) {
  // What is written while it is read has another mark at the next look.
  file.read = file.seen = mark_of(file.path);
  file.looks = 0;
  const auto text = base::read_file(file.path, guard::kMaxListBytes);
  if (!text) {
    say_(fmt::format("{}: {}", text.error().message(),
                     file.list ? "what it said before stays" : "it is empty until it can be read"));
    return;
  }
  file.list = guard::read_list(file.path, *text);
  say_(fmt::format("{} {} of {}", file.list->size(), file.blocks ? "blocked" : "allowed", file.path));
  for (const auto& fault : file.list->faults()) say_(fmt::format("{}: {}", file.path, fault));
}

void GuardLists::publish() {
  auto lists = std::make_shared<guard::Lists>();
  for (const auto& file : files_)
    if (file.list) (file.blocks ? lists->block : lists->allow).push_back(file.list);
  lists_ = std::move(lists);
}

void GuardLists::set_files(const guard::Settings& settings) {
  auto before = std::move(files_);
  files_.clear();
  const auto add = [&](const std::string& path, bool blocks) {
    const auto known = std::ranges::find_if(
        before, [&](const File& file) { return file.path == path && file.blocks == blocks; });
    if (known != before.end()) {
      files_.push_back(*known);
      return;
    }
    files_.push_back({.path = path, .blocks = blocks, .read = {}, .seen = {}, .looks = 0, .list = nullptr});
    read(files_.back());
  };
  for (const auto& path : settings.block_files) add(path, true);
  for (const auto& path : settings.allow_files) add(path, false);
  publish();
}

bool GuardLists::look() {
  bool changed = false;
  for (auto& file : files_) {
    const auto mark = mark_of(file.path);
    if (mark == file.read) {
      file.seen = mark;
      file.looks = 0;
      continue;
    }
    ++file.looks;
    if (mark != std::exchange(file.seen, mark) && file.looks < kMostLooks) continue;
    read(file);
    changed = true;
  }
  if (changed) publish();
  return changed;
}

}  // namespace rampart::cli
