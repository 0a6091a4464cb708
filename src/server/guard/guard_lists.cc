#include "server/guard/guard_lists.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"

namespace rampart::server {

base::Result<> check_senders(const guard::Settings& settings) {
  if (!settings.rules.signing.sign || settings.rules.signing.sign_unowned) return {};
  const auto text = TRY(base::read_file(settings.senders_file, guard::kMaxOwnersBytes));
  TRY(guard::Owners::parse(text, settings.senders_file));
  return {};
}

void GuardLists::read(File& file) {
  // What is written while it is read has another mark at the next look.
  file.read = file.seen = mark_of(file.path);
  file.looks = 0;
  const auto text =
      base::read_file(file.path, file.kind == Kind::senders ? guard::kMaxOwnersBytes : guard::kMaxListBytes);
  if (!text) {
    say_(fmt::format(
        "{}: {}", text.error().message(),
        file.list || file.owners ? "what it said before stays" : "it is empty until it can be read"));
    return;
  }
  if (file.kind == Kind::senders) return read_owners(file, *text);
  read_list(file, *text);
}

void GuardLists::read_owners(File& file, const std::string& text) {
  auto owners = guard::Owners::parse(text, file.path);
  if (!owners) {
    say_(fmt::format("{}: {}", owners.error().message(),
                     file.owners ? "what it said before stays" : "it counts once that is mended"));
    return;
  }
  file.owners = std::make_shared<const guard::Owners>(*std::move(owners));
  say_(fmt::format("{} says of {} users in whose name they may write", file.path, file.owners->size()));
}

void GuardLists::read_list(File& file, const std::string& text) {
  file.list = guard::read_list(file.path, text,
                               file.kind == Kind::block ? guard::ListKind::block : guard::ListKind::allow);
  say_(fmt::format("{} {} of {}", file.list->size(), file.kind == Kind::block ? "blocked" : "allowed",
                   file.path));
  for (const auto& fault : file.list->faults()) say_(fmt::format("{}: {}", file.path, fault));
}

void GuardLists::publish() {
  auto lists = std::make_shared<guard::Lists>();
  owners_.reset();
  for (const auto& file : files_) {
    if (file.list) (file.kind == Kind::block ? lists->block : lists->allow).push_back(file.list);
    if (file.owners) owners_ = file.owners;
  }
  lists_ = std::move(lists);
}

void GuardLists::set_files(const guard::Settings& settings) {
  auto before = std::move(files_);
  files_.clear();
  const auto add = [&](const std::string& path, Kind kind) {
    const auto known = std::ranges::find_if(
        before, [&](const File& file) { return file.path == path && file.kind == kind; });
    if (known != before.end()) {
      files_.push_back(*known);
      return;
    }
    files_.push_back(
        {.path = path, .kind = kind, .read = {}, .seen = {}, .looks = 0, .list = nullptr, .owners = nullptr});
    read(files_.back());
  };
  for (const auto& path : settings.block_files) add(path, Kind::block);
  for (const auto& path : settings.allow_files) add(path, Kind::allow);
  if (!settings.senders_file.empty()) add(settings.senders_file, Kind::senders);
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

}  // namespace rampart::server
