#include "server/guard/folder_ring.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "audit/keys/rotate.h"
#include "base/text.h"
#include "server/setup/key_store.h"

namespace rampart::server {

using base::Result;
using guard::FoundKeys;

namespace {

// A domain's name as a folder's: what is no such name has no keys.
bool is_plain(const std::string& name) {
  return !name.empty() && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
  });
}

}  // namespace

std::string FolderRing::place() const { return key_folder_path(config_); }

Result<crypto::KeyFolder*> FolderRing::folder() {
  if (!folder_) folder_ = TRY(open_old_key_folder(config_));
  return &*folder_;
}

Result<> FolderRing::check() {
  TRY(table());
  return {};
}

Result<std::size_t> FolderRing::check_keys() {
  std::set<std::pair<std::string, std::string>> names;
  for (const auto& rule : TRY(table())->rules)
    if (rule.selector != "*")
      names.emplace(rule.key.substr(0, rule.key.find('/')), rule.key.substr(rule.key.find('/') + 1));
  for (const auto& text : TRY(folder())->domains()) {
    const auto domain = dns::Name::try_parse(text);
    const auto* const listed = domain ? TRY(list(*domain)) : nullptr;
    if (listed == nullptr) continue;
    for (const auto& [selector, file] : listed->signing) names.emplace(text, file);
  }
  for (const auto& [domain, file] : names) TRY(key(domain, file));
  return names.size();
}

Result<const dkim::SigningTable*> FolderRing::table() {
  const auto* const at = TRY(folder());
  const auto mark = mark_of(signing_path(*at));
  if (table_mark_ != mark) {
    table_mark_.reset();  // after an error it is read again
    table_ = TRY(read_signing_table(*at));
    table_mark_ = mark;
  }
  return &table_;
}

Result<const FolderRing::Listed*> FolderRing::list(const dns::Name& domain) {
  const auto* const at = TRY(folder());
  const auto mark = mark_of(at->list_path(domain.text()));
  if (!mark.there) {
    lists_.erase(domain.text());
    // What cannot be looked at is an error, and never as good as not there: its keys would sign no more, and nobody be told.
    if (!TRY(at->read_list(domain.text()))) return nullptr;
  }
  const auto known = lists_.find(domain.text());
  if (known != lists_.end() && known->second.mark == mark) return &known->second;
  const auto read = TRY(audit::keys::read_domain(*at, domain));
  Listed out{.mark = mark, .signing = {}, .any = !read.keys.empty()};
  for (const auto& one : read.keys)
    if (one.phase == dkim::KeyPhase::signing) out.signing.emplace_back(one.selector, one.file);
  if (lists_.size() >= kMostRingKeys) lists_.clear();
  return &(lists_[domain.text()] = std::move(out));
}

Result<FolderRing::KeyPointer> FolderRing::key(const std::string& folder_name, const std::string& file) {
  const auto* const at = TRY(folder());
  const auto name = folder_name + '/' + file;
  const auto mark = mark_of(at->key_path(folder_name, file));
  if (const auto held = keys_.find(name); held != keys_.end() && held->second.mark == mark)
    return held->second.key;
  keys_.erase(name);
  auto read = std::make_shared<const crypto::SignKey>(TRY(at->read(folder_name, file)));
  if (keys_.size() >= kMostRingKeys) keys_.clear();
  keys_[name] = {.mark = mark, .key = read};
  return read;
}

Result<FoundKeys> FolderRing::for_domain(const dns::Name& domain) {
  FoundKeys out;
  const auto* const listed = is_plain(domain.text()) ? TRY(list(domain)) : nullptr;
  if (listed == nullptr || !listed->any) {
    out.none = fmt::format("no key is there for {}", base::printable(domain.text()));
    return out;
  }
  for (const auto& [selector, file] : listed->signing)
    out.keys.push_back({.domain = domain, .selector = selector, .key = TRY(key(domain.text(), file))});
  if (out.keys.empty())
    out.none =
        fmt::format("no key of {} signs yet: rampart dkim rotate says for what it waits", domain.text());
  return out;
}

Result<FoundKeys> FolderRing::for_author(std::string_view address, const dns::Name& domain) {
  const auto* const rules = TRY(table());
  if (rules->rules.empty()) return for_domain(domain);
  FoundKeys out;
  for (const auto& signer : dkim::find_signers(*rules, address)) {
    if (signer.selector == "*") {
      auto managed = TRY(for_domain(signer.domain));
      if (out.none.empty()) out.none = managed.none;
      std::ranges::move(managed.keys, std::back_inserter(out.keys));
      continue;
    }
    const auto slash = signer.key.find('/');
    out.keys.push_back({.domain = signer.domain,
                        .selector = signer.selector,
                        .key = TRY(key(signer.key.substr(0, slash), signer.key.substr(slash + 1)))});
  }
  if (!out.keys.empty()) {
    out.none.clear();
  } else if (out.none.empty()) {
    out.none = fmt::format("no rule of the signing table is for {}", base::printable(address));
  }
  return out;
}

}  // namespace rampart::server
