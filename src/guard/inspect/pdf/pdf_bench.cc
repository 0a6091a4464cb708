// What a message pays for its PDFs: an invoice of a page, a report of many, a page that is an image, and what is made to cost much.
#include <benchmark/benchmark.h>

#include "guard/inspect/images/drawn_test.h"
#include "guard/inspect/pdf/made_test.h"
#include "guard/inspect/pdf/pdf.h"

namespace rampart::guard::pdf {
namespace {

std::string text_of_page() {
  std::string out = "BT /F1 11 Tf 14 TL 50 750 Td\n";
  for (int i = 0; i < 50; ++i)
    out += "(The committee met on Tuesday and decided, after a long debate, on the road) '\n";
  return out + "ET\n";
}

std::string report(std::size_t pages) {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>", ""};
  std::string kids;
  for (std::size_t i = 0; i < pages; ++i) {
    kids += fmt::format("{} 0 R ", objects.size() + 1);
    objects.push_back(fmt::format(
        "<< /Type /Page /Parent 2 0 R /Contents {} 0 R /Annots [ << /Subtype /Link /Rect [0 0 90 9] "
        "/A << /S /URI /URI (https://news.example/{}) >> >> ] >>",
        objects.size() + 2, i));
    objects.push_back(stream_of("/Filter /FlateDecode", deflated(text_of_page())));
  }
  objects[1] = fmt::format("<< /Type /Pages /Kids [{}] /Count {} /MediaBox [0 0 600 800] >>", kids, pages);
  return rewritten(pdf_of(objects), [](QPDFWriter& to) { to.setObjectStreamMode(qpdf_o_generate); });
}

std::string objects_of(std::size_t count, const std::string& each) {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>",
                                      "<< /Type /Pages /Kids [] /Count 0 >>"};
  objects.resize(count, each);
  return pdf_of(objects);
}

std::string index_of(std::size_t size, std::string_view widths) {
  std::string pdf = "%PDF-1.7\n1 0 obj\n";
  pdf += stream_of(fmt::format("/Type /XRef /Size {} /W {} /Root 2 0 R /Filter /FlateDecode", size, widths),
                   deflated(std::string(size, '\1')));
  return pdf + "\nendobj\nstartxref\n9\n%%EOF\n";
}

std::string chain_of_lengths() {
  std::vector<std::string> chain = {"<< /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] >>",
                                    "<< /Type /Page /Contents 4 0 R >>"};
  for (int i = 0; i < 50'000; ++i)
    chain.push_back(fmt::format("<< /Length {} 0 R >>\nstream\nabc\nendstream", i + 5));
  return pdf_of(chain);
}

void read(benchmark::State& state, const std::string& bytes) {
  PdfFacts facts;
  for (auto _ : state) {
    images::Budget images;
    facts = read_pdf(bytes, images);
  }
  state.counters["bytes"] = static_cast<double>(bytes.size());
  state.counters["links"] = static_cast<double>(facts.links.size());
  state.SetLabel(facts.unseen);
}
#define RAMPART_READ(name, bytes) BENCHMARK_CAPTURE(read, name, bytes)->Unit(benchmark::kMillisecond)
RAMPART_READ(page, report(1));
RAMPART_READ(pages_60, report(60));
RAMPART_READ(code,
             page_of("/I Do", "", {image_of(images::drawn("https://login.example/verify?user=a.khan"))}));
RAMPART_READ(unpacks_to_too_much, page_of("", "",
                                          {stream_of("/Subtype /Form /Filter [/FlateDecode /FlateDecode]",
                                                     deflated(deflated(std::string(256U << 20U, '\0'))))}));
RAMPART_READ(objects_99_000, objects_of(99'000, "<< /A (b) /C [1 2 3] >>"));
RAMPART_READ(objects_200_000, objects_of(200'000, "0"));
RAMPART_READ(index_of_4_million, index_of(4'000'000, "[1 0 0]"));
RAMPART_READ(index_of_1_million, index_of(1'300'000 * 3, "[1 1 1]"));
RAMPART_READ(chain_of_lengths, chain_of_lengths());
RAMPART_READ(no_pdf, "%PDF-1.7\n" + std::string(10'000'000, 'x'));
RAMPART_READ(lines, "%PDF-1.7\n" + std::string(10'000'000, '\n'));
RAMPART_READ(object_lines, [] {
  std::string out = "%PDF-1.7\n";
  for (int i = 0; i < 400'000; ++i) out += "1 0 obj\n<<>>\nendobj\n";
  return out;
}());

}  // namespace
}  // namespace rampart::guard::pdf

BENCHMARK_MAIN();
