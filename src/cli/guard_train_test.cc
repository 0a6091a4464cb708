#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/app.h"

namespace rampart::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// In the name of somebody whom only a configuration knows.
constexpr std::string_view kFraud =
    "From: Sana Malik <sana@elsewhere.example>\r\nTo: a@ministry.example\r\nSubject: hello\r\nDate: Fri, 27 "
    "Nov 2026 "
    "10:00:00 +0000\r\n\r\nAre you there?\r\n";
constexpr std::string_view kHonest =
    "From: Bilal <bilal@supplier.example>\r\nTo: a@ministry.example\r\nSubject: minutes\r\nDate: Fri, 27 Nov "
    "2026 "
    "10:00:00 +0000\r\n\r\nHere they are.\r\n";

class GuardTrain : public testing::Test {
 protected:
  GuardTrain() {
    std::string pattern = (fs::temp_directory_path() / "rampart-train-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    fs::create_directory(dir_ + "/ham");
    fs::create_directory(dir_ + "/phish");
    put("ham/honest.eml", kHonest);
    put("phish/fraud.eml", kFraud);
  }
  ~GuardTrain() override { fs::remove_all(dir_); }

  std::string put(const std::string& name, std::string_view text) const {
    std::ofstream(dir_ + "/" + name) << text;
    return dir_ + "/" + name;
  }
  std::string configured(std::string_view more) const {
    return put("rampart.toml",
               fmt::format("[guard]\nown_domains = [\"ministry.example\"]\nprotected_people = [\"Sana Malik "
                           "<sana@ministry.example>\"]\n{}\n",
                           more));
  }
  int run(const std::vector<std::string>& arguments) {
    out.clear();
    err.clear();
    Surroundings surroundings;
    surroundings.out = [this](std::string_view text) -> base::Result<> {
      out += text;
      return {};
    };
    surroundings.err = [this](std::string_view text) { err += text; };
    return cli::run(arguments, std::move(surroundings));
  }

  std::string dir_;
  std::string out;
  std::string err;
};

TEST_F(GuardTrain, ScoresByWhomTheConfigurationNamesAndByItsThresholds) {
  const auto fraud = dir_ + "/phish/fraud.eml";
  EXPECT_EQ(run({"--no-config", "guard", "score", fraud}), 0) << err;
  EXPECT_THAT(out, Not(HasSubstr("protected-person")));
  const auto config = configured("tag_score = 20");
  EXPECT_EQ(run({"--config", config, "guard", "score", fraud}), 1) << err;
  EXPECT_THAT(out, HasSubstr("  tag "));
  EXPECT_THAT(out, HasSubstr("protected-person (header): From: Sana Malik"));
}

TEST_F(GuardTrain, ScoresByTheWeightsOfTheConfigurationUnlessOthersAreNamed) {
  const auto weights = put("weights.toml",
                           "name = \"ours\"\ntag = 3.0\nquarantine = 9.0\n\n[weights]\nprotected-person = "
                           "4.25\nlink-away = 0.0\n");
  const auto config = configured(fmt::format("weights_file = \"{}\"", weights));
  EXPECT_EQ(run({"--config", config, "guard", "signals"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("Tagged from 3 points on, quarantined from 9 on, by the weights \"ours\"."));
  EXPECT_EQ(run({"--config", config, "guard", "score", "--format", "jsonl", dir_ + "/phish"}), 1) << err;
  EXPECT_THAT(out, HasSubstr("\"score\":4.25,\"level\":\"tag\""));
  EXPECT_EQ(run({"--config", config, "guard", "score", "--model", RAMPART_SOURCE_DIR "/model/weights.toml",
                 dir_ + "/ham"}),
            0)
      << err;
}

TEST_F(GuardTrain, SaysWhatItCannotRead) {
  EXPECT_EQ(run({"--no-config", "guard", "score", dir_ + "/none.eml"}), 2);
  EXPECT_THAT(err, HasSubstr("none.eml: no such file or directory"));
  put("ham/picture.eml", "\x89PNG\n");
  EXPECT_EQ(run({"--no-config", "guard", "score", dir_ + "/ham"}), 3);
  EXPECT_THAT(out, HasSubstr("?  unknown"));
  EXPECT_THAT(out, HasSubstr("it was not judged: "));
  const auto config = configured("weights_file = \"/nonexistent.toml\"");
  EXPECT_EQ(run({"--config", config, "guard", "score", dir_ + "/ham"}), 2);
  EXPECT_THAT(err, HasSubstr("(guard.weights_file names it)"));
}

TEST_F(GuardTrain, TrainsByWhomTheConfigurationNames) {
  const auto train = [&](const std::string& config) {
    return run({config.empty() ? "--no-config" : "--config=" + config, "guard", "train", "--ham",
                dir_ + "/ham", "--phish", dir_ + "/phish", "--folds", "2", "--output", dir_ + "/made.toml"});
  };
  EXPECT_EQ(train(""), 0) << err;
  EXPECT_THAT(err, HasSubstr("the configuration names no domain, name or person of yours"));
  const auto share = [&] {
    const auto line = out.substr(out.find("protected-person"));
    return line.substr(0, line.find('\n'));
  };
  EXPECT_THAT(share(), HasSubstr("  0.0      0.0"));
  put("ham/picture.eml", "\x89PNG\n");
  // The file that is to be written may be named already.
  EXPECT_EQ(train(configured(fmt::format("weights_file = \"{}/made.toml\"", dir_))), 0) << err;
  EXPECT_EQ(err, "");
  EXPECT_THAT(share(), HasSubstr("100.0      0.0"));
  EXPECT_THAT(out, HasSubstr("Files that are no messages, and were left out: 1."));
  fs::remove(dir_ + "/ham/honest.eml");
  EXPECT_EQ(train(""), 2);
  EXPECT_THAT(err, HasSubstr("--ham: there is no message in what was named"));
}

TEST_F(GuardTrain, ListsSignalsWithinATerminal) {
  EXPECT_EQ(run({"--no-config", "guard", "signals"}), 0);
  std::size_t begin = 0;
  for (auto end = out.find('\n'); end != std::string::npos; begin = end + 1, end = out.find('\n', begin))
    EXPECT_LE(end - begin, 80U) << out.substr(begin, end - begin);
}

}  // namespace
}  // namespace rampart::cli
