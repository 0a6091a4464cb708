// Runs the readable vectors in testdata/*.yml (their form is described at the top of discovery.yml). An
// unknown key fails, so that a typing error cannot make a case pass.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "auth/dmarc/evaluate.h"
#include "auth/zone_test.h"
#include "base/text.h"

namespace rampart::dmarc {
namespace {

using auth::TestZone;

void check_keys(const YAML::Node& node, const std::set<std::string>& known) {
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    if (!known.contains(key)) throw std::invalid_argument("unknown key: " + key);
  }
}

void add_data(TestZone& zone, const std::string& owner, const std::string& type, const std::string& data) {
  if (type == "TXT") {
    zone.txt(owner, data);
  } else if (type == "A" || type == "AAAA") {
    zone.address(owner, data);
  } else if (type == "CNAME") {
    zone.cname(owner, data);
  } else {
    throw std::invalid_argument("unknown type: " + type);
  }
}

void add_node(TestZone& zone, const std::string& owner, const YAML::Node& node) {
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
  } else if (text == "EXISTS") {
    zone.exists(owner);
  } else {
    zone.txt(owner, text);
  }
}

Identity read_identity(const std::string& text) {  // "pass mail.example.com"
  const auto words = base::split(text, ' ');
  if (words.size() != 2) throw std::invalid_argument("no identity: " + text);
  Identity identity{.domain = TestZone::name(words[1])};
  if (words[0] == "pass") {
    identity.check = Check::pass;
  } else if (words[0] == "temperror") {
    identity.check = Check::temperror;
  } else if (words[0] != "fail") {
    throw std::invalid_argument("no check: " + text);
  }
  return identity;
}

Input read_input(const YAML::Node& node) {
  Input input{.author = TestZone::name(node["author"].as<std::string>())};
  if (node["spf"]) input.spf = read_identity(node["spf"].as<std::string>());
  if (node["dkim"]) {
    for (const auto& identity : node["dkim"]) input.dkim.push_back(read_identity(identity.as<std::string>()));
  }
  return input;
}

std::string name_text(const std::optional<dns::Name>& name) { return name ? name->text() : "unknown"; }

std::string aligned_text(const std::vector<Alignment>& alignments) {
  std::string out;
  for (const auto& alignment : alignments) {
    if (!out.empty()) out += ' ';
    out += alignment.aligned == Aligned::yes ? "yes" : alignment.aligned == Aligned::no ? "no" : "unknown";
  }
  return out;
}

using Values = std::map<std::string, std::string>;

Values describe(const Verdict& verdict) {
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

Values describe(const LegacyVerdict& verdict) {
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

void compare(const YAML::Node& expect, const Values& values, const std::string& which) {
  for (const auto& entry : expect) {
    const auto key = entry.first.as<std::string>();
    if (key == "rfc7489" && which.empty()) continue;
    const auto it = values.find(key);
    EXPECT_EQ(entry.second.as<std::string>(), it == values.end() ? "(nothing)" : it->second) << which << key;
  }
}

void run_case(TestZone& zone, const YAML::Node& node) {
  check_keys(node, {"case", "cites", "author", "spf", "dkim", "expect"});
  const auto title = node["case"].as<std::string>();
  SCOPED_TRACE(title);
  ASSERT_TRUE(node["cites"]) << "a case cites its section";
  const auto input = read_input(node);
  const auto expect = node["expect"];
  check_keys(expect, {"status", "organization", "result", "requested", "aligned", "multiple", "assumed",
                      "exists", "record", "tag", "policy", "published", "as_none", "place", "rfc7489"});
  const auto verdict = zone.run([&](facts::Facts& facts) { return evaluate(input, facts); });
  EXPECT_LE(zone.rounds(), 3) << "questions that could be asked together were not";
  compare(expect, describe(verdict), "");
  if (!expect["rfc7489"]) return;
  check_keys(expect["rfc7489"],
             {"status", "organization", "result", "aligned", "record", "tag", "policy", "percent"});
  const auto legacy = zone.run([&](facts::Facts& facts) { return evaluate_7489(input, facts); });
  EXPECT_LE(zone.rounds(), 1);
  compare(expect["rfc7489"], describe(legacy), "rfc7489 ");
}

std::size_t run_file(const std::filesystem::path& path) {
  std::size_t cases = 0;
  for (const auto& document : YAML::LoadAllFromFile(path.string())) {
    check_keys(document, {"description", "zone", "cases"});
    SCOPED_TRACE(path.filename().string() + ": " + document["description"].as<std::string>());
    TestZone zone;
    for (const auto& entry : document["zone"]) add_node(zone, entry.first.as<std::string>(), entry.second);
    for (const auto& node : document["cases"]) {
      run_case(zone, node);
      ++cases;
    }
  }
  return cases;
}

TEST(DmarcVectors, AllCasesHold) {
  std::set<std::filesystem::path> files;  // sorted: the order of a run does not depend on the file system
  for (const auto& entry :
       std::filesystem::directory_iterator(RAMPART_SOURCE_DIR "/src/auth/dmarc/testdata")) {
    if (entry.path().extension() == ".yml") files.insert(entry.path());
  }
  std::size_t cases = 0;
  for (const auto& path : files) cases += run_file(path);
  EXPECT_GE(cases, 40U);
}

}  // namespace
}  // namespace rampart::dmarc
