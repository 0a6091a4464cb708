// For tests only: the databases that every test of the store runs on. SQLite in a folder of its own, and PostgreSQL in
// a private cluster on a unix socket, started once a program and stopped at its end; where it is not installed, its
// tests are skipped and say so.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/database.h"

namespace rampart::store {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "rampart-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Debian's PostgreSQL, as an unprivileged user, since it refuses to run as root.
class Cluster {
 public:
  static Cluster& instance() {
    static Cluster cluster;
    return cluster;
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  ~Cluster() {
    if (server_ <= 0) return;
    ::kill(server_, SIGINT);  // "fast": without waiting for clients
    ::waitpid(server_, nullptr, 0);
  }

  [[nodiscard]] bool runs() const { return server_ > 0; }
  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  // A database of its own for one test.
  std::string new_database() {
    const auto name = fmt::format("test{}", ++databases_);
    auto admin = Database::open(url("postgres"));
    EXPECT_TRUE(admin) << admin.error().message();
    const auto made = admin->run([&](soci::session& sql) { sql << "CREATE DATABASE " + name; });
    EXPECT_TRUE(made) << made.error().message();
    return url(name);
  }
  [[nodiscard]] std::string url(const std::string& name) const {
    return fmt::format("postgresql://rampart@/{}?host={}", name, folder_.path().string());
  }

 private:
  Cluster() {
    for (const auto* version : {"15", "16", "17"}) {
      const auto bin = std::filesystem::path("/usr/lib/postgresql") / version / "bin";
      if (std::filesystem::exists(bin / "initdb")) programs_ = bin;
    }
    if (programs_.empty()) {
      why_not_ = "PostgreSQL is not installed";
      return;
    }
    const auto* user = ::geteuid() == 0 ? ::getpwnam("nobody") : nullptr;
    if (user != nullptr && ::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) std::abort();
    user_ = user;
    const auto data = (folder_.path() / "data").string();
    const auto made = start({(programs_ / "initdb").string(), "-D", data, "-A", "trust", "-U", "rampart",
                             "--no-sync", "--locale=C.UTF-8"});
    int status = 0;
    ::waitpid(made, &status, 0);
    if (status != 0) {
      why_not_ = "initdb failed";
      return;
    }
    server_ =
        start({(programs_ / "postgres").string(), "-D", data, "-k", folder_.path().string(), "-h", "", "-F"});
    for (int tries = 0; tries < 300; ++tries) {
      if (Database::open(url("postgres"))) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    why_not_ = "PostgreSQL did not start within 30 seconds";
    ::kill(server_, SIGKILL);
    ::waitpid(std::exchange(server_, -1), nullptr, 0);
  }

  [[nodiscard]] pid_t start(std::vector<std::string> words) const {
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // no server outlives a test that is killed
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 0);
    ::dup2(null, 1);
    ::dup2(null, 2);
    if (user_ != nullptr && (::setgid(user_->pw_gid) != 0 || ::setuid(user_->pw_uid) != 0)) ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // setuid() has cleared it
    if (::chdir("/") != 0) ::_exit(126);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }

  TemporaryFolder folder_;
  std::filesystem::path programs_;
  const passwd* user_ = nullptr;
  pid_t server_ = -1;
  std::string why_not_;
  int databases_ = 0;
};

// A test that runs on both.
class OnBothDatabases : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    if (GetParam() == Backend::sqlite) {
      url_ = "sqlite:" + (folder_.path() / "store.db").string();
    } else if (Cluster::instance().runs()) {
      url_ = Cluster::instance().new_database();
    } else {
      GTEST_SKIP() << Cluster::instance().why_not();
    }
  }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] Database open() const {
    auto database = Database::open(url_);
    if (!database) {
      ADD_FAILURE() << database.error().message();
      std::abort();
    }
    return std::move(*database);
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  std::string url_;
};

inline std::string backend_name(const ::testing::TestParamInfo<Backend>& info) {
  return info.param == Backend::sqlite ? "SQLite" : "PostgreSQL";
}

}  // namespace rampart::store
