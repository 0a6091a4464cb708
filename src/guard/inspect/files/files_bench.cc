// What a message pays for its attachments: usual ones, and those made to cost.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "guard/inspect/files/file_facts.h"
#include "guard/inspect/files/made_files.h"

namespace rampart::guard::files {
namespace {

// Bytes that do not pack.
std::string noise(std::size_t size) {
  std::string out(size, '\0');
  std::uint32_t state = 1;
  for (auto& c : out) {
    state = state * 1'664'525U + 1'013'904'223U;
    c = static_cast<char>(state >> 24U);
  }
  return out;
}

std::string words(std::size_t size) {
  std::string out;
  for (int i = 0; out.size() < size; ++i)
    out += fmt::format("<w:r><w:t>the word number {}</w:t></w:r>", i * 7919);
  return out;
}

made::Entries many(int count) {
  made::Entries out;
  for (int i = 0; i < count; ++i) out.emplace_back(fmt::format("folder/name-{}.txt", i), "x");
  return out;
}

void look(benchmark::State& state, const std::string& name, const std::string& bytes) {
  for (auto _ : state) {
    Budget budget;
    benchmark::DoNotOptimize(look_at_file({.name = name, .declared_type = {}, .bytes = bytes}, budget));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

BENCHMARK_CAPTURE(look, logo, "logo.png", "\x89PNG\r\n\x1a\n" + noise(20'000));
BENCHMARK_CAPTURE(look, calendar, "invite.ics", "BEGIN:VCALENDAR\r\n" + words(4'000));
BENCHMARK_CAPTURE(look, pdf, "bill.pdf", "%PDF-1.7\n" + noise(300'000));
BENCHMARK_CAPTURE(look, docx, "letter.docx",
                  made::docx({{"word/footer1.xml", words(200'000)},
                              {"word/media/image1.png", "\x89PNG\r\n\x1a\n" + noise(100'000)},
                              {"word/_rels/document.xml.rels",
                               made::relations("hyperlink", "https://a.example/")}}));
BENCHMARK_CAPTURE(look, macros, "list.xls",
                  made::compound({{"Workbook", noise(200'000)},
                                  {"_VBA_PROJECT_CUR/VBA/dir", "x"},
                                  {"_VBA_PROJECT_CUR/VBA/M", made::vba_module(words(20'000))}}));
BENCHMARK_CAPTURE(look, zip_of_pdf, "bills.zip", made::zip({{"bill.pdf", "%PDF-1.7\n" + noise(300'000)}}));
BENCHMARK_CAPTURE(look, page, "page.html", "<html><p>" + words(100'000));
BENCHMARK_CAPTURE(look, unknown, "data", noise(100'000));
// Made to cost.
BENCHMARK_CAPTURE(look, zip_bomb, "a.zip", made::zip({{"a", std::string(1U << 30U, '\0')}}));
BENCHMARK_CAPTURE(look, gzip_bomb, "a.gz",
                  made::archive(ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP,
                                {{"x", std::string(1U << 30U, '\0')}}));
BENCHMARK_CAPTURE(look, seven_zip_bomb, "a.7z",
                  made::archive(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE,
                                {{"x", std::string(1U << 28U, '\0')}, {"y", "y"}}));
BENCHMARK_CAPTURE(look, entries_zip, "a.zip", made::zip(many(100'000), "zip:compression=store"));
BENCHMARK_CAPTURE(look, entries_tar, "a.tar",
                  made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, many(100'000)));
BENCHMARK_CAPTURE(look, entries_7z, "a.7z",
                  made::archive(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, many(100'000)));
BENCHMARK_CAPTURE(look, rtf_bomb, "a.rtf", "{\\rtf1" + std::string(10'000'000, '\\'));

}  // namespace
}  // namespace rampart::guard::files

BENCHMARK_MAIN();
