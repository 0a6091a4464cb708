#include "server/serve/first_start.h"

#include <filesystem>

#include <fmt/format.h>

#include "server/setup/key_file.h"

namespace rampart::server {

using base::Result;

Result<std::optional<std::string>> first_start(accounts::Desk& desk, const std::string& public_url,
                                               const std::string& folder,
                                               const std::function<void(const std::string& link)>& show,
                                               base::Time now) {
  const auto file = fmt::format("{}/{}", folder, kLinkFile);
  const auto link = TRY(desk.enrolment.first_start(now));
  // One of an earlier start is worth nothing any more.
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  if (!link) return std::nullopt;
  const auto text = fmt::format("{}/enrol#{}", public_url, link->token);
  TRY(write_secret(file, text + '\n'));
  if (show) show(text);
  return file;
}

}  // namespace rampart::server
