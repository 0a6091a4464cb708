#include "audit/fix/format.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/fix/rungs.h"
#include "base/text.h"

namespace rampart::audit::fix {
namespace {

// One character-string, RFC 1035 section 5.1. A space is escaped too, so that a line has no other spaces than ours.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || byte < 0x21 || byte > 0x7e) {
      out += fmt::format("\\{:03}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

// A comment's text: one line of ASCII.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : base::printable(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x7e) {
      out += fmt::format("\\{:03}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

// TXT split at 255 octets; the data of other types is of our own making and plain.
std::string data_of(dns::RrType type, const SetRecord& record) {
  if (type != dns::RrType::txt) return record.data;
  if (record.data.empty()) return "\"\"";
  std::string out;
  for (std::size_t at = 0; at < record.data.size(); at += kMaxString) {
    if (at != 0) out += ' ';
    out += quoted(std::string_view(record.data).substr(at, kMaxString));
  }
  return out;
}

// Whether we know where its strings are divided: at 255, as everything here does. Nothing tells of another place.
bool is_known_split(dns::RrType type, const SetRecord& record) {
  const auto pieces = std::max<std::size_t>(1, (record.data.size() + kMaxString - 1) / kMaxString);
  return type != dns::RrType::txt || record.strings == pieces;
}

class Script {
 public:
  explicit Script(std::string& out) : out_(out) {}

  void step(const Step& step, std::size_t number) {
    out_ += fmt::format("\n; step {}: {}\n", number, plain(step.title));
    for (const auto& change : changes(step)) {
      if (!change.before.empty()) out_ += fmt::format("; in place of {}\n", plain(change.before));
    }
    if (!step.serve.empty()) {
      out_ += "; first serve this policy:\n";
      for (const auto line : base::split(step.serve, '\n')) {
        if (!base::trim(line).empty()) out_ += fmt::format(";   {}\n", plain(base::trim(line)));
      }
    }
    for (const auto& set : step.sets) guard(set);
    for (const auto& set : step.sets) change_set(set);
    out_ += "send\n";
  }

 private:
  static std::string type_of(const RrSet& set) { return std::string(dns::to_string(set.type)); }
  static bool is_known(const RrSet& set) {
    return std::ranges::all_of(set.before, [&](const SetRecord& r) { return is_known_split(set.type, r); });
  }

  // RFC 2136 section 2.4. An alias beside which something is added would stay, and the update would do nothing.
  void guard(const RrSet& set) {
    const auto name = full_text(set.name);
    if (set.type == dns::RrType::cname && set.before.empty()) {  // it stands alone, or the server ignores it
      out_ += fmt::format("prereq nxdomain {}\n", name);
      return;
    }
    if (set.type != dns::RrType::cname) out_ += fmt::format("prereq nxrrset {} IN CNAME\n", name);
    if (set.before.empty()) {
      out_ += fmt::format("prereq nxrrset {} IN {}\n", name, type_of(set));
    } else if (is_known(set)) {
      for (const auto& record : set.before)
        out_ += fmt::format("prereq yxrrset {} IN {} {}\n", name, type_of(set), data_of(set.type, record));
    } else {
      out_ +=
          "; where the strings of a record there are divided is not known, so its data is no prerequisite\n";
      out_ += fmt::format("prereq yxrrset {} IN {}\n", name, type_of(set));
    }
  }

  void change_set(const RrSet& set) {
    const auto name = full_text(set.name);
    const auto gone = [&](const SetRecord& record) {
      return std::ranges::find(set.after, record) == set.after.end();
    };
    const bool by_value = std::ranges::all_of(
        set.before, [&](const SetRecord& r) { return !gone(r) || is_known_split(set.type, r); });
    if (!by_value) out_ += fmt::format("update delete {} IN {}\n", name, type_of(set));
    for (const auto& record : set.before) {
      if (by_value && gone(record))
        out_ += fmt::format("update delete {} IN {} {}\n", name, type_of(set), data_of(set.type, record));
    }
    for (const auto& record : set.after) {
      const bool stays = std::ranges::find(set.before, record) != set.before.end();
      if (by_value && stays) continue;
      out_ += fmt::format("update add {} {} IN {} {}\n", name, kTtl, type_of(set), data_of(set.type, record));
    }
  }

  std::string& out_;
};

}  // namespace

std::string zone_records(const std::vector<RrSet>& sets) {
  std::string out;
  for (const auto& set : sets) {
    if (set.after.empty() && !set.before.empty())
      out += fmt::format("; rampart: remove {} {}\n", full_text(set.name), dns::to_string(set.type));
    for (const auto& record : set.after) {
      out += fmt::format("{} {} IN {} {}\n", full_text(set.name), kTtl, dns::to_string(set.type),
                         data_of(set.type, record));
    }
  }
  return out;
}

std::string plan_zone(const Plan& plan, const FormatOptions& options) {
  auto out = fmt::format(
      "; What {} publishes after these steps. Each RRset replaces the one of its name and type.\n",
      plain(plan.before.domain.text()));
  std::size_t number = 0;
  for (const auto& step : plan.steps) {
    if (!step.changes()) continue;
    if (number == options.steps) break;
    out += fmt::format(";   step {}: {}\n", ++number, plain(step.title));
  }
  return out + zone_records(plan.published(options.steps));
}

std::string plan_nsupdate(const Plan& plan, const FormatOptions& options) {
  auto out = fmt::format(
      "; The steps for {}, for nsupdate -k KEYFILE. Run them one at a time, in this order.\n"
      "; server ADDRESS\n",
      plain(plan.before.domain.text()));
  Script script(out);
  std::size_t number = 0;
  for (const auto& step : plan.steps) {
    if (!step.changes()) continue;
    if (number == options.steps) break;
    script.step(step, ++number);
  }
  return out;
}

}  // namespace rampart::audit::fix
