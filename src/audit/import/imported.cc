#include "audit/import/imported.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/name.h"

namespace rampart::audit::import {

std::string Place::text() const {
  return line == 0 ? base::printable(file) : fmt::format("{}:{}", base::printable(file), line);
}

namespace detail {

std::string filled(std::string text, const std::string& mark, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += with.size())
    text.replace(at, mark.size(), with);
  return text;
}

base::Error too_many(const Place& place) {
  return {base::ErrorKind::input, fmt::format("has more than {} entries", kMaxEntries), place.text(),
          "import a part of it at a time, each into a key folder of its own"};
}

namespace {

// Whether the name stands in its folder. One that cannot be looked into may have it.
bool is_listed(const std::string& path, const Files& files) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return true;
  const auto names = files.list(path.substr(0, slash + 1));
  return !names || std::ranges::find(*names, path.substr(slash + 1)) != names->end();
}

}  // namespace

base::Result<std::vector<std::string>> fillings(const std::string& path, const std::string& mark,
                                                const Files& files) {
  std::vector<std::string> out;
  const auto at = path.find(mark);
  if (at == std::string::npos) return out;
  const auto slash = path.rfind('/', at);
  const auto folder = slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
  const auto begin = slash == std::string::npos ? 0 : slash + 1;
  const auto end = std::min(path.find('/', at), path.size());
  // The name in that folder that the mark is a part of.
  const auto before = path.substr(begin, at - begin);
  const auto after = path.substr(at + mark.size(), end - at - mark.size());
  for (const auto& name : TRY(files.list(folder))) {
    if (name.size() <= before.size() + after.size() || !name.starts_with(before)) continue;
    // The rest of the name may hold the mark again.
    for (std::size_t size = 1; before.size() + size <= name.size(); ++size) {
      const auto with = name.substr(before.size(), size);
      if (before + with + filled(after, mark, with) != name) continue;
      const auto domain = dns::Name::try_parse(with);
      const bool whole = end == path.size();
      if (domain && domain->label_count() >= 2 && (whole || is_listed(filled(path, mark, with), files)))
        out.push_back(with);
      break;
    }
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace detail

}  // namespace rampart::audit::import
