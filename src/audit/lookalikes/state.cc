#include "audit/lookalikes/state.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

namespace rampart::audit::lookalikes {
namespace {

using base::ErrorKind;

constexpr std::string_view kSchema = "rampart.lookalikes-state/1";

// How much a registered name can do; what is unclear is not compared.
int power(Danger danger) {
  switch (danger) {
    case Danger::mail:
      return 3;
    case Danger::sender:
      return 2;
    case Danger::addresses:
      return 1;
    case Danger::unclear:
    case Danger::registered:
    case Danger::parked:
      break;
  }
  return 0;
}

std::optional<Danger> parse_danger(std::string_view text) {
  for (std::size_t i = 0; i < kDangers; ++i) {
    if (to_string(static_cast<Danger>(i)) == text) return static_cast<Danger>(i);
  }
  return std::nullopt;
}

// A line's members as the types that they must have.
class Line {
 public:
  explicit Line(const boost::json::object& object) : object_(object) {}

  [[nodiscard]] bool has(std::string_view key) const { return object_.contains(key); }
  [[nodiscard]] std::optional<std::string> text(std::string_view key) const {
    const auto* value = object_.if_contains(key);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
  }
  [[nodiscard]] std::optional<dns::Name> name(std::string_view key) const {
    const auto written = text(key);
    return written ? dns::Name::try_parse(*written) : std::nullopt;
  }
  [[nodiscard]] std::optional<base::Time> time(std::string_view key) const {
    const auto written = text(key);
    return written ? base::parse_time(*written) : std::nullopt;
  }

 private:
  const boost::json::object& object_;
};

std::unexpected<base::Error> broken(std::string what, const std::string& path, std::size_t line) {
  return base::fail(ErrorKind::input, std::move(what), fmt::format("{}:{}", path, line),
                    "move the file away to begin anew: the next run then shows everything");
}

}  // namespace

std::string_view to_string(Change change) {
  constexpr std::array<std::string_view, 7> kNames{
      "none", "new", "gained-mail", "gained-sender", "gained-addresses", "lessened", "gone"};
  return kNames[static_cast<std::size_t>(change)];
}

base::Result<State> State::parse(std::string_view text, const std::string& path) {
  State state;
  std::size_t number = 0;
  bool begun = false;
  for (const auto raw : base::split(text, '\n')) {
    ++number;
    if (base::trim(raw).empty()) continue;
    const auto value = base::parse_json(raw, path);
    if (!value || !value->is_object()) return broken("is no line of a state file", path, number);
    const Line line(value->get_object());
    if (!begun) {
      if (line.text("schema") != kSchema) {
        return broken(fmt::format("is no state of {}", kSchema), path, number);
      }
      begun = true;
      continue;
    }
    if (line.has("accepted")) {
      const auto name = line.name("accepted");
      const auto at = line.time("at");
      if (!name || !at) return broken("an accepted name without its time", path, number);
      state.accepted_[*name] = {line.text("reason").value_or(""), *at};
      continue;
    }
    const auto domain = line.name("domain");
    const auto name = line.name("name");
    const auto danger = parse_danger(line.text("danger").value_or(""));
    const auto first = line.time("first_seen");
    const auto last = line.time("last_seen");
    if (!domain || !name || !danger || !first || !last)
      return broken("a member is missing or wrong", path, number);
    state.seen_[{*domain, *name}] = {*danger, *first, *last};
  }
  return state;
}

std::string State::text() const {
  std::string out;
  const auto line = [&](auto fill) {
    base::JsonWriter json(out);
    json.begin_object();
    fill(json);
    json.end_object();
    out += '\n';
  };
  line([](base::JsonWriter& json) { json.member("schema", kSchema); });
  for (const auto& [name, accepted] : accepted_) {
    line([&](base::JsonWriter& json) {
      json.member("accepted", name.text()).member("at", base::format_time(accepted.at));
      if (!accepted.reason.empty()) json.member("reason", accepted.reason);
    });
  }
  for (const auto& [key, seen] : seen_) {
    line([&](base::JsonWriter& json) {
      json.member("domain", key.first.text())
          .member("name", key.second.text())
          .member("danger", to_string(seen.danger))
          .member("first_seen", base::format_time(seen.first))
          .member("last_seen", base::format_time(seen.last));
    });
  }
  return out;
}

const State::Seen* State::find(const dns::Name& domain, const dns::Name& name) const {
  const auto found = seen_.find({domain, name});
  return found == seen_.end() ? nullptr : &found->second;
}

Change State::change(const dns::Name& domain, const dns::Name& name, const Standing& standing) const {
  const auto* before = find(domain, name);
  if (standing.registered == Known::no) return before != nullptr ? Change::gone : Change::none;
  if (standing.registered == Known::unknown) return Change::none;
  if (before == nullptr) return Change::appeared;
  if (standing.danger == Danger::unclear || standing.danger == before->danger) return Change::none;
  const auto gained = power(standing.danger) - power(before->danger);
  if (gained < 0) return Change::lessened;
  if (gained == 0) return Change::none;
  switch (standing.danger) {
    case Danger::mail:
      return Change::gained_mail;
    case Danger::sender:
      return Change::gained_sender;
    default:
      return Change::gained_addresses;
  }
}

void State::note(const dns::Name& domain, const dns::Name& name, const Standing& standing, base::Time now) {
  if (standing.registered == Known::unknown) return;
  if (standing.registered == Known::no) {
    seen_.erase({domain, name});
    return;
  }
  const auto [place, is_new] = seen_.try_emplace({domain, name}, Seen{standing.danger, now, now});
  auto& seen = place->second;
  seen.last = now;
  // A later run compares with what was known last: what is unclear today must not be news again tomorrow.
  if (standing.danger != Danger::unclear) seen.danger = standing.danger;
}

const State::Accepted* State::accepted(const dns::Name& name) const {
  const auto found = accepted_.find(name);
  return found == accepted_.end() ? nullptr : &found->second;
}

void State::accept(const dns::Name& name, std::string reason, base::Time now) {
  accepted_[name] = {std::move(reason), now};
}

bool State::withdraw(const dns::Name& name) { return accepted_.erase(name) != 0; }

base::Result<Lock> Lock::take(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) {
    // Folders that are missing are for their owner alone; those that exist stay as they are.
    std::filesystem::path at;
    for (const auto& part : folder) {
      at /= part;
      if (::mkdir(at.c_str(), 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
        return base::fail(ErrorKind::io, std::strerror(errno), at.string());
    }
  }
  const auto lock = path + ".lock";
  const int file = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return base::fail(ErrorKind::io, std::strerror(errno), lock,
                      "name a place that can be written to: --state FILE");
  }
  Lock held(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return held;
  return base::fail(ErrorKind::io, errno == EWOULDBLOCK ? "another run holds it" : std::strerror(errno), lock,
                    "wait for the other run, or give this one a state of its own: --state FILE");
}

Lock::~Lock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace rampart::audit::lookalikes
