// Runs DMARC suites; docs/dmarc-suite.md describes their form. Header-only, so that the layer's library does
// not need yaml-cpp: the suite program and the tests include it.
//
//   const auto tally = suite::run_file("walk.yml");
//   tally.failures        "walk.yml:12: title (RFC 9989 section 4.10): result is fail, not pass"
//
// A key that is not known, or that stands twice, is an error and no failure: a typing error must not make a
// case pass.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include "auth/authenticate.h"
#include "auth/dmarc/evaluate.h"
#include "auth/zone_test.h"
#include "base/file.h"
#include "base/text.h"

namespace rampart::dmarc::suite {

using auth::TestZone;

struct Tally {
  int passed = 0;
  std::vector<std::string> failures;  // a line each
};

// A file that cannot be run: "walk.yml:12: unknown key: autor".
class BadFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using Keys = std::set<std::string>;
using Values = std::map<std::string, std::string>;

[[noreturn]] inline void refuse(const YAML::Node& node, const std::string& why) {
  throw YAML::Exception(node.Mark(), why);
}

inline void check_keys(const YAML::Node& node, const Keys& known) {
  if (!node.IsMap()) refuse(node, "no map of keys");
  Keys seen;
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    if (!known.contains(key)) refuse(entry.first, "unknown key: " + key);
    if (!seen.insert(key).second) refuse(entry.first, "the key stands twice: " + key);
  }
}

inline YAML::Node required(const YAML::Node& node, const std::string& key) {
  if (!node[key]) refuse(node, "the key is missing: " + key);
  return node[key];
}

// What `function` finds wrong with a name or an address, with the place where that stands.
template <class F>
auto at(const YAML::Node& node, F function) {
  try {
    return function();
  } catch (const std::invalid_argument& fault) {
    refuse(node, fault.what());
  }
}

// A list's texts are joined: one expectation, whether it is written as a text or as a list.
inline std::string joined(const YAML::Node& node, std::string_view separator) {
  if (!node.IsSequence()) return node.as<std::string>();
  std::string out;
  for (const auto& part : node) {
    if (!out.empty()) out += separator;
    out += part.as<std::string>();
  }
  return out;
}

// The zone.

inline bool add_word(TestZone& zone, const std::string& owner, const std::string& word) {
  static const std::map<std::string, facts::Why> kFailures = {
      {"SERVFAIL", facts::Why::servfail}, {"TIMEOUT", facts::Why::timeout}, {"OUTSIDE", facts::Why::outside}};
  if (const auto it = kFailures.find(word); it != kFailures.end()) {
    zone.fails(owner, it->second);
  } else if (word == "EXISTS" || word == "NODATA") {
    zone.exists(owner);
  } else if (word == "NXDOMAIN") {
    zone.gone(owner);
  } else {
    return false;
  }
  return true;
}

inline void add_data(TestZone& zone, const std::string& owner, const YAML::Node& type,
                     const YAML::Node& value) {
  const auto word = type.as<std::string>();
  if (value.IsSequence()) {
    for (const auto& one : value) add_data(zone, owner, type, one);
  } else if (word == "TXT") {
    zone.txt(owner, value.as<std::string>());
  } else if (word == "A" || word == "AAAA") {
    zone.address(owner, value.as<std::string>());
  } else if (word == "CNAME") {
    zone.cname(owner, value.as<std::string>());
  } else {
    refuse(type, "unknown type: " + word);
  }
}

inline void add_node(TestZone& zone, const YAML::Node& key, const YAML::Node& node) {
  const auto owner = key.as<std::string>();
  if (node.IsMap()) {
    for (const auto& entry : node) add_data(zone, owner, entry.first, entry.second);
  } else if (node.IsSequence()) {
    // A list in the list is one record of several strings (RFC 9989 section 4.5).
    for (const auto& text : node) zone.txt(owner, joined(text, ""));
  } else if (const auto text = node.as<std::string>(); !add_word(zone, owner, text)) {
    zone.txt(owner, text);
  }
}

inline TestZone read_zone(const YAML::Node& node) {
  TestZone zone;
  Keys seen;
  for (const auto& entry : node) {
    const auto owner = base::lower(entry.first.as<std::string>());
    if (!seen.insert(owner).second) refuse(entry.first, "the name stands twice: " + owner);
    at(entry.first, [&] { add_node(zone, entry.first, entry.second); });
  }
  return zone;
}

// One domain: what is said of it.

inline Identity read_identity(const YAML::Node& node) {  // "pass mail.example.com"
  const auto text = node.as<std::string>();
  const auto words = base::split(text, ' ');
  if (words.size() != 2) refuse(node, "no identity: " + text);
  Identity identity;
  identity.domain = at(node, [&] { return TestZone::name(words[1]); });
  if (words[0] == "pass") {
    identity.check = Check::pass;
  } else if (words[0] == "temperror") {
    identity.check = Check::temperror;
  } else if (words[0] != "fail") {
    refuse(node, "no check: " + text);
  }
  return identity;
}

inline Input read_input(const YAML::Node& node) {
  Input input;
  input.author = at(node["author"], [&] { return TestZone::name(node["author"].as<std::string>()); });
  if (node["spf"]) input.spf = read_identity(node["spf"]);
  if (node["dkim"]) {
    for (const auto& identity : node["dkim"]) input.dkim.push_back(read_identity(identity));
  }
  return input;
}

inline std::string name_text(const std::optional<dns::Name>& name) { return name ? name->text() : "unknown"; }

inline void append(std::string& list, std::string_view word) {
  if (!list.empty()) list += ' ';
  list += word;
}

inline std::string aligned_text(const std::vector<Alignment>& alignments) {
  std::string out;
  for (const auto& alignment : alignments) {
    append(out, alignment.aligned == Aligned::yes  ? "yes"
                : alignment.aligned == Aligned::no ? "no"
                                                   : "unknown");
  }
  return out;
}

inline std::string uris_text(const std::vector<Uri>& uris) {
  std::string out;
  for (const auto& uri : uris) {
    if (uri.valid) append(out, uri.text);
  }
  return out.empty() ? "none" : out;
}

inline std::string options_text(const FailureOptions& options) {
  std::string out;
  if (options.all_fail) append(out, "0");
  if (options.any_fails) append(out, "1");
  if (options.dkim) append(out, "d");
  if (options.spf) append(out, "s");
  return out;
}

inline void describe(const Record& record, Values& values) {
  values["adkim"] = to_string(record.adkim);
  values["aspf"] = to_string(record.aspf);
  values["psd"] = record.psd == Psd::y ? "y" : record.psd == Psd::n ? "n" : "u";
  values["t"] = record.test ? "y" : "n";
  values["fo"] = options_text(record.fo);
  values["rua"] = uris_text(record.rua);
  values["ruf"] = uris_text(record.ruf);
}

inline Values describe(const Verdict& verdict) {
  const auto& found = verdict.discovery;
  Values values = {{"status", std::string(to_string(found.status))},
                   {"organization", name_text(verdict.organizational_domain)},
                   {"result", std::string(to_string(verdict.result))},
                   {"requested", std::string(to_string(verdict.policy()))},
                   {"aligned", aligned_text(verdict.alignments)},
                   {"multiple", std::to_string(found.walk.multiple.size())},
                   {"assumed", std::to_string(found.walk.assumed.size())},
                   {"exists", !found.exists   ? "unasked"
                              : *found.exists ? "true"
                                              : "false"},
                   {"record", found.record ? found.record_name.text() : "none"}};
  if (found.record) describe(*found.record, values);
  if (found.status != Discovery::Status::found) return values;
  values["tag"] = found.tag;
  values["policy"] = to_string(found.policy);
  values["published"] = to_string(found.published);
  values["as_none"] = found.as_none ? "true" : "false";
  values["place"] = found.place == Discovery::Place::author           ? "author"
                    : found.place == Discovery::Place::organizational ? "organizational"
                                                                      : "public_suffix";
  return values;
}

inline Values describe(const LegacyVerdict& verdict) {
  const auto& found = verdict.discovery;
  Values values = {{"status", std::string(to_string(found.status))},
                   {"organization", found.organizational_domain.text()},
                   {"result", std::string(to_string(verdict.result))},
                   {"aligned", aligned_text(verdict.alignments)},
                   {"record", found.record ? found.record_name.text() : "none"}};
  if (found.status != Discovery::Status::found) return values;
  values["tag"] = found.tag;
  values["policy"] = to_string(found.policy);
  values["percent"] = std::to_string(found.percent);
  return values;
}

using Wrong = std::vector<std::string>;

inline void compare(const YAML::Node& expect, const Values& values, std::string_view which, Wrong& wrong) {
  for (const auto& entry : expect) {
    const auto key = entry.first.as<std::string>();
    if (entry.second.IsMap()) continue;  // rfc7489, compared by itself
    const auto expected = joined(entry.second, " ");
    const auto it = values.find(key);
    const auto got = it == values.end() ? "(nothing)" : it->second;
    if (got != expected) wrong.push_back(fmt::format("{}{} is {}, not {}", which, key, got, expected));
  }
}

// Questions that could be asked together must be: of our own, no part of the standard.
inline void check_rounds(const TestZone& zone, int most, Wrong& wrong) {
  if (zone.rounds() > most) wrong.push_back(fmt::format("{} rounds of questions", zone.rounds()));
}

inline Wrong run_author_case(TestZone& zone, const YAML::Node& node) {
  check_keys(node, {"case", "cites", "choice", "author", "spf", "dkim", "expect"});
  const auto input = read_input(node);
  const auto expect = required(node, "expect");
  check_keys(expect,
             {"status", "organization", "result", "requested", "aligned", "multiple", "assumed", "exists",
              "record", "tag",          "policy", "published", "as_none", "place",    "rfc7489", "walk",
              "adkim",  "aspf",         "psd",    "t",         "fo",      "rua",      "ruf"});
  Wrong wrong;
  auto values = describe(zone.run([&](facts::Facts& facts) { return evaluate(input, facts); }));
  check_rounds(zone, 3, wrong);
  for (const auto& name : walk_names(input.author)) append(values["walk"], name.text());
  compare(expect, values, "", wrong);
  const auto legacy = expect["rfc7489"];
  if (!legacy) return wrong;
  check_keys(legacy, {"status", "organization", "result", "aligned", "record", "tag", "policy", "percent"});
  values = describe(zone.run([&](facts::Facts& facts) { return evaluate_7489(input, facts); }));
  check_rounds(zone, 1, wrong);
  compare(legacy, values, "rfc7489 ", wrong);
  return wrong;
}

// A whole message.

inline std::string read_message(const YAML::Node& from) {
  std::string text;
  const auto add = [&text](const YAML::Node& value) {
    text += fmt::format("From: {}\r\n", value.as<std::string>());
  };
  if (from.IsSequence()) {
    for (const auto& value : from) add(value);
  } else {
    add(from);
  }
  return text + "To: someone@receiver.example\r\nSubject: a case\r\n\r\nText\r\n";
}

inline auth::Envelope read_envelope(const YAML::Node& node) {
  auth::Envelope envelope;
  if (node["ip"]) {
    envelope.ip = base::IpAddress::parse(node["ip"].as<std::string>());
    if (!envelope.ip) refuse(node["ip"], "no address: " + node["ip"].as<std::string>());
  }
  if (node["helo"]) envelope.helo = node["helo"].as<std::string>();
  if (node["mail_from"]) envelope.mail_from = node["mail_from"].as<std::string>();
  return envelope;
}

inline Values describe(const auth::Authentication& result) {
  Values values = {{"result", std::string(to_string(result.dmarc))},
                   {"requested", std::string(to_string(result.policy))}};
  for (const auto& domain : result.author.domains) append(values["domains"], domain.text());
  return values;
}

inline Wrong run_message_case(TestZone& zone, const YAML::Node& node) {
  check_keys(node, {"case", "cites", "choice", "from", "ip", "helo", "mail_from", "expect"});
  const auto expect = required(node, "expect");
  check_keys(expect, {"result", "requested", "domains"});
  const auto text = read_message(node["from"]);
  const auto message = mail::Message::parse(text);  // a view of it
  if (!message) refuse(node["from"], "no message: " + message.error().message());
  dkim::KeyCache keys;
  auth::Authenticator work(*message, read_envelope(node), keys);
  const base::Time now{std::chrono::seconds(1'795'000'000)};  // any: nothing here expires
  auto values = describe(zone.run([&](facts::Facts& facts) { return work.run(facts, now); }));
  values.try_emplace("domains");
  Wrong wrong;
  compare(expect, values, "", wrong);
  return wrong;
}

inline void run_case(const std::string& file, TestZone& zone, const YAML::Node& node, Tally& tally) {
  const auto title = required(node, "case").as<std::string>();
  const auto cites = required(node, "cites").as<std::string>();
  if (!node["from"]) required(node, "author");
  const auto wrong = node["from"] ? run_message_case(zone, node) : run_author_case(zone, node);
  if (wrong.empty()) {
    ++tally.passed;
    return;
  }
  tally.failures.push_back(
      fmt::format("{}:{}: {} ({}): {}", file, node.Mark().line + 1, title, cites, fmt::join(wrong, "; ")));
}

// `text` is the file's content and `file` its name in failures and errors. Throws BadFile.
inline Tally run_text(const std::string& text, const std::string& file) {
  Tally tally;
  try {
    for (const auto& document : YAML::LoadAll(text)) {
      if (document.IsNull()) continue;  // a comment in front of the first one
      check_keys(document, {"description", "zone", "cases"});
      auto zone = read_zone(required(document, "zone"));
      for (const auto& node : required(document, "cases")) run_case(file, zone, node, tally);
    }
  } catch (const YAML::Exception& fault) {
    throw BadFile(fmt::format("{}:{}: {}", file, fault.mark.line + 1, fault.msg));
  }
  return tally;
}

inline constexpr std::size_t kMaxFile = 4U << 20U;

inline Tally run_file(const std::string& path) {
  const auto text = base::read_file(path, kMaxFile);
  if (!text) throw BadFile(text.error().message());
  return run_text(*text, path);
}

}  // namespace rampart::dmarc::suite
