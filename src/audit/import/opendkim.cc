// opendkim.conf and its data sets, as opendkim(8) and opendkim.conf(5) describe them.
#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "audit/import/imported.h"
#include "auth/dkim/signing_table.h"
#include "base/text.h"
#include "dns/name.h"

namespace rampart::audit::import {
namespace {

using base::Result;

struct Entry {
  std::string key;
  crypto::Secret value;  // it may hold a private key
  Place place;
};

struct DataSet {
  bool patterns = false;  // refile: keys are wildcard patterns, in order
  std::vector<Entry> entries;
};

// What changes nothing for us, or is ours to decide anyway.
constexpr auto kWithoutEffect = std::to_array<std::string_view>({"allowsha1only",
                                                                 "autorestart",
                                                                 "autorestartrate",
                                                                 "background",
                                                                 "canonicalization",
                                                                 "diagnosticdirectory",
                                                                 "dnsconnect",
                                                                 "dnstimeout",
                                                                 "enablecoredumps",
                                                                 "fixcrlf",
                                                                 "keeptemporaryfiles",
                                                                 "logresults",
                                                                 "logwhy",
                                                                 "maximumheaders",
                                                                 "maximumsignedbytes",
                                                                 "milterdebug",
                                                                 "minimumkeybits",
                                                                 "nameservers",
                                                                 "noheaderb",
                                                                 "on-badsignature",
                                                                 "on-default",
                                                                 "on-dnserror",
                                                                 "on-internalerror",
                                                                 "on-keynotfound",
                                                                 "on-nosignature",
                                                                 "on-security",
                                                                 "on-signatureerror",
                                                                 "oversignheaders",
                                                                 "pidfile",
                                                                 "querycache",
                                                                 "removeoldsignatures",
                                                                 "requiresafekeys",
                                                                 "resolverconfiguration",
                                                                 "resolvertracing",
                                                                 "signaturealgorithm",
                                                                 "socket",
                                                                 "softwareheader",
                                                                 "softstart",
                                                                 "stricttestmode",
                                                                 "syslog",
                                                                 "syslogfacility",
                                                                 "syslogname",
                                                                 "syslogsuccess",
                                                                 "testdnsdata",
                                                                 "testpublickeys",
                                                                 "trustanchorfile",
                                                                 "umask",
                                                                 "userid",
                                                                 "weaksyntaxchecks",
                                                                 "authservid",
                                                                 "authservidwithjobid",
                                                                 "alwaysaddarheader",
                                                                 "noheaderb",
                                                                 "signheaders",
                                                                 "omitheaders",
                                                                 "statistics",
                                                                 "temporarydirectory",
                                                                 "unboundconfigfile",
                                                                 "clockdrift",
                                                                 "verifyonly"});

std::pair<std::string_view, std::string_view> split_word(std::string_view line) {
  const auto end = line.find_first_of(" \t");
  if (end == std::string_view::npos) return {line, {}};
  return {line.substr(0, end), base::trim(line.substr(end))};
}

class Importer {
 public:
  explicit Importer(const Files& files) : files_(files) {}

  Result<Imported> run(const std::string& path) {
    const crypto::Secret text(TRY(files_.read(path)));
    read_settings(text, path);
    TRY(check_mode());
    if (const auto* base = find("basedirectory")) base_ = base->value.view();
    if (const auto* root = find("changerootdirectory")) root_ = root->value.view();
    if (const auto* include = find("include"))
      note(include->place, "Include is not followed: import that file, too");
    out_.all = is_true("multiplesignatures");
    if (find("keytable") != nullptr || find("signingtable") != nullptr) {
      read_tables();
    } else {
      read_single();
    }
    read_hosts();
    if (failed_) return std::unexpected(*std::move(failed_));
    for (const auto& [name, entry] : settings_) {
      if (!used_.contains(name))
        note(entry.place, fmt::format("{} is not known here, and was not taken over", entry.key));
    }
    return std::move(out_);
  }

 private:
  void note(const Place& place, std::string text) { out_.notes.push_back({place, base::printable(text)}); }

  // The first one counts.
  void fail(base::Error error) {
    if (!failed_) failed_ = std::move(error);
  }

  // Who verifies alone signs nothing, whatever tables stand there.
  Result<> check_mode() {
    const auto* mode = find("mode");
    if (mode == nullptr || mode->value.view().find('s') != std::string_view::npos) return {};
    return base::fail(
        base::ErrorKind::input,
        fmt::format("Mode {}: this opendkim verifies and signs nothing", base::printable(mode->value.view())),
        mode->place.text(), "import the configuration of the one that signs");
  }

  // opendkim changes to BaseDirectory before it opens anything, and to ChangeRootDirectory when it has read its tables: what
  // they name it opens from there.
  [[nodiscard]] std::string from_base(std::string_view path) const {
    if (base_.empty() || path.starts_with('/')) return std::string(path);
    return fmt::format("{}/{}", base_, path);
  }
  [[nodiscard]] std::string from_table(std::string_view path) const {
    if (root_.empty()) return from_base(path);
    return fmt::format("{}{}{}", from_base(root_), path.starts_with('/') ? "" : "/", path);
  }

  void read_settings(std::string_view text, const std::string& path) {
    std::size_t number = 0;
    for (auto line : base::split(text, '\n')) {
      ++number;
      line = base::trim(line.substr(0, line.find('#')));
      if (line.empty()) continue;
      const auto [name, value] = split_word(line);
      const auto lower = base::lower(name);
      if (std::ranges::find(kWithoutEffect, lower) != kWithoutEffect.end()) continue;
      // The last one counts.
      settings_.insert_or_assign(lower, Entry{std::string(name), crypto::Secret(value), {path, number}});
    }
  }

  const Entry* find(const std::string& name) {
    used_.insert(name);
    const auto found = settings_.find(name);
    return found == settings_.end() ? nullptr : &found->second;
  }
  bool is_true(const std::string& name) {
    const auto* entry = find(name);
    if (entry == nullptr || entry->value.empty()) return false;
    const char first = entry->value.view().front();
    return first == 't' || first == 'T' || first == 'y' || first == 'Y' || first == '1';
  }

  // Nothing, and a note, where it cannot be read.
  std::optional<DataSet> data_set(const Entry& setting) {
    std::string_view text = setting.value.view();
    DataSet out;
    const auto starts = [&](std::string_view prefix) {
      if (!base::lower(text.substr(0, prefix.size())).starts_with(prefix)) return false;
      text.remove_prefix(prefix.size());
      return true;
    };
    for (const auto* kind : {"db:", "dsn:", "ldap:", "ldaps:", "ldapi:", "lua:", "memcache:", "repute:",
                             "erlang:", "socket:", "mdb:"}) {
      if (!starts(kind)) continue;
      note(setting.place,
           fmt::format("{} stands in a database ({}): export it to a file first", setting.key, kind));
      return std::nullopt;
    }
    out.patterns = starts("refile:");
    const bool file = out.patterns || starts("file:") || text.starts_with('/') || text.starts_with("./") ||
                      text.starts_with("../");
    if (!file) {
      starts("csl:");
      for (const auto part : base::split(text, ',')) add_item(base::trim(part), '=', setting.place, out);
      return out;
    }
    const auto path = from_base(base::trim(text));
    auto read = files_.read(path);
    if (!read) {
      note(setting.place, fmt::format("{}: {}", setting.key, read.error().message()));
      return std::nullopt;
    }
    const crypto::Secret content(*std::move(read));
    std::size_t number = 0;
    for (auto line : base::split(content, '\n')) {
      ++number;
      line = base::trim(line.substr(0, line.find('#')));
      if (!line.empty()) add_item(line, ' ', {path, number}, out);
    }
    return out;
  }

  void add_item(std::string_view item, char separator, const Place& place, DataSet& out) {
    if (item.empty()) return;
    if (out.entries.size() == kMaxEntries) return fail(detail::too_many(place));
    std::string_view key = item;
    std::string_view value;
    if (separator == ' ') {
      std::tie(key, value) = split_word(item);
    } else if (const auto at = item.find(separator); at != std::string_view::npos) {
      key = base::trim(item.substr(0, at));
      value = base::trim(item.substr(at + 1));
    }
    out.entries.push_back({std::string(key), crypto::Secret(value), place});
  }

  void read_tables() {
    const auto* keys = find("keytable");
    const auto* signing = find("signingtable");
    for (const auto* ignored : {"domain", "selector", "keyfile", "subdomains"}) (void)find(ignored);
    if (keys == nullptr || signing == nullptr) {
      note((keys != nullptr ? keys : signing)->place,
           "KeyTable and SigningTable say nothing without each other");
      return;
    }
    auto table = data_set(*keys);
    if (!table) return;
    for (auto& entry : table->entries) {
      // As a data set has it, the first of several of one name. Case counts, unlike in the SigningTable.
      const auto name = entry.key;
      key_table_.try_emplace(name, std::move(entry));
    }
    auto rules = data_set(*signing);
    if (!rules) return;
    std::vector<std::size_t> order(rules->entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!rules->patterns) {
      std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(rank(rules->entries[i].key), i); });
    }
    for (const auto i : order) {
      const auto& entry = rules->entries[i];
      add_rule(entry, rules->patterns ? base::lower(entry.key) : pattern_of(entry.key));
    }
  }

  // The order in which opendkim looks an address up in tables that have none: user@host, host, user@.domain and then .domain
  // with the longest first, user@*, *.
  static std::pair<int, std::ptrdiff_t> rank(const std::string& key) {
    const auto at = key.find('@');
    const auto length = -static_cast<std::ptrdiff_t>(key.size());
    if (key == "*") return {5, 0};
    if (key.ends_with("@*")) return {4, 0};
    if (at == std::string::npos)
      return key.starts_with('.') ? std::pair(3, length) : std::pair(1, std::ptrdiff_t{0});
    return key.substr(at + 1).starts_with('.') ? std::pair(2, length) : std::pair(0, std::ptrdiff_t{0});
  }
  // What such a key stands for.
  static std::string pattern_of(const std::string& key) {
    auto lower = base::lower(key);
    const auto at = lower.find('@');
    if (lower == "*") return "*";
    if (at == std::string::npos) return lower.starts_with('.') ? "*@*" + lower : "*@" + lower;
    if (lower.substr(at + 1).starts_with('.')) return lower.substr(0, at + 1) + '*' + lower.substr(at + 1);
    return lower;
  }

  void add_rule(const Entry& entry, const std::string& pattern) {
    const auto fields = base::split(entry.value, ':');
    const std::string name(base::trim(fields.empty() ? std::string_view() : fields.front()));
    if (name.empty()) return note(entry.place, "the rule names no key");
    if (fields.size() > 1)
      note(entry.place, fmt::format("i= ({}) is not taken over: signatures have none", fields[1]));
    if (pattern.find('@') == std::string::npos && pattern.find('*') == std::string::npos)
      return note(entry.place, fmt::format("the pattern {} matches no address", pattern));
    if (name != "%") return add_key(name, pattern, entry.place);
    // The key is named as the sender's domain.
    const auto parts = parts_of(pattern);
    if (!parts) return note(entry.place, kNoDomain);
    std::size_t found = 0;
    for (const auto& [key, value] : key_table_) {
      const auto domain = dns::Name::try_parse(key);
      // opendkim asks for the domain in lower case.
      if (!domain || domain->label_count() < 2 || base::lower(key) != key ||
          !dkim::matches(parts->second, key))
        continue;
      add_key(key, fmt::format("{}@{}", parts->first, key), entry.place);
      ++found;
    }
    if (found == 0) note(entry.place, "no key is named as a domain that this rule is for");
  }

  static constexpr const char* kNoDomain =
      "the key depends on the domain, and the pattern has none that could be told: write it as USER@DOMAIN";
  // A pattern's local part and its domain.
  static std::optional<std::pair<std::string, std::string>> parts_of(const std::string& pattern) {
    const auto sign = pattern.rfind('@');
    if (sign != std::string::npos) return std::pair(pattern.substr(0, sign), pattern.substr(sign + 1));
    if (pattern != "*") return std::nullopt;
    return std::pair(std::string("*"), std::string("*"));
  }

  void add_key(const std::string& name, const std::string& pattern, const Place& place) {
    const auto found = key_table_.find(name);
    if (found == key_table_.end()) return note(place, fmt::format("the KeyTable has no key {}", name));
    const auto& entry = found->second;
    const auto value = entry.value.view();
    const auto first = value.find(':');
    const auto second = first == std::string_view::npos ? first : value.find(':', first + 1);
    if (second == std::string_view::npos) return note(entry.place, "is no DOMAIN:SELECTOR:KEY");
    const auto domain = domain_text(base::trim(value.substr(0, first)));
    const auto selector = std::string(base::trim(value.substr(first + 1, second - first - 1)));
    const auto key = base::trim(value.substr(second + 1));
    if (!domain) return note(entry.place, fmt::format("{} is no domain", value.substr(0, first)));
    const bool path = key.starts_with('/') || key.starts_with("./") || key.starts_with("../");
    if (path && key.find('%') != std::string_view::npos)
      return add_files(from_table(key), {*domain, selector}, pattern, place, entry.place);
    add({.pattern = pattern,
         .domain = *domain,
         .selector = selector,
         .key_file = path ? from_table(key) : std::string(),
         .key_text = path ? crypto::Secret() : pem_of(key),
         .place = entry.place});
  }
  // "%", or a name as we write it.
  static std::optional<std::string> domain_text(std::string_view text) {
    if (text == "%") return "%";
    const auto name = dns::Name::try_parse(text);
    if (!name || name->is_root()) return std::nullopt;
    return name->text();
  }

  // A rule for each domain that there is a file of.
  void add_files(const std::string& path, const std::pair<std::string, std::string>& signer,
                 const std::string& pattern, const Place& place, const Place& key_place) {
    const auto parts = parts_of(pattern);
    if (!parts) return note(place, kNoDomain);
    const auto fillings = detail::fillings(path, "%", files_);
    if (!fillings) return fail(fillings.error());
    const auto& [domain, selector] = signer;
    std::size_t found = 0;
    for (const auto& filling : *fillings) {
      const auto sender = *domain_text(filling);
      if (!dkim::matches(parts->second, sender)) continue;
      add({.pattern = fmt::format("{}@{}", parts->first, sender),
           .domain = domain == "%" ? sender : domain,
           .selector = selector,
           .key_file = detail::filled(path, "%", filling),
           .key_text = {},
           .place = key_place});
      ++found;
    }
    if (found == 0) note(place, fmt::format("there is no file {} for the pattern {}", path, pattern));
  }

  void add(Rule rule) {
    if (out_.rules.size() == dkim::kMaxSigningRules)
      return fail({base::ErrorKind::input, fmt::format("it makes more than {} rules", dkim::kMaxSigningRules),
                   rule.place.text(), "import a part of it at a time, each into a key folder of its own"});
    out_.rules.push_back(std::move(rule));
  }

  // A key in the table itself: PEM with its line ends written out, or DER in base64.
  static crypto::Secret pem_of(std::string_view text) {
    if (text.starts_with("-----")) return crypto::Secret(detail::filled(std::string(text), "\\n", "\n"));
    return crypto::Secret(
        fmt::format("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n", text));
  }

  void read_single() {
    const auto* domains = find("domain");
    const auto* selector = find("selector");
    const auto* key = find("keyfile");
    const bool below = is_true("subdomains");
    if (domains == nullptr || selector == nullptr || key == nullptr) {
      note({},
           "neither KeyTable and SigningTable nor Domain, Selector and KeyFile are set: it signs nothing");
      return;
    }
    const auto set = data_set(*domains);
    if (!set) return;
    for (const auto& entry : set->entries) {
      const bool wild = entry.key.find('*') != std::string::npos;
      const auto name = wild ? base::lower(entry.key) : domain_text(entry.key).value_or("");
      if (name.empty() || name == "%") {
        note(entry.place, fmt::format("{} is no domain", entry.key));
        continue;
      }
      const auto add_one = [&](std::string pattern, const std::string& signer) {
        add({.pattern = std::move(pattern),
             .domain = signer,
             .selector = std::string(selector->value.view()),
             .key_file = from_base(key->value.view()),
             .key_text = {},
             .place = entry.place});
      };
      add_one("*@" + name, wild ? "%" : name);
      if (below && !wild) add_one("*@*." + name, name);
    }
  }

  void read_hosts() {
    for (const auto& [name, to] :
         {std::pair("internalhosts", &out_.internal), std::pair("externalignorelist", &out_.trusted)}) {
      const auto* entry = find(name);
      if (entry == nullptr) continue;
      if (const auto set = data_set(*entry)) {
        for (const auto& host : set->entries) to->push_back(host.key);
      }
    }
    if (find("internalhosts") == nullptr) out_.internal.emplace_back("127.0.0.1");
  }

  const Files& files_;
  Imported out_;
  std::optional<base::Error> failed_;
  std::string base_;  // BaseDirectory
  std::string root_;  // ChangeRootDirectory
  std::map<std::string, Entry> settings_;
  std::set<std::string> used_;
  std::map<std::string, Entry> key_table_;
};

}  // namespace

Result<Imported> import_opendkim(const std::string& path, const Files& files) {
  return Importer(files).run(path);
}

}  // namespace rampart::audit::import
