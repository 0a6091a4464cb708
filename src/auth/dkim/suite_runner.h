// Runs DKIM test suites; the suite program and the tests include it. A folder may hold
//
//   *.yml            readable vectors: `now` (seconds), `zone` (name -> TXT text, a list of them, NXDOMAIN, NODATA, SERVFAIL or
//                    TIMEOUT), `cases` with `case`, `cites`, `message`, `expect` (a result for each signature, from the top) and
//                    perhaps `why` (a part of the reason), `now` and `zone` (put over the file's)
//   X.signed.msg     a message whose signatures all hold, with the keys of RFC 8463 appendix A
//   X.key X.dns X.msg   an Ed25519 key, its record, and a message: signed with the one, it holds by the other
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "auth/dkim/sign.h"
#include "auth/dkim/verify.h"
#include "auth/zone_test.h"
#include "base/file.h"
#include "base/text.h"

namespace rampart::dkim::suite {

struct Tally {
  int passed = 0;
  std::vector<std::string> failures;

  void add(const std::string& name, const std::string& wrong) {
    if (wrong.empty()) {
      ++passed;
    } else {
      failures.push_back(fmt::format("{}: {}", name, wrong));
    }
  }
};

using Records = std::map<std::string, YAML::Node>;

inline auth::TestZone zone_of(const Records& records) {
  auth::TestZone zone;
  for (const auto& [name, node] : records) {
    if (node.IsSequence()) {
      for (const auto& text : node) zone.txt(name, text.as<std::string>());
      continue;
    }
    const auto text = node.as<std::string>();
    if (text == "SERVFAIL" || text == "TIMEOUT") {
      zone.fails(name, text == "TIMEOUT" ? facts::Why::timeout : facts::Why::servfail);
    } else if (text == "NODATA") {
      zone.exists(name);
    } else if (text != "NXDOMAIN") {
      zone.txt(name, text);
    }
  }
  return zone;
}

inline std::vector<Checked> verify(std::string_view bytes, auth::TestZone& zone, base::Time now) {
  const auto message = mail::Message::parse(bytes);
  if (!message) return {};
  const mail::FieldIndex index(message->header);
  KeyCache keys;
  SignatureCheck check(*message, index, keys);
  Verifier verifier(check);
  return zone.run([&](facts::Facts& facts) { return verifier.results(facts, now); });
}

// What is wrong; empty when nothing is.
inline std::string compare(const std::vector<Checked>& got, const YAML::Node& expected,
                           const std::string& why) {
  std::string results;
  bool said = why.empty();
  for (const auto& checked : got) {
    results += fmt::format("{}{}", results.empty() ? "" : ", ", to_string(checked.result));
    said = said || checked.why.find(why) != std::string::npos;
  }
  std::string wanted;
  for (const auto& one : expected) wanted += (wanted.empty() ? "" : ", ") + one.as<std::string>();
  const auto reason = got.empty() ? std::string() : ": " + got.front().why;
  if (results != wanted) return fmt::format("expected {}, got {}{}", wanted, results, reason);
  return said ? "" : fmt::format("the reason lacks \"{}\"{}", why, reason);
}

inline void run_vectors(const std::string& path, Tally& tally) {
  const auto file = YAML::LoadFile(path);
  const auto read_time = [](const YAML::Node& node) {
    return base::Time(std::chrono::seconds(node.as<std::int64_t>()));
  };
  for (const auto& test : file["cases"]) {
    static const std::set<std::string> kKnown{"case", "cites", "zone", "now", "message", "expect", "why"};
    for (const auto& entry : test) {
      if (!kKnown.contains(entry.first.as<std::string>()))
        throw YAML::Exception(entry.first.Mark(), "unknown key " + entry.first.as<std::string>());
    }
    Records records;
    for (const auto& zone : {file["zone"], test["zone"]}) {
      for (const auto& entry : zone) records[entry.first.as<std::string>()].reset(entry.second);
    }
    auto zone = zone_of(records);
    const auto got =
        verify(test["message"].as<std::string>(), zone, read_time(test["now"] ? test["now"] : file["now"]));
    const auto why = test["why"] ? test["why"].as<std::string>() : std::string();
    tally.add(fmt::format("{} ({})", test["case"].as<std::string>(), test["cites"].as<std::string>()),
              compare(got, test["expect"], why));
  }
}

// The keys that RFC 8463 appendix A publishes for its message.
inline auth::TestZone football() {
  auth::TestZone zone;
  zone.txt("brisbane._domainkey.football.example.com",
           "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
      .txt("test._domainkey.football.example.com",
           "v=DKIM1; k=rsa; "
           "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/"
           "J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/"
           "8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOT"
           "IKT+l/K4w3QIDAQAB");
  return zone;
}

inline std::string read(const std::filesystem::path& path) {
  return base::read_file(path.string(), std::size_t{1} << 20).value_or(std::string());
}

inline void run_signed(const std::filesystem::path& path, Tally& tally) {
  auto zone = football();
  const auto got = verify(read(path), zone, base::now());
  std::string wrong = got.empty() ? "there is no signature" : "";
  for (const auto& checked : got) {
    if (!checked.passes()) wrong = checked.why;
  }
  tally.add(path.filename().string(), wrong);
}

// PKCS #8 (RFC 8410 section 7) around the 32 bytes of an Ed25519 key.
inline std::string ed25519_pem(std::string_view seed) {
  constexpr std::string_view kPrefix("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16);
  return fmt::format("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
                     base::encode_base64(std::string(kPrefix).append(seed)));
}

inline std::string sign_and_verify(const std::filesystem::path& key_file) {
  auto path = key_file;
  const auto seed = base::decode_base64(base::trim(read(key_file)));
  const auto key = crypto::SignKey::from_pem(ed25519_pem(seed.value_or("")));
  if (!key) return key.error().message();
  const auto text = read(path.replace_extension(".msg"));
  const auto message = mail::Message::parse(text);
  if (!message) return message.error().message();
  const mail::FieldIndex index(message->header);
  SignOptions options;
  options.domain = auth::TestZone::name("example.com");
  options.selector = "test";
  options.now = base::now();
  const auto field = sign(*message, index, *key, options);
  if (!field) return field.error().message();
  auth::TestZone zone;
  zone.txt("test._domainkey.example.com", base::trim(read(path.replace_extension(".dns"))));
  const auto got = verify(*field + text, zone, base::now());
  return got.size() == 1 && got.front().passes() ? "" : got.empty() ? "no signature" : got.front().why;
}

// Throws YAML::Exception when a file cannot be read.
inline Tally run_folder(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;  // in an order that does not depend on the file system
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.insert(entry.path());
  Tally tally;
  for (const auto& path : files) {
    if (path.extension() == ".yml") run_vectors(path.string(), tally);
    if (path.string().ends_with(".signed.msg")) run_signed(path, tally);
    if (path.extension() == ".key") tally.add(path.filename().string(), sign_and_verify(path));
  }
  return tally;
}

}  // namespace rampart::dkim::suite
