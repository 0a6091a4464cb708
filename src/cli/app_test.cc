#include "cli/app.h"

#include <filesystem>
#include <fstream>

#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "server/schema.h"

namespace rampart::cli {
namespace {

namespace fs = std::filesystem;
using server::schema;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Program : public testing::Test {
 protected:
  Program() {
    std::string pattern = (fs::temp_directory_path() / "rampart-cli-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  ~Program() override { fs::remove_all(dir_); }

  int run(const std::vector<std::string>& arguments) {
    out.clear();
    err.clear();
    Surroundings surroundings;
    surroundings.out = [this](std::string_view text) -> base::Result<> {
      out += text;
      return {};
    };
    surroundings.err = [this](std::string_view text) { err += text; };
    surroundings.err_is_terminal = terminal;
    surroundings.no_color = no_color;
    surroundings.config_files = {dir_ + "/user.toml", dir_ + "/system.toml"};
    return cli::run(arguments, std::move(surroundings));
  }

  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(dir_ + "/" + name) << text;
    return dir_ + "/" + name;
  }

  std::string dir_;
  std::string out;
  std::string err;
  bool terminal = false;
  bool no_color = false;
};

TEST_F(Program, ShowsItsVersionAndHelp) {
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_EQ(out, "rampart " RAMPART_VERSION "\n");
  EXPECT_EQ(run({"--help"}), 0);
  const auto help = out;
  EXPECT_THAT(help, HasSubstr("Usage: rampart COMMAND"));
  EXPECT_TRUE(help.ends_with("rampart audit mydomain.example\n"));
  EXPECT_EQ(run({"help"}), 0);
  EXPECT_EQ(out, help);
  EXPECT_EQ(err, "");
}

TEST_F(Program, HelpOfACommandIsTheSameBothWays) {
  EXPECT_EQ(run({"help", "config", "check"}), 0);
  const auto help = out;
  EXPECT_THAT(help, HasSubstr("Usage: rampart config check"));
  EXPECT_EQ(run({"config", "check", "--help"}), 0);
  EXPECT_EQ(out, help);
}

TEST_F(Program, HelpOfTheGuardIsOfEachCommandAlone) {
  EXPECT_EQ(run({"help", "guard"}), 0);
  EXPECT_THAT(out, HasSubstr("Usage: rampart guard [COMMAND] [OPTION...]"));
  EXPECT_THAT(out, HasSubstr("[inet:127.0.0.1:8891]"));
  EXPECT_THAT(out, HasSubstr("It runs until SIGTERM"));
  EXPECT_EQ(run({"help", "guard", "setup"}), 0);
  EXPECT_THAT(out, HasSubstr("Usage: rampart guard setup COMMAND"));
  EXPECT_THAT(out, Not(HasSubstr("SIGTERM")));
  for (const auto* command : {"list", "show", "release", "delete", "export", "prune", "digest"}) {
    EXPECT_EQ(run({"help", "quarantine", command}), 0);
    EXPECT_THAT(out, HasSubstr("Exit status: 0")) << command;
    EXPECT_THAT(out, HasSubstr(fmt::format("Most often: rampart quarantine {}", command)));
    EXPECT_THAT(out, Not(HasSubstr("INT"))) << command;
  }
}

TEST_F(Program, NoHelpIsWiderThanATerminal) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"help"}, {"help", "config"}, {"help", "config", "print"}}) {
    EXPECT_EQ(run(words), 0);
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST_F(Program, WithoutACommandItShowsHelpAndFails) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, HasSubstr("Usage: rampart"));
  EXPECT_EQ(run({"config"}), 2);
  EXPECT_THAT(err, HasSubstr("Usage: rampart config"));
}

struct Mistake {
  std::vector<std::string> words;
  std::string error;
  std::string hint;
};

TEST_F(Program, ExplainsMistakes) {
  const std::vector<Mistake> mistakes{
      {{"confg"}, "there is no command \"confg\"", "did you mean rampart config?"},
      {{"ministry.example"},
       "there is no command \"ministry.example\"",
       "to audit a domain: rampart audit ministry.example"},
      {{"version"}, "there is no command \"version\"", "see: rampart --version"},
      {{"frobnicate"}, "there is no command \"frobnicate\"", "see: rampart help"},
      {{"help", "confg"}, "there is no command \"confg\"", "did you mean rampart config?"},
      {{"config", "chek"}, "there is no command \"chek\"", "did you mean rampart config check?"},
      {{"report", "import", "x"}, "there is no command \"report\"", "did you mean rampart reports?"},
      {{"config", "print", "--fromat", "json"}, "there is no option --fromat", "did you mean --format?"},
      {{"config", "print", "--fromat=json"}, "there is no option --fromat", "did you mean --format?"},
      {{"config", "print", "--no-confg"}, "there is no option --no-confg", "did you mean --no-config?"},
      {{"config", "print", "--format", "jsn"},
       "--format: must be one of toml, json, not \"jsn\" (did you mean json?)",
       "see: rampart help config print"},
      {{"config", "print", "--format"}, "--format needs a value", "see: rampart help config print"},
      {{"config", "print", "extra"}, "\"extra\" is one argument too many", "see: rampart help config print"},
      {{"--no-config", "--config", "x", "config", "print"},
       "--config excludes --no-config",
       "see: rampart help config print"},
      {{"config", "explain", "fail_onn"}, "there is no setting \"fail_onn\"", "did you mean audit.fail_on?"},
      {{"config", "print", "--color", "Never"},
       "--color: output.color must be one of \"auto\", \"always\", \"never\", not \"Never\"",
       "did you mean \"never\"?"},
      {{"-x"}, "there is no option -x", "see: rampart help"},
  };
  for (const auto& mistake : mistakes) {
    EXPECT_EQ(run(mistake.words), 2);
    EXPECT_EQ(err, "rampart: error: " + mistake.error + "\nhint: " + mistake.hint + "\n");
    EXPECT_EQ(out, "");
  }
}

TEST_F(Program, StrangeBytesNeverReachTheTerminal) {
  EXPECT_EQ(run({"\x1b[31m\xff"}), 2);
  EXPECT_THAT(err, HasSubstr("\\x1b[31m\\xff"));
  EXPECT_THAT(err, Not(HasSubstr("\x1b")));
}

TEST_F(Program, ColoursOnlyOnATerminal) {
  terminal = true;
  run({"confg"});
  EXPECT_THAT(err, HasSubstr("\x1b[1;31merror:"));
  run({"confg", "--no-color"});
  EXPECT_THAT(err, Not(HasSubstr("\x1b")));
  no_color = true;
  run({"confg"});
  EXPECT_THAT(err, Not(HasSubstr("\x1b")));
}

TEST_F(Program, TheFirstConfigurationThatExistsCounts) {
  EXPECT_EQ(run({"config", "check"}), 0);
  EXPECT_EQ(out, "no configuration file: the defaults apply\n");
  const auto system = put("system.toml", "[audit]\nfail_on = \"low\"\n");
  EXPECT_EQ(run({"config", "print"}), 0);
  EXPECT_THAT(out, HasSubstr("fail_on = \"low\"                           # " + system + ":2\n"));
  put("user.toml", "[audit]\nfail_on = \"never\"\n");
  EXPECT_EQ(run({"config", "print"}), 0);
  EXPECT_THAT(out, HasSubstr("fail_on = \"never\""));
  const auto named = put("named.toml", "[audit]\nmax_unknown = 7\n");
  EXPECT_EQ(run({"--config", named, "config", "print"}), 0);
  EXPECT_THAT(out, HasSubstr("fail_on = \"high\""));
  EXPECT_THAT(out, HasSubstr("max_unknown = 7"));
  EXPECT_EQ(run({"config", "print", "--no-config"}), 0);
  EXPECT_THAT(out, Not(HasSubstr("toml")));
}

TEST_F(Program, TheCommandLineOverridesTheFile) {
  const auto file = put("user.toml", "[output]\ncolor = \"never\"\n");
  EXPECT_EQ(run({"config", "print", "--color", "always"}), 0);
  EXPECT_THAT(out, HasSubstr("color = \"always\"                          # --color\n"));
  EXPECT_EQ(run({"config", "explain", "output.color"}), 0);
  EXPECT_THAT(out, HasSubstr("\"never\" (" + file + ":2)"));
}

TEST_F(Program, PrintsJson) {
  put("user.toml", "[audit]\nselectors = [\"s1\"]\n");
  EXPECT_EQ(run({"config", "print", "--format", "json"}), 0);
  const auto json = base::parse_json(out, "print");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->as_array().size(), schema().settings().size());
  EXPECT_EQ(json->at(0).at("key"), "audit.fail_on");
  EXPECT_EQ(json->at(0).at("origin"), "default");
}

TEST_F(Program, WhatIsPrintedIsAConfigurationItself) {
  put("user.toml", "[dns]\nresolvers = [\"192.0.2.1\", \"[2001:db8::1]:5353\"]\ntimeout = \"1500ms\"\n");
  EXPECT_EQ(run({"config", "print"}), 0);
  const auto printed = put("printed.toml", out);
  EXPECT_EQ(run({"--config", printed, "config", "check", printed}), 0) << err;
  EXPECT_THAT(out, HasSubstr("are set"));
}

TEST_F(Program, ABrokenFileIsToldInFull) {
  const auto file = put("user.toml", "[audit]\nfail_onn = \"low\"\nmax_unknown = 101\n");
  for (const auto& words : std::vector<std::vector<std::string>>{{"config", "check"}, {"config", "print"}}) {
    EXPECT_EQ(run(words), 2);
    EXPECT_EQ(out, "");
    EXPECT_EQ(err, "rampart: error: " + file + ":2:1: there is no setting \"audit.fail_onn\"\n" +
                       "hint: did you mean fail_on, in the section [audit]?\n" + "rampart: error: " + file +
                       ":3:15: audit.max_unknown must be a whole number from 0 to 100 (percent), not 101\n" +
                       "hint: see: rampart config explain audit.max_unknown\n");
  }
  EXPECT_EQ(run({"--no-config", "config", "print"}), 0);
}

TEST_F(Program, AFileThatCannotBeReadIsAnErrorWithAWayOn) {
  fs::create_directory(dir_ + "/user.toml");
  EXPECT_EQ(run({"config", "print"}), 2);
  EXPECT_THAT(err, HasSubstr("is a folder, not a file"));
  EXPECT_EQ(run({"--config", dir_ + "/none.toml", "config", "print"}), 2);
  EXPECT_THAT(err, HasSubstr("no such file or directory"));
}

TEST_F(Program, OutputThatFailsIsAnError) {
  Surroundings surroundings;
  surroundings.out = [](std::string_view) -> base::Result<> {
    return base::fail(base::ErrorKind::io, "cannot write: no space left on device", "standard output");
  };
  surroundings.err = [this](std::string_view text) { err += text; };
  EXPECT_EQ(cli::run({"--version"}, std::move(surroundings)), 2);
  EXPECT_EQ(err, "rampart: error: standard output: cannot write: no space left on device\n");
}

// A checked-in page must be what the program prints now.
void expect_current(const std::string& printed, const std::string& path, const std::string& command) {
  const auto file = base::read_file(RAMPART_SOURCE_DIR "/" + path, 1U << 20U);
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_TRUE(*file == printed) << path << " is out of date: build/rampart " << command << " > " << path;
}

TEST_F(Program, TheReferencePageIsCurrent) {
  EXPECT_EQ(run({"config", "reference"}), 0);
  expect_current(out, "docs/configuration.md", "config reference");
}

TEST_F(Program, TheExampleFileIsCurrentAndRight) {
  EXPECT_EQ(run({"config", "example"}), 0);
  expect_current(out, "examples/rampart.toml", "config example");
  EXPECT_EQ(run({"config", "check", RAMPART_SOURCE_DIR "/examples/rampart.toml"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("right, 0 of "));
}

TEST_F(Program, TheExampleFileIsRightWithEverySettingInIt) {
  run({"config", "example"});
  std::istringstream lines(out);
  std::string all;
  for (std::string line; std::getline(lines, line);)
    all += (line.size() > 1 && line[0] == '#' && line[1] != ' ' ? line.substr(1) : line) + "\n";
  const auto file = put("all.toml", all);
  EXPECT_EQ(run({"config", "check", file}), 0) << err;
  const auto count = schema().settings().size();
  EXPECT_EQ(out, fmt::format("{}: right, {} of {} settings are set\n", file, count, count));
}

}  // namespace
}  // namespace rampart::cli
