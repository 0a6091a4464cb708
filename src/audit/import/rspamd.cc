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
     "sign_authenticated", "sign_local", "sign_inbound", "symbol", "try_fallback", "check_pubkey",
     "allow_pubkey_mismatch", "auth_only", "sign_headers", "signing_table_fallback"});

struct Value {
  std::string name;  // empty in an array
  std::string text;
  bool block = false;
  std::vector<Value> members;  // of a block or an array
  Place place;

  [[nodiscard]] const Value* find(std::string_view wanted) const {
    const auto found = std::ranges::find(members, wanted, &Value::name);
    return found == members.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::string word(std::string_view wanted) const {
    const auto* value = find(wanted);
    return value == nullptr ? std::string() : value->text;
  }
};

// Whatever could be read in two ways is refused: a rule less or more signs for the wrong domain.
class Reader {
 public:
  Reader(std::string_view text, std::string file, std::vector<Note>& notes)
      : text_(text), file_(std::move(file)), notes_(notes) {}

  Result<Value> read() {
    Value out;
    out.place = place();
    TRY(block(out, '\0', 0));
    return out;
  }

 private:
  [[nodiscard]] Place place() const { return {file_, line_}; }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] bool at(std::string_view wanted) const { return text_.substr(at_).starts_with(wanted); }
  char next() {
    const char c = text_[at_++];
    if (c == '\n') ++line_;
    return c;
  }
  [[nodiscard]] std::unexpected<base::Error> wrong(const Place& where, std::string what) const {
    return base::fail(base::ErrorKind::input, std::move(what), where.text(),
                      "rspamadm configtest, and rspamadm configdump dkim_signing, show how rspamd reads it");
  }

  // White space and comments, and of the other characters those in `more`.
  Result<> skip(std::string_view more) {
    while (!at_end()) {
      const char c = text_[at_];
      if (c == '#') {
        while (!at_end() && text_[at_] != '\n') ++at_;
      } else if (at("/*")) {
        const auto begin = place();
        while (!at_end() && !at("*/")) next();
        if (at_end()) return wrong(begin, "the comment does not end");
        at_ += 2;
      } else if (std::string_view(" \t\r\n").contains(c) || more.contains(c)) {
        next();
      } else {
        break;
      }
    }
    return {};
  }

  // In quotes, or up to one of `ends` or a comment.
  Result<std::string> word(std::string_view ends) {
    std::string out;
    if (!at_end() && (text_[at_] == '"' || text_[at_] == '\'')) {
      const auto begin = place();
      const char quote = next();
      while (!at_end() && text_[at_] != quote) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) next();
        out += next();
      }
      if (at_end()) return wrong(begin, "the quote does not end");
      next();
      return out;
    }
    while (!at_end() && !ends.contains(text_[at_]) && text_[at_] != '#' && !at("/*")) {
      const bool variable = at("${");
      do {
        out += next();
      } while (variable && !at_end() && text_[at_] != '\n' && out.back() != '}');
    }
    return std::string(base::trim(out));
  }

  // Up to `end`; of the whole file up to its end.
  Result<> block(Value& out, char end, std::size_t depth) {
    const bool array = end == ']';
    std::set<std::string, std::less<>> names;
    for (;;) {
      TRY(skip(",;"));
      if (at_end()) {
        if (end != '\0') return wrong(out.place, fmt::format("the block that begins here lacks its {}", end));
        return {};
      }
      const char c = text_[at_];
      if (c == '}' || c == ']') {
        if (c != end) return wrong(place(), fmt::format("a {} that no block was begun for", c));
        next();
        return {};
      }
      if (c == '.' && !array) {
        notes_.push_back({place(), "includes and other directives are not followed"});
        while (!at_end() && text_[at_] != '\n') next();
        continue;
      }
      auto value = TRY(member(array, depth));
      if (!array && !names.insert(value.name).second)
        return wrong(value.place, fmt::format("{} stands there twice: make one of both", value.name));
      if (out.members.size() == kMaxEntries) return std::unexpected(detail::too_many(value.place));
      out.members.push_back(std::move(value));
    }
  }

  Result<Value> member(bool array, std::size_t depth) {
    Value value;
    value.place = place();
    if (!array) {
      value.name = TRY(word(" \t\r\n=:{[;,}]"));
      if (value.name.empty()) return wrong(value.place, "a value or a block that has no name");
      TRY(skip("=:"));
      const bool block = at("{") || at("[");
      if (at_end() || std::string_view(";,}]").contains(text_[at_]) || (line_ != value.place.line && !block))
        return wrong(value.place, fmt::format("{} has no value", base::printable(value.name)));
    }
    if (text_[at_] == '{' || text_[at_] == '[') {
      if (depth == kMaxDepth) return wrong(value.place, "blocks stand too deep within each other");
      value.block = true;
      TRY(block(value, next() == '[' ? ']' : '}', depth + 1));
      return value;
    }
    value.text = TRY(word(",;\n{}[]"));
    TRY(skip(""));
    // "domain bank.example { }".
    if (!at_end() && (text_[at_] == '{' || text_[at_] == '['))
      return wrong(
          value.place,
          fmt::format("{} has a word before its block: write NAME {{ WORD {{ … }} }}, or end the word with ;",
                      base::printable(value.name)));
    return value;
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
    top_ = TRY(Reader(text, path, out_.notes).read());
    registered_ = TRY(flag("use_esld"));
    if (!TRY(flag("enabled")))
      note(top_.find("enabled")->place,
           "rspamd signs nothing (enabled = false); by these rules rampart would");
    if (const auto* domains = top_.find("domain")) {
      if (!domains->block) note(domains->place, "domain is no block: name your domains in one, domain { }");
      for (const auto& value : domains->members) add_domain(base::lower(value.name), value);
    }
    add_maps();
    TRY(add_default());
    add_networks();
    if (failed_) return std::unexpected(*std::move(failed_));
    static const std::set<std::string_view> kKnown{"domain",       "path",     "selector",      "path_map",
                                                   "selector_map", "use_esld", "sign_networks", "enabled"};
    for (const auto& value : top_.members) {
      if (value.name.starts_with("use_domain")) {
        if (base::lower(value.text) != "header")
          note(value.place, fmt::format("{} = {} is not taken over: who signs goes by the From field alone",
                                        value.name, value.text));
        continue;
      }
      if (kKnown.contains(value.name) ||
          std::ranges::find(kWithoutEffect, value.name) != kWithoutEffect.end())
        continue;
      note(value.place, fmt::format("{} is not known here, and was not taken over", value.name));
    }
    return std::move(out_);
  }

 private:
  void note(const Place& place, std::string text) { out_.notes.push_back({place, base::printable(text)}); }

  // What is not set is true: so are both settings that are asked for.
  [[nodiscard]] Result<bool> flag(std::string_view name) const {
    const auto* value = top_.find(name);
    if (value == nullptr) return true;
    const auto word = base::lower(value->text);
    for (const auto* yes : {"true", "yes", "on"}) {
      if (word == yes) return true;
    }
    for (const auto* no : {"false", "no", "off"}) {
      if (word == no) return false;
    }
    return base::fail(base::ErrorKind::input, fmt::format("{} is neither true nor false", name),
                      value->place.text(), "write it as true or false");
  }

  void add_domain(const std::string& domain, const Value& value) {
    if (!value.block) return note(value.place, fmt::format("{} has no block of settings", domain));
    if (!seen_.insert(domain).second && !failed_)
      failed_ = {base::ErrorKind::input, fmt::format("{} stands there twice", base::printable(domain)),
                 value.place.text(), "make one of both"};
    if (const auto* selectors = value.find("selectors")) {
      if (!selectors->block) return note(selectors->place, "selectors are no list");
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
      if (space == std::string_view::npos) continue;
      if (out.size() == kMaxEntries) {
        if (!failed_) failed_ = detail::too_many({path, number});
        break;
      }
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
  Result<> add_default() {
    const auto selector = top_.word("selector").empty() ? std::string("dkim") : top_.word("selector");
    const auto* path = top_.find("path");
    const auto text =
        path == nullptr ? std::string("/var/lib/rspamd/dkim/$domain.$selector.key") : path->text;
    const auto place = path == nullptr ? Place{} : path->place;
    const auto known = detail::filled(text, std::string(kSelectorMark), selector);
    if (known.find(kDomainMark) == std::string::npos) {
      if (path != nullptr && !known.empty()) add_for_all(selector, known, place);
      return {};
    }
    std::size_t found = 0;
    for (const auto& domain : TRY(detail::fillings(known, std::string(kDomainMark), files_))) {
      ++found;
      if (!seen_.contains(base::lower(domain)))
        add(base::lower(domain), selector, detail::filled(known, std::string(kDomainMark), domain), place);
    }
    if (found == 0 && path != nullptr && seen_.empty()) note(place, fmt::format("there is no file {}", text));
    return {};
  }

  // One key for every domain that has none of its own.
  void add_for_all(const std::string& selector, const std::string& path, const Place& place) {
    if (registered_)
      return note(place,
                  "one key for every domain is not taken over: with use_esld it signs as the registered "
                  "domain, which a "
                  "signing table cannot say; name your domains in a block domain { }");
    if (out_.all)
      return note(
          place,
          "one key for every domain is not taken over: where a domain has several selectors every rule that "
          "matches signs, and this one would sign beside them; name your domains in a block domain { }");
    out_.rules.push_back({.pattern = "*",
                          .domain = "%",
                          .selector = selector,
                          .key_file = path,
                          .key_text = {},
                          .place = place});
  }

  void add(const std::string& domain, std::string selector, std::string path, const Place& place) {
    if (selector.empty()) selector = top_.word("selector").empty() ? "dkim" : top_.word("selector");
    if (path.empty())
      path = top_.word("path").empty() ? "/var/lib/rspamd/dkim/$domain.$selector.key" : top_.word("path");
    path = detail::filled(detail::filled(std::move(path), std::string(kSelectorMark), selector),
                          std::string(kDomainMark), domain);
    const auto name = dns::Name::try_parse(domain);
    if (!name || name->label_count() < 2) return note(place, fmt::format("{} is no domain", domain));
    const auto registered = dns::registered_domain(*name);
    // Such rules would also match beside those of the registered domain.
    if (registered_ && registered && *registered != *name)
      return note(place, fmt::format("rspamd never signs as {}: with use_esld it signs as {}", domain,
                                     registered->text()));
    out_.rules.push_back({.pattern = "*@" + name->text(),
                          .domain = name->text(),
                          .selector = selector,
                          .key_file = path,
                          .key_text = {},
                          .place = place});
    // With use_esld mail from below a registered domain is signed as that domain.
    if (registered_ && registered)
      out_.rules.push_back({.pattern = "*@*." + name->text(),
                            .domain = name->text(),
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
  std::optional<base::Error> failed_;
  Value top_;
  bool registered_ = true;
  std::set<std::string> seen_;
};

}  // namespace

Result<Imported> import_rspamd(const std::string& path, const Files& files) {
  return Importer(files).run(path);
}

}  // namespace rampart::audit::import
