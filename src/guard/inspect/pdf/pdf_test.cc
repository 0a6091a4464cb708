#include "guard/inspect/pdf/pdf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/worker.h"
#include "guard/inspect/images/drawn_test.h"
#include "guard/inspect/pdf/content.h"
#include "guard/inspect/pdf/made_test.h"

namespace rampart::guard::pdf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kLink =
    "/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 300 400] /A << /S /URI /URI "
    "(https://login.sender.example/doc) >> >>]";

PdfFacts read(std::string_view bytes) {
  images::Budget images;
  return read_pdf(bytes, images);
}

std::vector<std::string> urls_of(const PdfFacts& facts) {
  std::vector<std::string> out;
  out.reserve(facts.links.size());
  for (const auto& link : facts.links) out.push_back(link.url);
  return out;
}

std::vector<std::string> texts_of(const PdfFacts& facts) {
  std::vector<std::string> out;
  out.reserve(facts.codes.size());
  for (const auto& code : facts.codes) out.push_back(code.text);
  return out;
}

TEST(Pdf, LinksOfAPage) {
  const auto facts = read(page_of("BT (Pay now) Tj ET", kLink));
  EXPECT_EQ(facts.unseen, "");
  EXPECT_EQ(facts.pages, 1U);
  EXPECT_EQ(facts.text_characters, 6U);
  EXPECT_FALSE(facts.is_image_only());
  ASSERT_THAT(urls_of(facts), ElementsAre("https://login.sender.example/doc"));
  EXPECT_EQ(facts.links[0].page, 1U);
  EXPECT_EQ(facts.links[0].from, LinkFrom::annotation);
  EXPECT_NEAR(facts.links[0].share, 0.25, 0.001);
}

TEST(Pdf, LinksInObjectStreamsAndEncrypted) {
  const auto plain = page_of("BT (Pay now) Tj ET", kLink);
  const auto packed = read(rewritten(plain, [](QPDFWriter& to) { to.setObjectStreamMode(qpdf_o_generate); }));
  EXPECT_EQ(packed.unseen, "");
  EXPECT_THAT(urls_of(packed), ElementsAre("https://login.sender.example/doc"));
  EXPECT_EQ(packed.text_characters, 6U);
  for (const auto* user : {"", "secret"}) {
    const auto facts = read(rewritten(plain, [&](QPDFWriter& to) {
      to.setR6EncryptionParameters(user, "owner", true, true, true, true, true, true, qpdf_r3p_full, true);
    }));
    EXPECT_TRUE(facts.has(Mark::encrypted));
    if (*user == '\0') {
      EXPECT_EQ(facts.unseen, "");
      EXPECT_THAT(urls_of(facts), ElementsAre("https://login.sender.example/doc"));
    } else {
      EXPECT_EQ(facts.unseen, "it needs a password");
      EXPECT_THAT(urls_of(facts), IsEmpty());
    }
  }
}

TEST(Pdf, WhatItDoesByItself) {
  const auto facts = read(page_of(
      "", "/AA << /O << /S /JavaScript /JS 5 0 R >> >>",
      {stream_of("", "app.launchURL('https://script.sender.example/x', true);"),
       "<< /S /Launch /F (\\\\\\\\files.sender.example\\\\a.exe) >>",
       "<< /Type /Filespec /F (Invoice.exe) /EF << /F 8 0 R >> >>", stream_of("/Type /EmbeddedFile", "MZ"),
       "<< /S /SubmitForm /F << /FS /URL /F (https://form.sender.example/) >> >>",
       "<< /Subtype /RichMedia >>"},
      "/OpenAction << /S /JavaScript /JS (this.print\\(\\)) >> "
      "/AcroForm << /Fields [5 0 R] /XFA 5 0 R >>"));
  EXPECT_EQ(facts.unseen, "");
  for (const auto mark : {Mark::javascript, Mark::opens_by_itself, Mark::launch, Mark::embedded_file,
                          Mark::form, Mark::xfa, Mark::submits, Mark::rich_media})
    EXPECT_TRUE(facts.has(mark)) << to_string(mark);
  for (const auto mark : {Mark::encrypted, Mark::remote_file})
    EXPECT_FALSE(facts.has(mark)) << to_string(mark);
  EXPECT_THAT(urls_of(facts), testing::UnorderedElementsAre("https://script.sender.example/x",
                                                            "https://form.sender.example/"));
  std::vector<std::string> evidence;
  for (const auto& item : facts.evidence)
    evidence.push_back(fmt::format("{}: {}", to_string(item.mark), item.text));
  EXPECT_THAT(evidence, testing::IsSupersetOf({"launch: \\\\files.sender.example\\a.exe",
                                               "embedded-file: Invoice.exe", "javascript: this.print()"}));
}

TEST(Pdf, APlaceToBeginAtIsNoAction) {
  EXPECT_FALSE(read(page_of("", "", {}, "/OpenAction [3 0 R /Fit]")).has(Mark::opens_by_itself));
  EXPECT_FALSE(
      read(page_of("", "", {}, "/OpenAction << /S /GoTo /D [3 0 R /Fit] >>")).has(Mark::opens_by_itself));
}

TEST(Pdf, LinksAreRelativeToTheBase) {
  const auto facts = read(page_of(
      "", "/Annots [<< /A << /S /URI /URI (pay) >> >> << /A << /S /URI /URI (https://b.example/) >> >>]", {},
      "/URI << /Base (https://a.example/) >>"));
  EXPECT_THAT(urls_of(facts), ElementsAre("https://a.example/pay", "https://b.example/"));
}

TEST(Pdf, AnObjectThatNoPageLeadsToCounts) {
  const auto facts = read(page_of("", "", {"[ << /A << /URI (https://a.example/) >> >> ]"}));
  ASSERT_THAT(urls_of(facts), ElementsAre("https://a.example/"));
  EXPECT_EQ(facts.links[0].page, 0U);
}

TEST(Pdf, CodesInImages) {
  const auto code = images::drawn("https://login.sender.example/q");
  auto facts = read(page_of("/I Do", kLink, {image_of(code)}));
  EXPECT_EQ(facts.unseen, "");
  EXPECT_THAT(texts_of(facts), ElementsAre("https://login.sender.example/q"));
  EXPECT_TRUE(facts.is_image_only());
  EXPECT_EQ(facts.images, 1U);

  const auto jpeg = images::jpeg_of(code);
  const auto size = fmt::format("/Subtype /Image /Width {} /Height {}", code.width, code.height);
  EXPECT_THAT(texts_of(read(page_of("", "", {stream_of(size + " /Filter /DCTDecode", jpeg)}))),
              ElementsAre("https://login.sender.example/q"));
  EXPECT_THAT(texts_of(read(
                  page_of("", "", {stream_of(size + " /Filter [/FlateDecode /DCTDecode]", deflated(jpeg))}))),
              ElementsAre("https://login.sender.example/q"));

  // One bit a pixel: a mask, whose 0 is painted, and the other way round by /Decode.
  std::string bits;
  for (std::size_t y = 0; y < code.height; ++y)
    for (std::size_t x = 0; x < code.width; x += 8) {
      unsigned byte = 0;
      for (std::size_t i = 0; i < 8; ++i)
        byte = byte << 1U | (x + i < code.width && code.row(y)[x + i] != 0 ? 1U : 0U);
      bits += static_cast<char>(byte);
    }
  for (const auto* kind : {"/ImageMask true", "/BitsPerComponent 1 /ColorSpace /DeviceGray",
                           "/BitsPerComponent 1 /ColorSpace /DeviceGray /Decode [1 0]",
                           "/BitsPerComponent 1 /ColorSpace [/Indexed /DeviceRGB 1 <000000ffffff>]"})
    EXPECT_THAT(texts_of(read(page_of("", "", {stream_of(fmt::format("{} {}", size, kind), bits)}))),
                ElementsAre("https://login.sender.example/q"))
        << kind;

  std::string rgb;
  for (const auto shade : code.pixels) rgb += std::string(3, static_cast<char>(shade));
  // Predictor 15: each row says its own; 0 is none, 2 is up.
  std::string predicted;
  for (std::size_t y = 0; y < code.height; ++y) {
    predicted += y == 0 ? '\0' : '\2';
    for (std::size_t i = 0; i < code.width * 3; ++i)
      predicted +=
          static_cast<char>(rgb[y * code.width * 3 + i] - (y == 0 ? 0 : rgb[(y - 1) * code.width * 3 + i]));
  }
  const auto parameters = fmt::format(
      "/BitsPerComponent 8 /ColorSpace [/ICCBased 6 0 R] /Filter /FlateDecode /DecodeParms << /Predictor 15 "
      "/Colors 3 /Columns {} >>",
      code.width);
  EXPECT_THAT(texts_of(read(page_of(
                  "", "", {stream_of(size + parameters, deflated(predicted)), stream_of("/N 3", "")}))),
              ElementsAre("https://login.sender.example/q"));

  EXPECT_THAT(read(page_of("", "", {stream_of(size + " /Filter /JBIG2Decode", "a")})).unseen,
              HasSubstr("JBIG2Decode"));
}

TEST(Pdf, TextThatIsShown) {
  EXPECT_EQ(shown_bytes("BT /F1 12 Tf (Hello) Tj [(a) -120 (b)] TJ <414243> Tj (x) ' ET"), 11U);
  EXPECT_EQ(shown_bytes("(never shown) pop /Name (a\\)b(c)d) Tj"), 7U);
  EXPECT_EQ(shown_bytes("% (comment) Tj\nBI /W 1 ID (Tj) Tj EI (x) Tj"), 1U);
  EXPECT_EQ(shown_bytes("(unclosed"), 0U);
  EXPECT_EQ(shown_bytes("<< /A (b) >> BDC"), 0U);
  EXPECT_EQ(shown_bytes(std::string(1'000'000, '(')), 0U);
}

TEST(Pdf, ObjectsThatBeginNoLine) {
  const auto facts = read(
      "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
      "3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[5 0 R]>>endobj 4 0 obj<</Length 20>>stream\n"
      "BT (Pay now) Tj   ET\nendstream endobj 5 0 obj<</A<</S/URI/URI(https://a.example/)>>>>endobj "
      "trailer<</Root 1 0 R>>\n%%EOF\n");
  EXPECT_EQ(facts.unseen, "");
  EXPECT_EQ(facts.pages, 1U);
  EXPECT_EQ(facts.text_characters, 6U);
  EXPECT_THAT(urls_of(facts), ElementsAre("https://a.example/"));
  EXPECT_EQ(read(pdf_of({"<< /Pages 2 0 R >>", "<< /Kids [] >>"})).unseen, "it has no page that is found");
}

TEST(Pdf, AMessageHasOneBudget) {
  const auto pdf = page_of("", kLink);
  images::Budget images;
  Budget budget{.objects = 7};
  EXPECT_EQ(read_pdf(pdf, images, budget).unseen, "");
  EXPECT_THAT(read_pdf(pdf, images, budget).unseen, HasSubstr("too many objects"));
  Budget reading{.read = 100};
  EXPECT_THAT(read_pdf(pdf, images, reading).unseen, HasSubstr("too long"));
}

// --- Hostile ones ---

TEST(Pdf, StreamsThatUnpackToTooMuch) {
  const std::string zeros(64U << 20U, '\0');
  const auto once = deflated(zeros);
  EXPECT_THAT(read(page_of("", "/Contents 5 0 R", {stream_of("/Filter /FlateDecode", once)})).unseen,
              HasSubstr("unpack"));
  EXPECT_THAT(
      read(page_of("", "/Contents 5 0 R", {stream_of("/Filter [/FlateDecode /FlateDecode]", deflated(once))}))
          .unseen,
      HasSubstr("unpack"));
  const auto image =
      "/Subtype /Image /Width 6000 /Height 6000 /BitsPerComponent 16 /ColorSpace /DeviceCMYK /Filter "
      "/FlateDecode";
  EXPECT_THAT(read(page_of("", "", {stream_of(image, once)})).unseen, HasSubstr("unpack"));
  EXPECT_THAT(read(page_of("", "", {stream_of("/Subtype /Image /Width 30000 /Height 30000", "")})).unseen,
              HasSubstr("30000 x 30000"));
}

// Objects' numbers in a stream (7.5.8), a byte each, and the stream said to be of any size.
TEST(Pdf, AnIndexThatUnpacksToTooMuch) {
  for (const std::size_t size : {std::size_t{3} << 20U, std::size_t{64} << 20U}) {
    std::string pdf = "%PDF-1.7\n";
    const auto at = pdf.size();
    pdf += "1 0 obj\n" +
           stream_of(fmt::format("/Type /XRef /Size {} /W [1 1 1] /Root 2 0 R /Filter /FlateDecode", size),
                     deflated(std::string(size, '\1'))) +
           fmt::format("\nendobj\nstartxref\n{}\n%%EOF\n", at);
    EXPECT_NE(read(pdf).unseen, "");
  }
}

TEST(Pdf, TooManyObjects) {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>",
                                      "<< /Type /Pages /Kids [] /Count 0 >>"};
  objects.resize(kMaxObjects + 10, "0");
  EXPECT_THAT(read(pdf_of(objects)).unseen, HasSubstr("objects"));
}

TEST(Pdf, LoopsAndDepth) {
  // Pages that are their own children, a length that stands in its own stream, and one in another and so on.
  EXPECT_EQ(
      read(pdf_of({"<< /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 3 0 R] >>", "<< /Type /Page >>"}))
          .pages,
      1U);
  read(page_of("", "", {"<< /Length 5 0 R >>\nstream\nabc\nendstream"}));
  std::vector<std::string> chain = {"<< /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] >>",
                                    "<< /Type /Page /Contents 4 0 R >>"};
  for (int i = 0; i < 50'000; ++i)
    chain.push_back(fmt::format("<< /Length {} 0 R >>\nstream\nabc\nendstream", i + 5));
  EXPECT_NE(read(pdf_of(chain)).unseen, "");
  read(page_of("", std::string("/A ") + std::string(1'000'000, '[')));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<< /A ";
  read(page_of("", deep));
}

TEST(Pdf, DamagedAndTruncated) {
  EXPECT_EQ(read("").unseen, "the PDF is damaged");
  EXPECT_NE(read("%PDF-1.7\n").unseen, "");
  EXPECT_NE(read(std::string(2'000'000, 'x')).unseen, "");
  EXPECT_NE(read("%PDF-1.7\n" + std::string(2'000'000, '\n')).unseen, "");
  const auto whole =
      rewritten(page_of("BT (Pay now) Tj ET", kLink, {image_of(images::drawn("https://a.example/"))}),
                [](QPDFWriter& to) { to.setObjectStreamMode(qpdf_o_generate); });
  for (std::size_t size = 0; size < whole.size(); size += 7) read(std::string_view(whole).substr(0, size));
  // Without its index: a viewer looks for the objects, and so does qpdf.
  const auto plain = page_of("BT (Pay now) Tj ET", kLink);
  auto moved = plain;
  moved.replace(moved.find("startxref"), 12, "startxref\n7\n");
  EXPECT_THAT(urls_of(read(moved)), ElementsAre("https://login.sender.example/doc"));
}

std::string links_in_worker(std::string_view bytes) {
  const auto facts = read(bytes);
  std::string out = facts.unseen;
  for (const auto& url : urls_of(facts)) out += url + "\n";
  for (const auto& text : texts_of(facts)) out += text + "\n";
  return out;
}

TEST(Pdf, AWorkerReadsThem) {
  auto worker = base::Worker::start(&links_in_worker, {});
  ASSERT_TRUE(worker);
  const auto plain = page_of("", fmt::format("{} /Resources << /XObject << /I 5 0 R >> >>", kLink),
                             {image_of(images::drawn("https://login.sender.example/q"))});
  const auto encrypted = rewritten(plain, [&](QPDFWriter& to) {
    to.setR6EncryptionParameters("", "owner", true, true, true, true, true, true, qpdf_r3p_full, true);
  });
  for (const auto& bytes : {plain, encrypted}) {
    const auto reply = worker->call(bytes);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->fault, "");
    EXPECT_EQ(reply->bytes, "https://login.sender.example/doc\nhttps://login.sender.example/q\n");
  }
}

}  // namespace
}  // namespace rampart::guard::pdf
