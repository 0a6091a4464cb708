#include "server/api/call.h"

#include <fmt/format.h>

#include "accounts/access.h"
#include "base/text.h"
#include "server/api/description.h"
#include "server/api/etag.h"

namespace rampart::server::api {

base::Result<std::unique_ptr<Bench>> Bench::open(const store::Url& url, const accounts::Common& common) {
  auto database =
      TRY(store::Database::open(url));  // not within the new-expression: what returns from there leaks
  auto bench = std::unique_ptr<Bench>(new Bench(std::move(database)));
  bench->desk_.emplace(TRY(accounts::Desk::open(bench->database_, common)));
  return bench;
}

std::expected<void, Problem> Call::within(std::string_view organisation, std::string_view what) const {
  if (parts_.who &&
      (organisation.empty() ? parts_.who->scope.everything : parts_.who->scope.covers(organisation)))
    return {};
  return std::unexpected(not_found(fmt::format("{} is not there", what)));
}

std::expected<void, Problem> Call::fresh() const {
  if (parts_.who && parts_.who->is_fresh(parts_.now)) return {};
  return std::unexpected(step_up_required(
      fmt::format("this needs a factor that was proven within {} minutes", accounts::kStepUpTime.count())));
}

bool Call::has(std::string_view name) const { return parts_.values.find(name) != parts_.values.end(); }

std::optional<std::string> Call::maybe(std::string_view name) const {
  const auto found = parts_.values.find(name);
  return found == parts_.values.end() ? std::nullopt : std::optional(found->second);
}

std::string Call::text(std::string_view name) const { return maybe(name).value_or(std::string()); }

std::vector<std::string> Call::texts(std::string_view name) const {
  std::vector<std::string> out;
  const auto [begin, end] = parts_.values.equal_range(name);
  for (auto at = begin; at != end; ++at) out.push_back(at->second);
  return out;
}

std::int64_t Call::number(std::string_view name, std::int64_t otherwise) const {
  const auto found = maybe(name);
  if (!found) return otherwise;
  const bool minus = found->starts_with('-');
  const auto number =
      base::parse_number(minus ? std::string_view(*found).substr(1) : std::string_view(*found));
  if (!number) return otherwise;
  return minus ? -static_cast<std::int64_t>(*number) : static_cast<std::int64_t>(*number);
}

bool Call::flag(std::string_view name, bool otherwise) const {
  const auto found = maybe(name);
  return found ? *found == "true" || *found == "1" : otherwise;
}

std::optional<base::Time> Call::time(std::string_view name) const {
  const auto found = maybe(name);
  return found ? base::parse_time(*found) : std::nullopt;
}

std::string Call::what_it_lists() const {
  auto out = parts_.operation->id;
  for (const auto& [name, value] : parts_.values)
    if (name != "limit" && name != "after" && name != "If-None-Match")
      out += fmt::format("\n{}={}", name, value);
  return out;
}

std::expected<PageFrom, Problem> Call::page() const {
  PageFrom out{.limit = static_cast<std::size_t>(number("limit", 50))};
  if (const auto cursor = maybe("after")) {
    out.after = read_cursor(what_it_lists(), *cursor);
    if (!out.after)
      return std::unexpected(invalid("query.after", "it is no cursor of this list with these filters",
                                     "begin again without `after`"));
  }
  return out;
}

std::string Call::cursor(std::string_view key) const { return make_cursor(what_it_lists(), key); }

std::expected<std::string, Problem> Call::if_match() const {
  std::string etag;
  const auto field = maybe("If-Match");
  if (field && !read_if_match(*field, etag))
    return std::unexpected(changed_meanwhile("If-Match names nothing that we have given"));
  return etag;
}

}  // namespace rampart::server::api
