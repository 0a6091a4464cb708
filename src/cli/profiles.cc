#include "cli/profiles.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/profile/built_in.h"
#include "base/file.h"
#include "base/text.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;

bool is_file(std::string_view named) {
  return named.find('/') != std::string_view::npos || named.ends_with(".toml");
}

std::string names() {
  std::string out;
  for (const auto& profile : audit::built_in_profiles())
    out += fmt::format("{}{}", out.empty() ? "" : ", ", profile.name);
  return out;
}

}  // namespace

Result<audit::Profile> read_profile(const std::string& named) {
  const auto built_in = audit::built_in_profiles();
  if (!is_file(named)) {
    const auto found = std::ranges::find(built_in, named, &audit::BuiltInProfile::name);
    if (found == built_in.end())
      return base::fail(
          ErrorKind::usage, fmt::format("there is no profile \"{}\"", base::printable(named)), {},
          fmt::format("name a file (./{}.toml), or one of {}", base::printable(named), names()));
    return audit::parse_profile(found->text, fmt::format("profiles/{}.toml", found->name));
  }
  auto out = TRY(audit::parse_profile(TRY(base::read_file(named, audit::kMaxProfileBytes)), named));
  if (std::ranges::find(built_in, out.id, &audit::BuiltInProfile::name) != built_in.end())
    return base::fail(ErrorKind::config,
                      fmt::format("{} is the id of a profile that Rampart brings along", out.id), named,
                      "choose another id, so that reports say which one they mean");
  return out;
}

Result<audit::Profiles> read_profiles(const base::Config& config) {
  audit::Profiles out;
  for (const auto& named : config.list("audit.profiles")) {
    auto profile = TRY(read_profile(named));
    const bool twice = std::ranges::any_of(out, [&](const auto& other) { return other->id == profile.id; });
    if (twice)
      return base::fail(ErrorKind::usage, fmt::format("two profiles have the id {}", profile.id), "--profile",
                        "name each once");
    out.push_back(std::make_shared<const audit::Profile>(std::move(profile)));
  }
  return out;
}

std::vector<audit::RequirementCount> requirement_counts(const audit::Profiles& profiles) {
  std::vector<audit::RequirementCount> out;
  for (const auto& profile : profiles) {
    for (const auto& requirement : profile->requirements)
      out.push_back({.profile = profile->id, .id = requirement.id, .title = requirement.title});
  }
  return out;
}

}  // namespace rampart::cli
