// Files made to cost: none may take more than its budget, nor a second.
#include <ctime>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/inspect/files/file_facts.h"
#include "guard/inspect/files/made_files.h"

namespace rampart::guard::files {
namespace {

// Seconds of a processor. A release takes less than half a second for each; sanitizers are given time for what they do.
constexpr double kMost = 4;

double cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

FileFacts timed(std::string_view name, std::string_view bytes) {
  Budget budget;
  const auto begin = cpu();
  auto out = look_at_file({.name = name, .declared_type = {}, .bytes = bytes}, budget,
                          [](const Found& /*found*/) {});
  EXPECT_LT(cpu() - begin, kMost) << name;
  EXPECT_LE(out.evidence.size(), kMaxEvidence);
  EXPECT_LE(out.names.size(), kMaxNames);
  return out;
}

TEST(FileBombs, ZipsOfZips) {
  // Sixteen of sixteen of sixteen, with zeroes in the innermost.
  std::string bytes = made::zip({{"zeroes", std::string(8'000'000, '\0')}});
  for (int i = 0; i < 3; ++i) {
    made::Entries entries;
    for (int j = 0; j < 16; ++j) entries.emplace_back(fmt::format("{}.zip", j), bytes);
    bytes = made::zip(entries);
  }
  const auto facts = timed("42.zip", bytes);
  EXPECT_TRUE(facts.is_unseen(Unseen::too_deep));
  EXPECT_TRUE(
      timed("one.zip", made::zip({{"zeroes", std::string(20'000'000, '\0')}})).is_unseen(Unseen::too_large));
}

TEST(FileBombs, OneByteManyTimes) {
  const std::string same(20'000'000, 'a');  // zeroes are an empty tar
  for (const int filter :
       {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_XZ}) {
    const auto bytes = made::archive(ARCHIVE_FORMAT_RAW, filter, {{"x", same}});
    EXPECT_TRUE(timed("x.gz", bytes).is_unseen(Unseen::too_large)) << filter;
  }
  const made::Entries entries = {{"zeroes", same}, {"b.exe", made::program()}};
  EXPECT_TRUE(timed("x.7z", made::archive(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, entries))
                  .is_unseen(Unseen::too_large));
  const auto tar = made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, entries);
  EXPECT_TRUE(timed("x.tgz", tar).is_unseen(Unseen::too_large));
}

// Entries that are one and the same, which turn out to be damaged once they are unpacked: that has a price, too.
TEST(FileBombs, DamagedAgainAndAgain) {
  std::string text;
  for (std::uint32_t state = 1; text.size() < 3'000'000; state = state * 1'664'525U + 1'013'904'223U)
    text += std::string(12, 'a') + made::le(state, 4);
  auto packed = made::deflated(text);
  packed.resize(packed.size() - 20);
  const auto bytes = made::overlapping_zip("a.txt", packed, text.size(), 1'900);
  const auto facts = timed("a.zip", bytes);
  EXPECT_TRUE(facts.is_unseen(Unseen::damaged));
}

// One budget is for all files of a message.
TEST(FileBombs, BudgetIsShared) {
  const auto bytes = made::zip({{"a.txt", std::string(30'000, 'a')}, {"b.txt", "b"}});
  Budget budget{.bytes = 50'000, .entries = 3};
  EXPECT_EQ(look_at_file({.name = "a.zip", .declared_type = {}, .bytes = bytes}, budget).unseen, 0U);
  EXPECT_EQ(budget.entries, 1U);
  const auto second = look_at_file({.name = "a.zip", .declared_type = {}, .bytes = bytes}, budget);
  EXPECT_TRUE(second.is_unseen(Unseen::too_large) && second.is_unseen(Unseen::too_many));
  EXPECT_EQ(budget.bytes, 0U);
}

TEST(FileBombs, ManyEntries) {
  made::Entries entries;
  entries.reserve(100'000);
  for (int i = 0; i < 100'000; ++i) entries.emplace_back(fmt::format("folder/name-{}.txt", i), "x");
  entries.emplace_back("last.exe", made::program());
  const auto zip = timed("a.zip", made::zip(entries, "zip:compression=store"));
  EXPECT_EQ(zip.entries, 100'001U);
  // What is run by its name is looked at before the budget is at its end.
  EXPECT_TRUE(zip.is_unseen(Unseen::too_many) && zip.is_inside(FileFact::executable));
  const auto tar = timed("a.tar", made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, entries));
  EXPECT_TRUE(tar.is_unseen(Unseen::too_many) && tar.is_inside(FileFact::executable));
  entries.resize(5'000);
  EXPECT_TRUE(timed("a.7z", made::archive(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, entries))
                  .is_unseen(Unseen::too_many));
}

TEST(FileBombs, LargeTexts) {
  timed("a.rtf", "{\\rtf1" + std::string(10'000'000, '\\'));
  std::string objects = "{\\rtf1";
  for (int i = 0; i < 100'000; ++i) objects += "{\\object{\\*\\objdata 01";
  timed("a.rtf", objects);
  timed("a.html", "<a href=\"" + std::string(10'000'000, 'x') + "\">");
  timed("a.svg", "<svg>" + std::string(10'000'000, '<'));
  timed("a.url", "[InternetShortcut]\n" + std::string(10'000'000, '='));
  timed("a.vbs", std::string(10'000'000, 'w'));
  std::string rels = "<Relationships>";
  for (int i = 0; i < 100'000; ++i)
    rels += "<Relationship TargetMode=\"External\" Target=\"http://a.example/\" ";
  timed("a.docx", made::docx({{"word/_rels/x.rels", rels}}));
}

TEST(FileBombs, LoopsOfSectors) {
  auto bytes =
      made::compound({{"WordDocument", std::string(500'000, 'x')}, {"Macros/VBA/M", made::vba_module("x")}});
  // Each sector is followed by itself.
  for (std::size_t at = bytes.size() - 512 * 8, i = 0; at + 4 <= bytes.size(); at += 4, ++i)
    bytes.replace(at, 4, made::le(i, 4));
  timed("a.doc", bytes);
}

// Whatever is cut off at whatever place.
TEST(FileBombs, Truncated) {
  const auto project = made::compound({{"VBA/dir", "x"}, {"VBA/M", made::vba_module("Sub AutoOpen()")}});
  const made::Entries files = {
      {"a.zip", made::zip({{"a.exe", made::program()}, {"b.txt", "x"}})},
      {"a.docx", made::docx({{"word/vbaProject.bin", project}})},
      {"a.doc",
       made::compound({{"WordDocument", std::string(5'000, 'x')}, {"Macros/VBA/M", made::vba_module("x")}})},
      {"a.7z", made::archive(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, {{"a.exe", made::program()}})},
      {"a.lnk", made::lnk("cmd.exe", "/c x")},
      {"a.one", made::onenote({made::program()})},
      {"winmail.dat", made::tnef({{"a.exe", made::program()}})},
      {"a.tar.gz",
       made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, {{"a.exe", made::program()}})}};
  for (const auto& [name, bytes] : files)
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 400)
      timed(name, std::string_view(bytes).substr(0, size));
}

}  // namespace
}  // namespace rampart::guard::files
