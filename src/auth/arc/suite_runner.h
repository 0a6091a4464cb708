// Runs the ARC test suites in ValiMail's YAML format, validation and signing files; the suite program and the tests
// include it.
//
// A file is a stream of scenarios, each with `tests` and `txt-records` (name -> text). A validation test has a `message` and
// its chain's `cv`; an empty cv stands for anything but Pass. A signing test has `t`, `sig-headers`, `srv-id`, and the three
// fields AS, AMS and AAR of the set that is expected, all empty when none is added; the scenario has `domain`, `sel` and
// `privatekey`. White space in an expected field does not count.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "auth/arc/seal.h"
#include "auth/results_parse.h"
#include "auth/zone_test.h"
#include "base/text.h"

namespace rampart::arc::suite {

struct Tally {
  int passed = 0;
  std::vector<std::string> failures;
};

inline std::string text_of(const YAML::Node& node) {
  return node && node.IsScalar() ? node.as<std::string>() : "";
}

inline std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

inline Validated validate(const mail::Message& message, const mail::FieldIndex& index, auth::TestZone& zone) {
  dkim::KeyCache keys;
  dkim::SignatureCheck check(message, index, keys);
  Validator validator(check);
  return zone.run([&](facts::Facts& facts) { return validator.run(facts, base::now()); });
}

// What is wrong; empty when nothing is.
inline std::string run_validation(const YAML::Node& test, const mail::Message& message,
                                  auth::TestZone& zone) {
  const mail::FieldIndex index(message.header);
  const auto got = validate(message, index, zone);
  const auto expected = base::lower(base::trim(text_of(test["cv"])));
  const bool right = expected.empty() ? got.result != Result::pass : to_string(got.result) == expected;
  if (right) return {};
  return fmt::format("expected {}, got {}: {}", expected.empty() ? "no pass" : expected,
                     to_string(got.result), got.why);
}

inline std::string run_signing(const YAML::Node& scenario, const YAML::Node& test,
                               const mail::Message& message, auth::TestZone& zone) {
  const mail::FieldIndex index(message.header);
  const auto key = crypto::SignKey::from_pem(text_of(scenario["privatekey"]));
  if (!key) return key.error().message();
  SealOptions options;
  options.domain = auth::TestZone::name(text_of(scenario["domain"]));
  options.selector = text_of(scenario["sel"]);
  options.now = base::Time(std::chrono::seconds(test["t"].as<std::int64_t>()));
  for (const auto name : base::split(text_of(test["sig-headers"]), ':')) options.names.emplace_back(name);
  const auto id = text_of(test["srv-id"]);
  const auto results = auth::merged_results(message.header, index, id);
  const auto fields = seal(message, index, *key, validate(message, index, zone).result, results, options);
  if (!fields) return fields.error().message();
  std::string expected;
  for (const auto& [tag, name] : {std::pair("AS", "ARC-Seal"), std::pair("AMS", "ARC-Message-Signature"),
                                  std::pair("AAR", "ARC-Authentication-Results")}) {
    if (const auto text = squeezed(text_of(test[tag])); !text.empty())
      expected += fmt::format("{}:{}", name, text);
  }
  if (squeezed(*fields) == expected) return {};
  return fmt::format("expected {}\n    got {}", expected, squeezed(*fields));
}

inline void run_test(const std::string& name, const YAML::Node& scenario, const YAML::Node& test,
                     Tally& tally) {
  auth::TestZone zone;
  for (const auto& entry : scenario["txt-records"])
    zone.txt(entry.first.as<std::string>(), base::trim(text_of(entry.second)));
  const auto bytes = text_of(test["message"]);
  const auto message = mail::Message::parse(bytes);
  const auto wrong = !message                 ? message.error().message()
                     : scenario["privatekey"] ? run_signing(scenario, test, *message, zone)
                                              : run_validation(test, *message, zone);
  if (wrong.empty()) {
    ++tally.passed;
  } else {
    tally.failures.push_back(fmt::format("{} ({}): {}", name, text_of(test["description"]), wrong));
  }
}

// Runs every test of a file. Throws YAML::Exception when it cannot be read.
inline Tally run_file(const std::string& path) {
  Tally tally;
  for (const YAML::Node& scenario : YAML::LoadAllFromFile(path)) {
    if (!scenario["tests"]) continue;
    for (const auto& test : scenario["tests"])
      run_test(test.first.as<std::string>(), scenario, test.second, tally);
  }
  return tally;
}

}  // namespace rampart::arc::suite
