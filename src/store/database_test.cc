#include <fstream>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/lease.h"
#include "store/store_test.h"

namespace rampart::store {
namespace {

constexpr std::array kOne{Migration{"CREATE TABLE thing (name TEXT PRIMARY KEY, number BIGINT NOT NULL);"}};
constexpr std::array kTwo{
    kOne[0],
    Migration{.sql = "ALTER TABLE thing ADD COLUMN note TEXT NOT NULL DEFAULT 'old';\nCREATE INDEX "
                     "thing_number ON thing "
                     "(number);"},
};

long long count(Database& database, const std::string& table = "thing") {
  const auto rows = database.run([&](soci::session& sql) {
    long long rows = 0;
    sql << "SELECT COUNT(*) FROM " + table, soci::into(rows);
    return rows;
  });
  return rows ? *rows : -1;
}

base::Result<> put(Database& database, const std::string& name) {
  return database.transact([&](soci::session& sql) {
    sql << "INSERT INTO thing (name, number) VALUES (:name, 1)", soci::use(name);
  });
}

class DatabaseTest : public OnBothDatabases {};
INSTANTIATE_TEST_SUITE_P(Store, DatabaseTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         backend_name);

TEST_P(DatabaseTest, KeepsWhatWasWritten) {
  const std::string text = "پاکستان \\ ' \" \n \x01";
  {
    auto database = open();
    ASSERT_TRUE(database.migrate("test", kOne));
    ASSERT_TRUE(put(database, text));
  }
  auto database = open();
  const auto found = database.run([](soci::session& sql) {
    std::string name;
    sql << "SELECT name FROM thing", soci::into(name);
    return name;
  });
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(*found, text);
}

TEST_P(DatabaseTest, MigratesFromAnOlderNumber) {
  auto database = open();
  ASSERT_TRUE(database.migrate("test", kOne));
  ASSERT_TRUE(put(database, "before"));
  ASSERT_TRUE(database.migrate("test", kTwo));
  ASSERT_TRUE(database.migrate("test", kTwo)) << "again is nothing";
  const auto note = database.run([](soci::session& sql) {
    std::string note;
    sql << "SELECT note FROM thing WHERE name = 'before'", soci::into(note);
    return note;
  });
  ASSERT_TRUE(note) << note.error().message();
  EXPECT_EQ(*note, "old");
}

TEST_P(DatabaseTest, RefusesAStoreOfANewerProgram) {
  auto database = open();
  ASSERT_TRUE(database.migrate("test", kTwo));
  const auto result = database.migrate("test", kOne);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, base::ErrorKind::input);
  EXPECT_NE(result.error().what.find("a newer Rampart made this store"), std::string::npos)
      << result.error().what;
  EXPECT_TRUE(database.migrate("other", kOne[0].sql.empty() ? kOne : std::span<const Migration>()))
      << "slices are apart";
}

TEST_P(DatabaseTest, AMigrationThatFailsLeavesNothing) {
  constexpr std::array broken{kOne[0],
                              Migration{"CREATE TABLE extra (n BIGINT); INSERT INTO nowhere VALUES (1);"}};
  auto database = open();
  ASSERT_FALSE(database.migrate("test", broken));
  EXPECT_EQ(count(database), 0);
  EXPECT_EQ(count(database, "extra"), -1);
  ASSERT_TRUE(database.migrate("test", kTwo)) << "it can be tried again";
}

TEST_P(DatabaseTest, SeveralProcessesMigrateAtOnce) {
  std::vector<pid_t> children;
  {
    auto first = open();
  }  // the SQLite file is there
  for (int i = 0; i < 4; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      auto database = Database::open(url());
      ::_exit(database && database->migrate("test", kTwo) ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const auto pid : children) {
    int status = -1;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
  auto database = open();
  EXPECT_EQ(count(database), 0);
}

// What one connection holds is not given up because this process opens another: somebody else's last close would take the journal away.
TEST_P(DatabaseTest, AnotherConnectionLeavesLocksAlone) {
  if (GetParam() != Backend::sqlite) GTEST_SKIP() << "PostgreSQL's server looks after this";
  auto first = open();
  ASSERT_TRUE(first.migrate("test", kOne));
  auto second = open();
  const auto path = parse_url(url())->target;
  const pid_t pid = ::fork();
  if (pid == 0) {
    // The bytes that readers of a database hold (sqlite.org/fileformat2.html, section 1.4, and os.h: SHARED_FIRST).
    struct ::flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000002;
    lock.l_len = 510;
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    ::_exit(file >= 0 && ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 0 : 1);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0) << "nobody holds a lock on " << path;
}

TEST_P(DatabaseTest, ATransactionIsAllOrNothing) {
  auto database = open();
  ASSERT_TRUE(database.migrate("test", kOne));
  const auto thrown = database.transact([](soci::session& sql) {
    sql << "INSERT INTO thing VALUES ('a', 1)";
    sql << "INSERT INTO thing VALUES ('a', 2)";  // the key is taken
  });
  EXPECT_FALSE(thrown);
  EXPECT_EQ(count(database), 0);
  const auto refused = database.transact([](soci::session& sql) -> base::Result<int> {
    sql << "INSERT INTO thing VALUES ('a', 1)";
    return base::fail(base::ErrorKind::input, "no");
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "no");
  EXPECT_EQ(count(database), 0);
  ASSERT_TRUE(put(database, "a")) << "the connection goes on";
}

// Killed between two statements: nothing of the transaction is there, and the store is sound.
TEST_P(DatabaseTest, SurvivesAKillWithinATransaction) {
  {
    auto database = open();
    ASSERT_TRUE(database.migrate("test", kOne));
    ASSERT_TRUE(put(database, "before"));
  }
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    auto database = Database::open(url());
    (void)database->transact([&](soci::session& sql) {
      sql << "INSERT INTO thing VALUES ('half', 1)";
      (void)!::write(pipe[1], "x", 1);
      ::pause();
    });
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(pipe[0], &byte, 1), 1);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  auto database = open();
  EXPECT_EQ(count(database), 1);
  EXPECT_TRUE(put(database, "after"));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_P(DatabaseTest, OneHoldsTheLease) {
  using namespace std::chrono_literals;
  const auto now = base::now();
  auto one = open();
  auto two = open();
  {
    auto lease = Lease::take(one, "watch", now);
    ASSERT_TRUE(lease) << lease.error().message();
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      auto own = Database::open(url());
      const auto other = Lease::take(*own, "watch", now);
      const bool refused = !other && other.error().kind == base::ErrorKind::unavailable &&
                           other.error().what.starts_with(std::to_string(::getppid()) + "@");
      const bool free = Lease::take(*own, "other", now).has_value();
      const bool expired = Lease::take(*own, "watch", now + kLeaseTime).has_value();
      ::_exit(refused && free && expired ? 0 : 1);
    }
    int status = -1;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(lease->renew(now + 1s)) << "nothing is asked that soon";
    EXPECT_FALSE(lease->renew(now + kLeaseTime)) << "the child has taken it over";
    ::close(pipe[0]);
    ::close(pipe[1]);
  }
  EXPECT_TRUE(Lease::take(two, "watch", now)) << "the child is gone";
}

TEST(Sqlite, TheFileIsItsOwnersAlone) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a" / "b" / "store.db";
  auto database = Database::open(path.string());
  ASSERT_TRUE(database) << database.error().message();
  ASSERT_TRUE(database->migrate("test", kOne));
  struct stat about{};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((path.string() + "-wal").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(path.parent_path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0700U);
}

TEST(Sqlite, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto said = [](const std::string& url) {
    auto database = Database::open(url);
    if (!database) return database.error().message();
    const auto done = database->migrate("test", kOne);
    return done ? std::string("nothing") : done.error().message();
  };
  const auto text = folder.path() / "text";
  std::ofstream(text) << std::string(4096, 'x');
  EXPECT_EQ(said(text.string()), text.string() + ": the file is no store, or it is damaged");
  EXPECT_NE(said(folder.path().string()).find("cannot open the store"), std::string::npos);
  EXPECT_NE(said((text / "below").string()).find("cannot"), std::string::npos);
  EXPECT_EQ(said("mysql://x/y"), "there is no store of the kind mysql");
  EXPECT_EQ(said("sqlite:"), "the store's URL names no file");
}

// A full disk, as far as a test can fill one: the process may write no file beyond its size.
TEST(Sqlite, AFullDiskLosesNothing) {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "store.db").string();
  {
    auto database = Database::open(path);
    ASSERT_TRUE(database && database->migrate("test", kOne));
    ASSERT_TRUE(put(*database, "before"));
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1U << 16U, 1U << 16U};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto database = Database::open(path);
    if (!database) ::_exit(2);
    const auto done = put(*database, std::string(1U << 20U, 'x'));
    ::_exit(!done && done.error().kind == base::ErrorKind::io ? 0 : 1);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  auto database = Database::open(path);
  ASSERT_TRUE(database);
  EXPECT_EQ(count(*database), 1);
  EXPECT_TRUE(put(*database, "after"));
}

TEST(Postgresql, NoPasswordInTheUrl) {
  for (const auto* url : {"postgresql://rampart:secret@host/name", "postgres://h/n?password=secret"}) {
    const auto parsed = parse_url(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_EQ(parsed.error().kind, base::ErrorKind::usage);
    EXPECT_EQ(parsed.error().message().find("secret"), std::string::npos);
  }
  EXPECT_TRUE(parse_url("postgresql://rampart@host:5432/name?passfile=/etc/rampart/pgpass"));
}

TEST(Postgresql, AUrlWithoutParameters) {
  if (!Cluster::instance().runs()) GTEST_SKIP() << Cluster::instance().why_not();
  const auto url = Cluster::instance().new_database();
  const auto host = url.find("?host=");
  ASSERT_NE(host, std::string::npos);
  ASSERT_EQ(::setenv("PGHOST", url.substr(host + 6).c_str(), 1), 0);
  const auto database = Database::open(url.substr(0, host));
  ::unsetenv("PGHOST");
  EXPECT_TRUE(database) << database.error().message();
}

TEST(Postgresql, AServerThatIsNotThere) {
  const TemporaryFolder folder;
  const auto database = Database::open("postgresql://rampart@/name?host=" + folder.path().string());
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().kind, base::ErrorKind::unavailable);
}

}  // namespace
}  // namespace rampart::store
