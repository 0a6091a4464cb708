// Runs the readable DMARC vectors (docs/suites.md describes their form); the suite program and the tests include it. An unknown
// key is an error, so that a typing mistake cannot make a case pass.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "auth/authenticate.h"
#include "auth/dmarc/evaluate.h"
#include "auth/zone_test.h"
#include "base/text.h"

namespace rampart::dmarc::suite {

inline void check_keys(const YAML::Node& node, const std::set<std::string>& known) {
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    if (!known.contains(key)) throw YAML::Exception(entry.first.Mark(), "unknown key " + key);
  }
}

inline void add_data(auth::TestZone& zone, const std::string& owner, const std::string& type,
                     const std::string& data) {
  if (type == "TXT") {
    zone.txt(owner, data);
  } else if (type == "A" || type == "AAAA") {
    zone.address(owner, data);
  } else if (type == "CNAME") {
    zone.cname(owner, data);
  } else {
    throw YAML::Exception(YAML::Mark::null_mark(), "unknown type " + type);
  }
}

inline void add_node(auth::TestZone& zone, const std::string& owner, const YAML::Node& node) {
  if (node.IsMap()) {
    for (const auto& entry : node)
      add_data(zone, owner, entry.first.as<std::string>(), entry.second.as<std::string>());
  } else if (node.IsSequence()) {
    for (const auto& text : node) zone.txt(owner, text.as<std::string>());
  } else if (const auto text = node.as<std::string>(); text == "SERVFAIL") {
    zone.fails(owner, facts::Why::servfail);
  } else if (text == "TIMEOUT") {
    zone.fails(owner, facts::Why::timeout);
  } else if (text == "OUTSIDE") {
    zone.fails(owner, facts::Why::outside);
  } else if (text == "EXISTS" || text == "NODATA") {
    zone.exists(owner);
  } else if (text == "NXDOMAIN") {
    // As every name that is not listed.
  } else {
    zone.txt(owner, text);
  }
}

inline Identity read_identity(const std::string& text) {  // "pass mail.example.com"
  const auto words = base::split(text, ' ');
  if (words.size() != 2) throw YAML::Exception(YAML::Mark::null_mark(), "no identity: " + text);
  Identity identity{.domain = auth::TestZone::name(words[1])};
  if (words[0] == "pass") {
    identity.check = Check::pass;
  } else if (words[0] == "temperror") {
    identity.check = Check::temperror;
  } else if (words[0] != "fail") {
    throw YAML::Exception(YAML::Mark::null_mark(), "no check: " + text);
  }
  return identity;
}

inline Input read_input(const YAML::Node& node) {
  Input input{.author = auth::TestZone::name(node["author"].as<std::string>())};
  if (node["spf"]) input.spf = read_identity(node["spf"].as<std::string>());
  if (node["dkim"]) {
    for (const auto& identity : node["dkim"]) input.dkim.push_back(read_identity(identity.as<std::string>()));
  }
  return input;
}

inline std::string name_text(const std::optional<dns::Name>& name) { return name ? name->text() : "unknown"; }

inline std::string aligned_text(const std::vector<Alignment>& alignments) {
  std::string out;
  for (const auto& alignment : alignments) {
    if (!out.empty()) out += ' ';
    out += alignment.aligned == Aligned::yes ? "yes" : alignment.aligned == Aligned::no ? "no" : "unknown";
  }
  return out;
}

using Values = std::map<std::string, std::string>;

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
                                              : "false"}};
  values["record"] = found.record ? found.record_name.text() : "none";
  if (found.status == Discovery::Status::found) {
    values["tag"] = std::string(found.tag);
    values["policy"] = std::string(to_string(found.policy));
    values["published"] = std::string(to_string(found.published));
    values["as_none"] = found.as_none ? "true" : "false";
    values["place"] = found.place == Discovery::Place::author           ? "author"
                      : found.place == Discovery::Place::organizational ? "organizational"
                                                                        : "public_suffix";
  }
  return values;
}

inline Values describe(const LegacyVerdict& verdict) {
  const auto& found = verdict.discovery;
  Values values = {{"status", std::string(to_string(found.status))},
                   {"organization", found.organizational_domain.text()},
                   {"result", std::string(to_string(verdict.result))},
                   {"aligned", aligned_text(verdict.alignments)},
                   {"record", found.record ? found.record_name.text() : "none"}};
  if (found.status == Discovery::Status::found) {
    values["tag"] = std::string(found.tag);
    values["policy"] = std::string(to_string(found.policy));
    values["percent"] = std::to_string(found.percent);
  }
  return values;
}

// What differs, one line each.
using Faults = std::vector<std::string>;

inline void compare(const YAML::Node& expect, const Values& values, const std::string& which,
                    Faults& faults) {
  for (const auto& entry : expect) {
    const auto key = entry.first.as<std::string>();
    if (key == "rfc7489") continue;
    const auto it = values.find(key);
    const auto got = it == values.end() ? std::string("(nothing)") : it->second;
    const auto wanted = entry.second.as<std::string>();
    if (got != wanted) faults.push_back(fmt::format("{}{} is {}, not {}", which, key, got, wanted));
  }
}

// A case that gives the author domain and what was authenticated.
inline Faults run_identities(auth::TestZone& zone, const YAML::Node& node) {
  Faults faults;
  const auto input = read_input(node);
  const auto expect = node["expect"];
  check_keys(expect, {"status", "organization", "result", "requested", "aligned", "multiple", "assumed",
                      "exists", "record", "tag", "policy", "published", "as_none", "place", "rfc7489"});
  const auto verdict = zone.run([&](facts::Facts& facts) { return evaluate(input, facts); });
  if (zone.rounds() > 3) faults.emplace_back("questions that could be asked together were not");
  compare(expect, describe(verdict), "", faults);
  if (!expect["rfc7489"]) return faults;
  check_keys(expect["rfc7489"],
             {"status", "organization", "result", "aligned", "record", "tag", "policy", "percent"});
  const auto legacy = zone.run([&](facts::Facts& facts) { return evaluate_7489(input, facts); });
  compare(expect["rfc7489"], describe(legacy), "rfc7489 ", faults);
  return faults;
}

// A case that gives From fields as a message has them, and the SMTP session.
inline Faults run_message(auth::TestZone& zone, const YAML::Node& node) {
  std::string text;
  const auto fields = node["from"];
  if (fields.IsScalar()) text = fmt::format("From: {}\r\n", fields.as<std::string>());
  if (fields.IsSequence()) {
    for (const auto& field : fields) text += fmt::format("From: {}\r\n", field.as<std::string>());
  }
  text += "To: a@else.example\r\n\r\nHello\r\n";
  const auto message = mail::Message::parse(text);
  if (!message) return {message.error().message()};
  auth::Envelope envelope;
  if (node["ip"]) envelope.ip = base::IpAddress::parse(node["ip"].as<std::string>());
  envelope.helo = "helo.example";
  if (node["mail_from"]) envelope.mail_from = node["mail_from"].as<std::string>();
  dkim::KeyCache keys;
  auth::Authenticator work(*message, envelope, keys);
  const base::Time now{std::chrono::seconds(1'795'000'000)};
  const auto result = zone.run([&](facts::Facts& facts) { return work.run(facts, now); });
  check_keys(node["expect"], {"result", "requested", "domains"});
  std::string domains;
  for (const auto& domain : result.author.domains) domains += (domains.empty() ? "" : " ") + domain.text();
  Faults faults;
  compare(node["expect"],
          {{"result", std::string(to_string(result.dmarc))},
           {"requested", std::string(to_string(result.policy))},
           {"domains", domains}},
          "", faults);
  return faults;
}

struct Tally {
  int passed = 0;
  std::vector<std::string> failures;
};

// Runs every case of a file. Throws YAML::Exception when it cannot be read.
inline Tally run_file(const std::string& path) {
  Tally tally;
  for (const auto& document : YAML::LoadAllFromFile(path)) {
    check_keys(document, {"description", "zone", "cases"});
    auth::TestZone zone;
    for (const auto& entry : document["zone"]) add_node(zone, entry.first.as<std::string>(), entry.second);
    for (const auto& node : document["cases"]) {
      check_keys(node, {"case", "cites", "author", "spf", "dkim", "from", "ip", "mail_from", "expect"});
      if (!node["case"] || !node["cites"] || !node["expect"])
        throw YAML::Exception(node.Mark(), "a case has case, cites and expect");
      const auto faults = node["from"] ? run_message(zone, node) : run_identities(zone, node);
      if (faults.empty()) {
        ++tally.passed;
      } else {
        tally.failures.push_back(fmt::format("{}: {} ({}): {}", document["description"].as<std::string>(),
                                             node["case"].as<std::string>(), node["cites"].as<std::string>(),
                                             fmt::join(faults, "; ")));
      }
    }
  }
  return tally;
}

}  // namespace rampart::dmarc::suite
