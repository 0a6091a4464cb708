// Runs test suites in the openspf YAML format. Header-only, so that the layer's library does not need
// yaml-cpp: the suite program and the tests include it.
//
// A file is a stream of scenarios, each with `tests` (name -> host, helo, mailfrom, result or a list of
// allowed results, explanation, spec) and `zonedata` (name -> list of {TYPE: data}, or TIMEOUT, or RCODE
// names). As the format says: an SPF entry is a TXT record too unless the name has TXT entries of its own;
// `TXT: NONE` is such an entry without a record; TIMEOUT answers only types that have no data. Of our own:
// SERVFAIL and REFUSED beside TIMEOUT; `lookups`, `voids`, `record` (name of the record that decided),
// `reason` (a part of it) and `questions` (most that may be asked) are checked where a test has them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "auth/spf/evaluate.h"
#include "base/text.h"
#include "facts/driver.h"

namespace rampart::spf::suite {

struct ZoneName {
  std::vector<std::pair<dns::RrType, std::string>> data;  // canonical, MX preference in front of the data
  std::vector<std::uint16_t> preferences;                 // one per data
  facts::Why failure = facts::Why::none;                  // of types without data
  bool has_txt = false;
  std::vector<std::string> spf;
};

// A provider over zonedata.
class SuiteProvider : public facts::Provider {
 public:
  explicit SuiteProvider(const YAML::Node& zonedata) {
    for (const auto& entry : zonedata) add_name(parse_name(entry.first.as<std::string>()), entry.second);
    for (auto& [name, zone] : names_) {
      if (zone.has_txt) continue;
      for (const auto& text : zone.spf)
        zone.data.emplace_back(dns::RrType::txt, text), zone.preferences.push_back(0);
    }
  }

  void ask(std::vector<facts::Question> questions, facts::Deadline, Done done) override {
    std::vector<facts::Fact> out;
    for (const auto& question : questions) {
      const auto& dns = std::get<facts::DnsQuestion>(question);
      out.emplace_back(answer(dns.name, dns.type));
    }
    done(std::move(out));
  }

 private:
  static dns::Name parse_name(std::string text) { return dns::Name::from_raw(text).value_or(dns::Name()); }

  void add_name(const dns::Name& name, const YAML::Node& entries) {
    ZoneName& zone = names_[name];
    for (const auto& entry : entries) {
      if (entry.IsScalar()) {
        const auto word = entry.as<std::string>();
        zone.failure = word == "TIMEOUT"   ? facts::Why::timeout
                       : word == "REFUSED" ? facts::Why::refused
                                           : facts::Why::servfail;
        continue;
      }
      for (const auto& pair : entry) add_record(zone, pair.first.as<std::string>(), pair.second);
    }
  }

  static std::string joined(const YAML::Node& node) {
    if (!node.IsSequence()) return node.as<std::string>();
    std::string out;
    for (const auto& part : node) out += part.as<std::string>();
    return out;
  }

  static void add_record(ZoneName& zone, const std::string& type, const YAML::Node& value) {
    if (type == "SPF") {
      zone.spf.push_back(joined(value));
      return;
    }
    const auto rr = dns::parse_rr_type(type);
    if (!rr) throw YAML::Exception(value.Mark(), "unknown record type " + type);
    if (*rr == dns::RrType::txt) zone.has_txt = true;
    if (value.IsScalar() && value.as<std::string>() == "NONE") return;
    std::uint16_t preference = 0;
    std::string data;
    if (*rr == dns::RrType::mx) {
      preference = value[0].as<std::uint16_t>();
      data = parse_name(value[1].as<std::string>()).wire();
    } else if (*rr == dns::RrType::a || *rr == dns::RrType::aaaa) {
      const auto address = base::IpAddress::parse(value.as<std::string>());
      if (!address) throw YAML::Exception(value.Mark(), "not an address");
      data.assign(reinterpret_cast<const char*>(address->bytes().data()), address->bytes().size());
    } else if (*rr == dns::RrType::txt) {
      data = joined(value);
    } else {
      data = parse_name(value.as<std::string>()).wire();
    }
    zone.data.emplace_back(*rr, std::move(data));
    zone.preferences.push_back(preference);
  }

  facts::AnswerPtr answer(const dns::Name& asked, dns::RrType type) const {
    facts::AnswerBuilder builder(asked, type);
    dns::Name name = asked;
    for (int hops = 0; hops <= 10; ++hops) {
      const auto found = names_.find(name);
      if (found == names_.end()) return builder.set_presence(facts::Presence::no_name).build();
      const ZoneName& zone = found->second;
      std::optional<dns::Name> alias;
      bool any = false;
      for (std::size_t i = 0; i < zone.data.size(); ++i) {
        if (zone.data[i].first == dns::RrType::cname) alias = dns::Name::from_wire(zone.data[i].second);
        if (zone.data[i].first != type) continue;
        builder.add_record(zone.data[i].second, 300, zone.preferences[i]);
        any = true;
      }
      if (any) return builder.build();
      if (zone.failure != facts::Why::none) return builder.set_unknown(zone.failure, {}).build();
      if (!alias) return builder.set_presence(facts::Presence::no_data).build();
      builder.add_alias(*alias);
      name = *alias;
    }
    return builder.set_unknown(facts::Why::cname_loop, {}).build();
  }

  std::map<dns::Name, ZoneName> names_;
};

struct Tally {
  int passed = 0;
  std::vector<std::string> failures;  // one text each: case, spec, expected, got, why
};

inline std::string text_of(const YAML::Node& node) {
  return node && node.IsScalar() ? node.as<std::string>() : "";
}

inline bool allowed(const YAML::Node& expected, std::string_view got) {
  if (!expected.IsSequence()) return text_of(expected) == got;
  for (const auto& one : expected) {
    if (text_of(one) == got) return true;
  }
  return false;
}

struct Decided {
  Outcome outcome;
  std::optional<std::string> explanation;
};

// What is wrong with a test's result; empty when nothing is.
inline std::string judge(const YAML::Node& test, const Decided& decided, std::size_t questions) {
  const Outcome& outcome = decided.outcome;
  if (!allowed(test["result"], to_string(outcome.result))) return "the result differs";
  if (const auto expected = text_of(test["explanation"]); !expected.empty()) {
    const std::string got = decided.explanation.value_or("DEFAULT");
    if (!base::iequals(got, expected)) return fmt::format("explanation \"{}\", not \"{}\"", got, expected);
  }
  if (test["lookups"] && test["lookups"].as<int>() != outcome.lookups) {
    return fmt::format("{} lookups were counted, not {}", outcome.lookups, text_of(test["lookups"]));
  }
  if (test["voids"] && test["voids"].as<int>() != outcome.voids) {
    return fmt::format("{} voids were counted, not {}", outcome.voids, text_of(test["voids"]));
  }
  if (test["record"] && text_of(test["record"]) != outcome.record_name().text()) {
    return fmt::format("the record of {} decided, not of {}", outcome.record_name().text(),
                       text_of(test["record"]));
  }
  if (test["reason"] && outcome.reason().find(text_of(test["reason"])) == std::string::npos) {
    return fmt::format("the reason lacks \"{}\"", text_of(test["reason"]));
  }
  if (test["questions"] && questions > test["questions"].as<std::size_t>()) {
    return fmt::format("{} questions were asked, more than {}", questions, text_of(test["questions"]));
  }
  return "";
}

inline void run_test(const std::string& name, const YAML::Node& test, SuiteProvider& provider, Tally& tally) {
  const std::string helo = text_of(test["helo"]);
  const std::string sender = text_of(test["mailfrom"]);
  const auto ip = base::IpAddress::parse(text_of(test["host"]));
  if (!ip) {
    tally.failures.push_back(fmt::format("{}: the host is no address", name));
    return;
  }
  const Input input = input_for(*ip, sender, helo);
  const auto decision = [&](facts::Facts& facts) {
    Decided out{.outcome = check_host(input, facts)};
    out.explanation = explain(out.outcome, input, facts);
    return out;
  };
  Decided decided;
  std::size_t questions = 0;
  std::string note;
  facts::drive<Decided>(decision, provider, {}, [&](facts::Driven<Decided> driven) {
    decided = std::move(driven.decision);
    questions = driven.questions;
    note = fmt::format("{} rounds, {} questions", driven.rounds, driven.questions);
  });
  const std::string wrong = judge(test, decided, questions);
  if (wrong.empty()) {
    ++tally.passed;
    return;
  }
  YAML::Emitter expected;
  expected << YAML::Flow << test["result"];
  tally.failures.push_back(fmt::format(
      "{} (spec {}): expected {}, got {}: {}\n    why: {}\n    {}", name, text_of(test["spec"]),
      expected.c_str(), to_string(decided.outcome.result), wrong, decided.outcome.reason(), note));
}

// Runs every test of a file. Throws YAML::Exception when it cannot be read.
inline Tally run_file(const std::string& path) {
  Tally tally;
  for (const YAML::Node& scenario : YAML::LoadAllFromFile(path)) {
    if (!scenario["tests"]) continue;
    SuiteProvider provider(scenario["zonedata"]);
    for (const auto& test : scenario["tests"])
      run_test(test.first.as<std::string>(), test.second, provider, tally);
  }
  return tally;
}

}  // namespace rampart::spf::suite
