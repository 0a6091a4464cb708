#include "dns/zone_reader.h"

#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"

namespace rampart::dns {
namespace {

// One line a record: owner, type, ttl, data in hex or as it is.
struct Read {
  std::vector<std::string> lines;
  std::string error;
};

std::string line_of(const ZoneRecord& record) {
  const bool text = record.type == 16;
  return fmt::format(
      "{} {} {} {}", record.owner.text(), record.type, record.ttl,
      text ? fmt::format("{}x{}", record.strings, base::printable(record.data))
           : (record.type == 15 ? std::to_string(record.preference) + " " : "") + base::hex(record.data));
}

template <class Call>
Read collect(Call call) {
  Read read;
  const auto done = call([&](const ZoneRecord& record) -> base::Result<> {
    read.lines.push_back(line_of(record));
    return {};
  });
  if (!done) read.error = done.error().message();
  return read;
}

Read read_text(std::string_view text, const ZoneLimits& limits = {}) {
  return collect([&](const ZoneSink& sink) {
    return read_zone_text(text, "t.zone", Name::try_parse("d.example"), sink, limits);
  });
}

std::string error_of(std::string_view text) { return read_text(text).error; }

class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "rampart-zone-XXXXXX").string();
    path_ = ::mkdtemp(path.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  void put(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(path_ + "/" + name).parent_path());
    ASSERT_TRUE(base::write_file(path_ + "/" + name, text));
  }
  [[nodiscard]] Read read(const std::string& name, const ZoneLimits& limits = {}) const {
    auto read =
        collect([&](const ZoneSink& sink) { return read_zone_file(path_ + "/" + name, sink, limits); });
    if (const auto at = read.error.find(path_ + "/"); at != std::string::npos)
      read.error.erase(at, path_.size() + 1);
    return read;
  }

 private:
  std::string path_;
};

TEST(ZoneReader, MakesCanonicalRecords) {
  const auto read = read_text(R"($TTL 300
@ SOA NS.D HostMaster 1 2 3 4 5
  NS ns.Other.Example. ; a comment
  60 MX 10 Mail
a\.b A 192.0.2.1
t TXT "one" ( "two"
    three )
u TXT "\"quoted\" \000\255"
c CAA 0 issue "ca.example"
d DNAME Target.Example.
s SRV 1 2 3 host)");
  EXPECT_EQ(read.error, "");
  const std::vector<std::string> expected = {
      "d.example 6 300 026e730164016407" + base::hex("example") + "000a" + base::hex("hostmaster") +
          "016407" + base::hex("example") + "000000000100000002000000030000000400000005",
      "d.example 2 300 026e73056f74686572076578616d706c65",
      "d.example 15 60 10 046d61696c0164076578616d706c65",
      "a\\.b.d.example 1 300 c0000201",
      "t.d.example 16 300 3xonetwothree",
      R"(u.d.example 16 300 1x"quoted" \x00\xff)",
      "c.d.example 257 300 00056973737565" + base::hex("ca.example"),
      "d.d.example 39 300 06" + base::hex("target") + "07" + base::hex("example"),
      "s.d.example 33 300 00010002000304" + base::hex("host") + "016407" + base::hex("example") + "00",
  };
  EXPECT_EQ(read.lines, expected);
}

TEST(ZoneReader, SaysWhereTheFaultIs) {
  EXPECT_EQ(error_of("a A 192.0.2.1\nb A 192.0.2.1 junk\n"), "t.zone:2:15: unexpected data");
  EXPECT_EQ(error_of("\n\nb A 192.0.2.1 junk"), "t.zone:3:15: unexpected data") << "no line end";
  EXPECT_EQ(error_of("a A 192.0.2\n"), "t.zone:1:5: invalid IPv4 address");
  EXPECT_EQ(error_of("a A 192.0.2.1\n  TXT \"open\n"), "t.zone:2:7: invalid text character");
  EXPECT_EQ(error_of("$TTL x\n"), "t.zone:1:5: invalid number");
  EXPECT_EQ(error_of("a TXT ( \"x\"\n\"y\"\n"), "t.zone:3:1: unclosed last multiline block");
  EXPECT_EQ(error_of("a CH TXT x\n"), "t.zone:1:3: unsupported record type");
  EXPECT_EQ(error_of("a TYPE1 \\# 2 0102\n"),
            "t.zone:1: the record's data does not have the form of its type");
  EXPECT_EQ(error_of(std::string_view("a\0b A 192.0.2.1", 15)), "t.zone:1:2: invalid domain name character");
  EXPECT_EQ(error_of("$INCLUDE other.zone\n"), "t.zone:1:1: $INCLUDE cannot be used here");
}

TEST(ZoneReader, StopsAtItsLimits) {
  EXPECT_EQ(read_text("a A 192.0.2.1\nb A 192.0.2.1\n", {.max_records = 1}).error,
            "t.zone:2: the zone has more than 1 records");
  EXPECT_EQ(read_text("a A 192.0.2.1\n", {.max_bytes = 5}).error, "t.zone: the zone has more than 5 bytes");
}

TEST(ZoneReader, FindsTheOrigin) {
  EXPECT_EQ(origin_of_file_name("/x/Ministry.Example.zone")->text(), "ministry.example");
  EXPECT_EQ(origin_of_file_name("ministry.example.db")->text(), "ministry.example");
  EXPECT_EQ(origin_of_file_name("db.ministry.example")->text(), "ministry.example");
  EXPECT_FALSE(origin_of_file_name("ministry.example"));
  EXPECT_FALSE(origin_of_file_name(".zone"));
  const Folder folder;
  folder.put("ministry.example.zone", "a A 192.0.2.1\n");
  EXPECT_EQ(folder.read("ministry.example.zone").lines[0], "a.ministry.example 1 3600 c0000201");
  folder.put("fix.txt", "a.example. A 192.0.2.1\na A 192.0.2.1\n");
  EXPECT_EQ(folder.read("fix.txt").error,
            "fix.txt:2: a relative name, and nothing says what it is relative to");
  folder.put("target.txt", "a.example. MX 1 mail\n");
  EXPECT_NE(folder.read("target.txt").error, "");
}

TEST(ZoneReader, IncludesStayBelowTheFolder) {
  const Folder folder;
  folder.put("zone/d.example.zone",
             "$TTL 60\n$INCLUDE sub/a.inc\n$INCLUDE sub/a.inc x.d.example.\nlast A 192.0.2.9\n");
  folder.put("zone/sub/a.inc", "a A 192.0.2.1\n$INCLUDE b.inc\n");
  folder.put("zone/sub/b.inc", "b A 192.0.2.2\n$ORIGIN elsewhere.example.\n");
  folder.put("secret", "s A 192.0.2.3\n");
  const auto read = folder.read("zone/d.example.zone");
  EXPECT_EQ(read.error, "");
  const std::vector<std::string> expected = {"a.d.example 1 60 c0000201", "b.d.example 1 60 c0000202",
                                             "a.x.d.example 1 60 c0000201", "b.x.d.example 1 60 c0000202",
                                             "last.d.example 1 60 c0000209"};
  EXPECT_EQ(read.lines, expected);

  folder.put("zone/up.zone", "$INCLUDE ../secret\n");
  EXPECT_EQ(folder.read("zone/up.zone").error,
            "zone/up.zone:1:1: cannot include ../secret: leads out of its folder");
  folder.put("zone/absolute.zone", "\n$INCLUDE /etc/hostname\n");
  EXPECT_EQ(folder.read("zone/absolute.zone").error,
            "zone/absolute.zone:2:1: cannot include /etc/hostname: leads out of its folder");
  std::filesystem::create_symlink("../secret", folder.path() + "/zone/link");
  folder.put("zone/linked.zone", "$INCLUDE link\n");
  EXPECT_EQ(folder.read("zone/linked.zone").error,
            "zone/linked.zone:1:1: cannot include link: is a symbolic link, or reached through one");
  folder.put("zone/loop.zone", "$INCLUDE loop.zone\n");
  EXPECT_EQ(folder.read("zone/loop.zone").error, "zone/loop.zone:1:1: $INCLUDE is nested more than 16 deep");
  folder.put("zone/many.zone", "$INCLUDE empty\n$INCLUDE empty\n");
  folder.put("zone/empty", "");
  EXPECT_EQ(folder.read("zone/many.zone", {.max_includes = 1}).error,
            "zone/many.zone:2:1: more than 1 files are included");
  folder.put("zone/wrong.zone", "$INCLUDE wrong.inc\n");
  folder.put("zone/wrong.inc", "a A x\n");
  EXPECT_EQ(folder.read("zone/wrong.zone").error.substr(0, 17), "zone/wrong.inc:1:");
}

}  // namespace
}  // namespace rampart::dns
