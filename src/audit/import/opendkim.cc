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
#include "base/text.h"
#include "dns/name.h"

namespace rampart::audit::import {
namespace {

using base::Result;

struct Entry {
  std::string key;
  std::string value;
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
                                                                 "basedirectory",
                                                                 "canonicalization",
                                                                 "changerootdirectory",
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
                                                                 "mode",
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
    const auto text = TRY(files_.read(path));
    read_settings(text, path);
    if (const auto* include = find("include"))
      note(include->place, "Include is not followed: import that file, too");
    out_.all = is_true("multiplesignatures");
    if (find("keytable") != nullptr || find("signingtable") != nullptr) {
      read_tables();
    } else {
      read_single();
    }
    read_hosts();
    for (const auto& [name, entry] : settings_) {
      if (!used_.contains(name))
        note(entry.place, fmt::format("{} is not known here, and was not taken over", entry.key));
    }
    return std::move(out_);
  }

 private:
  void note(const Place& place, std::string text) { out_.notes.push_back({place, base::printable(text)}); }

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
      settings_[lower] = {std::string(name), std::string(value), {path, number}};
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
    const char first = entry->value.front();
    return first == 't' || first == 'T' || first == 'y' || first == 'Y' || first == '1';
  }

  // Nothing, and a note, where it cannot be read.
  std::optional<DataSet> data_set(const Entry& setting) {
    std::string_view text = setting.value;
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
    const std::string path(base::trim(text));
    const auto content = files_.read(path);
    if (!content) {
      note(setting.place, fmt::format("{}: {}", setting.key, content.error().message()));
      return std::nullopt;
    }
    std::size_t number = 0;
    for (auto line : base::split(*content, '\n')) {
      ++number;
      line = base::trim(line.substr(0, line.find('#')));
      if (!line.empty()) add_item(line, ' ', {path, number}, out);
    }
    return out;
  }

  void add_item(std::string_view item, char separator, const Place& place, DataSet& out) {
    if (item.empty() || out.entries.size() == kMaxEntries) return;
    std::string_view key = item;
    std::string_view value;
    if (separator == ' ') {
      std::tie(key, value) = split_word(item);
    } else if (const auto at = item.find(separator); at != std::string_view::npos) {
      key = base::trim(item.substr(0, at));
      value = base::trim(item.substr(at + 1));
    }
    out.entries.push_back({std::string(key), std::string(value), place});
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
    const auto table = data_set(*keys);
    if (!table) return;
    for (const auto& entry : table->entries) {
      // As a data set has it, the first of several of one name.
      key_table_.try_emplace(base::lower(entry.key), entry);
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
    const auto name = base::lower(base::trim(fields.empty() ? std::string_view() : fields.front()));
    if (name.empty()) return note(entry.place, "the rule names no key");
    if (fields.size() > 1)
      note(entry.place, fmt::format("i= ({}) is not taken over: signatures have none", fields[1]));
    if (pattern.find('@') == std::string::npos && pattern.find('*') == std::string::npos)
      return note(entry.place, fmt::format("the pattern {} matches no address", pattern));
    if (name != "%") return add_key(name, pattern, entry.place);
    // The key is named as the sender's domain.
    const auto sign = pattern.rfind('@');
    const auto wanted = sign == std::string::npos ? std::string("*") : pattern.substr(sign + 1);
    const auto local = sign == std::string::npos ? std::string("*") : pattern.substr(0, sign);
    std::size_t found = 0;
    for (const auto& [key, value] : key_table_) {
      const auto domain = dns::Name::try_parse(key);
      if (!domain || domain->label_count() < 2 || !(wanted == "*" || wanted == key || covers(wanted, key)))
        continue;
      add_key(key, fmt::format("{}@{}", local, key), entry.place);
      ++found;
    }
    if (found == 0) note(entry.place, "no key is named as a domain that this rule is for");
  }
  // "*.bank.example" covers "shop.bank.example".
  static bool covers(std::string_view pattern, std::string_view name) {
    return pattern.starts_with('*') && name.ends_with(pattern.substr(1)) && name.size() > pattern.size() - 1;
  }

  void add_key(const std::string& name, const std::string& pattern, const Place& place) {
    const auto found = key_table_.find(name);
    if (found == key_table_.end()) return note(place, fmt::format("the KeyTable has no key {}", name));
    const auto& entry = found->second;
    const auto first = entry.value.find(':');
    const auto second = first == std::string::npos ? first : entry.value.find(':', first + 1);
    if (second == std::string::npos) return note(entry.place, "is no DOMAIN:SELECTOR:KEY");
    const auto domain = base::lower(base::trim(entry.value.substr(0, first)));
    const auto selector = std::string(base::trim(entry.value.substr(first + 1, second - first - 1)));
    const auto key = std::string(base::trim(entry.value.substr(second + 1)));
    if (domain != "%" && !dns::Name::try_parse(domain))
      return note(entry.place, fmt::format("{} is no domain", domain));
    const bool path = key.starts_with('/') || key.starts_with("./") || key.starts_with("../");
    if (!path || key.find('%') == std::string::npos) {
      out_.rules.push_back({.pattern = pattern,
                            .domain = domain,
                            .selector = selector,
                            .key_file = path ? key : "",
                            .key_text = path ? "" : pem_of(key),
                            .place = entry.place});
      return;
    }
    const auto fillings = detail::fillings(key, "%", files_);
    if (fillings.empty()) note(entry.place, fmt::format("there is no file {}", key));
    for (const auto& sender : fillings) {
      const auto sign = pattern.rfind('@');
      const auto wanted = sign == std::string::npos ? std::string("*") : pattern.substr(sign + 1);
      if (!(wanted == "*" || wanted == sender || covers(wanted, sender))) continue;
      out_.rules.push_back(
          {.pattern = (sign == std::string::npos ? std::string("*") : pattern.substr(0, sign)) + '@' + sender,
           .domain = domain,
           .selector = selector,
           .key_file = detail::filled(key, "%", sender),
           .key_text = {},
           .place = entry.place});
    }
  }

  // A key in the table itself: PEM with its line ends written out, or DER in base64.
  static std::string pem_of(const std::string& text) {
    if (text.starts_with("-----")) return detail::filled(text, "\\n", "\n");
    return fmt::format("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n", text);
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
      const auto name = base::lower(entry.key);
      const bool wild = name.find('*') != std::string::npos;
      const auto add = [&](std::string pattern, const std::string& signer) {
        out_.rules.push_back({.pattern = std::move(pattern),
                              .domain = signer,
                              .selector = selector->value,
                              .key_file = key->value,
                              .key_text = {},
                              .place = entry.place});
      };
      add("*@" + name, wild ? "%" : name);
      if (below && !wild) add("*@*." + name, name);
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
  std::map<std::string, Entry> settings_;
  std::set<std::string> used_;
  std::map<std::string, Entry> key_table_;
};

}  // namespace

Result<Imported> import_opendkim(const std::string& path, const Files& files) {
  return Importer(files).run(path);
}

}  // namespace rampart::audit::import
