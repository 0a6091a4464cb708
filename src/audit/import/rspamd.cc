// rspamd's dkim_signing.conf: as much of its language (UCL) as such a file takes, and the module's settings.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "audit/import/imported.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit::import {
namespace {

using base::Result;

constexpr std::size_t kMaxDepth = 20;
constexpr std::string_view kDomainMark = "$domain";
constexpr std::string_view kSelectorMark = "$selector";

// What is ours to decide anyway, or changes nothing for us.
constexpr auto kWithoutEffect = std::to_array<std::string_view>(
    {"allow_envfrom_empty", "allow_hdrfrom_mismatch", "allow_hdrfrom_multiple", "allow_username_mismatch",
     "enabled", "sign_authenticated", "sign_local", "sign_inbound", "symbol", "try_fallback", "use_domain",
     "use_domain_sign_local", "use_domain_sign_networks", "use_domain_sign_inbound", "check_pubkey",
     "allow_pubkey_mismatch", "auth_only", "sign_headers", "signing_table_fallback"});

struct Value {
  std::string name;  // empty in an array
  std::string text;
  std::vector<Value> members;  // of a block or an array
  Place place;

  [[nodiscard]] const Value* find(std::string_view wanted) const {
    const Value* out = nullptr;  // the last one counts
    for (const auto& value : members) {
      if (value.name == wanted) out = &value;
    }
    return out;
  }
  [[nodiscard]] std::string word(std::string_view wanted) const {
    const auto* value = find(wanted);
    return value == nullptr ? std::string() : value->text;
  }
};

class Reader {
 public:
  Reader(std::string_view text, std::string file, std::vector<Note>& notes)
      : text_(text), file_(std::move(file)), notes_(notes) {}

  Value read() {
    Value out;
    block(out, false, 0);
    return out;
  }

 private:
  [[nodiscard]] Place place() const { return {file_, line_}; }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  char next() {
    const char c = text_[at_++];
    if (c == '\n') ++line_;
    return c;
  }

  // White space, separators and comments.
  void skip() {
    while (!at_end()) {
      const char c = text_[at_];
      if (c == '#') {
        while (!at_end() && text_[at_] != '\n') ++at_;
      } else if (text_.substr(at_).starts_with("/*")) {
        while (!at_end() && !text_.substr(at_).starts_with("*/")) next();
        at_ = std::min(at_ + 2, text_.size());
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';' || c == ',') {
        next();
      } else {
        return;
      }
    }
  }

  std::string word(std::string_view ends) {
    std::string out;
    if (!at_end() && (text_[at_] == '"' || text_[at_] == '\'')) {
      const char quote = next();
      while (!at_end() && text_[at_] != quote) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) next();
        out += next();
      }
      if (!at_end()) next();
      return out;
    }
    while (!at_end() && ends.find(text_[at_]) == std::string_view::npos) out += next();
    return std::string(base::trim(out));
  }

  void block(Value& out, bool array, std::size_t depth) {
    for (skip(); !at_end(); skip()) {
      const char c = text_[at_];
      if (c == '}' || c == ']') {
        next();
        return;
      }
      if (c == '.') {
        notes_.push_back({place(), "includes and other directives are not followed"});
        while (!at_end() && text_[at_] != '\n') next();
        continue;
      }
      Value value;
      value.place = place();
      value.name = array ? std::string() : word(" \t\r\n=:{[;");
      if (!array) {
        while (!at_end() &&
               (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '=' || text_[at_] == ':'))
          next();
      }
      const auto before = at_;
      if (!at_end() && (text_[at_] == '{' || text_[at_] == '[') && depth < kMaxDepth) {
        const bool list = next() == '[';
        block(value, list, depth + 1);
      } else {
        value.text = word(array ? ",]\n" : ";\n}");
      }
      // What is no member ("{" nested too deep) is passed over a byte at a time.
      if (at_ == before && !at_end() && value.name.empty()) next();
      out.members.push_back(std::move(value));
      if (out.members.size() > kMaxEntries) return;
    }
  }

  std::string_view text_;
  std::string file_;
  std::vector<Note>& notes_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

class Importer {
 public:
  explicit Importer(const Files& files) : files_(files) {}

  Result<Imported> run(const std::string& path) {
    const auto text = TRY(files_.read(path));
    top_ = Reader(text, path, out_.notes).read();
    const auto esld = base::lower(top_.word("use_esld"));
    registered_ = esld.empty() || esld == "true" || esld == "yes" || esld == "on";
    if (const auto* domains = top_.find("domain")) {
      for (const auto& value : domains->members) add_domain(base::lower(value.name), value);
    }
    add_maps();
    add_default();
    add_networks();
    static const std::set<std::string_view> kKnown{"domain",       "path",     "selector",     "path_map",
                                                   "selector_map", "use_esld", "sign_networks"};
    for (const auto& value : top_.members) {
      if (kKnown.contains(value.name) ||
          std::ranges::find(kWithoutEffect, value.name) != kWithoutEffect.end())
        continue;
      note(value.place, fmt::format("{} is not known here, and was not taken over", value.name));
    }
    return std::move(out_);
  }

 private:
  void note(const Place& place, std::string text) { out_.notes.push_back({place, base::printable(text)}); }

  void add_domain(const std::string& domain, const Value& value) {
    seen_.insert(domain);
    if (const auto* selectors = value.find("selectors")) {
      for (const auto& one : selectors->members)
        add(domain, one.word("selector"), one.word("path"), one.place);
      out_.all = out_.all || selectors->members.size() > 1;
      return;
    }
    add(domain, value.word("selector"), value.word("path"), value.place);
  }

  // Both maps: "domain value" a line; "*" is every other domain.
  std::map<std::string, std::pair<std::string, Place>> map_of(const char* name) {
    std::map<std::string, std::pair<std::string, Place>> out;
    const auto* value = top_.find(name);
    if (value == nullptr) return out;
    auto path = value->text;
    if (path.find("://") != std::string::npos && !path.starts_with("file://")) {
      note(value->place, fmt::format("{} is not in a file: export it to one first", name));
      return out;
    }
    if (path.starts_with("file://")) path.erase(0, 7);
    const auto text = files_.read(path);
    if (!text) {
      note(value->place, fmt::format("{}: {}", name, text.error().message()));
      return out;
    }
    std::size_t number = 0;
    for (auto line : base::split(*text, '\n')) {
      ++number;
      line = base::trim(line.substr(0, line.find('#')));
      const auto space = line.find_first_of(" \t");
      if (space == std::string_view::npos || out.size() == kMaxEntries) continue;
      out[base::lower(line.substr(0, space))] = {std::string(base::trim(line.substr(space))), {path, number}};
    }
    return out;
  }

  void add_maps() {
    const auto selectors = map_of("selector_map");
    const auto paths = map_of("path_map");
    std::set<std::string> domains;
    for (const auto* map : {&selectors, &paths}) {
      for (const auto& [domain, entry] : *map) domains.insert(domain);
    }
    for (const auto& domain : domains) {
      if (seen_.contains(domain)) continue;
      const auto selector = selectors.find(domain);
      const auto path = paths.find(domain);
      const auto& place = selector != selectors.end() ? selector->second.second : path->second.second;
      if (domain == "*" || !dns::Name::try_parse(domain)) {
        note(place, fmt::format("{} is no domain", domain));
        continue;
      }
      seen_.insert(domain);
      add(domain, selector == selectors.end() ? "" : selector->second.first,
          path == paths.end() ? "" : path->second.first, place);
    }
  }

  // Domains that have nothing of their own: those that a file is there for.
  void add_default() {
    const auto selector = top_.word("selector").empty() ? std::string("dkim") : top_.word("selector");
    const auto* path = top_.find("path");
    const auto text =
        path == nullptr ? std::string("/var/lib/rspamd/dkim/$domain.$selector.key") : path->text;
    const auto place = path == nullptr ? Place{} : path->place;
    const auto known = detail::filled(text, std::string(kSelectorMark), selector);
    if (known.find(kDomainMark) == std::string::npos) {
      if (path != nullptr && !known.empty())
        out_.rules.push_back({.pattern = "*",
                              .domain = "%",
                              .selector = selector,
                              .key_file = known,
                              .key_text = {},
                              .place = place});
      return;
    }
    for (const auto& domain : detail::fillings(known, std::string(kDomainMark), files_)) {
      if (!seen_.contains(domain)) add(domain, selector, known, place);
    }
  }

  void add(const std::string& domain, std::string selector, std::string path, const Place& place) {
    if (selector.empty()) selector = top_.word("selector").empty() ? "dkim" : top_.word("selector");
    if (path.empty())
      path = top_.word("path").empty() ? "/var/lib/rspamd/dkim/$domain.$selector.key" : top_.word("path");
    path = detail::filled(detail::filled(std::move(path), std::string(kSelectorMark), selector),
                          std::string(kDomainMark), domain);
    const auto name = dns::Name::try_parse(domain);
    if (!name || name->label_count() < 2) return note(place, fmt::format("{} is no domain", domain));
    out_.rules.push_back({.pattern = "*@" + domain,
                          .domain = domain,
                          .selector = selector,
                          .key_file = path,
                          .key_text = {},
                          .place = place});
    // With use_esld mail from below a registered domain is signed as that domain.
    if (registered_ && dns::registered_domain(*name) == *name)
      out_.rules.push_back({.pattern = "*@*." + domain,
                            .domain = domain,
                            .selector = selector,
                            .key_file = path,
                            .key_text = {},
                            .place = place});
  }

  void add_networks() {
    const auto* networks = top_.find("sign_networks");
    if (networks == nullptr) return;
    if (networks->members.empty()) {
      note(networks->place, "sign_networks stands in a map: name these networks in the configuration");
      return;
    }
    for (const auto& value : networks->members) out_.internal.push_back(value.text);
  }

  const Files& files_;
  Imported out_;
  Value top_;
  bool registered_ = true;
  std::set<std::string> seen_;
};

}  // namespace

Result<Imported> import_rspamd(const std::string& path, const Files& files) {
  return Importer(files).run(path);
}

}  // namespace rampart::audit::import
